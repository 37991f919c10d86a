//! How far a run is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much was read so far, for who waits; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Seen(Arc<AtomicUsize>);

impl Seen {
    /// The number of files or objects.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    pub(super) fn another(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, Options, Text, run};

    #[test]
    fn every_file_is_counted_once_in_each_run() {
        let input = |name: &str| Input { name: name.to_owned(), text: Text::Here("kind: Pod\n".into()) };
        let (inputs, options) = (["a.yaml", "b.yaml", "c.yaml"].map(input), Options::default());
        for _ in 0..2 {
            run(&inputs, &options);
            assert_eq!(options.seen.clone().count(), 3);
        }
    }
}
