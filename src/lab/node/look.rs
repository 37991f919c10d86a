//! What runs on the node, and what is written there for it to run.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::component::MANIFESTS;
use super::{Component, NodeError, must};
use crate::client::{Api, ApiError};

/// Prints the clocks, then a line for each process of the programs that are named, for the manifest of each, for the newest
/// log of its container, and for the file that was changed last. It starts few programs: a node has hundreds of processes.
const SCRIPT: &str = r#"
names=$(echo "$*" | tr ' ' '|')
processes=$(ls -l /proc/[0-9]*/exe 2>/dev/null | sed -nE "s#^.* /proc/([0-9]+)/exe -> .*/($names)( \(deleted\))?\$#\1 \2#p")
echo "clock $(date +%s.%N) $(cut -d' ' -f1 /proc/uptime) $(getconf CLK_TCK)"
echo "$processes" | while read -r pid name; do
  stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
  echo "process $name $pid $(echo "${stat##*) }" | cut -d' ' -f20) $(base64 -w0 "/proc/$pid/cmdline" 2>/dev/null)"
done
for name; do
  file=/etc/kubernetes/manifests/$name.yaml
  [ -f "$file" ] && echo "manifest $name $(stat -c %.3Z "$file") $(base64 -w0 "$file")"
  log=$(ls -t /var/log/pods/kube-system_"$name"-*_*/"$name"/*.log 2>/dev/null | head -n 1)
  [ -n "$log" ] && echo "log $name $log"
done
echo "changed $(find /etc/kubernetes /var/lib/kubelet/config.yaml -type f -printf '%C@\n' 2>/dev/null | sort -n | tail -n 1)"
"#;

#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// The name of its program.
    pub name: String,
    pub pid: u32,
    /// For how many seconds it runs.
    pub age: f64,
    /// Its arguments, the program first.
    pub argv: Vec<String>,
}

/// The file of a static pod.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    pub name: String,
    /// How many seconds ago it was changed.
    pub age: f64,
    pub text: String,
}

impl Manifest {
    /// The command of its first container; none if it says none, or is no pod.
    pub fn argv(&self) -> Option<Vec<String>> {
        let container = self.container()?;
        let words = ["command", "args"].iter().filter_map(|key| container.get(key)?.as_array()).flatten();
        let words: Vec<String> = words.filter_map(|word| Some(word.as_str()?.to_owned())).collect();
        (!words.is_empty()).then_some(words)
    }

    /// The address at which the kubelet asks whether its first container works, most of all whether it is ready.
    pub fn probe(&self) -> Option<String> {
        let container = self.container()?;
        let probes = ["readinessProbe", "livenessProbe", "startupProbe"];
        let get = probes.iter().find_map(|probe| container.get(probe)?.get("httpGet"))?;
        let text = |key| get.get(key).and_then(serde_json::Value::as_str);
        let port = match get.get("port")? {
            // kubeadm names them
            serde_json::Value::String(name) => {
                let ports = container.get("ports")?.as_array()?;
                let is_it =
                    |port: &&serde_json::Value| port.get("name").and_then(serde_json::Value::as_str) == Some(name);
                ports.iter().find(is_it)?.get("containerPort")?.as_u64()?
            }
            number => number.as_u64()?,
        };
        let scheme = text("scheme").unwrap_or("HTTP").to_lowercase();
        let host = text("host").unwrap_or("127.0.0.1");
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        Some(format!("{scheme}://{host}:{port}/{}", text("path").unwrap_or("/").trim_start_matches('/')))
    }

    fn container(&self) -> Option<serde_json::Value> {
        let stream = crate::yaml::parse(&self.text);
        let mut pod = stream.documents.first()?.root()?.to_json().ok()?;
        pod.pointer_mut("/spec/containers/0").map(serde_json::Value::take)
    }
}

/// What was seen of the node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Look {
    /// The processes of the programs that were asked for.
    pub processes: Vec<Process>,
    /// The manifests of those that have one.
    pub manifests: Vec<Manifest>,
    /// The newest log of the container of each: its path ends with how often the container was started before.
    logs: Vec<(String, String)>,
    /// How many seconds ago a file of the control plane was changed.
    pub file_age: Option<f64>,
}

impl Look {
    /// Looks at the control plane.
    pub fn take(api: &dyn Api) -> Result<Self, NodeError> {
        Self::of(api, &Component::ALL.map(Component::name))
    }

    /// Looks at some programs. Names have letters, digits and dashes only.
    pub fn of(api: &dyn Api, names: &[&str]) -> Result<Self, NodeError> {
        if let Some(odd) = names.iter().find(|name| !is_name(name)) {
            return Err(NodeError::Refused(format!("`{odd}` is not a name of a program")));
        }
        let text = must(api, SCRIPT, names, &[])?;
        Self::read(&text).ok_or_else(|| ApiError::Unreadable("what runs on its node".to_owned()).into())
    }

    fn read(text: &str) -> Option<Self> {
        let mut look = Self::default();
        let mut lines = text.lines();
        let mut clock = lines.next()?.strip_prefix("clock ")?.split(' ').map(str::parse::<f64>);
        let (now, up, tick) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                // it ended while it was looked at
                ["process", _, _, _, ""] | ["process", _, _, ""] => {}
                ["process", name, pid, started, argv] => look.processes.push(Process {
                    name: (*name).to_owned(),
                    pid: pid.parse().ok()?,
                    age: up - started.parse::<f64>().ok()? / tick,
                    argv: decode(argv)?.split_terminator('\0').map(str::to_owned).collect(),
                }),
                ["manifest", name, changed, text] => look.manifests.push(Manifest {
                    name: (*name).to_owned(),
                    age: now - changed.parse::<f64>().ok()?,
                    text: decode(text)?,
                }),
                ["log", name, path] => look.logs.push(((*name).to_owned(), (*path).to_owned())),
                ["changed", changed] => look.file_age = changed.parse::<f64>().ok().map(|changed| now - changed),
                _ => return None,
            }
        }
        Some(look)
    }

    /// The processes of a program.
    pub fn running(&self, name: &str) -> impl Iterator<Item = &Process> {
        self.processes.iter().filter(move |process| process.name == name)
    }

    /// The manifest of a program.
    pub fn manifest(&self, name: &str) -> Option<&Manifest> {
        self.manifests.iter().find(|manifest| manifest.name == name)
    }

    /// The newest log of a program's container.
    pub fn log(&self, name: &str) -> Option<&str> {
        self.logs.iter().find(|(of, _)| of == name).map(|(_, path)| path.as_str())
    }

    /// How often the container of a program was started, as the name of its log says, and the folder of the pod.
    pub(super) fn starts(&self, name: &str) -> Option<(&str, u32)> {
        let (folder, file) = self.log(name)?.rsplit_once('/')?;
        Some((folder, file.strip_suffix(".log")?.parse().ok()?))
    }

    /// How many seconds ago something of the control plane changed: a file, or what runs.
    pub fn changed(&self) -> Option<f64> {
        let youngest = self.processes.iter().map(|process| process.age);
        youngest.chain(self.file_age).reduce(f64::min)
    }

    /// Whether what runs is what the manifest says: a process with its arguments.
    pub fn is_current(&self, name: &str) -> bool {
        let argv = self.manifest(name).and_then(Manifest::argv);
        self.running(name).any(|process| argv.as_ref().is_none_or(|argv| *argv == process.argv))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn decode(text: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The last lines of a log of a container, without what containerd writes before them.
pub fn tail(api: &dyn Api, path: &str) -> Result<Vec<String>, NodeError> {
    let text = must(api, r#"tail -n 20 "$1""#, &[path], &[])?;
    Ok(text.lines().filter_map(|line| Some(line.splitn(4, ' ').nth(3)?.to_owned())).collect())
}

/// The path of a program's manifest.
pub fn manifest_path(name: &str) -> String {
    format!("{MANIFESTS}/{name}.yaml")
}

#[cfg(test)]
pub mod tests {
    use std::fmt::Write as _;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::Look;

    /// What the script prints of processes: name, number, start in seconds, arguments; the node runs for 1000 seconds.
    pub fn printed(processes: &[(&str, u32, u32, &[&str])], manifests: &[(&str, u32, &str)]) -> String {
        let mut text = "clock 5000.5 1000.25 100\n".to_owned();
        for (name, pid, started, argv) in processes {
            let argv = argv.join("\0") + "\0";
            writeln!(text, "process {name} {pid} {} {}", started * 100, BASE64_STANDARD.encode(argv)).expect("written");
        }
        for (name, changed, manifest) in manifests {
            writeln!(text, "manifest {name} {changed}.5 {}", BASE64_STANDARD.encode(manifest)).expect("written");
            writeln!(text, "log {name} /var/log/pods/kube-system_{name}-n_f00/{name}/2.log").expect("written");
        }
        text + "changed 4999.5000000000\n"
    }

    const MANIFEST: &str = "spec:\n  containers:\n    - command: [etcd, --a=b]\n";

    #[test]
    fn ages_come_from_the_clocks_of_the_node() {
        let text = printed(&[("etcd", 7, 900, &["etcd", "--a=b"])], &[("etcd", 4990, MANIFEST)]);
        let look = Look::read(&text).expect("a look");
        let etcd = look.running("etcd").next().expect("a process");
        assert_eq!((etcd.pid, etcd.age, etcd.argv.join(" ")), (7, 100.25, "etcd --a=b".to_owned()));
        assert_eq!(look.manifest("etcd").map(|manifest| manifest.age), Some(10.0));
        assert_eq!(look.starts("etcd"), Some(("/var/log/pods/kube-system_etcd-n_f00/etcd", 2)));
        assert_eq!((look.file_age, look.changed()), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn a_process_with_other_arguments_is_not_what_the_manifest_says() {
        let current = |argv: &[&str]| {
            Look::read(&printed(&[("etcd", 7, 1, argv)], &[("etcd", 1, MANIFEST)])).expect("a look").is_current("etcd")
        };
        assert!(current(&["etcd", "--a=b"]));
        assert!(!current(&["etcd"]));
        let none = Look::read(&printed(&[], &[("etcd", 1, MANIFEST)])).expect("a look");
        assert!(!none.is_current("etcd"));
    }

    #[test]
    fn a_process_that_ends_meanwhile_is_none_and_other_lines_are_unreadable() {
        assert_eq!(Look::read("clock 1 1 100\nprocess etcd 7 5 \nprocess   \nchanged \n"), Some(Look::default()));
        assert_eq!(Look::read("clock 1 1 100\nsh: no\n"), None);
        assert_eq!(Look::read(""), None);
    }
}
