//! The networks of a NetworkPolicy and the host names of an Ingress or HTTPRoute.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::names::NameRule;
use crate::diagnostic::{Refusal, refuse, refuse_for};

/// A network in CIDR notation, with no bit set behind its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl Default for Cidr {
    /// The address that means none.
    fn default() -> Self {
        Self { address: IpAddr::from([0, 0, 0, 0]), prefix: 32 }
    }
}

impl Cidr {
    /// Reads a network as `IsValidCIDRForLegacyField` of Kubernetes does in its strict form.
    ///
    /// That is the default from 1.36 on; 1.33 to 1.35 take the loose spellings and warn. An IPv6 address may be spelt
    /// the long way; it is written the canonical way.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = parse_address(address).map_err(|(message, nearest)| {
            let suggestions = nearest.map_or_else(Vec::new, |nearest| Self::near(nearest, prefix));
            Refusal::new(message).suggest(suggestions)
        })?;
        let Some(prefix) = prefix else {
            return refuse_for("has no prefix length", [Self::single(address).to_string()]);
        };
        let cidr = Self { address, prefix: parse_prefix(address, prefix)? };
        let network = cidr.masked();
        if cidr != network {
            let suggestions = [network.to_string(), Self::single(address).to_string()];
            return refuse_for(format!("has bits set behind the first {prefix}"), suggestions);
        }
        Ok(cidr)
    }

    /// The first address of the network.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many leading bits all its addresses share.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether it holds every address of its family.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }

    /// Whether the other network lies in this one; a network contains itself.
    pub fn contains(&self, other: &Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && Self { address: other.address, prefix: self.prefix }.masked() == *self
    }

    /// The networks that a corrected address and the prefix after it may stand for.
    fn near(address: IpAddr, prefix: Option<&str>) -> Vec<String> {
        let text = prefix.map_or_else(|| address.to_string(), |prefix| format!("{address}/{prefix}"));
        Self::parse(&text).map_or_else(|error| error.suggestions, |cidr| vec![cidr.to_string()])
    }

    fn single(address: IpAddr) -> Self {
        Self { address, prefix: width(address) }
    }

    fn masked(self) -> Self {
        let behind = u32::from(width(self.address).saturating_sub(self.prefix));
        let address = match self.address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(behind).unwrap_or(0))),
            IpAddr::V6(v6) => {
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(behind).unwrap_or(0)))
            }
        };
        Self { address, ..self }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The bits of an address.
fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn without_leading_zeros(number: &str) -> &str {
    let stripped = number.trim_start_matches('0');
    if stripped.is_empty() && !number.is_empty() { "0" } else { stripped }
}

/// An IPv4 address whose parts may have leading zeros.
pub(super) fn parse_padded(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').map(without_leading_zeros).collect();
    parts.join(".").parse().ok()
}

/// Reads an address, or says what is wrong and which address may be meant.
fn parse_address(text: &str) -> Result<IpAddr, (String, Option<IpAddr>)> {
    let refuse = |message: &str, nearest: Option<Ipv4Addr>| Err((message.to_owned(), nearest.map(IpAddr::V4)));
    if let Ok(address) = text.parse() {
        let mapped = if let IpAddr::V6(address) = address { address.to_ipv4_mapped() } else { None };
        return if mapped.is_some() { refuse("is an IPv4 address written as IPv6", mapped) } else { Ok(address) };
    }
    let padded = parse_padded(text);
    if padded.is_some() {
        return refuse("has a leading zero, which some programs take for octal", padded);
    }
    if text.is_empty() {
        return refuse("has no address", None);
    }
    if text.contains(|c: char| c.is_ascii_alphabetic()) && !text.contains(':') {
        return refuse("is not an address; a NetworkPolicy cannot name hosts", None);
    }
    refuse(&format!("has `{}`, which is not an address", text.escape_debug()), None)
}

