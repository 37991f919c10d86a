//! What is said of a place, from the rule, the decoder or the linter that finds it to every format that shows it.

use std::sync::Arc;

use super::{Fix, Location, ObjectId, Safety, Severity, Text, Texts};
use crate::yaml::edit::Edit;
use crate::yaml::{FileId, Span};

/// What is wrong, where, how bad that is, and what to do about it. All its texts are safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Diagnostic {
    /// The rule that is broken; empty where none is behind it, as in a spec.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line: what is wrong. It makes sense without the source beside it.
    pub message: Text,
    /// Where it is; the label says what was expected, or what it means.
    pub location: Location,
    /// What to do, where the label does not say it.
    pub help: Option<Text>,
    /// What would solve it.
    pub fix: Option<Box<Fix>>,
    /// The object it is about.
    pub object: Option<Arc<ObjectId>>,
    /// The container it is about.
    pub container: Option<Text>,
    /// The field, as a path from the object's root with list members by name where they have one:
    /// `spec.template.spec.containers[web].securityContext`. It stays when lines move.
    pub path: Text,
    rest: Option<Box<Rest>>,
}

/// What few diagnostics have: an input may have millions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Rest {
    /// Further places, of any file, that explain the first.
    related: Vec<Location>,
    /// Bytes of the file that no report may show.
    masks: Vec<Span>,
}

impl Diagnostic {
    /// Something is wrong at a place. A rule's sink adds what the rule knows: its id, its severity, the file and the object.
    pub fn new(location: impl Into<Location>, message: impl Into<Text>) -> Self {
        Self {
            id: "",
            severity: Severity::Error,
            message: message.into(),
            location: location.into(),
            help: None,
            fix: None,
            object: None,
            container: None,
            path: Text::default(),
            rest: None,
        }
    }

    /// An error at a place: the input cannot be used.
    pub fn error(location: impl Into<Location>, message: impl Into<Text>) -> Self {
        Self::new(location, message)
    }

    /// A warning at a place: work goes on.
    pub fn warning(location: impl Into<Location>, message: impl Into<Text>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(location, message) }
    }

    /// Says this at the place: what was expected, or what it means.
    pub fn label(mut self, label: impl Into<Text>) -> Self {
        self.location.label = label.into();
        self
    }

    /// A further place of the same file that explains the first.
    pub fn related(self, span: Span, label: impl Into<Text>) -> Self {
        let place = Location::new(self.location.file, span, label);
        self.related_all([place])
    }

    /// Further places, of any file, that explain the first.
    pub fn related_all(mut self, locations: impl IntoIterator<Item = Location>) -> Self {
        let mut locations = locations.into_iter().peekable();
        if locations.peek().is_some() {
            self.rest.get_or_insert_default().related.extend(locations);
        }
        self
    }

    /// What to do, in one line.
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A fix of the file of the place, if one could be made. `title` is an imperative: "set `privileged: false`".
    pub fn fix(mut self, safety: Safety, title: impl Into<Text>, edits: impl IntoIterator<Item = Edit>) -> Self {
        let edits: Box<[Edit]> = edits.into_iter().collect();
        if !edits.is_empty() {
            self.fix = Some(Box::new(Fix { safety, title: title.into(), edits }));
        }
        self
    }

    /// Bytes of the file that no report may show, such as a password.
    pub fn hide(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        let mut spans = spans.into_iter().peekable();
        if spans.peek().is_some() {
            self.rest.get_or_insert_default().masks.extend(spans);
        }
        self
    }

    /// The object it is about, and the field of it.
    pub fn about(mut self, object: Arc<ObjectId>, path: impl Into<Text>) -> Self {
        (self.object, self.path) = (Some(object), path.into());
        self
    }

    /// The field that it is about, where that is not the one that it points at.
    pub fn at_path(mut self, path: impl Into<Text>) -> Self {
        self.path = path.into();
        self
    }

    /// The container it is about, by its name.
    pub fn container(mut self, name: impl Into<Text>) -> Self {
        self.container = Some(name.into());
        self
    }

    /// Says something else where `other` has other words, in all texts that people read.
    pub fn reword(mut self, other: impl Fn(&str) -> Option<String>) -> Self {
        for text in self.texts_mut() {
            if let Some(words) = other(text) {
                *text = words.into();
            }
        }
        self
    }

    /// Keeps its texts once, where others had the same before.
    pub fn share(mut self, texts: &mut Texts) -> Self {
        for text in self.texts_mut() {
            text.share(texts);
        }
        for edit in self.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            texts.share_edit(&mut edit.text);
        }
        self
    }

    fn texts_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        let labels = self.rest.iter_mut().flat_map(|rest| &mut rest.related).map(|related| &mut related.label);
        let title = self.fix.as_mut().map(|fix| &mut fix.title);
        let texts = [&mut self.message, &mut self.location.label, &mut self.path].into_iter();
        texts.chain(labels).chain(self.help.as_mut()).chain(self.container.as_mut()).chain(title)
    }

    /// All its places are of this file.
    pub fn in_file(mut self, file: FileId) -> Self {
        self.location.file = file;
        self.rest.iter_mut().flat_map(|rest| &mut rest.related).for_each(|related| related.file = file);
        self
    }

    /// Its places: first where it is, then what explains that.
    pub fn locations(&self) -> impl Iterator<Item = &Location> {
        std::iter::once(&self.location).chain(self.others())
    }

    /// Further places, of any file, that explain the first.
    pub fn others(&self) -> &[Location] {
        self.rest.as_ref().map_or(&[], |rest| &rest.related)
    }

    /// Bytes of the file that no report may show, such as a password.
    pub fn masks(&self) -> &[Span] {
        self.rest.as_ref().map_or(&[], |rest| &rest.masks)
    }

    /// The file it belongs to.
    pub fn file(&self) -> FileId {
        self.location.file
    }

    /// The bytes it belongs to.
    pub fn span(&self) -> Span {
        self.location.span
    }

    /// The object it is about; without a name where it is about none.
    pub fn object(&self) -> &ObjectId {
        static NONE: ObjectId =
            ObjectId { api_version: String::new(), kind: String::new(), namespace: None, name: String::new() };
        self.object.as_deref().unwrap_or(&NONE)
    }
}
