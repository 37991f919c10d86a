//! What the validation of several files asks: times, ranges, words and feature gates.

use crate::apiserver::catalogue::catalogue;
use crate::k8s::duration;
use crate::k8s::validation::{At, Errors};
use crate::k8s::version::Version;

/// A duration of Go, in nanoseconds.
pub(super) fn duration(at: At<'_, '_>) -> Option<i128> {
    duration::parse(at.any_str()?)
}

/// The same of a field.
pub(super) fn duration_of(root: At<'_, '_>, field: &str) -> Option<i128> {
    root.get(field).and_then(duration)
}

/// A number that has to be in a range. Where `zero` is true, 0 stands for the default.
pub(super) fn in_range<'d, 's>(root: At<'d, 's>, row: &Range, errors: &mut Errors<'d, 's>) {
    let Some(at) = root.get(row.field) else { return };
    let Some(number) = at.int() else { return };
    if (row.zero && number == 0) || (row.least..=row.most).contains(&number) {
        return;
    }
    let most = i128::from(i32::MAX);
    let reason = match (row.least, row.most) {
        (least, end) if end >= most => format!("must be {least} or more"),
        (least, end) => format!("must be between {least} and {end}"),
    };
    errors.invalid(at, reason);
}

/// A field that holds a number.
pub(super) struct Range {
    field: &'static str,
    least: i128,
    most: i128,
    zero: bool,
}

/// A field with its range.
pub(super) const fn range(field: &'static str, least: i128, most: i128) -> Range {
    Range { field, least, most, zero: false }
}

/// The same, where 0 stands for the default.
pub(super) const fn range_or_zero(field: &'static str, least: i128, most: i128) -> Range {
    Range { field, least, most, zero: true }
}

/// A field that takes a few words, and no text for the default.
pub(super) fn one_of<'d, 's>(root: At<'d, 's>, field: &str, words: &[&str], errors: &mut Errors<'d, 's>) {
    if let Some(at) = root.get(field)
        && let Some(text) = at.str()
        && !words.contains(&text)
    {
        errors.not_supported(at, words);
    }
}

/// Whether a feature gate is on: as `featureGates` of the file says, or as it is in the release.
pub(super) fn enabled(root: At<'_, '_>, gate: &str, version: Version) -> bool {
    let gates = root.get("featureGates");
    let own = |name: &str| gates.and_then(|gates| gates.get(name)).map(At::is_true);
    own(gate).unwrap_or_else(|| catalogue().gate(gate, version).found().is_none_or(|found| found.on))
}
