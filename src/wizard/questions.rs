//! The questions, in their order. The keys are also the names of flags (`--time-zone`), of environment variables
//! (`TIGHTSHIP_TIME_ZONE`) and of the answers file.

use serde_json::Value;

use super::answers::Answers;
use super::checks::{self, each, leaf, word};
use super::folder::Folder;
use super::{image, members};
use crate::decode::Decode;
use crate::spec::api_server::{AuditLevel, Encryption, Form, PodSecurity, Profile};
use crate::spec::app::{Layout, Output, Platform, Target};
use crate::spec::container::{DEFAULT_ID, Preset};
use crate::spec::level::Level;
use crate::spec::space::QuotaPreset;
use crate::spec::values::{
    AppName, Audience, GatewayRef, Group, Host, Image, IssuerUrl, PatchRelease, Release, RepositoryUrl, Schedule,
    ShortName, SocketUrl, SpaceName, TimeZone,
};
use crate::spec::workload::{WorkloadKind, WorkloadSettings};
use crate::spec::{ApiServer, App, Space};

/// A question.
#[derive(Debug)]
pub struct Question {
    /// Its name everywhere.
    pub key: &'static str,
    /// How it is asked.
    pub prompt: &'static str,
    /// What `?` says.
    pub help: &'static str,
    /// What stands after the flag in a message.
    pub example: &'static str,
    /// Whether it is asked in express mode.
    pub express: bool,
    /// The words to choose from; empty if the answer is free.
    pub words: &'static [&'static str],
    /// What it needs to make sense, for a message.
    pub needs: &'static str,
    /// Whether it makes sense after the answers so far.
    pub applies: fn(&Answers) -> bool,
    /// What is taken if nobody says anything; `None` if there is nothing to take.
    pub default: fn(&Answers, &Folder) -> Option<String>,
    /// Whether an answer can be used. The message goes on after it.
    pub check: fn(&str, &Answers) -> Result<(), String>,
}

/// What the spec takes where nothing is written.
fn unwritten(default: &impl Decode) -> Option<String> {
    match default.written()? {
        Value::String(word) => Some(word),
        other => Some(other.to_string()),
    }
}

fn is_app(answers: &Answers) -> bool {
    !matches!(answers.get("goal"), "space" | "apiserver")
}

fn is_server(answers: &Answers) -> bool {
    answers.get("goal") == "apiserver"
}

fn is_no_server(answers: &Answers) -> bool {
    !is_server(answers)
}

fn is(answers: &Answers, kinds: &[WorkloadKind]) -> bool {
    is_app(answers) && WorkloadKind::from_word(answers.get("workload")).is_some_and(|kind| kinds.contains(&kind))
}

fn is_long_running(answers: &Answers) -> bool {
    is(answers, &[WorkloadKind::Deployment, WorkloadKind::StatefulSet, WorkloadKind::DaemonSet])
}

/// Whether the port is the one that the folder names, so that what it says of health is meant.
fn folder_port(answers: &Answers, folder: &Folder) -> bool {
    folder.port.is_none_or(|port| answers.get("port") == port.to_string())
}

const GOALS: &[&str] = &["app", "space", "apiserver"];
/// A folder of this name is for a control plane, unless somebody says otherwise.
const SERVER_FOLDER: &str = "apiserver";

/// What needs no exception.
const ENCRYPTION: &[&str] = &["secretbox", "kms"];
/// What needs no exception.
const AUDIT: &[&str] = &["standard", "metadata", "strict"];
/// What deploys from a repository; each is the name of its layout.
const GITOPS: &[&str] = &["none", "flux", "argocd"];
/// Where pipelines run.
const CI: &[&str] = &["none", "github", "gitlab"];
const YES_NO: &[&str] = &["yes", "no"];

/// What runs the control plane.
fn form(answers: &Answers) -> Option<Form> {
    Form::from_word(answers.get("target"))
}

