//! Values of flags as the programs read them (`github.com/spf13/pflag`, and `k8s.io/component-base/cli/flag`), and what they
//! ask of them beyond the type (`Validate` in the `options` folders of the programs).

use std::net::IpAddr;

use super::view::Setting;
use crate::apiserver::catalogue::{Component, FlagType};
use crate::k8s::duration;
use crate::k8s::quantity::Quantity;
use crate::k8s::validation::format::{sloppy_cidr, sloppy_ip};

/// What a program has against the value of a flag, as the end of a sentence that begins with the flag.
pub fn refusal(program: Component, ty: FlagType, setting: &Setting) -> Option<String> {
    let value = setting.value.as_str();
    // what stands in quotes of another program may be filled in
    if setting.is_placeholder() {
        return None;
    }
    if let Some(expected) = by_type(ty, value) {
        return Some(format!("cannot be `{}`; expected {expected}", value.escape_debug()));
    }
    by_words(program, setting).or_else(|| by_range(program, setting)).or_else(|| by_form(program, setting))
}

/// What the type expects, where the value is none.
pub fn by_type(ty: FlagType, value: &str) -> Option<&'static str> {
    let ok = match ty {
        FlagType::Bool => boolean(value),
        FlagType::Int => int(value).is_some(),
        FlagType::Int32 => int(value).is_some_and(|number| i32::try_from(number).is_ok()),
        FlagType::Uint => int(value).is_some_and(|number| number >= 0) && !value.starts_with('+'),
        FlagType::Float | FlagType::Float32 => value.parse::<f64>().is_ok(),
        FlagType::Duration => duration::parse(value).is_some(),
        FlagType::Ip => value.is_empty() || sloppy_ip(value.trim()).is_some(),
        FlagType::Quantity => Quantity::parse(value).is_ok(),
        FlagType::PortRange => port_range(value),
        FlagType::Level => value.parse::<i32>().is_ok(),
        FlagType::Int32Slice => value.split(',').all(|item| item.parse::<i32>().is_ok()),
        FlagType::MapStringString | FlagType::StringToString => pairs(value, |_| true),
        FlagType::MapStringBool => pairs(value, boolean),
        FlagType::Gates => pairs(value, |_| true),
        FlagType::NamedCertKey => named_cert_key(value),
        FlagType::Vmodule => pairs(value, |level| level.parse::<i32>().is_ok()),
        FlagType::String | FlagType::Strings | FlagType::StringArray | FlagType::Version => true,
    };
    if ok {
        return None;
    }
    Some(match ty {
        FlagType::Bool => "`true` or `false`",
        FlagType::Int | FlagType::Int32 | FlagType::Level => "a whole number",
        FlagType::Uint => "a whole number, not below 0",
        FlagType::Float | FlagType::Float32 => "a number",
        FlagType::Duration => "a duration with its unit, as `1m30s`",
        FlagType::Ip => "an IP address",
        FlagType::Quantity => "an amount such as `64Mi`",
        FlagType::PortRange => "ports such as `30000-32767`",
        FlagType::Int32Slice => "whole numbers with commas between them",
        FlagType::MapStringBool => "pairs such as `Name=true` with commas between them",
        FlagType::NamedCertKey => "two files with a comma between them",
        _ => "pairs such as `name=value` with commas between them",
    })
}

/// `strconv.ParseBool`.
fn boolean(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True" | "0" | "f" | "F" | "false" | "FALSE" | "False")
}

/// `strconv.ParseInt` with base 0.
fn int(value: &str) -> Option<i64> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, value.strip_prefix('+').unwrap_or(value)),
    };
    let radix = |prefix: [&str; 2], radix| {
        let rest = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix))?;
        Some(i64::from_str_radix(rest, radix).ok())
    };
    let number = radix(["0x", "0X"], 16).or_else(|| radix(["0b", "0B"], 2)).or_else(|| radix(["0o", "0O"], 8));
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let octal = || match digits.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => i64::from_str_radix(rest, 8).ok(),
        _ => digits.parse().ok(),
    };
    number.unwrap_or_else(|| if is_plain { octal() } else { None }).map(|number| sign * number)
}

/// `ParsePortRange` of `k8s.io/apimachinery/pkg/util/net`.
fn port_range(value: &str) -> bool {
    let value = value.trim();
    if let Some((first, more)) = value.split_once('+') {
        return first.parse::<u16>().is_ok() && more.parse::<u16>().is_ok();
    }
    let (first, last) = value.split_once('-').unwrap_or((value, value));
    matches!((first.parse::<u16>(), last.parse::<u16>()), (Ok(first), Ok(last)) if first <= last) || value.is_empty()
}

