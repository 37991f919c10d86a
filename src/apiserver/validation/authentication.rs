//! Who is let in, after `k8s.io/apiserver/pkg/apis/apiserver/validation/validation.go`. Expressions are not compiled.

use super::tools;
use crate::k8s::validation::format::domain_prefixed_path;
use crate::k8s::validation::{At, Errors, Seen};

/// The most issuers.
const MOST_ISSUERS: usize = 64;

/// `ValidateAuthenticationConfiguration`.
pub(super) fn validate_authentication_configuration<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let (mut issuers, mut urls) = (Seen::default(), Seen::default());
    if let Some(list) = root.get("jwt").filter(|list| list.items().len() > MOST_ISSUERS) {
        errors.invalid(list, format!("has more than {MOST_ISSUERS} issuers"));
        return;
    }
    for jwt in root.each("jwt") {
        validate_issuer(jwt, errors);
        let issuer = jwt.get("issuer");
        for (field, seen) in [("url", &mut issuers), ("discoveryURL", &mut urls)] {
            let Some(at) = issuer.and_then(|issuer| issuer.get(field)).filter(|at| at.str().is_some()) else {
                continue;
            };
            if let Some(first) = seen.before(at.str(), at) {
                errors.duplicate(at, "is that of another issuer", first);
            }
        }
        validate_claim_validation_rules(jwt, errors);
        validate_claim_mappings(jwt, errors);
        validate_user_validation_rules(jwt, errors);
    }
    if let Some(anonymous) = root.get("anonymous")
        && let Some(conditions) = anonymous.get("conditions").filter(|list| !list.is_empty())
        && !anonymous.get("enabled").is_some_and(At::is_true)
    {
        errors.invalid_beside(conditions, "needs `enabled: true`", anonymous.get("enabled"), "not true");
    }
}

/// `validateIssuer`.
fn validate_issuer<'d, 's>(jwt: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(issuer) = jwt.get("issuer") else {
        errors.required(jwt, "issuer", "it says whose tokens are taken");
        return;
    };
    match issuer.get("url").filter(|url| url.str().is_some()) {
        None => errors.required(issuer, "url", "it is the `iss` of the tokens"),
        Some(url) => validate_url(url, errors),
    }
    if let Some(at) = issuer.get("discoveryURL").filter(|at| at.str().is_some()) {
        let trimmed = |text: Option<&'d str>| text.map(|text| text.trim_end_matches('/'));
        if trimmed(at.str()) == trimmed(issuer.text("url")) {
            errors.invalid(at, "must differ from `url`");
        }
        validate_url(at, errors);
    }
    validate_audiences(issuer, errors);
    if let Some(at) = issuer.get("certificateAuthority")
        && at.str().is_some_and(|text| !text.contains("-----BEGIN CERTIFICATE-----"))
    {
        errors.invalid(at, "holds no certificate");
    }
    tools::one_of(issuer, "egressSelectorType", &["controlplane", "cluster"], errors);
}

/// `validateURL`.
fn validate_url<'d, 's>(at: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(text) = at.str() else { return };
    // what is filled in later
    if text.contains(['$', '{', '<']) {
        return;
    }
    let Some(rest) = text.strip_prefix("https://") else {
        errors.invalid(at, "must begin with `https://`");
        return;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        errors.invalid(at, "must not hold a user or password");
    }
    if rest.contains('?') {
        errors.invalid(at, "must not have a query");
    }
    if rest.split_once('#').is_some_and(|(_, fragment)| !fragment.is_empty()) {
        errors.invalid(at, "must not have a fragment");
    }
}

/// `validateAudiences`.
fn validate_audiences<'d, 's>(issuer: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(list) = issuer.get("audiences").filter(|list| !list.is_empty()) else {
        errors.required(issuer, "audiences", "it says for whom the tokens are");
        return;
    };
    let mut seen = Seen::default();
    for at in list.items() {
        if at.any_str() == Some("") {
            errors.invalid(at, "must not be empty");
        } else if let Some(first) = at.str().and_then(|text| seen.before(Some(text), at)) {
            errors.duplicate(at, "is in the list twice", first);
        }
    }
    let policy = issuer.get("audienceMatchPolicy").filter(|policy| policy.str().is_some());
    match policy {
        None if list.items().len() > 1 => {
            errors.required(issuer, "audienceMatchPolicy", "it is `MatchAny` where there are several audiences");
        }
        Some(at) if at.str() != Some("MatchAny") => errors.not_supported(at, &["MatchAny"]),
        _ => {}
    }
}

