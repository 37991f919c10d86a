//! What the functions of this module find, in the manner of upstream's `field.ErrorList`.

use std::borrow::Cow;

use super::At;
use crate::k8s::version::Version;
use crate::yaml::Span;

/// What kind of mistake it is, after the types of `field.Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Something is missing in the place.
    Required(&'static str),
    /// The place may not be there beside what else is.
    Forbidden,
    /// The value cannot be this, because of what another field says, or by itself.
    Invalid,
    /// The value is there before.
    Duplicate,
    /// The value names something that the object does not have.
    NotFound,
    /// The labels are not those that the selector asks for.
    Unselected,
}

/// One mistake.
#[derive(Debug)]
pub struct Violation<'d, 's> {
    /// What kind it is.
    pub wrong: Wrong,
    /// The place that the API server names; of what is missing, that which lacks it.
    pub at: At<'d, 's>,
    /// Where to point, if that is not the place itself.
    pub point: Option<Span>,
    /// Why, as the end of a sentence that begins with the place; of what is missing, a sentence of its own or nothing.
    pub reason: Cow<'static, str>,
    /// Another place that explains it.
    pub related: Option<(Span, &'static str)>,
    /// The name of the container around it.
    pub container: Option<&'d str>,
}

impl Violation<'_, '_> {
    /// Where to point.
    pub fn span(&self) -> Span {
        self.point.unwrap_or_else(|| match self.wrong {
            // of what lacks something its key
            Wrong::Required(_) => self.at.key.map_or_else(|| self.at.span(), crate::yaml::Node::span),
            _ => self.at.span(),
        })
    }
}

/// Takes mistakes.
#[derive(Debug)]
pub struct Errors<'d, 's> {
    found: Vec<Violation<'d, 's>>,
    container: Option<&'d str>,
    /// The release whose API server is asked.
    pub(crate) version: Version,
}

impl<'d, 's> Errors<'d, 's> {
    pub(crate) fn new(version: Version) -> Self {
        Self { found: Vec::new(), container: None, version }
    }

    pub(crate) fn into_violations(self) -> Vec<Violation<'d, 's>> {
        self.found
    }

    /// The container that the next mistakes are in.
    pub(crate) fn within(&mut self, container: Option<&'d str>) {
        self.container = container;
    }

    fn add(&mut self, wrong: Wrong, at: At<'d, 's>, reason: impl Into<Cow<'static, str>>) -> &mut Violation<'d, 's> {
        let violation =
            Violation { wrong, at, point: None, reason: reason.into(), related: None, container: self.container };
        let index = self.found.len();
        self.found.push(violation);
        // what was pushed is there
        #[expect(clippy::indexing_slicing, reason = "pushed on the line before")]
        &mut self.found[index]
    }

    /// The place lacks a field.
    pub(crate) fn required(&mut self, at: At<'d, 's>, field: &'static str, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::Required(field), at, why);
    }

    /// The place may not be there.
    pub(crate) fn forbidden(&mut self, at: At<'d, 's>, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::Forbidden, at, why);
    }

    /// The same, because of what stands in another place.
    pub(crate) fn conflict(
        &mut self,
        at: At<'d, 's>,
        why: impl Into<Cow<'static, str>>,
        other: Option<At<'d, 's>>,
        label: &'static str,
    ) {
        self.add(Wrong::Forbidden, at, why).related = other.map(|other| (other.span(), label));
    }

    /// The place holds too much: the API server names it, and `second` is what is too much in it.
    pub(crate) fn crowded(&mut self, at: At<'d, 's>, second: At<'d, 's>, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::Forbidden, at, why).point = Some(second.span());
    }

    /// The place cannot be so because of a part of it, which is where to point.
    pub(crate) fn invalid_at(&mut self, at: At<'d, 's>, part: At<'d, 's>, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::Invalid, at, why).point = Some(part.span());
    }

    /// The value cannot be this.
    pub(crate) fn invalid(&mut self, at: At<'d, 's>, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::Invalid, at, why);
    }

    /// The same of a place whose reason stands elsewhere.
    pub(crate) fn invalid_beside(
        &mut self,
        at: At<'d, 's>,
        why: impl Into<Cow<'static, str>>,
        other: Option<At<'d, 's>>,
        label: &'static str,
    ) {
        self.add(Wrong::Invalid, at, why).related = other.map(|other| (other.span(), label));
    }

    /// The value is one of a few words, and not this.
    pub(crate) fn not_supported(&mut self, at: At<'d, 's>, words: &[&str]) {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let value = at.node.text().unwrap_or_default().escape_debug().to_string();
        self.invalid(at, format!("cannot be `{value}`; it takes {}", words.join(", ")));
    }

    /// The value was there before.
    pub(crate) fn duplicate(&mut self, at: At<'d, 's>, why: impl Into<Cow<'static, str>>, first: At<'d, 's>) {
        self.add(Wrong::Duplicate, at, why).related = Some((first.span(), "here first"));
    }

    /// The value names what the object does not have.
    pub(crate) fn not_found(&mut self, at: At<'d, 's>, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::NotFound, at, why);
    }

    /// The labels of a template are not those of its selector.
    pub(crate) fn unselected(
        &mut self,
        at: At<'d, 's>,
        point: Option<Span>,
        why: impl Into<Cow<'static, str>>,
        selector: Span,
    ) {
        let violation = self.add(Wrong::Unselected, at, why);
        violation.point = point;
        violation.related = Some((selector, "the selector"));
    }

    /// A text by a check that says what is wrong with it.
    pub(crate) fn check(&mut self, at: At<'d, 's>, check: impl FnOnce(&'d str) -> Result<(), String>) {
        if let Some(Err(why)) = at.str().map(check) {
            self.invalid(at, why);
        }
    }

    /// The key of an entry cannot be this.
    pub(crate) fn invalid_key(&mut self, entry: At<'d, 's>, why: impl Into<Cow<'static, str>>) {
        self.add(Wrong::Invalid, entry, why).point = entry.key.map(crate::yaml::Node::span);
    }
}
