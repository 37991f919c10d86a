//! Configuration files of the programs themselves: `KubeletConfiguration` and `KubeProxyConfiguration`. Fields go by their path,
//! as in the catalogue.

use crate::apiserver::catalogue::Component;
use crate::yaml::{Kind, Node, Span};

use super::context::{Context, owner};
use super::form::Form;
use super::view::{ProgramView, Setting, Written};

/// The program that a document configures; `None` for any other document.
pub(super) fn configuration(root: Node<'_, '_>, context: &Context<'_>, form: Form) -> Option<ProgramView> {
    let api = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    let program = match root.get("kind")?.as_str()? {
        "KubeletConfiguration" if api.is_empty() || api.starts_with("kubelet.config.k8s.io/") => Component::Kubelet,
        "KubeProxyConfiguration" if api.is_empty() || api.starts_with("kubeproxy.config.k8s.io/") => {
            Component::KubeProxy
        }
        _ => return None,
    };
    let mut view = context.view(program, form, owner(root), crate::k8s::pod::head(root), "");
    fields(root, context, "", &mut view.settings);
    Some(view)
}

/// The fields of a kubelet's configuration below a node, as those in a machine configuration of Talos.
pub(super) fn fields(node: Node<'_, '_>, context: &Context<'_>, prefix: &str, out: &mut Vec<Setting>) {
    for (key, value) in node.fields() {
        let Some(text) = key.text() else { continue };
        let path = if prefix.is_empty() { text.to_owned() } else { format!("{prefix}.{text}") };
        match value.kind() {
            Kind::Scalar if !value.is_null() => {
                let setting = context.pair(node, key, value, path.clone(), path);
                // a field has its own type, so it is written as it is
                out.extend(setting.map(|setting| Setting {
                    written: match setting.written {
                        Written::Value { quoted, .. } => Written::Value { quoted, string: quoted },
                        other => other,
                    },
                    ..setting
                }));
            }
            Kind::Scalar => {}
            Kind::Mapping if text == "featureGates" => out.push(joined(&path, context, key, value, |gate| {
                gate.fields().filter_map(|(name, on)| Some(format!("{}={}", name.text()?, on.text()?))).collect()
            })),
            Kind::Mapping => fields(value, context, &path, out),
            Kind::Sequence => out.push(joined(&path, context, key, value, |list| {
                list.items().filter_map(Node::text).map(str::to_owned).collect()
            })),
        }
    }
}

fn joined(
    path: &str,
    context: &Context<'_>,
    key: Node<'_, '_>,
    value: Node<'_, '_>,
    items: impl Fn(Node<'_, '_>) -> Vec<String>,
) -> Setting {
    let span = context.span(key.span());
    let value_span = value
        .items()
        .next()
        .map_or(span, |first| Span { start: context.span(first.span()).start, end: context.span(value.span()).end });
    Setting {
        name: path.to_owned(),
        value: items(value).join(","),
        file: context.file,
        span,
        name_span: span,
        value_span,
        path: path.to_owned(),
        written: Written::Flag { exact: false },
        remove: None,
    }
}
