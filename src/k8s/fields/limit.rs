//! What a value must be, beyond its type.

use crate::k8s::names::NameRule;

/// What a value must be, beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limit {
    /// Nothing more is known.
    #[default]
    None,
    /// A name.
    Name(NameRule),
    /// A whole number in this range, both ends included.
    Range(i64, i64),
    /// A port: from 1 to 65535, or the name of one.
    Port,
    /// The same, with 0 for none.
    TargetPort,
    /// A mapping from qualified names to label values.
    Labels,
    /// A mapping from qualified names, in which upper case does not matter.
    Annotations,
    /// A mapping from the names of files or variables.
    DataKeys,
    /// A mapping from resources to amounts that are not negative.
    Resources,
    /// When a cron job runs.
    Schedule,
    /// A time zone of the IANA database.
    TimeZone,
}
