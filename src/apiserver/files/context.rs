//! What the readers of YAML forms share: where the text of a node is in the file, and scalars as arguments and settings.

use std::sync::Arc;

use crate::apiserver::catalogue::Component;
use crate::k8s::pod::{Field, head};
use crate::k8s::version::Version;
use crate::yaml::edit::{self, Edit};
use crate::yaml::{FileId, Kind, Node, Span, Style};

use super::add::{Add, NAME, VALUE};
use super::args::{Argument, canonical};
use super::form::Form;
use super::view::{List, Owner, ProgramView, Setting, Written};

/// A text in which nodes are, and where it begins in the file.
#[derive(Debug, Clone)]
pub(super) struct Context<'t> {
    /// The text that the spans of nodes point into.
    pub(super) text: &'t str,
    /// What stands in the file before it.
    pub(super) shift: u32,
    pub(super) file: FileId,
    /// The path of the file.
    pub(super) name: Arc<str>,
}

impl Context<'_> {
    /// The bytes of the file.
    pub(super) fn span(&self, span: Span) -> Span {
        Span { start: span.start.saturating_add(self.shift), end: span.end.saturating_add(self.shift) }
    }

    pub(super) fn edit(&self, edit: Option<Edit>) -> Option<Edit> {
        edit.map(|edit| Edit { span: self.span(edit.span), text: edit.text })
    }

    /// The bytes of a scalar between its quotes, if nothing in it is escaped.
    pub(super) fn exact(&self, node: Node<'_, '_>) -> Option<Span> {
        let text = node.text().filter(|_| !node.is_alias())?;
        let span = node.span();
        let inner = match node.style()? {
            Style::Plain => span,
            Style::Quoted => Span { start: span.start + 1, end: span.end.saturating_sub(1) },
            Style::Block => return None,
        };
        (self.text.get(inner.range()) == Some(text)).then(|| self.span(inner))
    }

    /// A scalar of a list as an argument.
    pub(super) fn argument(&self, list: Node<'_, '_>, index: usize, item: Node<'_, '_>) -> Option<Argument> {
        let text = item.text()?.to_owned();
        let remove = self.edit(edit::remove_item(self.text, list, index));
        Some(Argument { text, span: self.span(item.span()), exact: self.exact(item), remove })
    }

    /// The scalars of a list as arguments.
    pub(super) fn arguments(&self, list: Node<'_, '_>) -> Vec<Argument> {
        list.items().enumerate().filter_map(|(index, item)| self.argument(list, index, item)).collect()
    }

    /// A key with a scalar as a setting.
    pub(super) fn pair(
        &self,
        map: Node<'_, '_>,
        key: Node<'_, '_>,
        value: Node<'_, '_>,
        name: String,
        path: String,
    ) -> Option<Setting> {
        let text = value.text()?.to_owned();
        let written = Written::Value { quoted: value.style() == Some(Style::Quoted), string: value.as_str().is_some() };
        let exact = self.exact(value);
        let value_span = exact.unwrap_or_else(|| self.span(value.span()));
        let written = if exact.is_some() { written } else { Written::Flag { exact: false } };
        let remove = key.text().and_then(|key| edit::remove(self.text, map, key));
        Some(Setting {
            name,
            value: if value.is_null() { String::new() } else { text },
            file: self.file,
            span: Span { start: self.span(key.span()).start, end: self.span(value.span()).end },
            name_span: self.span(key.span()),
            value_span,
            path,
            written,
            remove: self.edit(remove),
        })
    }

    /// `extraArgs` of kubeadm and Talos: a mapping, or since v1beta4 a list of names with values.
    pub(super) fn extra_args(&self, extra: Node<'_, '_>, program: Component, path: &str) -> Vec<Setting> {
        let called = |text: &str| text.trim_start_matches('-').replace('_', "-");
        let full = |name: &str| format!("{path}[{name}]");
        match extra.kind() {
            Kind::Mapping => extra
                .fields()
                .flat_map(|(key, value)| {
                    let name = called(key.text().unwrap_or_default());
                    let of = |value: Node<'_, '_>| self.pair(extra, key, value, canonical(program, &name), full(&name));
                    // Talos takes lists of values too
                    match value.kind() {
                        Kind::Sequence => value.items().filter_map(of).collect::<Vec<_>>(),
                        _ => of(value).into_iter().collect(),
                    }
                })
                .collect(),
            Kind::Sequence => extra
                .items()
                .enumerate()
                .filter_map(|(index, item)| {
                    let (key, value) = (item.get("name")?, item.get("value")?);
                    let name = called(key.text()?);
                    let field = Field::of(item, "value")?;
                    let setting = self.pair(item, field.key, value, canonical(program, &name), full(&name))?;
                    let span = Span { start: self.span(key.span()).start, end: self.span(value.span()).end };
                    let remove = self.edit(edit::remove_item(self.text, extra, index));
                    Some(Setting { span, name_span: self.span(key.span()), remove, ..setting })
                })
                .collect(),
            Kind::Scalar => Vec::new(),
        }
    }

    /// Adds to a mapping of names and values.
    pub(super) fn add_key(&self, root: Node<'_, '_>, path: &[&str]) -> Option<Add> {
        let keys: Vec<&str> = path.iter().copied().chain([NAME]).collect();
        Add::new(self.edit(edit::set(self.text, root, &keys, &VALUE.into()))?)
    }

    /// Adds to a list of `{name, value}`.
    pub(super) fn add_pair(&self, root: Node<'_, '_>, path: &[&str]) -> Option<Add> {
        let item = serde_json::json!({"name": NAME, "value": VALUE});
        Add::new(self.edit(edit::push(self.text, root, path, &item))?)
    }

    /// Adds to a list of arguments.
    pub(super) fn add_argument(&self, root: Node<'_, '_>, path: &[&str], dashes: &str) -> Option<Add> {
        let item = format!("{dashes}{NAME}={VALUE}").into();
        Add::new(self.edit(edit::push(self.text, root, path, &item))?)
    }

    /// A view with nothing in it yet.
    pub(super) fn view(&self, program: Component, form: Form, owner: Owner, place: Span, path: &str) -> ProgramView {
        ProgramView {
            program,
            form,
            file: self.file,
            name: Arc::clone(&self.name),
            owner: Arc::new(owner),
            place: self.span(place),
            path: path.to_owned(),
            settings: Vec::new(),
            version: None,
            mounts: None,
            node_mounts: None,
            probe: None,
            partial: false,
            list: List::Replaces,
            variables: Vec::new(),
            add: None,
        }
    }
}

