//! A page of the reference.

/// The first line after the title of each page; a file without it is nobody's to remove.
pub(super) const MARK: &str = "<!-- Made from the program; `just docs` writes it. -->";

/// A page: its path below the folder of the documentation, what it is called in the contents, how deep, and its text.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) depth: usize,
    pub(super) text: String,
}

impl Page {
    pub(super) fn new(depth: usize, path: impl Into<String>, title: impl Into<String>, body: &str) -> Self {
        let (path, title) = (path.into(), title.into());
        let text = format!("# {title}\n\n{MARK}\n\n{}\n", body.trim());
        Self { path, title, depth, text }
    }
}
