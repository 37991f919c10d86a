//! Changes of a YAML file that leave the rest of it as it is written: values by their path, flags of a static pod's command,
//! and what its container sees of the node.

use serde_json::{Value, json};

use crate::lab::course::step::NodeEdit;
use crate::yaml::edit::{self, Edit};
use crate::yaml::{self, Kind, Node, quote};

/// The file with the changes.
pub fn apply(text: &str, wanted: &NodeEdit) -> Result<String, String> {
    let mut text = text.to_owned();
    for (path, value) in &wanted.set {
        text = change(&text, path, |text, root| set(text, root, path, &value.0))?;
    }
    for (name, value) in &wanted.flags {
        let value = flag_value(name, &value.0)?;
        text = flag(&text, name, value.as_deref())?;
    }
    for (path, mode) in &wanted.mounts {
        let read_only = match mode.as_str() {
            "ro" => true,
            "rw" => false,
            other => return Err(format!("`{other}` is neither `ro` nor `rw`")),
        };
        text = mount(&text, path, read_only)?;
    }
    Ok(text)
}

/// One edit, if there is anything to change: the text after it.
fn change(
    text: &str,
    what: &str,
    make: impl FnOnce(&str, Node<'_, '_>) -> Result<Option<Edit>, String>,
) -> Result<String, String> {
    let stream = yaml::parse(text);
    if let Some(error) = stream.errors.first() {
        return Err(format!("the file is not YAML: {}", error.message));
    }
    let root = stream.documents.first().and_then(yaml::Document::root);
    let root = root.filter(|root| root.kind() == Kind::Mapping).ok_or("the file has no keys")?;
    match make(text, root)? {
        Some(edit) => edit::apply(text, &[edit]).map_err(|error| format!("{what}: {error}")),
        None => Ok(text.to_owned()),
    }
}

/// The refusal of the editor to touch a place.
fn refused(what: &str) -> impl FnOnce() -> String {
    let what = what.to_owned();
    move || format!("{what} cannot be changed without changing something else")
}

/// Sets a value; null removes its key. A number in the path is the place in a list.
fn set(text: &str, root: Node<'_, '_>, path: &str, value: &Value) -> Result<Option<Edit>, String> {
    let keys: Vec<&str> = path.split('.').collect();
    let (mut node, mut rest) = (root, keys.as_slice());
    // down to the last list on the way; what is below it is one edit
    for (at, key) in keys.iter().enumerate() {
        let Ok(index) = key.parse::<usize>() else { continue };
        let between = keys.get(keys.len() - rest.len()..at).unwrap_or_default();
        let list = below(node, between).filter(|list| list.kind() == Kind::Sequence);
        let Some(item) = list.and_then(|list| list.items().nth(index)) else {
            return Err(format!("{path}: there is no list with a member {index}"));
        };
        node = item;
        rest = keys.get(at + 1..).unwrap_or_default();
    }
    let Some((last, parents)) = rest.split_last() else {
        return match value {
            Value::Object(_) | Value::Array(_) | Value::Null => {
                Err(format!("{path}: a member of a list becomes a scalar only"))
            }
            _ => Ok(Some(Edit { span: node.span(), text: value.to_string().into() })),
        };
    };
    if value.is_null() {
        let parent = below(node, parents).filter(|parent| parent.get(last).is_some());
        return match parent {
            None => Ok(None),
            Some(parent) => edit::remove(text, parent, last).map(Some).ok_or_else(refused(path)),
        };
    }
    if below(node, rest).and_then(|old| old.to_json().ok()).is_some_and(|old| old == *value) {
        return Ok(None);
    }
    edit::set(text, node, rest, value).map(Some).ok_or_else(refused(path))
}

fn below<'d, 's>(node: Node<'d, 's>, keys: &[&str]) -> Option<Node<'d, 's>> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}

/// The text of a flag's value; none if the flag shall go.
fn flag_value(name: &str, value: &Value) -> Result<Option<String>, String> {
    if !name.starts_with("--") || name.contains('=') {
        return Err(format!("`{name}` is not a flag, such as `--audit-log-path`"));
    }
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        _ => Err(format!("the value of {name} is neither a text nor a number")),
    }
}

