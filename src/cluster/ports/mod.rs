//! The ports that a node listens on, from its `/proc`, and what each of them is.

mod exposure;
mod known;
mod proc;

use std::net::IpAddr;

pub use exposure::Exposure;
pub use known::KNOWN;
pub use proc::{SCRIPT, listening};

/// A port that a program listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub port: u16,
    /// The program; none if it does not run in the node.
    pub program: Option<String>,
    pub addresses: Vec<IpAddr>,
}

/// What is to be said of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub what: String,
    /// What is wrong with it.
    pub wrong: Option<&'static str>,
}

impl Listener {
    /// From where it can be reached.
    pub fn reach(&self) -> Exposure {
        self.addresses.iter().map(|address| Exposure::of(*address)).max().unwrap_or(Exposure::Nowhere)
    }

    /// What it is, and whether it should be so.
    pub fn verdict(&self) -> Verdict {
        let known = KNOWN.iter().find(|known| known.port == self.port);
        if let Some(known) = known {
            let wrong = (self.reach() > known.reach).then_some(match known.reach {
                Exposure::Nowhere => "should be closed",
                Exposure::Node => "should be open to the node only",
                Exposure::Address | Exposure::Everywhere => "should not be open on all addresses",
            });
            return Verdict { what: known.what.to_owned(), wrong };
        }
        let what = match (self.program.as_deref(), self.reach()) {
            (Some("containerd"), Exposure::Node) => "streams of exec and logs for the kubelet; another port each time",
            (None, Exposure::Node) => "Docker's name server for the node",
            (_, Exposure::Node) => "no port of Kubernetes; open to the node only",
            (_, _) if (30_000..=32_767).contains(&self.port) => {
                "a Service of type NodePort, or a program that took its port"
            }
            _ => "no port of Kubernetes",
        };
        Verdict { what: what.to_owned(), wrong: None }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exposure, KNOWN, Listener};
    use crate::apiserver::slides;

    fn listener(port: u16, program: Option<&str>, addresses: &[&str]) -> Listener {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Listener { port, program: program.map(str::to_owned), addresses }
    }

    #[test]
    fn a_port_that_is_open_too_wide_is_told() {
        let wrong = |port, addresses: &[&str]| listener(port, Some("x"), addresses).verdict().wrong;
        assert_eq!(wrong(6443, &["::"]), None);
        assert_eq!(wrong(10255, &["::"]), Some("should be closed"));
        assert_eq!(wrong(10255, &["127.0.0.1"]), Some("should be closed"));
        assert_eq!(wrong(10257, &["127.0.0.1", "::1", "::ffff:127.0.0.1"]), None);
        assert_eq!(wrong(10257, &["127.0.0.1", "172.18.0.2"]), Some("should be open to the node only"));
        assert_eq!(wrong(2379, &["127.0.0.1", "172.18.0.2"]), None);
        assert_eq!(wrong(2379, &["0.0.0.0"]), Some("should not be open on all addresses"));
        assert_eq!(wrong(22, &["0.0.0.0"]), None);
    }

    #[test]
    fn other_ports_are_told_apart() {
        let what = |port, program, addresses: &[&str]| listener(port, program, addresses).verdict().what;
        assert!(what(33627, Some("containerd"), &["127.0.0.1"]).starts_with("streams"));
        assert!(what(36237, None, &["127.0.0.11"]).starts_with("Docker's name server"));
        assert!(what(30080, Some("nginx"), &["::"]).contains("NodePort"));
        assert_eq!(what(22, Some("sshd"), &["0.0.0.0"]), "no port of Kubernetes");
    }

    #[test]
    fn all_ports_of_the_slides_are_known() {
        for row in &slides::slides().ports {
            // a slip of the slides
            assert!(row.port == 4149 || KNOWN.iter().any(|known| known.port == row.port), "{}", row.port);
        }
        assert!(KNOWN.is_sorted_by_key(|known| known.port));
        assert!(KNOWN.iter().any(|known| known.port == 10255 && known.reach == Exposure::Nowhere));
    }
}
