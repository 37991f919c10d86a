//! What a port is called, and which port the Service has for it.

/// Ports with a protocol of their own, and its name: those registered for it at IANA, or its vendor's default.
const KNOWN: &[(u16, &str)] = &[
    (22, "ssh"),
    (25, "smtp"),
    (53, "dns-tcp"),
    (389, "ldap"),
    (443, "https"),
    (636, "ldaps"),
    (1433, "mssql"),
    (1521, "oracle"),
    (1883, "mqtt"),
    (2049, "nfs"),
    (2181, "zookeeper"),
    (2379, "etcd"),
    (3306, "mysql"),
    (4222, "nats"),
    (5432, "postgres"),
    (5671, "amqps"),
    (5672, "amqp"),
    (6379, "redis"),
    (8443, "https"),
    (8883, "mqtts"),
    (9042, "cassandra"),
    (9092, "kafka"),
    (9200, "elastic"),
    (9443, "https"),
    (11211, "memcached"),
    (26257, "cockroach"),
    (27017, "mongodb"),
    (50051, "grpc"),
];

/// The name of a port, by its number and by the way that its health is asked.
pub(super) fn name(port: u16, health: &str) -> String {
    if health.starts_with("https:") {
        return "https".to_owned();
    }
    if health.starts_with('/') {
        return "http".to_owned();
    }
    match KNOWN.iter().find(|(known, _)| *known == port) {
        Some((_, name)) => (*name).to_owned(),
        None if is_web(port) => "http".to_owned(),
        None => format!("tcp-{port}"),
    }
}

/// Ports that web servers and frameworks take unless told otherwise.
fn is_web(port: u16) -> bool {
    matches!(port, 80 | 81 | 3000..=3999 | 4000 | 4200 | 5000 | 5173 | 8000..=8999 | 9000 | 9090)
}

/// The port of the Service where the spec would take another one: of a port named http it takes 80.
pub(super) fn service(port: u16, name: &str) -> Option<u16> {
    (name == "https" && port != 443).then_some(443)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, name, service};
    use crate::spec::values::{Leaf as _, PortName};

    #[test]
    fn a_port_is_named_after_its_protocol() {
        for (port, health, expected) in [
            (6379, "tcp", "redis"),
            (5432, "tcp", "postgres"),
            (8080, "tcp", "http"),
            (3000, "tcp", "http"),
            (8443, "https:/healthz", "https"),
            (7000, "tcp", "tcp-7000"),
            (7000, "/up", "http"),
            (50051, "tcp", "grpc"),
        ] {
            assert_eq!(name(port, health), expected, "{port}");
        }
        assert_eq!((service(8443, "https"), service(443, "https"), service(6379, "redis")), (Some(443), None, None));
    }

    #[test]
    fn every_name_is_one_and_every_port_stands_once() {
        for (at, (port, name)) in KNOWN.iter().enumerate() {
            assert!(PortName::read(name).is_ok(), "{name}");
            assert!(!KNOWN.iter().skip(at + 1).any(|(other, _)| other == port), "{port}");
        }
        assert!(PortName::read(&name(65_535, "tcp")).is_ok());
    }
}