/// Gives a flag of the first container's command another value, the first where it is repeated; the others go.
fn flag(text: &str, name: &str, value: Option<&str>) -> Result<String, String> {
    let mut text = text.to_owned();
    let mut is_there = false;
    loop {
        let before = text.clone();
        text = change(&before, name, |text, root| {
            let list = command(root)?;
            let words: Vec<&str> = list.items().map(|word| word.text().unwrap_or_default()).collect();
            let is_flag =
                |word: &str| word == name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
            let mut found = words.iter().enumerate().filter(|(_, word)| is_flag(word)).map(|(at, _)| at);
            let Some(at) = found.nth(usize::from(is_there)) else {
                let missing = value.filter(|_| !is_there);
                let Some(value) = missing else { return Ok(None) };
                let container = container(root)?;
                is_there = true;
                let word = format!("{name}={value}");
                let mut edit = edit::push(text, container, &["command"], &json!(word)).ok_or_else(refused(name))?;
                edit.text = edit.text.replace(&quote::scalar(&word), &argument(&word)).into();
                return Ok(Some(edit));
            };
            // its value may be a word of its own
            let is_alone = words.get(at).is_some_and(|word| *word == name);
            if is_alone && words.get(at + 1).is_some_and(|next| !next.starts_with("--")) {
                return edit::remove_item(text, list, at + 1).map(Some).ok_or_else(refused(name));
            }
            match value.filter(|_| !is_there) {
                Some(value) => {
                    is_there = true;
                    let word = format!("{name}={value}");
                    let Some(item) = list.items().nth(at) else { return Ok(None) };
                    if words.get(at) == Some(&word.as_str()) {
                        return Ok(None);
                    }
                    if item.is_alias() || matches!(item.style(), None | Some(yaml::Style::Block)) {
                        return Err(refused(name)());
                    }
                    Ok(Some(Edit { span: item.span(), text: argument(&word).into() }))
                }
                None => edit::remove_item(text, list, at).map(Some).ok_or_else(refused(name)),
            }
        })?;
        if text == before && !has_more(&text, name, is_there) {
            return Ok(text);
        }
    }
}

/// A flag as a member of a list, without quotes where nothing could misread it, as kubeadm writes it.
fn argument(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-=/._,:+".contains(&byte);
    if word.bytes().all(is_plain) && !word.ends_with(':') { word.to_owned() } else { quote::scalar(word) }
}

