//! What a finding is, wherever its lines have moved to.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use sha2::{Digest, Sha256};

/// Fingerprints, numbered where several findings have the same.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// How often each was given. There may be millions.
    seen: RefCell<HashMap<[u8; 16], u32>>,
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
        let hash = hash.finalize();
        let key: [u8; 16] = std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default());
        let mut seen = self.seen.borrow_mut();
        let count = seen.entry(key).or_default();
        *count += 1;
        let mut print = String::with_capacity(2 * key.len() + 2);
        for byte in key {
            // writing to a string cannot fail
            let _ = write!(print, "{byte:02x}");
        }
        let _ = write!(print, ":{count}");
        print
    }
}
