//! Answers of the wizard as flags and environment variables.

use clap::Args;

/// The exit codes of commands that write the files of a spec.
pub(super) const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 the files are not as the spec says, 2 wrong usage or an input that cannot be used.";

macro_rules! given {
    ($( $(#[doc = $doc:literal])* $field:ident $key:literal $variable:literal $value:literal; )*) => {
        /// Answers given as flags or environment variables.
        #[derive(Debug, Clone, Default, Args)]
        #[command(next_help_heading = "Answers")]
        pub struct Given {
            $(
                $(#[doc = $doc])*
                #[arg(long = $key, env = $variable, value_name = $value, hide_env_values = true)]
                pub $field: Option<String>,
            )*
        }

        impl Given {
            /// The answers by the key of their question.
            pub fn by_key(&self) -> Vec<(&'static str, &str)> {
                let all = [$( ($key, self.$field.as_deref()), )*];
                all.into_iter().filter_map(|(key, answer)| answer.map(|answer| (key, answer))).collect()
            }
        }
    };
}

given! {
    /// What to make: app (with its space), space or apiserver.
    goal "goal" "TIGHTSHIP_GOAL" "GOAL";
    /// The name of the app, of the space, or of the cluster.
    name "name" "TIGHTSHIP_NAME" "NAME";
    /// The image by tag or digest.
    image "image" "TIGHTSHIP_IMAGE" "IMAGE";
    /// The Pod Security Standards level: restricted or baseline.
    level "level" "TIGHTSHIP_LEVEL" "LEVEL";
    /// The Kubernetes release, 1.33 to 1.37.
    kubernetes "kubernetes" "TIGHTSHIP_KUBERNETES" "VERSION";
    /// What runs the control plane: kubeadm, kind, static-pod, k3s, rke2, talos, systemd or flags.
    target "target" "TIGHTSHIP_TARGET" "TARGET";
    /// Whose rules the control plane follows: cis, stig or lab.
    profile "profile" "TIGHTSHIP_PROFILE" "PROFILE";
    /// Who encrypts Secrets in etcd: secretbox or kms.
    encryption "encryption" "TIGHTSHIP_ENCRYPTION" "HOW";
    /// The socket of the key service.
    kms "kms" "TIGHTSHIP_KMS" "SOCKET";
    /// What the audit log holds: standard, metadata or strict.
    audit "audit" "TIGHTSHIP_AUDIT" "LEVEL";
    /// Whether nodes join with a token: yes or no.
    join_by_token "join-by-token" "TIGHTSHIP_JOIN_BY_TOKEN" "YES|NO";
    /// The OpenID Connect issuer of the users, or none.
    oidc_issuer "oidc-issuer" "TIGHTSHIP_OIDC_ISSUER" "URL";
    /// What its tokens are for.
    oidc_audience "oidc-audience" "TIGHTSHIP_OIDC_AUDIENCE" "NAME";
    /// What pods may do in namespaces without labels: baseline or restricted.
    pod_security "pod-security" "TIGHTSHIP_POD_SECURITY" "LEVEL";
    /// What the cluster runs on: generic, kind or openshift.
    platform "platform" "TIGHTSHIP_PLATFORM" "PLATFORM";
    /// deployment, statefulset, daemonset, job or cronjob.
    workload "workload" "TIGHTSHIP_WORKLOAD" "KIND";
    /// When a cronjob runs: five cron fields.
    schedule "schedule" "TIGHTSHIP_SCHEDULE" "CRON";
    /// The time zone of the schedule.
    time_zone "time-zone" "TIGHTSHIP_TIME_ZONE" "ZONE";
    /// The port that the app listens on, or none.
    port "port" "TIGHTSHIP_PORT" "PORT";
    /// How to see that it is well: a path for HTTP, tcp, or none.
    health "health" "TIGHTSHIP_HEALTH" "HOW";
    /// The numeric user id that it runs as.
    user "user" "TIGHTSHIP_USER" "UID";
    /// Folders that it writes to, with commas between them.
    writable "writable" "TIGHTSHIP_WRITABLE" "PATHS";
    /// A folder whose content outlives the pod, with its size (/data=10Gi), or none.
    storage "storage" "TIGHTSHIP_STORAGE" "PATH=SIZE";
    /// xs, s, m, l or xl.
    size "size" "TIGHTSHIP_SIZE" "SIZE";
    /// The number of pods.
    replicas "replicas" "TIGHTSHIP_REPLICAS" "COUNT";
    /// The apps that call it, with commas between them, or none.
    from "from" "TIGHTSHIP_FROM" "APPS";
    /// What it calls: app:port, internet:port, with commas between them, or none.
    to "to" "TIGHTSHIP_TO" "PEERS";
    /// Secrets that exist, as name=folder, with commas between them, or none.
    secrets "secrets" "TIGHTSHIP_SECRETS" "NAME=PATH";
    /// The host name under which the outside world reaches it, or none.
    host "host" "TIGHTSHIP_HOST" "HOST";
    /// The Gateway that takes requests from outside, as namespace/name.
    gateway "gateway" "TIGHTSHIP_GATEWAY" "NS/NAME";
    /// Environments with a manifest of their own, with commas between them, or none.
    environments "environments" "TIGHTSHIP_ENVIRONMENTS" "NAMES";
    /// The group of users that may deploy to the space, or none.
    team "team" "TIGHTSHIP_TEAM" "GROUP";
    /// What all pods of the space may take: s, m or l.
    quota "quota" "TIGHTSHIP_QUOTA" "SIZE";
    /// What deploys from the repository: flux, argocd or none.
    gitops "gitops" "TIGHTSHIP_GITOPS" "TOOL";
    /// The address of the repository that the files are committed to.
    repository "repository" "TIGHTSHIP_REPOSITORY" "URL";
    /// Where a pipeline runs that holds the files to the spec: github, gitlab or none.
    ci "ci" "TIGHTSHIP_CI" "SYSTEM";
    /// How the files are arranged: kustomize, plain, flux, argocd or helm.
    layout "layout" "TIGHTSHIP_LAYOUT" "LAYOUT";
}
