//! What is printed or shown before and after: cards, slides, the report.

pub mod cards;
mod markdown;
mod page;
pub mod report;
pub mod slides;
