//! Small texts whose aliases stand for huge trees.

use super::tree::{Data, Document, Span, SyntaxError};

/// A tree deeper than this, aliases followed, is refused: the walk of any reader would become too deep.
const MAX_DEPTH: usize = 1000;
/// Nodes below aliases that a document may have: ours, below the 400,000 at which go-yaml stops in any case.
const MAX_ALIASED: u64 = 100_000;
/// Bytes of scalars below aliases that a document may have. A request to an API server may have 3 MiB
/// (`MaxRequestBodyBytes` of apiserver's `pkg/server`), so no object of more is taken.
const MAX_ALIASED_BYTES: u64 = 4 << 20;

/// Refuses what kubectl's decoder refuses as "excessive aliasing", and what would be too much for us.
pub(super) fn check(document: &Document<'_>) -> Result<(), SyntaxError> {
    let Some(root) = document.root.filter(|_| !document.aliased.is_empty()) else { return Ok(()) };
    let mut walk = Walk { document, decoded: 1, aliased: 0, bytes: 0, depth: 0 };
    walk.visit(root, None)
        .map_err(|span| SyntaxError { span, message: "document contains excessive aliasing".to_owned() })
}

/// Counts as go-yaml v2's decoder does: an alias is a node, and what it stands for another.
struct Walk<'d, 's> {
    document: &'d Document<'s>,
    decoded: u64,
    aliased: u64,
    /// Of the scalars below aliases.
    bytes: u64,
    depth: usize,
}

impl Walk<'_, '_> {
    /// `alias` is the outermost alias above the node. `Err` is where it became too much.
    fn visit(&mut self, id: u32, alias: Option<Span>) -> Result<(), Span> {
        let Some(node) = self.document.nodes.get(id as usize) else { return Ok(()) };
        self.decoded += 1;
        if alias.is_some() {
            self.aliased += 1;
            self.bytes += if matches!(node.data, Data::Scalar { .. }) { node.span.range().len() as u64 } else { 0 };
        }
        if self.aliased > MAX_ALIASED || self.bytes > MAX_ALIASED_BYTES || self.is_excessive() || self.depth > MAX_DEPTH
        {
            return Err(alias.unwrap_or(node.span));
        }
        self.depth += 1;
        match &node.data {
            Data::Alias(target) => self.visit(*target, Some(alias.unwrap_or(node.span)))?,
            Data::Scalar { .. } => {}
            Data::Sequence { first, count, .. } => {
                for &item in self.document.children(*first, *count) {
                    self.visit(item, alias)?;
                }
            }
            Data::Mapping { first, count, .. } => {
                for (at, &member) in self.document.children(*first, *count).iter().enumerate() {
                    if at.is_multiple_of(2) && self.document.is_merge_key(member) {
                        continue;
                    }
                    self.visit(member, alias)?;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// go-yaml's rule: up to 99 in 100 nodes may come from aliases in a small document, down to 10 in 100 in a large one.
    fn is_excessive(&self) -> bool {
        const LOW: u64 = 400_000;
        const HIGH: u64 = 4_000_000;
        if self.aliased <= 100 || self.decoded <= 1000 {
            return false;
        }
        let above = self.decoded.clamp(LOW, HIGH) - LOW;
        #[expect(clippy::cast_precision_loss, reason = "the counts are far below 2^52")]
        let (above, decoded, aliased) = (above as f64, self.decoded as f64, self.aliased as f64);
        #[expect(clippy::cast_precision_loss, reason = "constants below 2^52")]
        let allowed = 0.99 - 0.89 * (above / (HIGH - LOW) as f64);
        aliased / decoded > allowed
    }
}
