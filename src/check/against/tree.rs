//! The files of a commit, in a folder of their own. Git only prints what its store holds: nothing is checked out, so that no hook,
//! filter or attribute of the repository runs; links and submodules are left out.

use camino::{Utf8Component, Utf8Path};

use crate::check::base::{Base, BaseError};
use crate::file::LIMIT;

/// The most bytes of all files. More is no repository of manifests.
const ALL: u64 = 1 << 30;
/// The most bytes that git is asked for at a time.
const AT_ONCE: u64 = 32 << 20;
/// The largest file that is not a manifest by its name: a kustomization or a chart may read any.
const OTHER: u64 = 1 << 20;

struct Blob {
    path: String,
    hash: String,
    size: u64,
}

/// Writes the files of a commit into a folder: all of them if something is built below the paths, or else the manifests there.
pub(super) fn export(base: &Base, below: &[&Utf8Path], folder: &Utf8Path) -> Result<(), BaseError> {
    let mut blobs: Vec<Blob> = base.list()?.split('\0').filter_map(blob).filter(is_wanted).collect();
    let is_below = |blob: &Blob| below.iter().any(|path| Utf8Path::new(&blob.path).starts_with(path));
    if !blobs.iter().any(|blob| is_built(blob) && is_below(blob)) {
        blobs.retain(|blob| is_manifest(blob) && is_below(blob));
    }
    if blobs.iter().map(|blob| blob.size).sum::<u64>() > ALL {
        return Err(BaseError::Git(format!("{} holds more than 1 GiB", base.name())));
    }
    let mut rest = blobs.as_slice();
    while !rest.is_empty() {
        let mut size = 0;
        let count = rest.iter().take_while(|blob| {
            let is_first = size == 0;
            size += blob.size + 1;
            is_first || size <= AT_ONCE
        });
        let (some, later) = rest.split_at_checked(count.count()).unwrap_or((rest, &[]));
        let texts = base.blobs(some.iter().map(|blob| blob.hash.as_str()))?;
        for (blob, text) in some.iter().zip(texts) {
            let path = folder.join(&blob.path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, text)?;
        }
        rest = later;
    }
    Ok(())
}

/// `100644 blob HASH SIZE`, a tab, and the path. Links, submodules and names that lead elsewhere are none.
fn blob(entry: &str) -> Option<Blob> {
    let (about, path) = entry.split_once('\t')?;
    let mut words = about.split_whitespace();
    let (mode, kind, hash, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let is_plain = |step: Utf8Component<'_>| matches!(step, Utf8Component::Normal(name) if !name.eq_ignore_ascii_case(".git") && !name.contains('\\'));
    let is_file = mode.starts_with("100") && kind == "blob" && Utf8Path::new(path).components().all(is_plain);
    is_file.then(|| Some(Blob { path: path.to_owned(), hash: hash.to_owned(), size: size.parse().ok()? }))?
}

fn is_manifest(blob: &Blob) -> bool {
    matches!(Utf8Path::new(&blob.path).extension(), Some("yaml" | "yml" | "json"))
}

/// Whether kustomize or Helm make manifests of its folder.
fn is_built(blob: &Blob) -> bool {
    let name = Utf8Path::new(&blob.path).file_name();
    matches!(name, Some("kustomization.yaml" | "kustomization.yml" | "Kustomization" | "Chart.yaml"))
}

fn is_wanted(blob: &Blob) -> bool {
    blob.size <= if is_manifest(blob) { LIMIT } else { OTHER }
}

#[cfg(test)]
mod tests {
    use super::blob;

    #[test]
    fn only_files_that_stay_inside_are_taken() {
        let path = |entry: &str| blob(entry).map(|blob| blob.path);
        let hash = "a".repeat(40);
        assert_eq!(path(&format!("100644 blob {hash}      12\tk8s/app.yaml")).as_deref(), Some("k8s/app.yaml"));
        for other in ["../app.yaml", "/app.yaml", "a/../../app.yaml", ".git/config", "a/.GIT/config", "a\\..\\b"] {
            assert_eq!(path(&format!("100644 blob {hash}      12\t{other}")), None, "{other}");
        }
        for mode in ["120000 blob", "160000 commit", "040000 tree"] {
            assert_eq!(path(&format!("{mode} {hash}       -\tapp.yaml")), None, "{mode}");
        }
    }
}