/// What an object says that it is.
pub(super) fn owner(root: Node<'_, '_>) -> Owner {
    let text = |node: Option<Node<'_, '_>>| node.and_then(Node::as_str).unwrap_or_default().to_owned();
    let metadata = root.get("metadata");
    let of = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    Owner {
        api_version: text(root.get("apiVersion")),
        kind: text(root.get("kind")),
        namespace: of("namespace").and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned),
        name: text(of("name").or_else(|| root.get("name"))),
    }
}

/// The key of a field, or the head of the mapping that lacks it.
pub(super) fn key_or_head(node: Node<'_, '_>, key: &str) -> Span {
    Field::of(node, key).map_or_else(|| head(node), |field| field.key.span())
}

/// The release in `v1.36.2`, `stable-1.36`, or the tag of an image.
pub(super) fn release(text: &str) -> Option<Version> {
    let name = text.split_once('@').map_or(text, |(name, _)| name);
    let tag = name.rsplit_once(':').map_or(name, |(_, tag)| tag);
    let tag = tag.strip_prefix("stable-").unwrap_or(tag);
    // `v1.36.1+k3s1`, `v1.36.0-rc.1`
    let plain = tag.split(['+', '-', '_']).next().unwrap_or(tag);
    Version::parse(plain)
}