/// `validateClaimValidationRules`.
fn validate_claim_validation_rules<'d, 's>(jwt: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let (mut claims, mut expressions) = (Seen::default(), Seen::default());
    for rule in jwt.each("claimValidationRules") {
        let field = |name: &str| rule.get(name).filter(|at| at.str().is_some());
        match (field("claim"), field("expression")) {
            (Some(claim), Some(expression)) => {
                errors.conflict(claim, "cannot be beside `expression`", Some(expression), "the expression");
            }
            (None, None) => errors.required(rule, "claim", "`claim` or `expression` is needed"),
            (Some(claim), None) => {
                if let Some(message) = field("message") {
                    errors.conflict(message, "is for rules with `expression` only", Some(claim), "the claim");
                }
                if let Some(first) = claims.before(claim.str(), claim) {
                    errors.duplicate(claim, "has another rule", first);
                }
            }
            (None, Some(expression)) => {
                if let Some(value) = field("requiredValue") {
                    errors.conflict(value, "is for rules with `claim` only", Some(expression), "the expression");
                }
                if let Some(first) = expressions.before(expression.str(), expression) {
                    errors.duplicate(expression, "is that of another rule", first);
                }
            }
        }
    }
}

/// `validateClaimMappings`.
fn validate_claim_mappings<'d, 's>(jwt: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(mappings) = jwt.get("claimMappings") else {
        errors.required(jwt, "claimMappings", "`username` says who the user is");
        return;
    };
    match mappings.get("username") {
        Some(username) => validate_prefix_claim_or_expression(username, true, errors),
        None => errors.required(mappings, "username", "it says who the user is"),
    }
    if let Some(groups) = mappings.get("groups") {
        validate_prefix_claim_or_expression(groups, false, errors);
    }
    if let Some(uid) = mappings.get("uid") {
        both(uid, errors);
    }
    let mut keys = Seen::default();
    for extra in mappings.each("extra") {
        validate_extra(extra, &mut keys, errors);
    }
}

fn validate_extra<'d, 's>(extra: At<'d, 's>, keys: &mut Seen<'d, 's>, errors: &mut Errors<'d, 's>) {
    match extra.get("key").filter(|key| key.str().is_some()) {
        None => errors.required(extra, "key", ""),
        Some(key) => {
            let text = key.str().unwrap_or_default();
            errors.check(key, domain_prefixed_path);
            if text.chars().any(char::is_uppercase) {
                errors.invalid(key, "must be in lower case");
            }
            let domain = text.split('/').next().unwrap_or_default();
            if ["k8s.io", "kubernetes.io"].iter().any(|own| domain == *own || domain.ends_with(&format!(".{own}"))) {
                errors.invalid(key, "is of a domain that belongs to Kubernetes");
            }
            if let Some(first) = keys.before(key.str(), key) {
                errors.duplicate(key, "is mapped twice", first);
                return;
            }
        }
    }
    if extra.text("valueExpression").is_none() {
        errors.required(extra, "valueExpression", "");
    }
}

/// `claim` and `expression` together.
fn both<'d, 's>(mapping: At<'d, 's>, errors: &mut Errors<'d, 's>) -> bool {
    let field = |name: &str| mapping.get(name).filter(|at| at.str().is_some());
    let Some(expression) = field("expression").filter(|_| field("claim").is_some()) else { return false };
    errors.crowded(mapping, expression, "has `claim` and `expression`, of which one is allowed");
    true
}

/// `validatePrefixClaimOrExpression`.
fn validate_prefix_claim_or_expression<'d, 's>(mapping: At<'d, 's>, needed: bool, errors: &mut Errors<'d, 's>) {
    if both(mapping, errors) {
        return;
    }
    let prefix = mapping.get("prefix");
    match (mapping.text("claim"), mapping.text("expression")) {
        (None, None) if needed => errors.required(mapping, "claim", "`claim` or `expression` is needed"),
        (Some(_), _) if prefix.is_none() => {
            errors.required(mapping, "prefix", "beside `claim` it has to be there; an empty one adds nothing");
        }
        (None, Some(_)) => {
            if let Some(prefix) = prefix {
                let expression = mapping.get("expression");
                errors.conflict(prefix, "is for `claim` only", expression, "the expression says all");
            }
        }
        _ => {}
    }
}

/// `validateUserValidationRules`.
fn validate_user_validation_rules<'d, 's>(jwt: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for rule in jwt.each("userValidationRules") {
        match rule.get("expression").filter(|expression| expression.str().is_some()) {
            None => errors.required(rule, "expression", ""),
            Some(expression) => {
                if let Some(first) = seen.before(expression.str(), expression) {
                    errors.duplicate(expression, "is that of another rule", first);
                }
            }
        }
    }
}
