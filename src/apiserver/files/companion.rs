//! The files that flags of the API server name: what they say, as far as rules ask for it.

use std::sync::Arc;

use crate::k8s::pod::{Field, head};
use crate::yaml::{FileId, Kind, Node, Span};

use super::audit::AuditPolicy;
use super::context::{Context, owner};
use super::encryption::Encryption;
use super::text::{Word, word};
use super::view::Owner;

/// A configuration file, or what stands for one inside of another.
#[derive(Debug, Clone)]
pub struct Companion {
    pub file: FileId,
    pub name: Arc<str>,
    pub owner: Arc<Owner>,
    /// `apiVersion` with its value, or the first key.
    pub api: Span,
    pub place: Span,
    /// The flag that names it; none for what only an admission configuration may hold.
    pub flag: Option<&'static str>,
    /// Whether it belongs to whatever stands in the same file, without a flag.
    pub inline: bool,
    pub content: Content,
}

/// What a configuration file says.
#[derive(Debug, Clone)]
pub enum Content {
    /// Who may come in.
    Authentication(Authentication),
    Authorization(Vec<Word>),
    /// What is let through.
    Admission(Vec<Plugin>),
    /// What is written down.
    Audit(AuditPolicy),
    /// `enableProfiling` of a scheduler, if its file says so.
    Scheduler(Option<Word>),
    Encryption(Encryption),
}

/// An `AuthenticationConfiguration`.
#[derive(Debug, Clone, Default)]
pub struct Authentication {
    /// `anonymous`.
    pub anonymous: Option<Anonymous>,
    /// The number of issuers of tokens.
    pub issuers: usize,
}

/// The section `anonymous`.
#[derive(Debug, Clone)]
pub struct Anonymous {
    pub span: Span,
    /// `enabled`.
    pub enabled: bool,
    /// The paths that may be asked.
    pub paths: Vec<Word>,
}

/// A plugin in an admission configuration.
#[derive(Debug, Clone)]
pub struct Plugin {
    pub name: Word,
    /// The file with its configuration, if that is elsewhere.
    pub path: Option<Word>,
    /// What is configured, if it is here.
    pub configuration: Option<Configuration>,
}

/// The configuration of a plugin.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// `apiVersion` with its place.
    pub api: Option<Word>,
    /// `kind`.
    pub kind: String,
    /// The key `limits`, or the first one.
    pub limits_span: Span,
    /// The number of `limits` of an `EventRateLimit`.
    pub limits: usize,
    /// `defaultAllow` of an `ImagePolicyWebhook`.
    pub default_allow: Option<Word>,
    /// The levels in `defaults` of a `PodSecurityConfiguration`: `enforce`, ...
    pub defaults: Vec<(String, Word)>,
}

/// The companion that a document is.
pub(super) fn of_document(root: Node<'_, '_>, context: &Context<'_>) -> Option<Companion> {
    let api = root.get("apiVersion")?.as_str()?;
    let group = api.split_once('/')?.0;
    let kind = root.get("kind")?.as_str()?;
    let (flag, says) = match (group, kind) {
        ("apiserver.config.k8s.io" | "apiserver.k8s.io", "AdmissionConfiguration") => {
            (Some("admission-control-config-file"), admission(root, context))
        }
        ("apiserver.config.k8s.io", "AuthenticationConfiguration") => {
            (Some("authentication-config"), authentication(root, context))
        }
        ("apiserver.config.k8s.io", "AuthorizationConfiguration") => {
            (Some("authorization-config"), authorization(root, context))
        }
        ("apiserver.config.k8s.io", "EncryptionConfiguration") => {
            (Some("encryption-provider-config"), Content::Encryption(Encryption::of(root, context)))
        }
        ("audit.k8s.io", "Policy") => (Some("audit-policy-file"), Content::Audit(AuditPolicy::of(root, context))),
        ("kubescheduler.config.k8s.io", "KubeSchedulerConfiguration") => {
            (Some("config"), Content::Scheduler(word(root.get("enableProfiling"), context)))
        }
        ("pod-security.admission.config.k8s.io", "PodSecurityConfiguration") => {
            (None, alone("PodSecurity", root, context))
        }
        ("eventratelimit.admission.k8s.io", "Configuration") => (None, alone("EventRateLimit", root, context)),
        _ => return None,
    };
    let version = Field::of(root, "apiVersion").map_or_else(|| head(root), |field| field.value.span());
    Some(companion(root, context, &owner(root), version, flag, false, says))
}

