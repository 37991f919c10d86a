//! The `config.yaml` of K3s and RKE2, which has no kind: it is known by its keys.

use crate::apiserver::catalogue::Component;
use crate::k8s::pod::{Field, head};
use crate::yaml::{Kind, Node};

use super::args::{self, Argument};
use super::context::Context;
use super::form::Form;
use super::view::{Mount, Owner, ProgramView, Setting};

const LISTS: [(&str, Component); 6] = [
    ("kube-apiserver-arg", Component::ApiServer),
    ("kube-controller-manager-arg", Component::ControllerManager),
    ("kube-scheduler-arg", Component::Scheduler),
    ("etcd-arg", Component::Etcd),
    ("kubelet-arg", Component::Kubelet),
    ("kube-proxy-arg", Component::KubeProxy),
];

/// Keys that RKE2 has and K3s has not.
const RKE2_ONLY: [&str; 6] = [
    "profile",
    "audit-policy-file",
    "pod-security-admission-config-file",
    "kube-apiserver-extra-mount",
    "cni",
    "kube-apiserver-image",
];

/// Whether a document without kind is such a configuration, and whose. Either the path says so, or a key that nothing else has.
pub(super) fn form(root: Node<'_, '_>, name: &str) -> Option<Form> {
    if root.kind() != Kind::Mapping || root.get("kind").is_some() {
        return None;
    }
    let has = |key: &str| named(root, key).is_some();
    let in_folder = |word: &str| name.split('/').any(|part| part == word);
    let (rke2, k3s) = (in_folder("rke2"), in_folder("k3s"));
    let is_ours = LISTS.iter().any(|(key, _)| has(key)) || has("secrets-encryption");
    // in a folder of that name, what such a file mostly has is enough
    let usual = ["token", "server", "tls-san", "write-kubeconfig-mode", "cluster-init", "protect-kernel-defaults"];
    let by_path = ((rke2 || k3s) && usual.into_iter().any(has)) || (rke2 && has("profile"));
    if !(is_ours || by_path) {
        return None;
    }
    let is_rke2 = rke2 || (!k3s && RKE2_ONLY.into_iter().any(has));
    Some(if is_rke2 { Form::Rke2 } else { Form::K3s })
}

/// A key, as it is or with a `+` behind it, by which a file of `config.yaml.d` adds to the list of those before.
fn named<'d, 's>(root: Node<'d, 's>, key: &str) -> Option<Field<'d, 's>> {
    Field::of(root, key).or_else(|| Field::of(root, &format!("{key}+")))
}

/// The programs that it starts.
pub(super) fn programs(root: Node<'_, '_>, context: &Context<'_>, form: Form) -> Vec<ProgramView> {
    let is_cis =
        form == Form::Rke2 && root.get("profile").and_then(Node::as_str).is_some_and(|text| text.starts_with("cis"));
    let views = LISTS.into_iter().map(|(key, program)| {
        let field = named(root, key);
        let key = field.and_then(|field| field.key.text()).unwrap_or(key);
        let place = field.map_or_else(|| head(root), |field| field.key.span());
        let owner = Owner { kind: "Config".to_owned(), name: form.title().to_owned(), ..Owner::default() };
        let mut view = context.view(program, form, owner, place, key);
        let value = field.map(|field| field.value);
        let arguments: Vec<Argument> = match value {
            Some(list) if list.kind() == Kind::Sequence => context.arguments(list),
            Some(one) => one
                .text()
                .map(|text| Argument {
                    text: text.to_owned(),
                    span: context.span(one.span()),
                    exact: context.exact(one),
                    remove: None,
                })
                .into_iter()
                .collect(),
            None => Vec::new(),
        };
        view.settings = dashed(&arguments, program, context, key);
        view.add = context.add_argument(root, &[key], "");
        if program == Component::Kubelet
            && let Some(field) = Field::of(root, "protect-kernel-defaults")
        {
            let name = "protectKernelDefaults".to_owned();
            view.settings.extend(context.pair(
                root,
                field.key,
                field.value,
                name,
                "protect-kernel-defaults".to_owned(),
            ));
        }
        if program == Component::ApiServer {
            own(root, context, &mut view, is_cis);
        }
        view
    });
    views.collect()
}

