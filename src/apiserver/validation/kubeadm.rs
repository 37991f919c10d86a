//! Configurations of kubeadm, after `cmd/kubeadm/app/apis/kubeadm/validation`.

use super::tools::{in_range, one_of, range_or_zero};
use crate::k8s::names::NameRule;
use crate::k8s::validation::format::{name, sloppy_cidr, sloppy_ip};
use crate::k8s::validation::{At, Errors};

/// Of `cmd/kubeadm/app/constants`: the fewest addresses of a network, and the most bits of that for Services.
const LEAST_ADDRESSES: u32 = 10;
/// The first release that wants an endpoint of an external etcd.
const NEEDS_ENDPOINTS: u8 = 35;
const MOST_SERVICE_BITS: u8 = 20;
/// The most bits between the pods' network and that of a node.
const MOST_NODE_BITS: u8 = 16;

/// `ValidateInitConfiguration`, `ValidateClusterConfiguration`, ...
pub(super) fn validate<'d, 's>(root: At<'d, 's>, kind: &str, errors: &mut Errors<'d, 's>) {
    match kind {
        "ClusterConfiguration" => validate_cluster_configuration(root, errors),
        "InitConfiguration" => {
            validate_node_registration(root, errors);
            root.get("localAPIEndpoint").into_iter().for_each(|at| validate_api_endpoint(at, errors));
            validate_certificate_key(root, errors);
            root.each("bootstrapTokens").for_each(|token| validate_bootstrap_token(token, errors));
        }
        "JoinConfiguration" => {
            validate_node_registration(root, errors);
            if let Some(plane) = root.get("controlPlane") {
                plane.get("localAPIEndpoint").into_iter().for_each(|at| validate_api_endpoint(at, errors));
                validate_certificate_key(plane, errors);
            }
            if let Some(at) = root.get("caCertPath")
                && at.str().is_some_and(|path| !path.starts_with('/') || path.strip_suffix(".crt").is_none())
            {
                errors.invalid(at, "must be an absolute path that ends in `.crt`");
            }
            match root.get("discovery") {
                Some(discovery) => validate_discovery(discovery, errors),
                None => errors.required(root, "discovery", "it says how the cluster is found"),
            }
        }
        "ResetConfiguration" => absolute(root, "certificatesDir", errors),
        _ => {}
    }
}

fn validate_cluster_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for part in ["apiServer", "controllerManager", "scheduler"] {
        root.get(part).into_iter().for_each(|part| validate_extra_args(part, "extraArgs", errors));
    }
    root.path(&["apiServer", "certSANs"]).into_iter().for_each(|list| validate_cert_sans(list, errors));
    absolute(root, "certificatesDir", errors);
    if let Some(at) = root.get("kubernetesVersion").filter(|at| at.str().is_some_and(|text| !is_version(text))) {
        errors.invalid(at, "is no release such as `v1.37.2`, nor a name such as `stable-1.37`");
    }
    if let Some(at) = root.get("imageRepository").filter(|at| at.str().is_some_and(|text| !is_repository(text))) {
        errors.invalid(at, "is no registry with a path");
    }
    if let Some(at) = root.get("controlPlaneEndpoint").filter(|at| at.str().is_some_and(|text| !is_host_port(text))) {
        errors.invalid(at, "must be a host, with or without a port");
    }
    let algorithms = ["ECDSA-P256", "ECDSA-P384", "RSA-2048", "RSA-3072", "RSA-4096"];
    one_of(root, "encryptionAlgorithm", &algorithms, errors);
    validate_networking(root, errors);
    validate_etcd(root, errors);
}

/// `KubernetesReleaseVersion` of `cmd/kubeadm/app/util/version.go`: a release, or a name that stands for one.
fn is_version(text: &str) -> bool {
    let names = ["stable", "latest", "release/", "ci/", "k8s-"];
    let plain = text.strip_prefix('v').unwrap_or(text);
    let release = plain.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_release = release.split('.').count() == 3 && release.split('.').all(is_number);
    is_release || names.iter().any(|name| text.starts_with(name)) || text.contains(['$', '{', '<'])
}

