//! `apparmor-profile`: the field, and the annotation of before 1.30.

use super::variables::{ANNOTATIONS, CONTAINERS, CONTEXTS, POD};
use super::{Cel, text};
use crate::rules::pod_security::apparmor_profile::ANNOTATION;

pub(super) const CEL: Cel = Cel {
    rule: "apparmor-profile",
    reads: &[POD, CONTAINERS, CONTEXTS, ANNOTATIONS],
    broken: |_| {
        let prefix = text(ANNOTATION);
        format!(
            "\
variables.contexts.filter(x, has(x.security.appArmorProfile)
  && !(x.security.appArmorProfile.?type.orValue('') in ['RuntimeDefault', 'Localhost']))
.map(x, 'securityContext.appArmorProfile of ' + x.of)
+ variables.annotations.filter(k, k.startsWith({prefix})
  && !(variables.annotations[k] in ['', 'runtime/default']) && !variables.annotations[k].startsWith('localhost/'))
  .map(k, 'annotation ' + k)"
        )
    },
};