/// What stands inside of a machine configuration under a key of it.
pub(super) fn inside(key: &str, root: Node<'_, '_>, context: &Context<'_>, owner: &Owner) -> Option<Companion> {
    let (flag, says) = match key {
        "auditPolicy" => ("audit-policy-file", Content::Audit(AuditPolicy::of(root, context))),
        "authenticationConfig" => ("authentication-config", authentication(root, context)),
        "authorizationConfig" => {
            let words = root.items().filter_map(|item| word(item.get("type"), context)).collect();
            let named = authorization(root, context);
            ("authorization-config", if root.kind() == Kind::Sequence { Content::Authorization(words) } else { named })
        }
        "encryptionConfig" => ("encryption-provider-config", Content::Encryption(Encryption::of(root, context))),
        _ => return None,
    };
    Some(companion(root, context, owner, head(root), Some(flag), true, says))
}

/// A plugin of a machine configuration.
pub(super) fn plugin(node: Node<'_, '_>, context: &Context<'_>, owner: &Owner) -> Option<Companion> {
    let says = Content::Admission(vec![plugin_of(node, context)?]);
    Some(companion(node, context, owner, head(node), Some("admission-control-config-file"), true, says))
}

fn companion(
    root: Node<'_, '_>,
    context: &Context<'_>,
    owner: &Owner,
    api: Span,
    flag: Option<&'static str>,
    inline: bool,
    says: Content,
) -> Companion {
    Companion {
        file: context.file,
        name: Arc::clone(&context.name),
        owner: Arc::new(owner.clone()),
        api: context.span(api),
        place: context.span(head(root)),
        flag,
        inline,
        content: says,
    }
}

fn authentication(root: Node<'_, '_>, context: &Context<'_>) -> Content {
    let anonymous = Field::of(root, "anonymous").map(|field| Anonymous {
        span: context.span(field.key.span()),
        enabled: field.value.get("enabled").and_then(Node::as_bool) == Some(true),
        paths: field
            .value
            .get("conditions")
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|item| word(item.get("path"), context))
            .collect(),
    });
    Content::Authentication(Authentication { anonymous, issuers: root.get("jwt").map_or(0, |list| list.items().len()) })
}

fn authorization(root: Node<'_, '_>, context: &Context<'_>) -> Content {
    let authorizers = root.get("authorizers").into_iter().flat_map(Node::items);
    Content::Authorization(authorizers.filter_map(|item| word(item.get("type"), context)).collect())
}

fn admission(root: Node<'_, '_>, context: &Context<'_>) -> Content {
    let plugins = root.get("plugins").into_iter().flat_map(Node::items);
    Content::Admission(plugins.filter_map(|plugin| plugin_of(plugin, context)).collect())
}

fn plugin_of(node: Node<'_, '_>, context: &Context<'_>) -> Option<Plugin> {
    Some(Plugin {
        name: word(node.get("name"), context)?,
        path: word(node.get("path"), context).filter(|path| !path.text.is_empty()),
        configuration: Field::of(node, "configuration").map(|field| configuration(field.value, context)),
    })
}

/// The configuration of a plugin in a file of its own.
fn alone(name: &str, root: Node<'_, '_>, context: &Context<'_>) -> Content {
    let name = Word { text: name.to_owned(), span: context.span(head(root)) };
    Content::Admission(vec![Plugin { name, path: None, configuration: Some(configuration(root, context)) }])
}

fn configuration(node: Node<'_, '_>, context: &Context<'_>) -> Configuration {
    let defaults = node.get("defaults").into_iter().flat_map(Node::fields);
    Configuration {
        api: word(node.get("apiVersion"), context),
        kind: node.get("kind").and_then(Node::as_str).unwrap_or_default().to_owned(),
        limits_span: context.span(super::context::key_or_head(node, "limits")),
        limits: node.get("limits").map_or(0, |list| list.items().len()),
        default_allow: word(node.path(&["imagePolicy", "defaultAllow"]), context),
        defaults: defaults
            .filter_map(|(key, value)| Some((key.text()?.to_owned(), word(Some(value), context)?)))
            .collect(),
    }
}

impl Companion {
    /// What the configuration of a plugin says here.
    pub fn plugin(&self, name: &str) -> Option<&Plugin> {
        let Content::Admission(plugins) = &self.content else { return None };
        plugins.iter().find(|plugin| plugin.name.text == name)
    }
}