fn parse_prefix(address: IpAddr, text: &str) -> Result<u8, Refusal> {
    let most = width(address);
    let network = |prefix| Cidr { address, prefix }.masked().to_string();
    if is_number(text) {
        let plain = without_leading_zeros(text);
        let prefix = plain.parse().ok().filter(|prefix| *prefix <= most);
        return match prefix {
            Some(prefix) if plain != text => refuse_for("has a leading zero in the prefix", [network(prefix)]),
            Some(prefix) => Ok(prefix),
            None => refuse(format!("has the prefix {text}; 0 to {most}")),
        };
    }
    if let Ok(mask) = text.parse::<Ipv4Addr>()
        && let (true, Ok(ones)) = (address.is_ipv4(), u8::try_from(mask.to_bits().leading_ones()))
        && mask.to_bits().count_ones() == u32::from(ones)
    {
        return refuse_for("has a mask instead of a prefix length", [network(ones)]);
    }
    refuse(format!("has `{}` for a prefix; 0 to {most}", text.escape_debug()))
}

/// Checks a host name of an Ingress rule or an HTTPRoute; `wildcard` allows `*.` at its start.
///
/// The name is a DNS-1123 subdomain of labels of at most 63 characters, and no address, as both APIs ask.
pub fn check_host(host: &str, wildcard: bool) -> Result<(), Refusal> {
    if host.is_empty() {
        return refuse("is empty");
    }
    if host.len() > 253 {
        return refuse(format!("is {} characters long, at most 253", host.chars().count()));
    }
    if let Some((scheme, rest)) = host.split_once("://") {
        let name = rest.split('/').next().unwrap_or_default();
        return refuse_host(format!("has the scheme `{}://`", scheme.escape_debug()), name, wildcard);
    }
    if let Some((name, _)) = host.split_once('/') {
        return refuse_host("has a path; write it in the path of the rule", name, wildcard);
    }
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() || parse_padded(host).is_some() {
        return refuse("is an address; a name must stand here");
    }
    if let Some((name, port)) = host.rsplit_once(':')
        && is_number(port)
    {
        return refuse_host(format!("has the port {port}; the Gateway or Ingress controller sets it"), name, wildcard);
    }
    if let Some(name) = host.strip_suffix('.') {
        return refuse_host("ends with '.'", name, wildcard);
    }
    let lower = host.to_ascii_lowercase();
    if lower != host {
        return refuse_host("has upper case letters", &lower, wildcard);
    }
    if !host.is_ascii() {
        return refuse("has letters outside ASCII; write the form that starts with `xn--`");
    }
    let name = match host.strip_prefix("*.") {
        Some(_) if !wildcard => return refuse("has a wildcard, which is not allowed here"),
        Some(name) => name,
        None => host,
    };
    if name.contains('*') {
        return refuse("has a '*' that is not the whole first label, as in `*.example.com`");
    }
    if let Some(label) = name.split('.').find(|label| label.len() > 63) {
        return refuse(format!("has a label of {} characters, at most 63", label.len()));
    }
    NameRule::Dns1123Subdomain.check(name)
}

/// Refuses a host with a suggestion, if that is a host itself.
fn refuse_host(message: impl Into<String>, suggestion: &str, wildcard: bool) -> Result<(), Refusal> {
    let is_host = check_host(suggestion, wildcard).is_ok();
    let suggestions = if is_host { vec![suggestion.to_owned()] } else { Vec::new() };
    refuse_for(message, suggestions)
}

#[cfg(test)]
mod tests {
    use super::{Cidr, check_host};

