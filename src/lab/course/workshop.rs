//! What the Kubernetes security workshop of 2019 had (`scotty-c/kubernetes-security-workshop`, and
//! `scotty-c/kubernetes-on-azure-workshop` where it says Azure), and where each exercise is in the course that comes with tightship.

/// An exercise of 2019.
pub struct Exercise {
    /// What one did.
    pub was: &'static str,
    /// What became of it.
    pub now: &'static str,
    /// The labs that have it, by name.
    pub labs: &'static [&'static str],
}

const fn exercise(was: &'static str, now: &'static str, labs: &'static [&'static str]) -> Exercise {
    Exercise { was, now, labs }
}

/// All exercises, in their order.
pub static EXERCISES: &[Exercise] = &[
    exercise(
        "a cluster on Azure, Minikube or Play with Kubernetes",
        "kind; `tightship lab doctor` says what is missing",
        &[],
    ),
    exercise("a tour of `kube-system`", "the same", &["tour"]),
    exercise(
        "find certificates, manifests, `admin.conf` and the kubelet's unit",
        "`super-admin.conf` beside `admin.conf` (1.29), the kubelet's configuration in a file",
        &["tour", "ports", "baseline"],
    ),
    exercise(
        "a page as root with `hostPort: 3000` and a load balancer",
        "Pod Security `baseline` refuses host ports",
        &["the-hack", "host-ports"],
    ),
    exercise("the hack: a shell in the container changes the page", "the same", &["the-hack"]),
    exercise(
        "`runAsUser: 1000`, then `su`",
        "and `runAsNonRoot`; Pod Security for PodSecurityPolicy (gone in 1.25)",
        &["the-hack", "setuid"],
    ),
    exercise("`readOnlyRootFilesystem`", "the same, and what volumes leave open", &["the-hack"]),
    exercise(
        "`allowPrivilegeEscalation`, shown by `whoami`",
        "shown by a set-uid program; drop ALL alone does not stop it",
        &["setuid"],
    ),
    exercise("all three together", "`restricted` asks for drop ALL and seccomp too", &["setuid", "seccomp", "psa"]),
    exercise("write ServiceAccount, Role and RoleBinding for pods", "the same three objects", &["from-nothing"]),
    exercise("what the default account may not do", "what nobody else may do either", &["rbac-least", "rbac-traps"]),
    exercise(
        "a kubeconfig of the token in an account's Secret",
        "no such Secrets since 1.24; tokens are asked for, and end",
        &["token-kubeconfig", "sa-token"],
    ),
    exercise("the user alice, bound with a namespace that is ignored", "groups of a certificate", &["user-cert"]),
    exercise(
        "a certificate by openssl with the key of the cluster's CA",
        "the API for certificates, with an end",
        &["user-cert"],
    ),
    exercise(
        "Istio: an ingress gateway; Azure: Traefik, an Ingress",
        "Ingress v1 and the Gateway API, read without a controller",
        &["route-tls"],
    ),
    exercise(
        "Istio: mutual TLS, seen by tcpdump",
        "not in the course: needs the images of a mesh, or a second image with a program of ours that speaks TLS",
        &[],
    ),
    exercise("Azure: pods, Services and Deployments", "taken as known", &["the-hack"]),
    exercise("Azure: PodSecurityPolicy, the hack in four contexts", "Pod Security Admission", &["psa"]),
    exercise(
        "Azure: six network policies; production's pods get in",
        "labels of namespaces that nobody can forge, DNS, egress",
        &["netpol-deny", "netpol-selectors"],
    ),
    exercise(
        "Azure: Helm with tiller as cluster-admin",
        "tiller is gone; a bot that deploys has the same rights",
        &["rbac-traps"],
    ),
    exercise(
        "Azure: StatefulSet, virtual kubelet, KEDA, rook",
        "not in the course: not about security, or needs a cloud",
        &[],
    ),
    exercise(
        "slides: the insecure port, ABAC",
        "the port is gone since 1.24; ABAC is still there, and RBAC is what clusters have",
        &["anonymous", "baseline"],
    ),
    exercise(
        "slides: DenyEscalatingExec, SecurityContextDeny",
        "gone in 1.21 and 1.30; policies of the API server",
        &["exec-guard", "digest-policy"],
    ),
    exercise("slides: the table of ports", "fewer are open", &["tour", "ports"]),
];

#[cfg(test)]
mod tests {
    use super::EXERCISES;
    use crate::lab::course::Course;

    #[test]
    fn each_is_in_a_lab_of_the_course_or_says_why_not() {
        let course = Course::embedded().unwrap_or_else(|faults| panic!("{}", faults.show()));
        for exercise in EXERCISES {
            for lab in exercise.labs {
                assert!(course.find(lab).is_ok_and(|entry| *entry.lab.id.value.0 == **lab), "{}: {lab}", exercise.was);
            }
            let is_told = exercise.now.contains("not in the course") || exercise.now.contains("doctor");
            assert_eq!(exercise.labs.is_empty(), is_told, "{}", exercise.was);
        }
    }
}
