//! `ValidateCustomResourceDefinition`, without what it asks of schemas.

use crate::k8s::names::NameRule;
use crate::k8s::validation::admissionregistration::validate_client_config;
use crate::k8s::validation::{At, Errors, Seen, at, format};

/// `ValidateCustomResourceDefinition`.
pub(super) fn validate_custom_resource_definition<'d, 's>(
    root: At<'d, 's>,
    spec: At<'d, 's>,
    errors: &mut Errors<'d, 's>,
) {
    let [group, names, versions, conversion, preserve, scope] =
        spec.fields(["group", "names", "versions", "conversion", "preserveUnknownFields", "scope"]);
    if let Some(scope) = scope.filter(|it| !matches!(it.any_str(), None | Some("Cluster" | "Namespaced"))) {
        errors.not_supported(scope, &["Cluster", "Namespaced"]);
    }
    if let Some(group) = group {
        errors.check(group, |text| {
            format::name(NameRule::Dns1123Subdomain)(text)?;
            if text.contains('.') { Ok(()) } else { Err("must be a domain with a dot".to_owned()) }
        });
    }
    if let Some(name) = root.path(&["metadata", "name"]) {
        errors.check(name, format::name(NameRule::Dns1123Subdomain));
    }
    let plural = names.and_then(|names| names.text("plural"));
    if let Some(name) = root.path(&["metadata", "name"])
        && let (Some(plural), Some(group)) = (plural, at::text(group))
        && name.str().is_some_and(|text| text != format!("{plural}.{group}"))
    {
        errors.invalid_beside(name, format!("must be `{plural}.{group}`"), spec.get("group"), "the group");
    }
    if let Some(names) = names {
        validate_names(names, errors);
    }
    if let Some(versions) = versions {
        validate_versions(versions, errors);
    }
    if let Some(preserve) = preserve.filter(|preserve| preserve.is_true()) {
        errors.forbidden(preserve, "may not be true; say it in the schema, by `x-kubernetes-preserve-unknown-fields`");
    }
    if let Some(conversion) = conversion {
        validate_conversion(conversion, errors);
    }
}

/// `ValidateCustomResourceDefinitionNames`.
fn validate_names<'d, 's>(names: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [kind, list, shorts, categories] = names.fields(["kind", "listKind", "shortNames", "categories"]);
    for field in names.present(["plural", "singular"]) {
        errors.check(field, format::name(NameRule::Dns1035Label));
    }
    for field in [kind, list].into_iter().flatten() {
        errors.check(field, |text| format::name(NameRule::Dns1035Label)(&text.to_ascii_lowercase()));
    }
    for item in [shorts, categories].into_iter().flatten().flat_map(At::items) {
        errors.check(item, format::name(NameRule::Dns1035Label));
    }
    if let Some(list) = list.filter(|list| list.str().is_some() && list.str() == at::text(kind)) {
        errors.invalid_beside(list, "may not be `kind`", kind, "the kind");
    }
}

/// The versions of `validateCustomResourceDefinitionSpec`.
fn validate_versions<'d, 's>(versions: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let (mut names, mut stored) = (Seen::default(), 0);
    for version in versions.items() {
        let [name, storage, schema, deprecated, warning] =
            version.fields(["name", "storage", "schema", "deprecated", "deprecationWarning"]);
        stored += usize::from(at::is_true(storage));
        if let Some(name) = name {
            errors.check(name, format::name(NameRule::Dns1035Label));
            if names.before(name.str(), name).is_some() {
                errors.invalid_at(versions, name, "has two versions of one name");
            }
        }
        for column in version.each("additionalPrinterColumns").filter_map(|column| column.get("type")) {
            validate_column_type(column, errors);
        }
        match schema {
            None => errors.required(version, "schema", "with its `openAPIV3Schema`"),
            Some(schema) if schema.get("openAPIV3Schema").is_none() => errors.required(schema, "openAPIV3Schema", ""),
            Some(schema) => {
                if let Some(root) = schema.get("openAPIV3Schema").filter(|root| root.text("type").is_none()) {
                    errors.required(root, "type", "the whole of an object is `object`");
                }
            }
        }
        if let Some(warning) = warning.filter(|_| !at::is_true(deprecated)) {
            errors.conflict(warning, "may be set beside `deprecated: true` only", deprecated, "not deprecated");
        }
    }
    if stored != 1 {
        errors.invalid(versions, format!("must have one version with `storage: true`, and has {stored}"));
    }
}

/// The types of `ValidateCustomResourceColumnDefinition`.
fn validate_column_type<'d, 's>(ty: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    const TYPES: [&str; 5] = ["integer", "number", "string", "boolean", "date"];
    if ty.str().is_some_and(|word| !TYPES.contains(&word)) {
        errors.not_supported(ty, &TYPES);
    }
}

/// `validateCustomResourceConversion`.
fn validate_conversion<'d, 's>(conversion: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [strategy, webhook] = conversion.fields(["strategy", "webhook"]);
    match (at::text(strategy), webhook) {
        (Some("Webhook"), None) => errors.required(conversion, "webhook", "its `strategy` says so"),
        (Some("Webhook"), Some(webhook)) => match webhook.get("clientConfig") {
            Some(client) => validate_client_config(client, errors),
            None => errors.required(webhook, "clientConfig", ""),
        },
        (Some("None"), Some(webhook)) => {
            errors.conflict(webhook, "may be set beside `strategy: Webhook` only", strategy, "the strategy");
        }
        (Some("None") | None, _) => {}
        (Some(_), _) => {
            if let Some(strategy) = strategy {
                errors.not_supported(strategy, &["None", "Webhook"]);
            }
        }
    }
}
