//! Who is told what happens.

/// Hears of each step as it begins; the one before is then over.
pub trait Progress {
    fn step(&mut self, what: &str);

    /// The step that runs went wrong.
    fn fail(&mut self);
}