/// Arguments without dashes in front.
fn dashed(arguments: &[Argument], program: Component, context: &Context<'_>, key: &str) -> Vec<Setting> {
    let read = |argument: &Argument| {
        let bare = !argument.text.starts_with('-');
        let mut argument = argument.clone();
        if bare {
            argument.text.insert_str(0, "--");
            argument.exact = argument.exact.map(|mut span| {
                span.start = span.start.saturating_sub(2);
                span
            });
        }
        let mut settings = args::settings(&[argument], program, context.file, key);
        for setting in settings.iter_mut().filter(|_| bare) {
            setting.name_span.start = setting.name_span.start.max(setting.span.start);
        }
        settings
    };
    arguments.iter().flat_map(read).collect()
}

/// Keys of its own that stand for flags of the API server.
fn own(root: Node<'_, '_>, context: &Context<'_>, view: &mut ProgramView, is_cis: bool) {
    let mut stands_for = |key: &str, name: &str, value: Option<&str>| {
        let Some(field) = Field::of(root, key) else { return };
        let setting = context.pair(root, field.key, field.value, name.to_owned(), key.to_owned());
        view.settings.extend(setting.map(|setting| Setting {
            value: value.map_or(setting.value.clone(), str::to_owned),
            written: super::view::Written::Flag { exact: false },
            ..setting
        }));
    };
    if root.get("secrets-encryption").and_then(Node::as_bool) == Some(true) {
        stands_for("secrets-encryption", "encryption-provider-config", Some("encryption-config.json"));
    }
    if is_cis {
        stands_for("profile", "service-account-extend-token-expiration", Some("false"));
        stands_for("profile", "audit-log-path", Some("/var/lib/rancher/rke2/server/logs/audit.log"));
        stands_for("profile", "audit-log-maxage", Some("30"));
        stands_for("profile", "audit-log-maxbackup", Some("10"));
        stands_for("profile", "audit-log-maxsize", Some("100"));
        if root.get("audit-policy-file").is_none() {
            stands_for("profile", "audit-policy-file", Some("/etc/rancher/rke2/audit-policy.yaml"));
        }
    }
    stands_for("audit-policy-file", "audit-policy-file", None);
    stands_for("pod-security-admission-config-file", "admission-control-config-file", None);
    // arguments count more than what stands for them
    view.settings.sort_by_key(|setting| setting.path.contains("-arg["));
    if view.form == Form::Rke2 {
        let extra = named(root, "kube-apiserver-extra-mount").map(|field| field.value).into_iter();
        let words =
            extra.flat_map(|node| if node.kind() == Kind::Sequence { node.items().collect() } else { vec![node] });
        let own = words.filter_map(Node::text).filter_map(mount);
        // what RKE2 mounts by itself
        let implied = [
            "/etc/ssl/certs",
            "/var/lib/rancher/rke2",
            "/etc/rancher/rke2/audit-policy.yaml",
            "/etc/rancher/rke2/rke2-pss.yaml",
        ];
        let implied = implied.map(|path| Mount { source: path.to_owned(), target: path.to_owned(), read_only: false });
        let log = Mount {
            source: "/var/lib/rancher/rke2/server/logs".to_owned(),
            target: "/var/lib/rancher/rke2/server/logs".to_owned(),
            read_only: false,
        };
        // it mounts each file that a flag or a key names, and the folder of the audit log
        let files = view.settings.iter().filter(|setting| setting.value.starts_with('/')).map(|setting| {
            let folder = setting.value.rsplit_once('/').map_or("", |(folder, _)| folder);
            let is_log = setting.name == "audit-log-path";
            let path = if is_log { folder } else { setting.value.as_str() };
            Mount { source: path.to_owned(), target: path.to_owned(), read_only: !is_log }
        });
        let named: Vec<Mount> = files.collect();
        view.mounts = Some(own.chain(implied).chain([log]).chain(named).collect());
    }
}

/// `source:target:ro`.
fn mount(text: &str) -> Option<Mount> {
    let mut parts = text.split(':');
    let (source, target) = (parts.next()?, parts.next()?);
    Some(Mount { source: source.to_owned(), target: target.to_owned(), read_only: parts.next() == Some("ro") })
}
