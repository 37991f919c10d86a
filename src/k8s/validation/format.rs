//! Texts of a form, after `k8s.io/apimachinery/pkg/util/validation` and the small functions at the head of
//! `pkg/apis/core/validation/validation.go`. A refusal is the end of a sentence that begins with the place.

use std::net::IpAddr;

use super::{At, Errors};
use crate::k8s::names::NameRule;
use crate::k8s::network::{Cidr, parse_padded};
use crate::k8s::version::Version;

/// What a check says.
pub(crate) type Check = Result<(), String>;

/// The first release that takes addresses and networks in their strict form only (the gate `StrictIPCIDRValidation`).
const STRICT_ADDRESSES: u8 = 36;

/// A name by one of the rules for names.
pub(crate) fn name(rule: NameRule) -> impl Fn(&str) -> Check {
    move |text| rule.check(text).map_err(|refusal| refusal.to_string())
}

/// `IsValidPathSegmentName`: a name that may stand in the path of a request.
pub(crate) fn path_segment(text: &str) -> Check {
    if matches!(text, "." | "..") {
        return Err(format!("cannot be `{text}`"));
    }
    match text.chars().find(|character| matches!(character, '/' | '%')) {
        Some(character) => Err(format!("must not contain `{character}`")),
        None => Ok(()),
    }
}

/// `IsValidIPForLegacyField`.
pub(crate) fn ip(text: &str, version: Version) -> Check {
    let strict = version.minor() >= STRICT_ADDRESSES;
    let is_mapped = |ip: IpAddr| matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some());
    match text.parse::<IpAddr>().ok() {
        Some(ip) if strict && is_mapped(ip) => Err("is an IPv4 address written as IPv6".to_owned()),
        Some(_) => Ok(()),
        None if parse_padded(text).is_some() && strict => Err("has leading zeros".to_owned()),
        None if parse_padded(text).is_some() => Ok(()),
        None => Err(format!("`{}` is no IP address", text.escape_debug())),
    }
}

/// An address as `ParseIPSloppy` reads it, with leading zeros.
pub(crate) fn sloppy_ip(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| parse_padded(text).map(IpAddr::V4))
}

/// An address and a prefix, as `ParseCIDRSloppy` reads them.
pub(crate) fn sloppy_cidr(text: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = text.split_once('/')?;
    let address = sloppy_ip(address)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    let digits = prefix.trim_start_matches('0');
    let prefix = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    (is_number && prefix <= most).then_some((address, prefix))
}

/// `IsValidCIDRForLegacyField`.
pub(crate) fn cidr(text: &str, version: Version) -> Check {
    let shown = text.escape_debug();
    if sloppy_cidr(text).is_none() {
        return Err(format!("`{shown}` is no network such as `10.9.8.0/24`"));
    }
    if version.minor() < STRICT_ADDRESSES {
        return Ok(());
    }
    Cidr::parse(text).map(drop).map_err(|refusal| refusal.to_string())
}

/// `validatePathNoBacksteps`.
pub(crate) fn no_backsteps(path: &str) -> Check {
    let steps_back = path.split('/').any(|part| part == "..");
    if steps_back { Err("must not contain `..`".to_owned()) } else { Ok(()) }
}

/// A path from the root.
pub(crate) fn absolute_path(path: &str) -> Check {
    if path.starts_with('/') { Ok(()) } else { Err("must be an absolute path".to_owned()) }
}

/// `validateLocalDescendingPath`.
pub(crate) fn descending_path(path: &str) -> Check {
    if path.starts_with('/') {
        return Err("must be a relative path".to_owned());
    }
    no_backsteps(path)
}

/// `ValidateLocalNonReservedPath`.
pub(crate) fn non_reserved_path(path: &str) -> Check {
    descending_path(path)?;
    if path.starts_with("..") && !path.starts_with("../") {
        return Err("must not start with `..`".to_owned());
    }
    Ok(())
}

/// `IsHTTPHeaderName`.
pub(crate) fn header(name: &str) -> Check {
    let is_header = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_header { Ok(()) } else { Err("must be letters, digits and `-`, as `X-Header-Name`".to_owned()) }
}

/// `IsRelaxedEnvVarName`.
pub(crate) fn env_name(name: &str) -> Check {
    let is_name = name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    if is_name { Ok(()) } else { Err("must be printable ASCII characters other than `=`".to_owned()) }
}