/// Whether a flag stands there oftener than it shall.
fn has_more(text: &str, name: &str, once: bool) -> bool {
    let stream = yaml::parse(text);
    let list = stream.documents.first().and_then(yaml::Document::root).and_then(|root| command(root).ok());
    let count = list.into_iter().flat_map(Node::items).filter(|word| {
        let rest = word.text().and_then(|word| word.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    });
    count.count() > usize::from(once)
}

fn container<'d, 's>(root: Node<'d, 's>) -> Result<Node<'d, 's>, String> {
    let list = below(root, &["spec", "containers"]);
    list.and_then(|list| list.items().next()).ok_or_else(|| "the file is not a static pod".to_owned())
}

fn command<'d, 's>(root: Node<'d, 's>) -> Result<Node<'d, 's>, String> {
    let list = container(root)?.get("command").filter(|list| list.kind() == Kind::Sequence);
    list.ok_or_else(|| "the static pod has no command".to_owned())
}

/// Lets the first container see a path of the node at the same place.
fn mount(text: &str, path: &str, read_only: bool) -> Result<String, String> {
    if !path.starts_with('/') || path.len() < 2 {
        return Err(format!("`{path}` is not a path on the node"));
    }
    let is_seen = |root: Node<'_, '_>| {
        let mounts = container(root).ok()?.get("volumeMounts")?;
        mounts.items().position(|mount| mount.get("mountPath").and_then(Node::text) == Some(path))
    };
    let mut at = None;
    let text = change(text, path, |text, root| {
        at = is_seen(root);
        if at.is_some() {
            return Ok(None);
        }
        let item = json!({"mountPath": path, "name": volume(path), "readOnly": read_only});
        edit::push(text, container(root)?, &["volumeMounts"], &item).map(Some).ok_or_else(refused(path))
    })?;
    if let Some(at) = at {
        let value = json!(read_only);
        return change(&text, path, |text, root| {
            set(text, root, &format!("spec.containers.0.volumeMounts.{at}.readOnly"), &value)
        });
    }
    change(&text, path, |text, root| {
        let item = json!({"hostPath": {"path": path}, "name": volume(path)});
        edit::push(text, root, &["spec", "volumes"], &item).map(Some).ok_or_else(refused(path))
    })
}

/// A name for the volume of a path: a DNS label.
fn volume(path: &str) -> String {
    let word = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let name: String = path.trim_start_matches('/').chars().map(word).collect();
    // the end of a path tells more than its beginning
    let start = name.len().saturating_sub(50);
    format!("lab-{}", name.get(start..).unwrap_or_default().trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::apply;
    use crate::decode::{Decode as _, Decoder};
    use crate::lab::course::step::NodeEdit;

    const POD: &str = "\
apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - kube-apiserver
    - --anonymous-auth=true # as it was
    - --profiling
    - --v
    - \"2\"
    - --v=3
    image: registry.k8s.io/kube-apiserver:v1.34.4
    volumeMounts:
    - mountPath: /etc/kubernetes/pki
      name: k8s-certs
      readOnly: true
  volumes:
  - hostPath:
      path: /etc/kubernetes/pki
      type: DirectoryOrCreate
    name: k8s-certs
status: {}
";

    fn edit(text: &str, edit: &str) -> Result<String, String> {
        let stream = crate::yaml::parse(edit);
        let mut decoder = Decoder::new(edit);
        let root = stream.documents.first().and_then(crate::yaml::Document::root).expect("a value");
        let wanted = NodeEdit::decode(root, &mut decoder).expect("an edit");
        let problems = decoder.into_problems();
        assert!(problems.is_empty(), "{problems:?}");
        apply(text, &wanted)
    }

    fn lines(text: &str, wanted: &str) -> (Vec<String>, Vec<String>) {
        let after = edit(text, wanted).unwrap_or_else(|error| panic!("{error}"));
        let of = |a: &str, b: &str| {
            let mut left: Vec<&str> = b.lines().collect();
            let is_new = |line: &&str| left.iter().position(|other| other == line).map(|at| left.remove(at)).is_none();
            a.lines().filter(is_new).map(str::to_owned).collect::<Vec<_>>()
        };
        (of(text, &after), of(&after, text))
    }

    #[test]
    fn flags_are_set_added_and_removed_and_the_rest_stays() {
        let (gone, new) =
            lines(POD, "{file: a, flags: {--anonymous-auth: false, --audit-log-path: /var/log/a, --b: 'c d'}}");
        assert_eq!(gone, ["    - --anonymous-auth=true # as it was"]);
        assert_eq!(
            new,
            ["    - --anonymous-auth=false # as it was", "    - --audit-log-path=/var/log/a", "    - \"--b=c d\""]
        );
        let (gone, new) = lines(POD, "{file: a, flags: {--profiling: null, --no-such: null}}");
        assert_eq!((gone, new), (vec!["    - --profiling".to_owned()], vec![]));
    }

    #[test]
    fn a_flag_that_is_repeated_or_has_its_value_behind_it_is_set_once() {
        let (gone, new) = lines(POD, "{file: a, flags: {--v: 5}}");
        assert_eq!(gone, ["    - --v", "    - \"2\"", "    - --v=3"]);
        assert_eq!(new, ["    - --v=5"]);
        let (gone, new) = lines(POD, "{file: a, flags: {--v: null}}");
        assert_eq!((gone.len(), new.len()), (3, 0));
    }

    #[test]
    fn a_mount_is_a_volume_and_a_place_in_the_container() {
        let (gone, new) = lines(POD, "{file: a, mounts: {/etc/kubernetes/audit.yaml: ro, /var/log/kubernetes: rw}}");
        assert!(gone.is_empty(), "{gone:?}");
        assert_eq!(
            new.join("\n"),
            "    - mountPath: /etc/kubernetes/audit.yaml
      name: lab-etc-kubernetes-audit-yaml
      readOnly: true
    - mountPath: /var/log/kubernetes
      name: lab-var-log-kubernetes
      readOnly: false
  - hostPath:
      path: /etc/kubernetes/audit.yaml
    name: lab-etc-kubernetes-audit-yaml
  - hostPath:
      path: /var/log/kubernetes
    name: lab-var-log-kubernetes"
        );
        let (gone, new) = lines(POD, "{file: a, mounts: {/etc/kubernetes/pki: rw}}");
        assert_eq!((gone, new), (vec!["      readOnly: true".to_owned()], vec!["      readOnly: false".to_owned()]));
    }

    #[test]
    fn values_are_set_by_their_path() {
        let kubelet = "authentication:\n  anonymous:\n    enabled: false # closed\nauthorization:\n  mode: Webhook\n";
        let (gone, new) = lines(
            kubelet,
            "{file: a, set: {authentication.anonymous.enabled: true, authorization.mode: AlwaysAllow, readOnlyPort: 10255}}",
        );
        assert_eq!(gone, ["    enabled: false # closed", "  mode: Webhook"]);
        assert_eq!(new, ["    enabled: true # closed", "  mode: AlwaysAllow", "readOnlyPort: 10255"]);
        let (gone, _) = lines(kubelet, "{file: a, set: {authorization: null, nothing.here: null}}");
        assert_eq!(gone, ["authorization:", "  mode: Webhook"]);
        let (gone, new) = lines(POD, "{file: a, set: {spec.containers.0.image: b, spec.priority: 5}}");
        assert_eq!(gone, ["    image: registry.k8s.io/kube-apiserver:v1.34.4"]);
        assert_eq!(new, ["    image: b", "  priority: 5"]);
    }

    #[test]
    fn says_what_cannot_be_done() {
        for (text, wanted, message) in [
            ("a: [", "{file: a, set: {a: b}}", "the file is not YAML"),
            ("- a", "{file: a, set: {a: b}}", "the file has no keys"),
            ("a: b", "{file: a, flags: {--a: b}}", "the file is not a static pod"),
            (POD, "{file: a, flags: {a: b}}", "`a` is not a flag"),
            (POD, "{file: a, flags: {--a: [b]}}", "the value of --a is neither"),
            (POD, "{file: a, mounts: {/a: rx}}", "`rx` is neither `ro` nor `rw`"),
            (POD, "{file: a, mounts: {a: ro}}", "`a` is not a path"),
            (POD, "{file: a, set: {spec.containers.4.image: b}}", "spec.containers.4.image: there is no list"),
        ] {
            let said = edit(text, wanted).expect_err(wanted);
            assert!(said.starts_with(message), "{said}");
        }
    }
}
