//! The names in the index of a repository, `.git/index`: what git tracks.
//!
//! An index may come with a stranger's folder. So only the names are taken, in one pass whose memory is bounded; the nested
//! extensions (trees, the cache of untracked files) are passed over. <https://git-scm.com/docs/index-format> has the form.

use std::fmt::Write as _;

/// More than any path of a file system; a longer name is a fault.
const LONGEST: usize = 4096;
/// The most that all names may have. Version 4 shortens each by what it shares with the one before, so that a small file may
/// hold very long lists.
const ALL_NAMES: usize = 256 * 1024 * 1024;

/// What an index names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Files and links, sorted.
    files: Vec<String>,
    /// Submodules, and folders of which a sparse index lists no files; sorted.
    folders: Vec<String>,
    /// The file beside it with the other names of a split index.
    pub(super) shared: Option<String>,
}

impl Names {
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.binary_search_by(|name| name.as_str().cmp(path)).is_ok()
    }

    /// Whether a folder is tracked as a whole.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.folders.binary_search_by(|name| name.as_str().cmp(path)).is_ok()
    }

    /// Whether anything in a folder is tracked.
    pub(super) fn has_below(&self, folder: &str) -> bool {
        let is_below = |list: &[String]| {
            let prefix = format!("{folder}/");
            let at = list.partition_point(|name| name.as_str() < prefix.as_str());
            list.get(at).is_some_and(|name| name.starts_with(&prefix))
        };
        is_below(&self.files) || is_below(&self.folders)
    }

    /// Adds the names of the shared part of a split index. Some may be gone since; a name too much hides nothing.
    pub(super) fn append(&mut self, mut other: Self) {
        self.files.append(&mut other.files);
        self.folders.append(&mut other.folders);
        self.sort();
    }

    fn sort(&mut self) {
        for list in [&mut self.files, &mut self.folders] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// Reads an index with hashes of SHA-1 or SHA-256; none if it is neither.
pub(super) fn names(index: &[u8]) -> Option<Names> {
    [20, 32].into_iter().find_map(|hash| names_with(index, hash))
}

fn names_with(index: &[u8], hash: usize) -> Option<Names> {
    let mut rest = Bytes(index.get(..index.len().checked_sub(hash)?)?);
    (rest.take(4)? == b"DIRC").then_some(())?;
    let version = rest.number()?;
    (2..=4).contains(&version).then_some(())?;
    let entries = rest.number()?;
    let mut names = Names::default();
    let mut name = Vec::new();
    let mut all = 0;
    for _ in 0..entries {
        let mode = rest.entry(hash, version, &mut name)?;
        all += name.len();
        (name.len() <= LONGEST && all <= ALL_NAMES).then_some(())?;
        // what is no text is no file that is looked at; a split index has no name where only the rest changed
        let Some(text) = std::str::from_utf8(&name).ok().filter(|text| !text.is_empty()) else { continue };
        let is_folder = matches!(mode & 0o17_0000, 0o16_0000 | 0o4_0000);
        let list = if is_folder { &mut names.folders } else { &mut names.files };
        list.push(text.trim_end_matches('/').to_owned());
    }
    while !rest.0.is_empty() {
        let signature = rest.take(4)?;
        let size = usize::try_from(rest.number()?).ok()?;
        let data = rest.take(size)?;
        match signature {
            b"link" => names.shared = shared(data.get(..hash)?),
            b"sdir" => {}
            // of those with a small letter every one has to be known
            other if other.first().is_some_and(u8::is_ascii_lowercase) => return None,
            _ => {}
        }
    }
    names.sort();
    Some(names)
}

/// The name of the shared part, which its hash tells; none if there is none.
fn shared(hash: &[u8]) -> Option<String> {
    let is_some = hash.iter().any(|byte| *byte != 0);
    let mut name = String::from("sharedindex.");
    for byte in hash {
        // writing to a string cannot fail
        let _ = write!(name, "{byte:02x}");
    }
    is_some.then_some(name)
}

/// What is not read yet.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn until_nul(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(text)
    }

    /// Reads an entry: its mode, and its name, of which version 4 only says how it differs from the one before.
    fn entry(&mut self, hash: usize, version: u32, name: &mut Vec<u8>) -> Option<u32> {
        let start = self.0.len();
        // times, device and inode
        self.take(24)?;
        let mode = self.number()?;
        // owner, group, size
        self.take(12)?;
        self.take(hash)?;
        let flags = self.short()?;
        if version > 2 && flags & 0x4000 != 0 {
            self.take(2)?;
        }
        if version == 4 {
            let kept = name.len().checked_sub(self.varint()?)?;
            name.truncate(kept);
            name.extend_from_slice(self.until_nul()?);
            return Some(mode);
        }
        name.clear();
        let length = usize::from(flags & 0xfff);
        let text = if length == 0xfff { self.until_nul()? } else { self.take(length)? };
        name.extend_from_slice(text);
        let nul = usize::from(length == 0xfff);
        // one to eight zeros end an entry at a multiple of eight
        let used = start - self.0.len() - nul;
        self.take((used + 8) / 8 * 8 - used - nul)?;
        Some(mode)
    }

    /// A number in seven bits a byte, each further byte adding one.
    fn varint(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        loop {
            let byte = *self.take(1)?.first()?;
            value = value.checked_mul(128)?.checked_add(usize::from(byte & 127))?;
            if byte & 128 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, proptest};

    use super::names;

    fn entry(name: &str, flags: u16, mode: u32) -> Vec<u8> {
        let mut entry = vec![0; 24];
        entry.extend(mode.to_be_bytes());
        entry.extend([0; 12 + 20]);
        entry.extend((flags | u16::try_from(name.len().min(0xfff)).unwrap()).to_be_bytes());
        if flags & 0x4000 != 0 {
            entry.extend([0x20, 0]);
        }
        entry
    }

    fn padded(name: &str, flags: u16, mode: u32) -> Vec<u8> {
        let mut entry = entry(name, flags, mode);
        entry.extend(name.as_bytes());
        entry.resize(entry.len() / 8 * 8 + 8, 0);
        entry
    }

    fn index(version: u32, entries: &[Vec<u8>], extensions: &[u8]) -> Vec<u8> {
        let count = u32::try_from(entries.len()).unwrap();
        let mut index = b"DIRC".to_vec();
        index.extend(version.to_be_bytes());
        index.extend(count.to_be_bytes());
        index.extend(entries.concat());
        index.extend(extensions);
        index.extend([7; 20]);
        index
    }

    fn extension(signature: [u8; 4], data: &[u8]) -> Vec<u8> {
        let size = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&signature[..], &size, data].concat()
    }

    #[test]
    fn names_of_each_version_are_read() {
        let long = "d/".repeat(2040) + "x";
        for (version, flags) in [(2, 0), (3, 0x4000)] {
            let entries =
                [padded("a.yaml", flags, 0o10_0644), padded("b", flags, 0o16_0000), padded(&long, flags, 0o10_0644)];
            let names = names(&index(version, &entries, &[])).unwrap();
            assert!(names.has_file("a.yaml") && names.has_file(&long) && names.has_folder("b") && !names.has_file("b"));
            assert!(names.has_below("d/d") && !names.has_below("a.yaml") && !names.has_below("c"));
        }
        let fourth = |strip: u8, rest: &str| [entry(rest, 0, 0o10_0644), vec![strip], rest.into(), vec![0]].concat();
        let names =
            names(&index(4, &[fourth(0, "k8s/web.yaml"), fourth(8, "api.yaml"), fourth(12, "z")], &[])).unwrap();
        assert!(["k8s/web.yaml", "k8s/api.yaml", "z"].into_iter().all(|name| names.has_file(name)), "{names:?}");
    }

    #[test]
    fn extensions_are_passed_over_but_those_that_matter() {
        let one = [padded("a.yaml", 0, 0o10_0644)];
        // this deep, a reader that follows trees would need more stack than there is
        let deep = extension(*b"TREE", &b"a\0-1 1\n".repeat(1_000_000));
        assert!(names(&index(2, &one, &deep)).unwrap().has_file("a.yaml"));
        let split = names(&index(2, &one, &extension(*b"link", &[1; 20]))).unwrap();
        assert_eq!(split.shared.unwrap(), format!("sharedindex.{}", "01".repeat(20)));
        assert_eq!(names(&index(2, &one, &extension(*b"link", &[0; 20]))).unwrap().shared, None);
        assert_eq!(names(&index(2, &one, &extension(*b"what", &[]))), None);
    }

    #[test]
    fn a_broken_index_is_refused_and_costs_little() {
        assert_eq!(names(b""), None);
        assert_eq!(names(&index(5, &[], &[])), None);
        let mut many = index(2, &[], &[]);
        many[8..12].fill(0xff);
        assert_eq!(names(&many), None);
        // each name is one byte longer than the one before
        let growing: Vec<Vec<u8>> =
            (0..100_000).map(|_| [entry("x", 0, 0o10_0644), vec![0, b'x', 0]].concat()).collect();
        assert_eq!(names(&index(4, &growing, &[])), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            version in 2_u32..5,
            garbage in proptest::collection::vec(any::<u8>(), 0..400),
            (at, byte) in (any::<proptest::sample::Index>(), any::<u8>()),
            cut in any::<proptest::sample::Index>(),
            good in Just(()).prop_map(|()| padded("some/name.yaml", 0, 0o10_0644)),
        ) {
            let mut index = index(version, &[good.clone(), good], &garbage);
            let _ = names(&index);
            let at = at.index(index.len());
            index[at] = byte;
            let _ = names(&index);
            index.truncate(cut.index(index.len()));
            let _ = names(&index);
        }
    }
}
