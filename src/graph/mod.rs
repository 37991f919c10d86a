//! Pictures of what the rules know of all objects together: who reaches whom, and who may do what. Whoever is on the left
//! reaches, or gets, what is on the right.

mod dot;
mod mermaid;
mod model;
mod network;
mod rbac;
mod svg;

pub use model::Graph;
pub use network::network;
pub use rbac::rbac;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A picture for browsers.
    Svg,
    /// For Graphviz.
    Dot,
    /// For Markdown pages.
    Mermaid,
}

impl Graph {
    /// Writes it. `is_alone` says whether a picture stands in a file of its own, or in a page with its colours.
    pub fn write(&self, format: Format, is_alone: bool) -> String {
        match format {
            Format::Svg => svg::write(self, is_alone),
            Format::Dot => dot::write(self),
            Format::Mermaid => mermaid::write(self),
        }
    }
}
