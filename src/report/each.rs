//! Long lists, written member by member.

use serde::{Serialize, Serializer};

/// A list whose members are made one after the other, as they are written, so that they are never all there.
pub(super) struct Each<I, F>(pub(super) I, pub(super) F);

impl<I: Iterator + Clone, R: Serialize, F: Fn(I::Item) -> R> Serialize for Each<I, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone().map(&self.1))
    }
}
