//! The flags that an API server runs with, held against the baseline.

use crate::generate::baseline::{Baseline, Program, Role};

/// What kubeadm and kind set besides the wiring that every control plane has.
const OF_THE_INSTALLER: [&str; 3] = ["advertise-address", "enable-bootstrap-token-auth", "runtime-config"];

/// A flag of a running program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its name without dashes.
    pub name: String,
    /// Its value; those of a flag that is repeated, with commas between them.
    pub value: String,
}

/// Reads the arguments of a program, its own name first, as pflag does: `--a=b`, `--a b`, and `--a` alone for true.
pub fn running<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Vec<Running> {
    let mut found: Vec<Running> = Vec::new();
    let mut arguments = arguments.into_iter().skip(1).peekable();
    while let Some(argument) = arguments.next() {
        let Some(flag) = argument.strip_prefix("--") else { continue };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, value),
            None => (flag, arguments.next_if(|next| !next.starts_with("--")).unwrap_or("true")),
        };
        match found.iter_mut().find(|flag| flag.name == name) {
            Some(flag) => flag.value = format!("{},{value}", flag.value),
            None => found.push(Running { name: name.to_owned(), value: value.to_owned() }),
        }
    }
    found
}

/// A flag that is not as the baseline has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name without dashes.
    pub name: String,
    /// The value that runs; none if it is not set.
    pub running: Option<String>,
    /// The value of the baseline; none if it is not in it.
    pub baseline: Option<String>,
    /// Why the baseline has it.
    pub why: String,
}

/// The flags that differ, in the order of the baseline, then those that it does not have. Of what an installer sets, only that it
/// is there counts: addresses are its own business.
pub fn differences(running: &[Running], baseline: &Baseline) -> Vec<Difference> {
    let value = |name: &str| running.iter().find(|flag| flag.name == name).map(|flag| flag.value.clone());
    let wanted: Vec<_> = baseline.all_of(Program::ApiServer).collect();
    let differs = wanted.iter().filter(|flag| match (value(&flag.name), flag.role) {
        (None, _) => true,
        (Some(value), Role::Hardening) => value != flag.value,
        // a flag that is repeated has its values joined
        (Some(value), Role::Site) => value != flag.value && !value.split(',').any(|one| one == flag.value),
        (Some(_), Role::Wiring) => false,
    });
    let mut found: Vec<Difference> = differs
        .map(|flag| Difference {
            name: flag.name.to_string(),
            running: value(&flag.name),
            baseline: Some(flag.value.clone()),
            why: flag.comment(),
        })
        .collect();
    let known = |name: &str| wanted.iter().any(|flag| flag.name == name) || OF_THE_INSTALLER.contains(&name);
    // kind always sets this one, to nothing
    let is_extra = |flag: &&Running| !known(&flag.name) || (flag.name == "runtime-config" && !flag.value.is_empty());
    found.extend(running.iter().filter(is_extra).map(|flag| Difference {
        name: flag.name.clone(),
        running: Some(flag.value.clone()),
        baseline: None,
        why: String::new(),
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::{Running, differences, running};
    use crate::cluster::Record;
    use crate::generate::baseline::{Baseline, Program};

    fn baseline() -> Baseline {
        let record = Record {
            format: Record::FORMAT,
            name: "a".to_owned(),
            kubernetes: "1.34.4".to_owned(),
            image: "node".to_owned(),
            hardened: true,
            nodes: 1,
        };
        crate::cluster::baseline(&record).unwrap().unwrap()
    }

    fn all() -> Vec<Running> {
        let flags = baseline();
        let flags = flags.all_of(Program::ApiServer);
        flags.map(|flag| Running { name: flag.name.to_string(), value: flag.value.clone() }).collect()
    }

    #[test]
    fn flags_are_read_as_the_program_reads_them() {
        let read = running(["kube-apiserver", "--a=b=c", "--d", "e", "--f", "--g=1", "--g=2", "x", "--h"]);
        let read: Vec<_> = read.iter().map(|flag| (flag.name.as_str(), flag.value.as_str())).collect();
        assert_eq!(read, [("a", "b=c"), ("d", "e"), ("f", "true"), ("g", "1,2"), ("h", "true")]);
    }

    #[test]
    fn what_kubeadm_adds_is_no_difference() {
        let mut flags = all();
        for (name, value) in [("advertise-address", "172.18.0.2"), ("runtime-config", "")] {
            flags.push(Running { name: name.to_owned(), value: value.to_owned() });
        }
        flags.iter_mut().find(|flag| flag.name == "etcd-servers").unwrap().value = "https://172.18.0.2:2379".to_owned();
        assert_eq!(differences(&flags, &baseline()), []);
    }

    #[test]
    fn each_way_to_differ_is_told() {
        let mut flags = all();
        flags.retain(|flag| flag.name != "audit-policy-file" && flag.name != "tls-cert-file");
        flags.iter_mut().find(|flag| flag.name == "profiling").unwrap().value = "true".to_owned();
        for (name, value) in [("anonymous-auth", "true"), ("runtime-config", "api/alpha=true")] {
            flags.push(Running { name: name.to_owned(), value: value.to_owned() });
        }
        let found = differences(&flags, &baseline());
        let told: Vec<_> =
            found.iter().map(|it| (it.name.as_str(), it.running.as_deref(), it.baseline.is_some())).collect();
        assert_eq!(
            told,
            [
                ("tls-cert-file", None, true),
                ("audit-policy-file", None, true),
                ("profiling", Some("true"), true),
                ("anonymous-auth", Some("true"), false),
                ("runtime-config", Some("api/alpha=true"), false),
            ]
        );
        assert!(found[2].why.starts_with("CIS 1.2.15"));
    }
}