/// `ValidateImageRepository`.
fn is_repository(text: &str) -> bool {
    let fits = |part: &str| {
        let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let (first, last) = (part.bytes().next(), part.bytes().next_back());
        ends(first) && ends(last) && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    text.contains(['$', '{', '<']) || text.split('/').all(fits)
}

/// `ValidateExtraArgs`.
fn validate_extra_args<'d, 's>(part: At<'d, 's>, field: &str, errors: &mut Errors<'d, 's>) {
    for argument in part.each(field) {
        if argument.text("name").is_none() {
            errors.required(argument, "name", "every argument has a name");
        }
    }
}

/// `ValidateCertSANs`.
fn validate_cert_sans<'d, 's>(list: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for at in list.items() {
        let Some(text) = at.any_str() else { continue };
        let host = text.strip_prefix("*.").unwrap_or(text);
        if NameRule::Dns1123Subdomain.check(host).is_err() && sloppy_ip(text).is_none() {
            errors.invalid(at, "is neither a host nor an IP address");
        }
    }
}

fn absolute<'d, 's>(root: At<'d, 's>, field: &str, errors: &mut Errors<'d, 's>) {
    if let Some(at) = root.get(field).filter(|at| at.str().is_some_and(|path| !path.starts_with('/'))) {
        errors.invalid(at, "must be an absolute path");
    }
}

/// `ParseHostPort`.
fn is_host_port(text: &str) -> bool {
    if sloppy_ip(text).is_some() {
        return true;
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    port_fits && (sloppy_ip(host).is_some() || NameRule::Dns1123Subdomain.check(host).is_ok())
}

/// `ValidateNetworking`.
fn validate_networking<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(networking) = root.get("networking") else { return };
    if let Some(domain) = networking.get("dnsDomain") {
        errors.check(domain, name(NameRule::Dns1123Subdomain));
    }
    let mask = |ipv4: bool| {
        let flag = if ipv4 { "node-cidr-mask-size-ipv4" } else { "node-cidr-mask-size-ipv6" };
        argument(root, flag).map_or(Some(if ipv4 { 24 } else { 64 }), |text| text.parse().ok())
    };
    for field in ["serviceSubnet", "podSubnet"] {
        let Some(at) = networking.get(field).filter(|at| at.str().is_some()) else { continue };
        let texts: Vec<&str> = at.str().unwrap_or_default().split(',').collect();
        let networks: Vec<(bool, u8)> = texts
            .iter()
            .filter_map(|text| sloppy_cidr(text).map(|(address, prefix)| (address.is_ipv4(), prefix)))
            .collect();
        if networks.len() != texts.len() {
            errors.invalid(at, "is no network such as `10.244.0.0/16`, nor two with a comma between them");
            continue;
        }
        if networks.len() > 2 || matches!(networks.as_slice(), [(a, _), (b, _)] if a == b) {
            errors.invalid(at, "must be one network, or one of each family");
        }
        for (ipv4, prefix) in networks {
            let bits = if ipv4 { 32 } else { 128_u8 }.saturating_sub(prefix);
            if 1_u32.checked_shl(bits.into()).is_some_and(|addresses| addresses < LEAST_ADDRESSES) {
                errors.invalid(at, format!("has fewer than {LEAST_ADDRESSES} addresses"));
            }
            if field == "serviceSubnet" && bits > MOST_SERVICE_BITS {
                errors.invalid(at, format!("is too large: at most {MOST_SERVICE_BITS} bits are for Services"));
            }
            let allocates = argument(root, "allocate-node-cidrs") != Some("false");
            if field == "podSubnet"
                && allocates
                && let Some(mask) = mask(ipv4)
                && !(prefix..=prefix.saturating_add(MOST_NODE_BITS)).contains(&mask)
            {
                errors.invalid(at, format!("does not fit the networks of nodes, which are /{mask}"));
            }
        }
    }
}

/// What the controller manager is given.
fn argument<'d>(root: At<'d, '_>, flag: &str) -> Option<&'d str> {
    let extra = root.path(&["controllerManager", "extraArgs"])?;
    let listed = extra.items().find(|item| item.text("name") == Some(flag)).and_then(|item| item.text("value"));
    listed.or_else(|| extra.text(flag))
}

/// `ValidateEtcd`.
fn validate_etcd<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(etcd) = root.get("etcd") else { return };
    let (local, external) = (etcd.get("local"), etcd.get("external"));
    if let (Some(local), Some(external)) = (local, external) {
        errors.conflict(external, "cannot be beside `local`", Some(local), "the other one");
        return;
    }
    if let Some(local) = local {
        absolute(local, "dataDir", errors);
        for list in local.present(["serverCertSANs", "peerCertSANs"]) {
            validate_cert_sans(list, errors);
        }
        validate_extra_args(local, "extraArgs", errors);
    }
    let Some(external) = external else { return };
    let [ca, cert, key] = ["caFile", "certFile", "keyFile"].map(|field| external.text(field));
    if cert.is_some() != key.is_some() {
        errors.invalid(external, "needs `certFile` and `keyFile` together");
    }
    if cert.is_some() && key.is_some() && ca.is_none() {
        errors.required(external, "caFile", "`certFile` and `keyFile` need it");
    }
    let secure = ca.or(cert).or(key).is_some();
    // since 1.35
    if external.get("endpoints").is_none_or(At::is_empty) && errors.version.minor() >= NEEDS_ENDPOINTS {
        errors.required(external, "endpoints", "at least one is needed");
    }
    for at in external.each("endpoints") {
        let Some(text) = at.any_str() else { continue };
        if secure && !text.starts_with("https://") {
            errors.invalid(at, "must begin with `https://`");
        } else if !text.contains("://") {
            errors.invalid(at, "must begin with `http://` or `https://`");
        }
    }
    for field in ["caFile", "certFile", "keyFile"] {
        absolute(external, field, errors);
    }
}

