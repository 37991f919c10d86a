//! How bad something is.

/// How bad something is. Rules have the four in the middle; the lowest and the highest are for what is read: specs, labs,
/// configurations and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; work goes on.
    Warning,
    /// A layer less, should another fail.
    Low,
    /// Makes an attack easier or wider.
    Medium,
    /// Lets an attacker in a container go further.
    High,
    /// Hands over the node or the cluster.
    Critical,
    /// Work stops: the input cannot be used.
    Error,
}

impl Severity {
    /// The severities of rules, the worst first.
    pub const OF_RULES: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The severity of rules that has the name.
    pub fn of_rules(name: &str) -> Option<Self> {
        Self::OF_RULES.into_iter().find(|severity| severity.as_str() == name)
    }

    /// The next milder one that a rule can have.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Error => Self::Critical,
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium | Self::Low | Self::Warning => Self::Low,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Warning => "warning",
        }
    }
}
