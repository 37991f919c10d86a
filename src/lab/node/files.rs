//! Files of the node that labs may change: those that are put back when a lab begins anew.

use super::{NodeError, must, sh};
use crate::client::Api;

/// What is put back: folders with all that is in them, and files.
pub(super) const KEPT: [&str; 5] = [
    "/etc/kubernetes",
    "/etc/default/kubelet",
    "/etc/systemd/system/kubelet.service.d",
    "/var/lib/kubelet/config.yaml",
    "/var/lib/kubelet/kubeadm-flags.env",
];

/// Writes what is on the standard input, all of it or nothing. The new file is made next to the old one, but not where the
/// kubelet looks for pods. A file that is there keeps its owner, and its mode unless one is given.
const WRITE: &str = r#"
set -eu
folder=$(dirname "$1")
mkdir -p "$folder"
case $folder in /etc/kubernetes/manifests*) folder=/etc/kubernetes ;; esac
new=$(mktemp "$folder/.tightship-XXXXXX")
trap 'rm -f "$new"' EXIT
cat >"$new"
if [ -e "$1" ]; then chown --reference="$1" "$new"; chmod --reference="$1" "$new"; fi
[ -z "$2" ] || chmod "$2" "$new"
mv -fT "$new" "$1"
"#;

/// Fails unless a lab may change the file: one that a reset would not put back it may not.
pub fn check(path: &str) -> Result<(), NodeError> {
    let is_plain = path.split('/').all(|part| part != ".." && part != ".") && !path.contains("//");
    let is_kept =
        KEPT.iter().any(|kept| path.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if is_plain && is_kept {
        return Ok(());
    }
    Err(NodeError::Refused(format!(
        "{path} on the node is not put back by a reset, so labs leave it alone; they may change {}",
        KEPT.join(", ")
    )))
}

/// Reads a file; none if it is not there.
pub fn read(api: &dyn Api, path: &str) -> Result<Option<String>, NodeError> {
    let ended = sh(api, r#"[ -e "$1" ] || exit 4; cat "$1""#, &[path], &[])?;
    match ended.exit {
        0 => Ok(Some(ended.stdout)),
        4 => Ok(None),
        _ => Err(NodeError::Refused(format!("{path} on the node cannot be read: {}", ended.stderr.trim()))),
    }
}

/// Writes a file. A new one gets the mode 0600 if none is given.
pub fn write(api: &dyn Api, path: &str, text: &str, mode: Option<&str>) -> Result<(), NodeError> {
    check(path)?;
    let mode = mode.unwrap_or_default();
    if !mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) || mode.len() > 4 {
        return Err(NodeError::Refused(format!("`{mode}` is not a mode of a file, such as `0600`")));
    }
    must(api, WRITE, &[path, mode], text.as_bytes()).map(drop)
}

/// Deletes a file; that it is not there is as good.
pub fn delete(api: &dyn Api, path: &str) -> Result<(), NodeError> {
    check(path)?;
    must(api, r#"rm -f -- "$1""#, &[path], &[]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_what_is_put_back_may_be_changed() {
        for path in ["/etc/kubernetes/a/b.yaml", "/var/lib/kubelet/config.yaml"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for path in [
            "/etc/kubernetes/../passwd",
            "/etc/kubernetesx",
            "/var/lib/kubelet/pki/a",
            "etc/kubernetes/a",
            "/etc/kubernetes//a",
            "/opt/a",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }
}
