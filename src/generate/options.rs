//! How a spec is rendered.

use crate::spec::app::Layout;

/// How to render.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// What the files call the spec.
    pub spec: &'a str,
    /// The layout, instead of those that the documents name.
    pub layout: Option<Layout>,
    /// Whether comments explain the output, instead of what the documents say.
    pub comments: Option<bool>,
    /// The environment that the plain layout and the stream are rendered for.
    pub environment: Option<&'a str>,
}
