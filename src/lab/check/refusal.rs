//! Who has refused a request, by what the API server says. The texts are those of Kubernetes 1.33 to 1.37.

use crate::client::Response;
use crate::lab::course::values::Authority;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refuser {
    /// Somebody whom a check can name.
    Known(Authority),
    /// Another part of admission.
    Admission,
    /// The authentication: it does not know who asks.
    Stranger,
    /// The API server, which finds a fault in the object, or has no place for it.
    Fault,
    /// Nobody: it is not able to answer.
    Unable,
}

/// Who has said no.
pub(super) fn refuser(response: &Response) -> Refuser {
    let message = response.message();
    let has = |part: &str| message.contains(part);
    if has("ValidatingAdmissionPolicy '") && has("denied request") {
        return Refuser::Known(Authority::Policy);
    }
    match response.status {
        401 => Refuser::Stranger,
        403 if has("violates PodSecurity") => Refuser::Known(Authority::PodSecurity),
        403 if has("forbidden: exceeded quota:") || has("forbidden: failed quota:") => Refuser::Known(Authority::Quota),
        // the quota is new, and nobody has counted yet
        403 if has("status unknown for quota:") => Refuser::Unable,
        403 if is_limit(&message) => Refuser::Known(Authority::LimitRange),
        403 if has("forbidden: User \"") && has(" cannot ") => Refuser::Known(Authority::Rbac),
        403 if has("is attempting to grant RBAC permissions") => Refuser::Known(Authority::Rbac),
        403 if has("error looking up service account") || has("because it is being terminated") => Refuser::Fault,
        403 => Refuser::Admission,
        400..=499 if has("admission webhook \"") && has("denied the request") => Refuser::Admission,
        429 | 500.. => Refuser::Unable,
        _ => Refuser::Fault,
    }
}

fn is_limit(message: &str) -> bool {
    let bound = |word: &str| message.contains(&format!("{word} ")) && message.contains(" usage per ");
    bound("maximum") || bound("minimum") || message.contains(" max limit to request ratio per ")
}

impl Refuser {
    /// Whether that is who should refuse.
    pub(super) fn is_wanted(self, by: Authority) -> bool {
        match self {
            Self::Known(Authority::Rbac) => by == Authority::Rbac,
            Self::Known(known) => by == known || by == Authority::Any,
            Self::Admission => by == Authority::Any,
            Self::Stranger | Self::Fault | Self::Unable => false,
        }
    }

    /// What people call it.
    pub(super) fn call(self) -> &'static str {
        match self {
            Self::Known(Authority::PodSecurity) => "Pod Security Admission",
            Self::Known(Authority::Quota) => "a ResourceQuota",
            Self::Known(Authority::LimitRange) => "a LimitRange",
            Self::Known(Authority::Policy) => "a ValidatingAdmissionPolicy",
            Self::Known(Authority::Rbac) => "RBAC",
            Self::Known(Authority::Any) | Self::Admission => "admission",
            Self::Stranger => "authentication",
            Self::Fault | Self::Unable => "the API server",
        }
    }
}

/// The policy that has refused.
pub(super) fn policy(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("ValidatingAdmissionPolicy '")?;
    rest.split_once('\'').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Refuser, policy, refuser};
    use crate::client::Response;
    use crate::lab::course::values::Authority;

    fn who(status: u16, message: &str) -> Refuser {
        let body = json!({"kind": "Status", "message": message, "code": status}).to_string();
        refuser(&Response { status, body, warnings: Vec::new() })
    }

    #[test]
    fn knows_who_refuses() {
        for (status, message, by) in [
            (
                403,
                "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false",
                Authority::PodSecurity,
            ),
            (
                403,
                "pods \"a\" is forbidden: exceeded quota: q, requested: requests.cpu=200m, used: requests.cpu=0, limited: \
                 requests.cpu=100m",
                Authority::Quota,
            ),
            (403, "pods \"a\" is forbidden: failed quota: q: must specify requests.cpu for: a", Authority::Quota),
            (
                403,
                "pods \"a\" is forbidden: [minimum memory usage per Container is 4Mi, but request is 1Mi, maximum cpu usage \
                 per Container is 200m, but limit is 2]",
                Authority::LimitRange,
            ),
            (
                403,
                "pods \"a\" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.0",
                Authority::LimitRange,
            ),
            (
                422,
                "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no such names",
                Authority::Policy,
            ),
            (
                403,
                "pods is forbidden: User \"jane\" cannot create resource \"pods\" in API group \"\" in the namespace \"a\"",
                Authority::Rbac,
            ),
            (
                403,
                "roles.rbac.authorization.k8s.io \"a\" is forbidden: user \"jane\" (groups=[\"dev\"]) is attempting to grant \
                 RBAC permissions not currently held",
                Authority::Rbac,
            ),
        ] {
            assert_eq!(who(status, message), Refuser::Known(by), "{message}");
        }
    }

    #[test]
    fn a_fault_of_the_object_is_nobodys_refusal() {
        for (status, message) in [
            (422, "Pod \"a\" is invalid: spec.containers: Required value"),
            (400, "Pod in version \"v1\" cannot be handled as a Pod"),
            (404, "namespaces \"a\" not found"),
            (409, "pods \"a\" already exists"),
            (403, "pods \"a\" is forbidden: error looking up service account a/no: serviceaccount \"no\" not found"),
            (
                403,
                "pods \"a\" is forbidden: unable to create new content in namespace a because it is being terminated",
            ),
        ] {
            let found = who(status, message);
            assert_eq!(found, Refuser::Fault, "{message}");
            assert!(!found.is_wanted(Authority::Any));
        }
        assert_eq!(who(401, "Unauthorized"), Refuser::Stranger);
        assert_eq!(who(503, "apiserver is shutting down"), Refuser::Unable);
        assert_eq!(who(403, "pods \"a\" is forbidden: status unknown for quota: q, resources: pods"), Refuser::Unable);
        assert_eq!(who(403, "admission webhook \"a.example.com\" denied the request: no"), Refuser::Admission);
    }

    #[test]
    fn any_is_all_of_admission() {
        assert!(Refuser::Known(Authority::Policy).is_wanted(Authority::Any));
        assert!(Refuser::Admission.is_wanted(Authority::Any));
        assert!(!Refuser::Admission.is_wanted(Authority::Policy));
        assert!(!Refuser::Known(Authority::Rbac).is_wanted(Authority::Any));
        assert!(Refuser::Known(Authority::Rbac).is_wanted(Authority::Rbac));
        assert_eq!(policy("ValidatingAdmissionPolicy 'p' with binding 'b' denied request: x"), Some("p"));
    }
}