fn pairs(value: &str, fits: impl Fn(&str) -> bool) -> bool {
    let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
    items
        .into_iter()
        .all(|item| item.split_once('=').is_some_and(|(name, value)| !name.trim().is_empty() && fits(value.trim())))
}

fn named_cert_key(value: &str) -> bool {
    let files = value.split_once(':').map_or(value, |(files, _)| files);
    matches!(files.split(',').collect::<Vec<_>>().as_slice(), [cert, key] if !cert.is_empty() && !key.is_empty())
}

type Words = (Option<Component>, &'static str, &'static [&'static str]);

const AUDIT_MODES: &[&str] = &["batch", "blocking", "blocking-strict"];
const MODES: &[&str] = &["ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"];
const REVIEWS: &[&str] = &["v1", "v1beta1"];
const TLS: &[&str] = &["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"];

/// Flags that take a few words; of lists each item.
const WORDS: [Words; 25] = [
    (Some(Component::ApiServer), "audit-log-format", &["json", "legacy"]),
    (Some(Component::ApiServer), "audit-log-mode", AUDIT_MODES),
    (Some(Component::ApiServer), "audit-log-version", &["audit.k8s.io/v1"]),
    (Some(Component::ApiServer), "audit-webhook-mode", AUDIT_MODES),
    (Some(Component::ApiServer), "audit-webhook-version", &["audit.k8s.io/v1"]),
    (Some(Component::ApiServer), "authentication-token-webhook-version", REVIEWS),
    (Some(Component::ApiServer), "authorization-mode", MODES),
    (Some(Component::ApiServer), "authorization-webhook-version", REVIEWS),
    (Some(Component::ApiServer), "endpoint-reconciler-type", &["master-count", "lease", "none"]),
    (Some(Component::ApiServer), "storage-backend", &["etcd3"]),
    (Some(Component::ControllerManager), "cidr-allocator-type", &["RangeAllocator", "CloudAllocator"]),
    (Some(Component::Etcd), "auto-compaction-mode", &["periodic", "revision"]),
    (Some(Component::Etcd), "discovery-fallback", &["exit", "proxy"]),
    (Some(Component::Etcd), "initial-cluster-state", &["new", "existing"]),
    (Some(Component::Etcd), "metrics", &["basic", "extensive"]),
    (Some(Component::Etcd), "tls-min-version", &["TLS1.2", "TLS1.3"]),
    (Some(Component::Kubelet), "authorization.mode", &["AlwaysAllow", "Webhook"]),
    (Some(Component::Kubelet), "cpu-manager-policy", &["none", "static"]),
    (Some(Component::Kubelet), "hairpin-mode", &["promiscuous-bridge", "hairpin-veth", "none"]),
    (Some(Component::Kubelet), "topology-manager-policy", &["none", "best-effort", "restricted", "single-numa-node"]),
    (Some(Component::Kubelet), "topology-manager-scope", &["container", "pod"]),
    (Some(Component::Kubelet), "tlsMinVersion", TLS),
    (Some(Component::KubeProxy), "proxy-mode", &["iptables", "ipvs", "nftables", "kernelspace"]),
    (None, "logging-format", &["text", "json"]),
    (None, "tls-min-version", TLS),
];

/// The cipher suites that Go knows (`k8s.io/component-base/cli/flag/ciphersuites_flag.go`).
const SUITES: [&str; 27] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_RC4_128_SHA",
];

/// Whether any release knows a cipher suite.
pub fn is_suite(name: &str) -> bool {
    SUITES.contains(&name)
}

fn by_words(program: Component, setting: &Setting) -> Option<String> {
    let name = setting.name.as_str();
    let is_list = name == "authorization-mode";
    let items = || if is_list { setting.value.split(',').collect() } else { vec![setting.value.as_str()] };
    if matches!(name, "tls-cipher-suites" | "tlsCipherSuites" | "cipher-suites") {
        let unknown = setting.value.split(',').map(str::trim).find(|suite| !suite.is_empty() && !is_suite(suite))?;
        return Some(format!("has no cipher suite `{}`", unknown.escape_debug()));
    }
    let (_, _, words) = WORDS.iter().find(|(own, known, _)| *known == name && own.is_none_or(|own| own == program))?;
    // no text is the default of most
    let wrong = items().into_iter().find(|item| !item.is_empty() && !words.contains(item))?;
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    Some(format!("cannot be `{}`; it takes {}", wrong.escape_debug(), words.join(", ")))
}

/// Flags of the API server that are numbers or times, with the least and the most.
const RANGES: [(&str, i64, i64); 14] = [
    ("secure-port", 1, 65_535),
    ("kubernetes-service-node-port", 0, 65_535),
    ("apiserver-count", 1, i64::MAX),
    ("audit-log-maxage", 0, i64::MAX),
    ("audit-log-maxbackup", 0, i64::MAX),
    ("audit-log-maxsize", 0, i64::MAX),
    ("max-requests-inflight", 0, i64::MAX),
    ("max-mutating-requests-inflight", 0, i64::MAX),
    ("min-request-timeout", 0, i64::MAX),
    ("request-timeout", 0, i64::MAX),
    ("livez-grace-period", 0, i64::MAX),
    ("shutdown-delay-duration", 0, i64::MAX),
    ("shutdown-watch-termination-grace-period", 0, i64::MAX),
    ("storage-initialization-timeout", 0, i64::MAX),
];

fn by_range(program: Component, setting: &Setting) -> Option<String> {
    let (name, value) = (setting.name.as_str(), setting.value.as_str());
    if name == "goaway-chance" {
        let chance: f64 = value.parse().ok()?;
        return (!(0.0..=0.02).contains(&chance)).then(|| format!("cannot be `{value}`; expected 0 to 0.02"));
    }
    let (_, least, most) = RANGES.iter().find(|(known, _, _)| *known == name)?;
    // other programs may switch their port off
    let least = if program == Component::ApiServer { *least } else { (*least).min(0) };
    let number = int(value).map(i128::from).or_else(|| duration::parse(value))?;
    if (i128::from(least)..=i128::from(*most)).contains(&number) {
        return None;
    }
    let expected = if *most == i64::MAX { format!("{least} or more") } else { format!("{least} to {most}") };
    Some(format!("cannot be `{value}`; expected {expected}"))
}

fn by_form(program: Component, setting: &Setting) -> Option<String> {
    let value = setting.value.as_str();
    match (program, setting.name.as_str()) {
        (Component::ApiServer, "service-cluster-ip-range")
        | (Component::ControllerManager, "service-cluster-ip-range" | "cluster-cidr") => networks(value),
        (Component::ApiServer, "cors-allowed-origins") => {
            let pins = |item: &str| {
                ["^", "//"].iter().any(|start| item.contains(start)) && ["$", ":"].iter().any(|end| item.contains(end))
            };
            let open = value.split(',').find(|item| !pins(item))?;
            Some(format!(
                "has `{}`, which does not begin with `^` or `//` and end with `$` or `:`",
                open.escape_debug()
            ))
        }
        (Component::ApiServer, "service-account-jwks-uri") if !value.is_empty() => {
            (!value.starts_with("https://")).then(|| "must begin with `https://`".to_owned())
        }
        _ => None,
    }
}

/// One network, or one of each family.
fn networks(value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    let families: Vec<bool> =
        items.iter().filter_map(|item| sloppy_cidr(item).map(|(address, _): (IpAddr, u8)| address.is_ipv4())).collect();
    if families.len() != items.len() {
        return Some(format!("cannot be `{}`; expected a network such as `10.96.0.0/12`", value.escape_debug()));
    }
    let is_one_each = families.len() < 2 || matches!(families.as_slice(), [a, b] if a != b);
    (!is_one_each).then(|| "must be one network, or one of each family".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{by_type, int};
    use crate::apiserver::catalogue::FlagType;

    #[test]
    fn numbers_as_go_reads_them() {
        for (text, value) in [
            ("10", Some(10)),
            ("-3", Some(-3)),
            ("0x1f", Some(31)),
            ("010", Some(8)),
            ("0", Some(0)),
            ("08", None),
            ("thirty", None),
            ("", None),
            ("1.5", None),
        ] {
            assert_eq!(int(text), value, "{text}");
        }
    }

    #[test]
    fn values_of_each_type() {
        for (ty, good, bad) in [
            (FlagType::Bool, "T", "no"),
            (FlagType::Int32, "2147483647", "2147483648"),
            (FlagType::Uint, "0", "-1"),
            (FlagType::Float, "0.5", "half"),
            (FlagType::Duration, "1h", "60"),
            (FlagType::Ip, "::1", "localhost"),
            (FlagType::PortRange, "30000-32767", "30000-20000"),
            (FlagType::MapStringBool, "A=true,B=false", "A=yes"),
            (FlagType::MapStringString, "a=b", "a"),
            (FlagType::NamedCertKey, "a.crt,a.key:host", "a.crt"),
            (FlagType::Vmodule, "file*=2", "file*"),
            (FlagType::Int32Slice, "1,2", "1,x"),
        ] {
            assert_eq!((by_type(ty, good), by_type(ty, bad).is_some()), (None, true), "{good} {bad}");
        }
    }
}
