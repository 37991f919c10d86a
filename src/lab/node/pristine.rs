//! The node as it was when its cluster was made, to which every run goes back before it begins.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::files::KEPT;
use super::restart::{self, END, Restarted, answers};
use super::{Component, Look, NodeError, must, sh};
use crate::client::{Api, Request};

/// How long namespaces that are being deleted may take.
const GOING: Duration = Duration::from_secs(20);

/// Where the first look is kept on the node.
const FOLDER: &str = "/var/lib/tightship-lab";

/// Prints all that tells one state of the node from another: files with their modes and contents, and what runs since when.
const STATE: &str = r#"
files() {
  find "$@" \( -type f -o -type d -o -type l \) -printf '%y %m %U:%G %p %l\n' 2>/dev/null | sort
  find "$@" -type f -exec sha256sum {} + 2>/dev/null | sort
}
state() {
  files "$@"
  ls -l /proc/[0-9]*/exe 2>/dev/null |
    sed -nE 's#^.* /proc/([0-9]+)/exe -> .*/(kubelet|etcd|kube-apiserver|kube-controller-manager|kube-scheduler)$#\1 \2#p' |
    while read -r pid name; do
      stat=$(cat "/proc/$pid/stat" 2>/dev/null) && echo "$name $pid $(echo "${stat##*) }" | cut -d' ' -f20)"
    done
}
"#;

/// Keeps what is there.
const KEEP: &str = r#"
folder=$1; shift
set -e
mkdir -p -m 0700 "$folder"
for path; do [ -e "$path" ] && echo "${path#/}"; done >"$folder/paths" || :
tar -C / --numeric-owner -cpf "$folder/new.tar" -T "$folder/paths"
mv "$folder/new.tar" "$folder/pristine.tar"
"#;

/// Says whether something was kept (else 4), and whether all is as it was (else 5).
const COMPARE: &str = r#"
folder=$1; shift
[ -e "$folder/pristine.tar" ] && [ -e "$folder/state" ] || exit 4
state "$@" | cmp -s - "$folder/state" || exit 5
"#;

/// Puts everything back while nothing runs, then lets it run again.
const RESTORE: &str = r#"
folder=$1; shift
set -e
systemctl stop kubelet
end etcd kube-apiserver kube-controller-manager kube-scheduler
tar -tf "$folder/pristine.tar" | sed 's#/$##' | sort >"$folder/known"
find "$@" -depth 2>/dev/null | while read -r path; do
  grep -qxF -- "${path#/}" "$folder/known" || rm -rf -- "$path"
done
tar -C / --numeric-owner -xpf "$folder/pristine.tar"
# what an API server was told to write: it may hold passwords of the run. Nothing depends on it
rm -rf /var/log/kubernetes || :
systemctl daemon-reload
systemctl start kubelet
"#;

/// Writes down how things are now.
const REMEMBER: &str = r#"
folder=$1; shift
state "$@" >"$folder/new" && mv "$folder/new" "$folder/state"
"#;

fn script(api: &dyn Api, script: &str) -> Result<i32, NodeError> {
    let args: Vec<&str> = std::iter::once(FOLDER).chain(KEPT).collect();
    let ended = sh(api, &format!("{STATE}{script}"), &args, &[])?;
    match ended.exit {
        0 | 4 | 5 => Ok(ended.exit),
        exit => Err(NodeError::Spoiled(format!("exit code {exit}: {}", ended.stderr.trim()))),
    }
}

/// Makes the node as it was when its cluster was made: the first time that is how it is. Fails with
/// [`NodeError::Spoiled`] if only a new cluster helps.
pub fn prepare(api: &dyn Api, node: &str, tell: &mut dyn FnMut(&str)) -> Result<(), NodeError> {
    match script(api, COMPARE)? {
        0 => Ok(()),
        4 => {
            tell("keep the files of the control plane as they are");
            script(api, KEEP)?;
            script(api, REMEMBER).map(drop)
        }
        _ => {
            wait_for_namespaces(api, tell);
            tell("put the files of the control plane back");
            let before = Look::take(api)?;
            let args: Vec<&str> = std::iter::once(FOLDER).chain(KEPT).collect();
            must(api, &format!("{END}{RESTORE}"), &args, &[]).map_err(spoiled)?;
            let all = BTreeSet::from(Component::ALL);
            match restart::wait(api, node, &before, &all, tell).map_err(spoiled)? {
                Restarted::Works => {}
                Restarted::Broken(what) => return Err(NodeError::Spoiled(what)),
            }
            readable(api)?;
            script(api, REMEMBER).map(drop)
        }
    }
}

/// The files of the control plane: a line for the owner and mode of each, and one for what is in it.
pub fn files(api: &dyn Api) -> Result<Vec<String>, NodeError> {
    let text = must(api, &format!("{STATE}\nfiles \"$@\""), &KEPT, &[])?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn spoiled(error: NodeError) -> NodeError {
    match error {
        NodeError::Refused(reason) => NodeError::Spoiled(reason),
        other => other,
    }
}

/// Lets the end of the run before come to its own end: what it has encrypted cannot be deleted without its key.
fn wait_for_namespaces(api: &dyn Api, tell: &mut dyn FnMut(&str)) {
    let end = Instant::now() + GOING;
    let mut told = false;
    while answers(api) && Instant::now() < end {
        let list = api.request(&Request::get("/api/v1/namespaces")).ok().and_then(|response| response.json().ok());
        let items = list.as_ref().and_then(|list| list.get("items")).and_then(Value::as_array);
        let is_going = |item: &Value| item.pointer("/metadata/deletionTimestamp").is_some();
        if !items.is_some_and(|items| items.iter().any(is_going)) {
            return;
        }
        if !told {
            tell("wait for the end of the run before");
            told = true;
        }
        thread::sleep(Duration::from_millis(300));
    }
}

/// That the API server can read what is stored: what was encrypted meanwhile it cannot.
fn readable(api: &dyn Api) -> Result<(), NodeError> {
    for path in ["/api/v1/secrets", "/api/v1/configmaps"] {
        let response = api.request(&Request::get(path))?;
        if !response.is_success() {
            return Err(NodeError::Spoiled(format!("what is stored cannot be read: {}", response.message())));
        }
    }
    Ok(())
}
