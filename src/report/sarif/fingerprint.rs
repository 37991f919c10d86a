//! What a finding is, wherever its lines have moved to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use sha2::{Digest, Sha256};

/// Fingerprints, numbered where several findings have the same.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: RefCell<HashMap<String, usize>>,
}

impl Fingerprints {
    /// The rule, the object and the field, hashed; then the number of the finding among those that agree in these.
    pub(super) fn of(&self, finding: &Diagnostic) -> String {
        let object = finding.object();
        let mut hash = Sha256::new();
        let namespace = object.namespace.as_deref().unwrap_or_default();
        for part in [finding.id, &object.kind, namespace, &object.name, &finding.path] {
            hash.update(part);
            hash.update([0]);
        }
        let mut print = String::new();
        for byte in hash.finalize().iter().take(16) {
            // writing to a string cannot fail
            let _ = write!(print, "{byte:02x}");
        }
        let mut seen = self.seen.borrow_mut();
        let count = seen.entry(print.clone()).or_default();
        *count += 1;
        let _ = write!(print, ":{count}");
        print
    }
}