    /// Whether `IsValidCIDRForLegacyField` of `k8s.io/apimachinery` 0.37.2 takes each text, and the network it reads.
    const UPSTREAM: &[(&str, bool, &str)] = &[
        ("", false, ""),
        ("10.0.0.0/8", true, "10.0.0.0/8"),
        ("10.0.0.1/8", false, "10.0.0.0/8"),
        ("10.0.0.1/32", true, "10.0.0.1/32"),
        ("10.0.0.1", false, ""),
        ("0.0.0.0/0", true, "0.0.0.0/0"),
        ("1.2.3.4/0", false, "0.0.0.0/0"),
        ("10.0.0.0/33", false, ""),
        ("10.0.0.0/", false, ""),
        ("/8", false, ""),
        ("10.0.0.0/08", false, "10.0.0.0/8"),
        ("10.0.0.0/+8", false, ""),
        ("10.0.0.0/-8", false, ""),
        ("10.0.0.0/8/8", false, ""),
        ("010.0.0.0/8", false, "10.0.0.0/8"),
        ("10.00.0.0/8", false, "10.0.0.0/8"),
        ("10.0.0/8", false, ""),
        ("10.0.0.0.0/8", false, ""),
        ("256.0.0.0/8", false, ""),
        ("10.0.0.0/255.0.0.0", false, ""),
        ("10.0.0.0/255.0.255.0", false, ""),
        (" 10.0.0.0/8", false, ""),
        ("10.0.0.0/8 ", false, ""),
        ("10.0.0.0 /8", false, ""),
        ("example.com", false, ""),
        ("example.com/24", false, ""),
        ("::/0", true, "::/0"),
        ("2001:db8::/32", true, "2001:db8::/32"),
        ("2001:DB8::/32", true, "2001:db8::/32"),
        ("2001:0db8:0:0::/32", true, "2001:db8::/32"),
        ("2001:db8::1/32", false, "2001:db8::/32"),
        ("2001:db8::1/128", true, "2001:db8::1/128"),
        ("2001:db8::1", false, ""),
        ("2001:db8::/129", false, ""),
        ("::ffff:10.0.0.0/104", false, "10.0.0.0/8"),
        ("::ffff:10.0.0.0/8", false, "::/8"),
        ("fe80::1%eth0/64", false, ""),
        ("[2001:db8::]/32", false, ""),
        ("10.0.0.1-10.0.0.9", false, ""),
        ("169.254.169.254/32", true, "169.254.169.254/32"),
        ("192.168.1.0/24", true, "192.168.1.0/24"),
        ("192.168.1.128/25", true, "192.168.1.128/25"),
        ("192.168.1.64/25", false, "192.168.1.0/25"),
        ("192.168.001.0/24", false, "192.168.1.0/24"),
    ];

