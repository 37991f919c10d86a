//! How strict a workload is.

use crate::decode::string_enum;

string_enum! {
    /// How strict: the levels of the Pod Security Standards that a workload can be written for.
    Level {
        /// Current best practice; the default of the scaffolder.
        "restricted" Restricted,
        /// Prevents known escalations; admits older images, with exceptions.
        "baseline" Baseline,
    }
}