/// `IsWildcardDNS1123Subdomain` where there is an asterisk, `IsDNS1123Subdomain` elsewhere: a host of an Ingress.
pub(crate) fn host(text: &str) -> Check {
    let domain = name(NameRule::Dns1123Subdomain);
    match text.strip_prefix("*.") {
        Some(rest) if text.len() <= 253 => domain(rest),
        _ => domain(text),
    }
}

/// `IsFullyQualifiedName`: a domain of three parts or more.
pub(crate) fn fully_qualified(text: &str) -> Check {
    name(NameRule::Dns1123Subdomain)(text)?;
    let parts = text.split('.').count();
    if parts < 3 { Err("must be a domain of three parts or more, as `policy.example.com`".to_owned()) } else { Ok(()) }
}

/// `IsDomainPrefixedPath`: a domain, a slash, and a path.
pub(crate) fn domain_prefixed_path(text: &str) -> Check {
    let parts = text.split_once('/').filter(|(host, path)| !host.is_empty() && !path.is_empty());
    let Some((host, path)) = parts else { return Err("must be a domain and a path, as `example.com/name`".to_owned()) };
    name(NameRule::Dns1123Subdomain)(host)?;
    let is_path = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte));
    if is_path { Ok(()) } else { Err("has a character that no path has".to_owned()) }
}

/// The number of a percentage such as `25%`; `None` if it is none (`IsValidPercent`).
fn percent(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('%').filter(|digits| !digits.is_empty())?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().unwrap_or(u64::MAX))
}

/// `ValidatePositiveIntOrPercent`, and `IsNotMoreThan100Percent` where `capped`.
pub(crate) fn int_or_percent<'d, 's>(at: Option<At<'d, 's>>, capped: bool, errors: &mut Errors<'d, 's>) {
    let Some(at) = at else { return };
    if at.int().is_some_and(|number| number < 0) {
        errors.invalid(at, "must be 0 or more");
    } else if let Some(text) = at.any_str() {
        match percent(text) {
            None => errors.invalid(at, "must be a whole number or a percentage such as `25%`"),
            Some(number) if capped && number > 100 => errors.invalid(at, "must be `100%` at most"),
            Some(_) => {}
        }
    }
}

/// A whole number that has a least.
pub(super) fn at_least<'d, 's>(at: Option<At<'d, 's>>, least: i128, errors: &mut Errors<'d, 's>) {
    if let Some(at) = at.filter(|at| at.int().is_some_and(|number| number < least)) {
        errors.invalid(at, format!("must be {least} or more"));
    }
}

/// `getIntOrPercentValue` is 0.
pub(crate) fn is_zero(at: At<'_, '_>) -> bool {
    at.int() == Some(0) || at.any_str().is_some_and(|text| percent(text).is_none_or(|number| number == 0))
}

#[cfg(test)]
mod tests {
    use super::{cidr, domain_prefixed_path, header, host, ip, non_reserved_path, sloppy_ip};
    use crate::k8s::version::Version;

    #[test]
    fn addresses_as_the_release_takes_them() {
        let (old, new) = (Version::OLDEST, Version::NEWEST);
        for (text, in_old, in_new) in [
            ("1.2.3.4", true, true),
            ("01.2.3.4", true, false),
            ("1.2.3", false, false),
            ("256.1.1.1", false, false),
            ("::1", true, true),
            ("::ffff:1.2.3.4", true, false),
            ("fe80::1%eth0", false, false),
            ("", false, false),
        ] {
            assert_eq!((ip(text, old).is_ok(), ip(text, new).is_ok()), (in_old, in_new), "{text}");
        }
        for (text, in_old, in_new) in [
            ("10.0.0.0/8", true, true),
            ("10.0.0.1/8", true, false),
            ("10.0.0.0/33", false, false),
            ("10.0.0.1", false, false),
            ("10.0.0.0/", false, false),
        ] {
            assert_eq!((cidr(text, old).is_ok(), cidr(text, new).is_ok()), (in_old, in_new), "{text}");
        }
        assert!(sloppy_ip("1.2.3.4.5").is_none() && sloppy_ip("001.2.3.4").is_some());
    }

    #[test]
    fn forms() {
        assert!(header("X-A").is_ok() && header("a b").is_err() && header("").is_err());
        assert!(host("*.example.com").is_ok() && host("a.*.com").is_err() && host("a.com:80").is_err());
        assert!(domain_prefixed_path("example.com/a").is_ok() && domain_prefixed_path("a").is_err());
        assert!(non_reserved_path("a/b").is_ok() && non_reserved_path("..a").is_err());
        assert!(non_reserved_path("../a").is_err() && non_reserved_path("/a").is_err());
    }
}