    /// Whether the validation of Ingress rules in Kubernetes 1.37 takes each host.
    const HOSTS: &[(&str, bool)] = &[
        ("", false),
        ("shop.example.com", true),
        ("localhost", true),
        ("Shop.example.com", false),
        ("shop.example.com.", false),
        ("shop_1.example.com", false),
        ("*.example.com", true),
        ("*.com", true),
        ("*", false),
        ("*example.com", false),
        ("*.*.com", false),
        ("a.*.com", false),
        ("f*.com", false),
        ("10.0.0.1", false),
        ("010.0.0.1", false),
        ("::1", false),
        ("[::1]", false),
        ("1.2.3", true),
        ("1.2.3.4.5", true),
        ("2001:db8::1", false),
        ("shop.example.com:443", false),
        ("[::1]:443", false),
        ("https://shop.example.com", false),
        ("https://shop.example.com:443/x", false),
        ("shop.example.com/x", false),
        ("-a.com", false),
        ("a-.com", false),
        ("a..com", false),
        (".com", false),
        ("a b.com", false),
        ("bücher.example", false),
        ("xn--bcher-kva.example", true),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com", true),
        ("a,b.com", false),
        ("user@example.com", false),
        ("{{ host }}", false),
    ];

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn agrees_with_kubernetes() {
        for (text, accepted, network) in UPSTREAM {
            match Cidr::parse(text) {
                Ok(cidr) => assert_eq!((*accepted, cidr.to_string().as_str()), (true, *network), "{text:?}"),
                Err(error) => {
                    assert!(!accepted, "{text:?}: {error}");
                    for suggestion in &error.suggestions {
                        assert!(Cidr::parse(suggestion).is_ok(), "{text:?} {suggestion:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_network() {
        let cases = [
            ("", "has no address"),
            ("10.0.0.1", "has no prefix length; did you mean `10.0.0.1/32`?"),
            ("2001:db8::1", "has no prefix length; did you mean `2001:db8::1/128`?"),
            ("10.0.0.1/8", "has bits set behind the first 8; did you mean `10.0.0.0/8` or `10.0.0.1/32`?"),
            ("2001:db8::1/32", "has bits set behind the first 32; did you mean `2001:db8::/32` or `2001:db8::1/128`?"),
            ("010.0.0.0/8", "has a leading zero, which some programs take for octal; did you mean `10.0.0.0/8`?"),
            ("010.0.0.1", "has a leading zero, which some programs take for octal; did you mean `10.0.0.1/32`?"),
            ("10.0.0.0/08", "has a leading zero in the prefix; did you mean `10.0.0.0/8`?"),
            ("10.0.0.0/33", "has the prefix 33; 0 to 32"),
            ("2001:db8::/129", "has the prefix 129; 0 to 128"),
            ("10.0.0.0/9999", "has the prefix 9999; 0 to 32"),
            ("10.0.0.0/x", "has `x` for a prefix; 0 to 32"),
            ("10.0.0.0/255.255.0.0", "has a mask instead of a prefix length; did you mean `10.0.0.0/16`?"),
            ("10.0.0.0/255.0.255.0", "has `255.0.255.0` for a prefix; 0 to 32"),
            ("::ffff:10.0.0.0/24", "is an IPv4 address written as IPv6; did you mean `10.0.0.0/24`?"),
            ("example.com", "is not an address; a NetworkPolicy cannot name hosts"),
            ("10.0.0.1-10.0.0.9", "has `10.0.0.1-10.0.0.9`, which is not an address"),
        ];
        for (text, message) in cases {
            assert_eq!(Cidr::parse(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn knows_what_lies_in_a_network() {
        let cases = [
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/8", "10.0.0.0/8", true),
            ("10.0.0.0/8", "10.0.0.0/7", false),
            ("10.0.0.0/8", "11.0.0.0/16", false),
            ("0.0.0.0/0", "169.254.169.254/32", true),
            ("0.0.0.0/0", "::/0", false),
            ("::/0", "0.0.0.0/0", false),
            ("2001:db8::/32", "2001:db8:1::/48", true),
            ("10.0.0.1/32", "10.0.0.1/32", true),
        ];
        for (network, other, contained) in cases {
            assert_eq!(cidr(network).contains(&cidr(other)), contained, "{network} {other}");
        }
        assert!(cidr("0.0.0.0/0").is_everything() && cidr("::/0").is_everything());
        assert!(!cidr("10.0.0.0/8").is_everything());
        assert_eq!((cidr("10.0.0.0/8").address().to_string(), cidr("10.0.0.0/8").prefix()), ("10.0.0.0".into(), 8));
    }

    #[test]
    fn agrees_with_kubernetes_on_hosts() {
        for (host, accepted) in HOSTS {
            assert_eq!(check_host(host, true).is_ok(), *accepted, "{host:?} {:?}", check_host(host, true));
            let precise = *accepted && !host.contains('*');
            assert_eq!(check_host(host, false).is_ok(), precise, "{host:?} without wildcards");
        }
        let long = |pairs| format!("{}a", "a.".repeat(pairs));
        assert_eq!(check_host(&long(126), true), Ok(()));
        assert!(check_host(&long(127), true).is_err());
        assert_eq!(check_host(&format!("*.{}", long(125)), true), Ok(()));
        assert!(check_host(&format!("*.{}", long(126)), true).is_err());
        assert!(check_host(&format!("{}.com", "a".repeat(64)), true).is_err(), "stricter than Kubernetes");
    }

    #[test]
    fn says_what_is_wrong_with_a_host() {
        let cases = [
            ("", "is empty"),
            ("https://shop.example.com/x", "has the scheme `https://`; did you mean `shop.example.com`?"),
            ("https://shop.example.com:443", "has the scheme `https://`"),
            ("shop.example.com/x", "has a path; write it in the path of the rule; did you mean `shop.example.com`?"),
            (
                "shop.example.com:443",
                "has the port 443; the Gateway or Ingress controller sets it; did you mean `shop.example.com`?",
            ),
            ("10.0.0.1", "is an address; a name must stand here"),
            ("[::1]", "is an address; a name must stand here"),
            ("Shop.example.com", "has upper case letters; did you mean `shop.example.com`?"),
            ("shop.example.com.", "ends with '.'; did you mean `shop.example.com`?"),
            ("bücher.example", "has letters outside ASCII; write the form that starts with `xn--`"),
            ("*.example.com", "has a wildcard, which is not allowed here"),
            ("a.*.com", "has a '*' that is not the whole first label, as in `*.example.com`"),
            ("a_b.com", "has '_' at position 2; only lower case letters, digits, '-' and '.'"),
            ("-a.com", "has `-a`, which starts with '-'"),
            ("a..com", "has a '.' with nothing before or after it"),
        ];
        for (host, message) in cases {
            assert_eq!(check_host(host, false).unwrap_err().to_string(), message, "{host:?}");
        }
    }
}
