//! Regular expressions of checks.

use regex::Regex;

use crate::lab::verdict::Judged;
use crate::spec::decode::Located;

/// Reads one, if there is one. That it cannot be read is the fault of the lab.
pub(super) fn compile(text: Option<&Located<String>>) -> Result<Option<Regex>, Judged> {
    let read = |text: &Located<String>| {
        Regex::new(text).map_err(|_| Judged::error(format!("`{}` is no regular expression", **text)))
    };
    text.map(read).transpose()
}
