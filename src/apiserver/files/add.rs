//! Adding a setting to a file whose tree is gone: an edit made beforehand, with words in it for name and value.

use crate::yaml::Span;
use crate::yaml::edit::Edit;

/// Stands for the name.
pub(super) const NAME: &str = "tightship-name";
/// Stands for the value; a digit in front makes a YAML writer put it into quotes.
pub(super) const VALUE: &str = "0tightship-value";

/// An edit with words for name and value in it.
#[derive(Debug, Clone)]
pub(super) struct Add(Edit);

impl Add {
    /// From an edit that adds [`NAME`] with [`VALUE`].
    pub(super) fn new(edit: Edit) -> Option<Self> {
        (edit.text.contains(NAME) && edit.text.contains(VALUE)).then_some(Self(edit))
    }

    /// As a text at a place.
    pub(super) fn text(at: usize, text: String) -> Option<Self> {
        let at = u32::try_from(at).ok()?;
        Self::new(Edit { span: Span { start: at, end: at }, text: text.into() })
    }

    /// The edit for one setting; values that would need quotes of another kind are declined.
    pub(super) fn edit(&self, name: &str, value: &str) -> Option<Edit> {
        let harmless = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.,/:=".contains(&byte));
        if !harmless(name) || !harmless(value) {
            return None;
        }
        let text = self.0.text.replace(NAME, name).replace(VALUE, value);
        Some(Edit { span: self.0.span, text: text.into() })
    }
}
