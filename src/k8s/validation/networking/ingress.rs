//! `ValidateIngressCreate` and `ValidateIngressSpec`.

use crate::k8s::names::NameRule;
use crate::k8s::validation::{At, Errors, at, format};

/// Where the class stood before it had a field.
const CLASS: &str = "kubernetes.io/ingress.class";

/// `ValidateIngressCreate`.
pub(super) fn validate_ingress<'d, 's>(root: At<'d, 's>, spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [default, rules, tls, class] = spec.fields(["defaultBackend", "rules", "tls", "ingressClassName"]);
    if default.is_none() && rules.is_none_or(At::is_empty) {
        errors.required(spec, "rules", "or `defaultBackend`");
    }
    if let Some(default) = default {
        validate_backend(default, errors);
    }
    for rule in rules.into_iter().flat_map(At::items) {
        validate_rule(rule, errors);
    }
    for tls in tls.into_iter().flat_map(At::items) {
        for host in tls.each("hosts") {
            errors.check(host, format::host);
        }
        if let Some(secret) = tls.get("secretName") {
            errors.check(secret, format::name(NameRule::Dns1123Subdomain));
        }
    }
    let Some(class) = class else { return };
    errors.check(class, format::name(NameRule::Dns1123Subdomain));
    // upstream leaves `metadata` out of the path
    if let Some(annotation) =
        root.path(&["metadata", "annotations", CLASS]).filter(|it| it.any_str() != class.any_str())
    {
        errors.invalid_beside(annotation, "is another class than `ingressClassName`", Some(class), "the class");
    }
}

/// `validateIngressRules`, for one.
fn validate_rule<'d, 's>(rule: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    if let Some(host) = rule.get("host") {
        errors.check(host, |text| match format::sloppy_ip(text) {
            Some(_) => Err("must be a name, not an address".to_owned()),
            None => format::host(text),
        });
    }
    for path in rule.get("http").into_iter().flat_map(|http| http.each("paths")) {
        validate_path(path, errors);
    }
}

/// `validateHTTPIngressPath`.
fn validate_path<'d, 's>(path: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const INNER: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
    const LAST: [&str; 2] = ["/..", "/."];
    let [ty, own, backend] = path.fields(["pathType", "path", "backend"]);
    let own = own.filter(|own| own.str().is_some());
    let kind = at::text(ty);
    match (own, kind) {
        (None, Some(kind @ ("Exact" | "Prefix"))) => {
            errors.required(path, "path", format!("`pathType: {kind}` compares with it"));
        }
        (Some(own), Some("Exact" | "Prefix" | "ImplementationSpecific")) => errors.check(own, |text| {
            if !text.starts_with('/') {
                return Err("must begin with `/`".to_owned());
            }
            if kind == Some("ImplementationSpecific") {
                return Ok(());
            }
            match (INNER.iter().find(|part| text.contains(**part)), LAST.iter().find(|part| text.ends_with(**part))) {
                (Some(part), _) => Err(format!("must not contain `{part}`")),
                (None, Some(part)) => Err(format!("must not end with `{part}`")),
                (None, None) => Ok(()),
            }
        }),
        _ => {}
    }
    if let Some(backend) = backend {
        validate_backend(backend, errors);
    }
}

/// `validateIngressBackend`.
fn validate_backend<'d, 's>(backend: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [service, resource] = backend.fields(["service", "resource"]);
    match (service, resource) {
        (Some(service), Some(resource)) => {
            let second = if resource.node.span().start > service.node.span().start { resource } else { service };
            errors.crowded(backend, second, "takes one of `service` and `resource`");
        }
        (None, None) => errors.required(backend, "service", "or `resource`"),
        (Some(service), None) => validate_service(backend, service, errors),
        (None, Some(resource)) => {
            if let Some(group) = resource.get("apiGroup") {
                errors.check(group, format::name(NameRule::Dns1123Subdomain));
            }
            for field in resource.present(["kind", "name"]) {
                errors.check(field, format::path_segment);
            }
        }
    }
}

fn validate_service<'d, 's>(backend: At<'d, 's>, service: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [name, port] = service.fields(["name", "port"]);
    if let Some(name) = name {
        let rule = if errors.version.minor() < 36 { NameRule::Dns1035Label } else { NameRule::Dns1123Label };
        errors.check(name, format::name(rule));
    }
    let Some(port) = port else { return };
    let [name, number] = port.fields(["name", "number"]);
    let name = name.filter(|name| name.str().is_some());
    let number = number.filter(|number| number.int() != Some(0));
    match (name, number) {
        (Some(_), Some(number)) => errors.crowded(backend, number, "names its port by one of `name` and `number`"),
        (Some(name), None) => errors.check(name, format::name(NameRule::PortName)),
        (None, Some(number)) if number.int().is_some_and(|number| !(1..=65535).contains(&number)) => {
            errors.invalid(number, "must be 1 to 65535");
        }
        // a port that is not there at all is a matter of the table of fields
        (None, None) => errors.required(port, "number", "or `name`"),
        _ => {}
    }
}
