//! How near files are to each other, by their paths.

use std::sync::Arc;

fn folders(path: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    parts
}

/// The steps up from the folder of one file, and down to that of another.
pub(super) fn steps(from: &str, to: &str) -> (usize, usize) {
    let (from, to) = (folders(from), folders(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    (from.len() - common, to.len() - common)
}

pub(super) fn distance(from: &Arc<str>, to: &Arc<str>) -> usize {
    let (up, down) = steps(from, to);
    up + down
}

/// Whether two files probably belong to one cluster: in one folder, in folders beside each other, or below.
pub(super) fn is_near(from: &str, to: &str) -> bool {
    let (up, down) = steps(from, to);
    up <= 1 && down <= 2 && (up == 0 || down <= 1)
}
