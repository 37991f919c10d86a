//! The API server's way to list containers.

use super::Violation;

/// `container "a" must …`, `containers "a", "b" must …`; `None` if there are none.
pub(super) fn violation(reason: &str, containers: &[&str], must: &str) -> Option<Violation> {
    if containers.is_empty() {
        return None;
    }
    let names: Vec<String> = containers.iter().map(|name| format!("{name:?}")).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    Some(Violation { reason: reason.to_owned(), detail: format!("container{plural} {} {must}", names.join(", ")) })
}
