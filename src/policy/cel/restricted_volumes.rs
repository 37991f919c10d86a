//! `restricted-volumes`. A type that nobody knew when this was written is refused as well.

use super::variables::POD;
use super::{Cel, list};
use crate::rules::pod_security::restricted_volumes::ALLOWED;

pub(super) const CEL: Cel = Cel {
    rule: "restricted-volumes",
    reads: &[POD],
    broken: |_| {
        let allowed = list(std::iter::once("name").chain(ALLOWED));
        format!(
            "\
variables.pod.?volumes.orValue([]).filter(v, v.exists(k, !(k in
  {allowed})))
.map(v, 'volume ' + v.name)"
        )
    },
};
