//! How strict a workload is.

use crate::decode::string_enum;

string_enum! {
    /// How strict: the levels of the Pod Security Standards that a workload can be written for.
    Level {
        /// Current best practice; the default of the scaffolder.
        "restricted" Restricted,
        /// Prevents known escalations; admits older images, with exceptions.
        "baseline" Baseline,
        /// Prevents nothing: for agents of nodes, in a space of their own. Each weakening is an exception.
        "privileged" Privileged,
    }
}

impl Level {
    /// How much it prevents: more for a stricter one.
    pub fn strictness(self) -> u8 {
        match self {
            Self::Restricted => 2,
            Self::Baseline => 1,
            Self::Privileged => 0,
        }
    }
}