/// All questions.
pub const QUESTIONS: &[Question] = &[
    Question {
        key: "goal",
        prompt: "What to make",
        help: "app: an application with the namespace it runs in. space: a namespace with its guard rails, for apps that come later. apiserver: a hardened control plane; what a folder named apiserver takes.",
        example: "app",
        express: false,
        words: GOALS,
        needs: "",
        applies: |_| true,
        default: |answers, folder| {
            let server = answers.is_settled("target") || folder.name.as_deref() == Some(SERVER_FOLDER);
            Some(if server { "apiserver" } else { "app" }.to_owned())
        },
        check: |text, _| word(text, GOALS),
    },
    Question {
        key: "name",
        prompt: "Name",
        help: "Names the workload, its Service, and all around it, or the cluster: lower case letters, digits and `-`. It cannot change later.",
        example: "shop",
        express: true,
        words: &[],
        needs: "",
        applies: |_| true,
        default: |answers, folder| match folder.name.as_deref() {
            Some(SERVER_FOLDER) if is_server(answers) => Some("cluster".to_owned()),
            name => name.map(str::to_owned),
        },
        check: |text, answers| {
            if is_server(answers) {
                leaf::<ShortName>(text)
            } else if answers.get("goal") == "space" {
                leaf::<SpaceName>(text)
            } else {
                leaf::<AppName>(text).and_then(|()| leaf::<SpaceName>(text))
            }
        },
    },
    Question {
        key: "image",
        prompt: "Image",
        help: "The container image, with a tag or digest that stays the same: `ghcr.io/acme/shop:1.2.3`. `latest` moves, so what runs may not be what was tested.",
        example: "ghcr.io/acme/shop:1.2.3",
        express: true,
        words: &[],
        needs: "an app",
        applies: is_app,
        default: |_, _| None,
        check: |text, _| {
            leaf::<Image>(text)?;
            image::moves(text).map_or(Ok(()), Err)
        },
    },
    Question {
        key: "level",
        prompt: "Pod Security level",
        help: "restricted: current best practice. baseline: for older images, which then need exceptions for what they do.",
        example: "restricted",
        express: false,
        words: Level::WORDS,
        needs: "an app or a space",
        applies: is_no_server,
        default: |_, _| Some("restricted".to_owned()),
        check: |text, _| word(text, Level::WORDS),
    },
    Question {
        key: "kubernetes",
        prompt: "Kubernetes release",
        help: "The release of the cluster. What came later is not written; the Pod Security version is pinned to it.",
        example: "1.37",
        express: true,
        words: &[],
        needs: "",
        applies: |_| true,
        default: |_, _| Some(crate::k8s::version::Version::NEWEST.to_string()),
        check: |text, answers| {
            if is_server(answers) { leaf::<PatchRelease>(text) } else { leaf::<Release>(text) }
        },
    },
    Question {
        key: "target",
        prompt: "What runs the control plane",
        help: "kubeadm, kind, k3s, rke2, talos: a configuration for it. static-pod: manifests for the kubelet. systemd: units. flags: plain lists for everything else.",
        example: "kubeadm",
        express: true,
        words: Form::WORDS,
        needs: "goal apiserver",
        applies: is_server,
        default: |_, _| Some("kubeadm".to_owned()),
        check: |text, _| word(text, Form::WORDS),
    },
    Question {
        key: "profile",
        prompt: "Profile",
        help: "cis: the CIS Kubernetes Benchmark. stig: the DISA STIG, which excludes some of it and logs the content of Secrets. lab: cis for clusters to learn on.",
        example: "cis",
        express: true,
        words: Profile::WORDS,
        needs: "goal apiserver",
        applies: is_server,
        default: |_, _| unwritten(&ApiServer::default().profile),
        check: |text, _| word(text, Profile::WORDS),
    },
    Question {
        key: "encryption",
        prompt: "Who encrypts Secrets in etcd",
        help: "secretbox: the API server, with a key that is made here. kms: a key service that answers on a socket, so that the key is on no disk.",
        example: "secretbox",
        express: true,
        words: ENCRYPTION,
        needs: "goal apiserver",
        applies: is_server,
        default: |_, _| unwritten(&Encryption::default().provider),
        check: |text, _| word(text, ENCRYPTION),
    },
    Question {
        key: "kms",
        prompt: "Socket of the key service",
        help: "The socket on each control plane node; its folder is mounted into the API server.",
        example: "unix:///run/kms/kms.sock",
        express: true,
        words: &[],
        needs: "encryption kms",
        applies: |answers| is_server(answers) && answers.get("encryption") == "kms",
        default: |_, _| None,
        check: |text, _| leaf::<SocketUrl>(text),
    },
    Question {
        key: "audit",
        prompt: "Audit log",
        help: "standard: changes with their content, Secrets as metadata, no noise. metadata: nothing of any content. strict: also every read of a Secret by the control plane.",
        example: "standard",
        express: false,
        words: AUDIT,
        needs: "goal apiserver, and another profile than stig",
        applies: |answers| is_server(answers) && answers.get("profile") != "stig",
        default: |_, _| unwritten(&AuditLevel::default()),
        check: |text, _| word(text, AUDIT),
    },
    Question {
        key: "join-by-token",
        prompt: "Do nodes join with a token",
        help: "kubeadm join with a token reads the address of the cluster before it has a certificate: yes opens that one path, too.",
        example: "yes",
        express: false,
        words: YES_NO,
        needs: "a target that answers health checks without credentials",
        applies: |answers| is_server(answers) && form(answers).is_some_and(|form| !form.refuses_anonymous()),
        default: |_, _| Some("no".to_owned()),
        check: |text, _| word(text, YES_NO),
    },
    Question {
        key: "oidc-issuer",
        prompt: "OpenID Connect issuer of your users (or none)",
        help: "The address exactly as it stands in its tokens. Users and groups get the prefix `oidc:`.",
        example: "https://idp.example.com",
        express: false,
        words: &[],
        needs: "goal apiserver",
        applies: is_server,
        default: |_, _| Some("none".to_owned()),
        check: |text, _| if text == "none" { Ok(()) } else { leaf::<IssuerUrl>(text) },
    },
    Question {
        key: "oidc-audience",
        prompt: "What its tokens are for",
        help: "The client id that the issuer writes into tokens for this cluster; others are refused.",
        example: "kubernetes",
        express: false,
        words: &[],
        needs: "an OpenID Connect issuer",
        applies: |answers| is_server(answers) && answers.some("oidc-issuer").is_some(),
        default: |_, _| Some("kubernetes".to_owned()),
        check: |text, _| leaf::<Audience>(text),
    },
    Question {
        key: "pod-security",
        prompt: "What pods may do in namespaces without labels",
        help: "baseline: no known escalation. restricted: current best practice; storage and network plugins outside kube-system then need labels.",
        example: "baseline",
        express: false,
        words: Level::WORDS,
        needs: "goal apiserver",
        applies: is_server,
        default: |_, _| unwritten(&PodSecurity::default().enforce),
        check: |text, _| word(text, Level::WORDS),
    },
    Question {
        key: "platform",
        prompt: "Platform",
        help: "kind: images are loaded onto the nodes. openshift: the platform assigns user ids. generic: everything else.",
        example: "generic",
        express: false,
        words: Platform::WORDS,
        needs: "an app or a space",
        applies: is_no_server,
        default: |_, _| unwritten(&Target::default().platform),
        check: |text, _| word(text, Platform::WORDS),
    },
    Question {
        key: "workload",
        prompt: "Kind of workload",
        help: "deployment: pods that can replace each other. statefulset: pods with a name and volume each. daemonset: one on each node. job: runs once. cronjob: runs by a schedule.",
        example: "deployment",
        express: true,
        words: WorkloadKind::WORDS,
        needs: "an app",
        applies: is_app,
        default: |answers, _| match image::data(answers) {
            Some(_) => Some(WorkloadKind::StatefulSet.as_str().to_owned()),
            None => unwritten(&App::default().workload),
        },
        check: checks::workload,
    },
    Question {
        key: "schedule",
        prompt: "Schedule",
        help: "Five fields: minute, hour, day of month, month, day of week. `0 3 * * *` is three in the morning, every day.",
        example: "\"0 3 * * *\"",
        express: true,
        words: &[],
        needs: "workload cronjob",
        applies: |answers| is(answers, &[WorkloadKind::CronJob]),
        default: |_, _| None,
        check: |text, _| leaf::<Schedule>(text),
    },
    Question {
        key: "time-zone",
        prompt: "Time zone of the schedule",
        help: "A name such as Europe/Berlin. Without one the zone of the control plane is used.",
        example: "Etc/UTC",
        express: false,
        words: &[],
        needs: "workload cronjob",
        applies: |answers| is(answers, &[WorkloadKind::CronJob]),
        default: |_, _| unwritten(&WorkloadSettings::default().time_zone),
        check: |text, _| leaf::<TimeZone>(text),
    },
    Question {
        key: "port",
        prompt: "Port that it listens on (or none)",
        help: "The port in the container; the Service has 80 for HTTP, 443 for HTTPS, and else the same. Ports below 1024 are kept for root: the pod gets a setting that allows it, 8080 needs none.",
        example: "8080",
        express: true,
        words: &[],
        needs: "a workload that runs for ever",
        applies: is_long_running,
        default: |answers, folder| {
            let port = image::port(answers).or(folder.port).unwrap_or(8080);
            Some(port.to_string())
        },
        check: |text, _| match text.parse::<u16>() {
            _ if text == "none" => Ok(()),
            Ok(port) if port > 0 => Ok(()),
            _ => Err("is not a port: expected 1 to 65535, or none".to_owned()),
        },
    },
    Question {
        key: "health",
        prompt: "How to probe its health (a path, tcp, or none: REASON)",
        help: "A path such as /healthz is requested by HTTP, https:/healthz by HTTPS. tcp opens a connection, which works for every server and shows less. exec: COMMAND runs a program of the image. none needs a reason.",
        example: "/healthz",
        express: true,
        words: &[],
        needs: "a workload that runs for ever, and a port",
        applies: |answers| is_long_running(answers) && answers.some("port").is_some(),
        default: |answers, folder| {
            let health = folder.health.clone().filter(|_| folder_port(answers, folder));
            Some(health.unwrap_or_else(|| image::health(answers.get("image")).to_owned()))
        },
        check: checks::health,
    },
    Question {
        key: "user",
        prompt: "Numeric user id",
        help: "The process runs as this id, whatever the image says. From 10000 on it belongs to no user of the node. A name is not enough: the kubelet cannot tell that it is not root.",
        example: "10001",
        express: false,
        words: &[],
        needs: "an app on a platform that does not assign ids itself",
        applies: |answers| is_app(answers) && answers.get("platform") != "openshift",
        default: |answers, folder| Some(folder.user.or(image::user(answers)).unwrap_or(DEFAULT_ID).to_string()),
        check: |text, _| {
            match text.parse::<u32>() {
            Ok(id) if (10_000..=2_147_483_647).contains(&id) => Ok(()),
            Ok(_) => {
                Err("is below 10000, and may belong to a user of the node: that takes `runAs` with an exception in the spec"
                    .to_owned())
            }
            Err(_) => Err("is not a number: expected 10000 or above".to_owned()),
        }
        },
    },
    Question {
        key: "writable",
        prompt: "Folders that it writes to (or none)",
        help: "The image itself is read-only. These folders are empty at every start and hold 64Mi each.",
        example: "/tmp",
        express: false,
        words: &[],
        needs: "an app",
        applies: is_app,
        default: |answers, folder| Some(image::writable(answers, folder)),
        check: |text, _| each(text, leaf::<crate::spec::values::MountPath>),
    },
    Question {
        key: "storage",
        prompt: "Folder whose content outlives the pod, with its size (or none)",
        help: "A volume of its own for each pod: /data=10Gi.",
        example: "/data=10Gi",
        express: false,
        words: &[],
        needs: "workload statefulset",
        applies: |answers| is(answers, &[WorkloadKind::StatefulSet]),
        default: |answers, _| {
            Some(image::data(answers).map_or_else(|| "none".to_owned(), |data| format!("{data}=10Gi")))
        },
        check: checks::storage,
    },
    Question {
        key: "size",
        prompt: "Size",
        help: "xs: 64Mi, s: 128Mi, m: 512Mi, l: 1Gi, xl: 4Gi of memory, with processor time and disk to match.",
        example: "s",
        express: false,
        words: Preset::WORDS,
        needs: "an app",
        applies: is_app,
        default: |_, _| unwritten(&App::default().size),
        check: |text, _| word(text, Preset::WORDS),
    },
    Question {
        key: "replicas",
        prompt: "Number of pods",
        help: "Two or more survive the loss of a node, and get a disruption budget.",
        example: "2",
        express: false,
        words: &[],
        needs: "workload deployment or statefulset",
        applies: |answers| is(answers, &[WorkloadKind::Deployment, WorkloadKind::StatefulSet]),
        // two pods of a database are two databases
        default: |answers, _| {
            image::data(answers).map_or_else(|| unwritten(&App::default().replicas), |_| Some("1".to_owned()))
        },
        check: |text, _| match text.parse::<u16>() {
            Ok(count) if count <= 1000 => Ok(()),
            _ => Err("is not a number of pods: expected 0 to 1000".to_owned()),
        },
    },
    Question {
        key: "from",
        prompt: "Apps that call it (or none)",
        help: "Names with commas between them; `space/app` for an app of another space. Nobody else can.",
        example: "web",
        express: false,
        words: &[],
        needs: "a workload that runs for ever, and a port",
        applies: |answers| is_long_running(answers) && answers.some("port").is_some(),
        default: |_, _| Some("none".to_owned()),
        check: |text, _| each(text, |member| members::app_peer(member).map(drop)),
    },
    Question {
        key: "to",
        prompt: "What it calls (or none)",
        help: "`app:port`, `space/app:port`, or `internet:port`, with commas between them. DNS is always open, everything else closed.",
        example: "db:5432",
        express: false,
        words: &[],
        needs: "an app",
        applies: is_app,
        default: |_, _| Some("none".to_owned()),
        check: |text, _| each(text, |member| members::called_peer(member).map(drop)),
    },
    Question {
        key: "secrets",
        prompt: "Secrets that it reads, as name=folder (or none)",
        help: "Secrets that exist in the cluster; their keys become files in the folder. A spec never contains the values.",
        example: "shop-db=/run/secrets/db",
        express: false,
        words: &[],
        needs: "an app",
        applies: is_app,
        default: |_, _| Some("none".to_owned()),
        check: checks::secrets,
    },
    Question {
        key: "host",
        prompt: "Host name for the outside world (or none)",
        help: "The name under which a Gateway passes requests on. Without one the app is reachable within the cluster only.",
        example: "shop.example.com",
        express: true,
        words: &[],
        needs: "a workload that runs for ever, and a port",
        applies: |answers| is_long_running(answers) && answers.some("port").is_some(),
        default: |_, _| Some("none".to_owned()),
        check: |text, _| if text == "none" { Ok(()) } else { leaf::<Host>(text) },
    },
    Question {
        key: "gateway",
        prompt: "Gateway that takes the requests, as namespace/name",
        help: "`kubectl get gateways -A` lists them.",
        example: "infra/public",
        express: true,
        words: &[],
        needs: "a host",
        applies: |answers| is_long_running(answers) && answers.some("host").is_some(),
        default: |_, _| None,
        check: |text, _| leaf::<GatewayRef>(text),
    },
    Question {
        key: "environments",
        prompt: "Environments with differences (or none)",
        help: "Names with commas between them, such as dev,prod: each gets an overlay to fill in.",
        example: "dev,prod",
        express: false,
        words: &[],
        needs: "an app",
        applies: is_app,
        default: |_, _| Some("none".to_owned()),
        check: |text, _| each(text, leaf::<ShortName>),
    },
    Question {
        key: "team",
        prompt: "Group of users that deploys (or none)",
        help: "The group, as the cluster's authentication names it. It may deploy, and cannot read Secrets.",
        example: "shop-devs",
        express: false,
        words: &[],
        needs: "an app or a space",
        applies: is_no_server,
        default: |_, _| Some("none".to_owned()),
        check: |text, _| if text == "none" { Ok(()) } else { leaf::<Group>(text) },
    },
    Question {
        key: "quota",
        prompt: "Quota of the space",
        help: "s: 4 cores, 8Gi, 20 pods. m: 16 cores, 32Gi, 60 pods. l: 64 cores, 128Gi, 200 pods.",
        example: "s",
        express: false,
        words: QuotaPreset::WORDS,
        needs: "an app or a space",
        applies: is_no_server,
        default: |_, _| unwritten(&Space::default().quota),
        check: |text, _| word(text, QuotaPreset::WORDS),
    },
    Question {
        key: "gitops",
        prompt: "What deploys from the repository",
        help: "flux or argocd: also writes what they need, and an account for each app that may apply this app and nothing else.",
        example: "flux",
        express: false,
        words: GITOPS,
        needs: "an app or a space",
        applies: is_no_server,
        default: |answers, _| {
            let layout = answers.get("layout");
            Some(if GITOPS.contains(&layout) { layout } else { "none" }.to_owned())
        },
        check: |text, _| word(text, GITOPS),
    },
    Question {
        key: "repository",
        prompt: "Address of the repository that these files are committed to",
        help: "https:// or ssh:// of a Git repository, oci:// of an artifact. Without credentials: those belong in a Secret.",
        example: "https://git.example.com/team/shop",
        express: true,
        words: &[],
        needs: "--gitops flux or argocd, and an app",
        applies: |answers| is_app(answers) && answers.some("gitops").is_some(),
        default: |_, _| None,
        check: |text, _| leaf::<RepositoryUrl>(text),
    },
    Question {
        key: "ci",
        prompt: "Where the pipeline runs",
        help: "github or gitlab: writes a pipeline once that renders, checks and compares, and a configuration of Renovate. It is yours from then on.",
        example: "github",
        express: false,
        words: CI,
        needs: "an app or a space",
        applies: is_no_server,
        default: |_, _| Some("none".to_owned()),
        check: |text, _| word(text, CI),
    },
    Question {
        key: "layout",
        prompt: "Layout of the files",
        help: "kustomize: a base, overlays and a patches folder that is yours. plain: numbered files for kubectl apply. flux, argocd: as kustomize, with what deploys it. helm: a chart.",
        example: "kustomize",
        express: false,
        words: Layout::WORDS,
        needs: "an app or a space",
        applies: is_no_server,
        default: |answers, _| {
            answers.some("gitops").map(str::to_owned).or_else(|| unwritten(&Output::default().layout))
        },
        check: |text, answers| match answers.some("gitops") {
            Some(gitops) if gitops != text => Err(format!("--gitops {gitops} has the layout {gitops}")),
            None if GITOPS.contains(&text) => Err(format!("say --gitops {text}")),
            _ => word(text, Layout::WORDS),
        },
    },
];