/// `ValidateNodeRegistrationOptions`.
fn validate_node_registration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(registration) = root.get("nodeRegistration") else { return };
    if let Some(at) = registration.get("name") {
        errors.check(at, |text| name(NameRule::Dns1123Subdomain)(&text.to_lowercase()));
    }
    if let Some(at) = registration.get("criSocket")
        && let Some((scheme, _)) = at.str().and_then(|text| text.split_once("://"))
        && !matches!(scheme, "unix" | "npipe")
    {
        errors.invalid(at, "must be a socket of the machine, as `unix:///run/containerd/containerd.sock`");
    }
    one_of(registration, "imagePullPolicy", &["Always", "IfNotPresent", "Never"], errors);
    validate_extra_args(registration, "kubeletExtraArgs", errors);
}

/// `ValidateAPIEndpoint`.
fn validate_api_endpoint<'d, 's>(endpoint: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(at) = endpoint.get("advertiseAddress").filter(|at| at.str().is_some_and(|ip| sloppy_ip(ip).is_none())) {
        errors.invalid(at, "is no IP address");
    }
    in_range(endpoint, &range_or_zero("bindPort", 1, 65_535), errors);
}

/// `ValidateCertificateKey`: 32 bytes as hexadecimal digits.
fn validate_certificate_key<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let is_key = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(at) = root.get("certificateKey").filter(|at| at.str().is_some_and(|text| !is_key(text))) {
        // what is filled in later
        if !at.str().is_some_and(|text| text.contains(['$', '{', '<'])) {
            errors.invalid(at, "must be 64 hexadecimal digits");
        }
    }
}

/// `ValidateToken`.
fn validate_token<'d, 's>(at: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(text) = at.any_str().filter(|text| !text.contains(['$', '{', '<'])) else { return };
    let is_part = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if !text.split_once('.').is_some_and(|(id, secret)| is_part(id, 6) && is_part(secret, 16)) {
        errors.invalid(at, "is no token: 6 characters, a point, and 16 characters, of a-z and 0-9");
    }
}

const USAGES: [&str; 2] = ["signing", "authentication"];

/// `ValidateBootstrapTokens`.
fn validate_bootstrap_token<'d, 's>(token: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    token.get("token").into_iter().for_each(|at| validate_token(at, errors));
    for usage in token.each("usages").filter(|usage| usage.any_str().is_some_and(|text| !USAGES.contains(&text))) {
        errors.not_supported(usage, &USAGES);
    }
    // none are both
    let usages = token.get("usages").filter(|list| !list.is_empty());
    let authenticates = usages.is_none_or(|list| list.items().any(|item| item.str() == Some("authentication")));
    if let Some(groups) = token.get("groups").filter(|list| !list.is_empty() && !authenticates) {
        errors.conflict(groups, "needs the usage `authentication`", token.get("usages"), "the usages");
    }
    for group in token.each("groups") {
        if group.any_str().is_some_and(|text| !text.starts_with("system:bootstrappers:")) {
            errors.invalid(group, "must begin with `system:bootstrappers:`");
        }
    }
    if let (Some(ttl), Some(expires)) = (token.get("ttl"), token.get("expires")) {
        errors.conflict(ttl, "cannot be beside `expires`", Some(expires), "the other one");
    }
}

/// `ValidateDiscovery`.
fn validate_discovery<'d, 's>(discovery: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let (token, file) = (discovery.get("bootstrapToken"), discovery.get("file"));
    match (token, file) {
        (None, None) => errors.required(discovery, "bootstrapToken", "`bootstrapToken` or `file` is needed"),
        (Some(token), Some(file)) => {
            errors.conflict(file, "cannot be beside `bootstrapToken`", Some(token), "the other one");
        }
        _ => {}
    }
    // an empty one is that of `bootstrapToken`
    let own = discovery.get("tlsBootstrapToken").filter(|at| at.str().is_some());
    if let Some(at) = own {
        validate_token(at, errors);
    }
    let Some(token) = token else { return };
    match token.get("token").filter(|at| at.str().is_some()) {
        None => errors.required(token, "token", "the cluster is found by it"),
        Some(at) => validate_token(at, errors),
    }
    match token.get("apiServerEndpoint").filter(|at| at.str().is_some()) {
        None => errors.required(token, "apiServerEndpoint", "a host and a port"),
        Some(at) if at.str().is_some_and(|text| !text.contains(':')) => errors.invalid(at, "must be a host and a port"),
        Some(_) => {}
    }
    let skips = token.get("unsafeSkipCAVerification").is_some_and(At::is_true);
    if token.get("caCertHashes").is_none_or(At::is_empty) && !skips {
        errors.required(token, "caCertHashes", "without them anybody could answer in place of the cluster");
    }
}
