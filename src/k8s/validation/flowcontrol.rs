//! `pkg/apis/flowcontrol/validation`.

use super::{At, Errors, at, format};
use crate::k8s::names::NameRule;
use crate::k8s::object::Object;

/// `FlowSchemaMaxMatchingPrecedence`.
const MOST_PRECEDENCE: i128 = 10_000;
/// `PriorityLevelConfigurationQueuingMaxQueues`.
const MOST_QUEUES: i128 = 10_000_000;
/// The bits of a hash that hands of requests are dealt from (`shufflesharding.MaxHashBits`).
const HASH_BITS: f64 = 60.0;

/// The verbs that a rule may name, for requests of either sort.
const VERBS: [&str; 9] = ["get", "list", "create", "update", "delete", "deletecollection", "patch", "watch", "proxy"];

pub(super) fn validate<'d, 's>(object: &Object<'d, 's>, root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let Some(spec) = root.get("spec") else {
        if object.kind_name == "PriorityLevelConfiguration" {
            errors.required(root, "spec", "its `type` is required");
        }
        return;
    };
    match object.kind_name {
        "FlowSchema" => validate_flow_schema_spec(spec, errors),
        "PriorityLevelConfiguration" => validate_priority_level_configuration_spec(spec, errors),
        _ => {}
    }
}

/// `ValidateFlowSchemaSpec`.
fn validate_flow_schema_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [precedence, distinguisher] = spec.fields(["matchingPrecedence", "distinguisherMethod"]);
    // 0 stands for the default
    if let Some(at) = precedence.filter(|at| at.int().is_some_and(|number| !(0..=MOST_PRECEDENCE).contains(&number))) {
        errors.invalid(at, "must be from 1 to 10000");
    } else if let Some(at) = precedence.filter(|at| at.int() == Some(1)) {
        errors.invalid(at, "is for the schema `exempt` only, which each cluster has");
    }
    if let Some(ty) = distinguisher.and_then(|method| method.get("type")) {
        words(ty, &["ByNamespace", "ByUser"], errors);
    }
    if let Some(name) = spec.path(&["priorityLevelConfiguration", "name"]) {
        errors.check(name, format::name(NameRule::Dns1123Subdomain));
    }
    for rule in spec.each("rules") {
        validate_policy_rules_with_subjects(rule, errors);
    }
}

/// `ValidateFlowSchemaPolicyRulesWithSubjects`.
fn validate_policy_rules_with_subjects<'d, 's>(rule: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    for subject in rule.each("subjects") {
        validate_subject(subject, errors);
    }
    let [resources, others] = rule.fields(["resourceRules", "nonResourceRules"]);
    if resources.is_none_or(At::is_empty) && others.is_none_or(At::is_empty) {
        errors.required(rule, "resourceRules", "a rule is about resources, or about other paths");
    }
    for rule in resources.into_iter().flat_map(At::items) {
        validate_resource_rule(rule, errors);
    }
    for rule in others.into_iter().flat_map(At::items) {
        let [verbs, urls] = rule.fields(["verbs", "nonResourceURLs"]);
        validate_verbs(verbs, errors);
        alone(urls, errors);
        for url in urls.into_iter().flat_map(At::items) {
            errors.check(url, non_resource_url);
        }
    }
}

/// `ValidateFlowSchemaSubject`: the field of its kind, and no other.
fn validate_subject<'d, 's>(subject: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [kind, user, group, account] = subject.fields(["kind", "user", "group", "serviceAccount"]);
    let fields = [("User", "user", user), ("Group", "group", group), ("ServiceAccount", "serviceAccount", account)];
    let Some(kind) = kind.filter(|kind| kind.str().is_some()) else { return };
    if !fields.iter().any(|(word, ..)| kind.str() == Some(word)) {
        return errors.not_supported(kind, &["ServiceAccount", "Group", "User"]);
    }
    for (word, name, field) in fields {
        match field {
            None if kind.str() == Some(word) => errors.required(subject, name, "the kind of the subject asks for it"),
            Some(field) if kind.str() != Some(word) => {
                errors.conflict(field, "may not be set for this kind", Some(kind), "the kind");
            }
            _ => {}
        }
    }
    let Some(account) = account else { return };
    for (name, rule) in [("namespace", NameRule::Dns1123Label), ("name", NameRule::Dns1123Subdomain)] {
        // an asterisk is every account of the namespace
        if let Some(field) = account.get(name).filter(|field| name == "namespace" || field.str() != Some("*")) {
            errors.check(field, format::name(rule));
        }
    }
}

/// `ValidateFlowSchemaResourcePolicyRule`.
fn validate_resource_rule<'d, 's>(rule: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let names = ["verbs", "apiGroups", "resources", "namespaces", "clusterScope"];
    let [verbs, groups, resources, namespaces, cluster] = rule.fields(names);
    validate_verbs(verbs, errors);
    for list in [groups, resources, namespaces] {
        alone(list, errors);
    }
    if namespaces.is_none_or(At::is_empty) && !at::is_true(cluster) {
        errors.required(rule, "namespaces", "a rule is about namespaces, or has `clusterScope: true`");
    }
    for namespace in namespaces.into_iter().flat_map(At::items).filter(|it| it.str() != Some("*")) {
        errors.check(namespace, format::name(NameRule::Dns1123Label));
    }
}

fn validate_verbs<'d, 's>(verbs: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let Some(verbs) = verbs else { return };
    alone(Some(verbs), errors);
    let is_known = |verb: &At<'_, '_>| verb.str().is_none_or(|verb| verb == "*" || VERBS.contains(&verb));
    if let Some(verb) = verbs.items().find(|verb| !is_known(verb)) {
        errors.invalid_at(verbs, verb, "has a verb that no request has");
    }
}

/// An asterisk stands alone.
fn alone<'d, 's>(list: Option<At<'d, 's>>, errors: &mut Errors<'d, 's>) {
    let Some(list) = list.filter(|list| list.items().len() > 1) else { return };
    if let Some(all) = list.items().find(|item| item.str() == Some("*")) {
        errors.invalid_at(list, all, "has `*`, which stands alone");
    }
}

/// `ValidateNonResourceURLPath`.
fn non_resource_url(text: &str) -> Result<(), String> {
    if text == "*" {
        return Ok(());
    }
    if !text.starts_with('/') {
        return Err("must begin with `/`".to_owned());
    }
    let is_wild = text.contains('*') && !(text.ends_with("/*") && text.matches('*').count() == 1);
    if is_wild || text.contains(' ') || text.contains("//") {
        return Err("must be a path, with `*` as its last part only".to_owned());
    }
    Ok(())
}

/// `ValidatePriorityLevelConfigurationSpec`.
fn validate_priority_level_configuration_spec<'d, 's>(spec: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [ty, limited, exempt] = spec.fields(["type", "limited", "exempt"]);
    let Some(ty) = ty.filter(|ty| ty.str().is_some()) else { return errors.required(spec, "type", "") };
    match ty.str() {
        // only the level `exempt` that each cluster has
        Some("Exempt") => {
            errors.invalid(ty, "is for the level `exempt` only, which each cluster has");
            if let Some(limited) = limited {
                errors.conflict(limited, "may not be set beside `type: Exempt`", Some(ty), "the type");
            }
        }
        Some("Limited") => {
            if limited.is_none() {
                errors.required(spec, "limited", "`type: Limited` asks for it");
            }
            if let Some(exempt) = exempt {
                errors.conflict(exempt, "may not be set beside `type: Limited`", Some(ty), "the type");
            }
        }
        _ => errors.not_supported(ty, &["Exempt", "Limited"]),
    }
    let Some(limited) = limited else { return };
    let names = ["nominalConcurrencyShares", "limitResponse", "lendablePercent", "borrowingLimitPercent"];
    let [shares, response, lendable, borrowing] = limited.fields(names);
    format::at_least(shares, 0, errors);
    if let Some(at) = lendable.filter(|at| at.int().is_some_and(|number| !(0..=100).contains(&number))) {
        errors.invalid(at, "must be from 0 to 100");
    }
    format::at_least(borrowing, 0, errors);
    match response {
        Some(response) => validate_limit_response(response, errors),
        None => errors.required(limited, "limitResponse", "it says what happens to requests beyond the limit"),
    }
}

/// `ValidateLimitResponse`.
fn validate_limit_response<'d, 's>(response: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [ty, queuing] = response.fields(["type", "queuing"]);
    match (at::text(ty), queuing) {
        (Some("Reject"), Some(queuing)) => {
            errors.conflict(queuing, "may not be set beside `type: Reject`", ty, "the type");
        }
        (Some("Queue"), None) => errors.required(response, "queuing", "`type: Queue` asks for it"),
        (Some("Queue"), Some(queuing)) => validate_queuing(queuing, errors),
        (Some("Reject") | None, _) => {}
        (Some(_), _) => {
            if let Some(ty) = ty {
                errors.not_supported(ty, &["Queue", "Reject"]);
            }
        }
    }
}

/// `ValidatePriorityLevelQueuingConfiguration`. What is not written is 64, 8 and 50, and so is what is 0.
fn validate_queuing<'d, 's>(queuing: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let [queues, hand, length] = queuing.fields(["queues", "handSize", "queueLengthLimit"]);
    let number = |at: Option<At<'_, '_>>, default: i128| at.and_then(At::int).filter(|it| *it != 0).unwrap_or(default);
    let (deck, size) = (number(queues, 64), number(hand, 8));
    if let Some(length) = length {
        format::at_least(Some(length), 0, errors);
    }
    if let Some(queues) = queues.filter(|_| deck < 1) {
        errors.invalid(queues, "must be 1 or more");
    } else if let Some(queues) = queues.filter(|_| deck > MOST_QUEUES) {
        errors.invalid(queues, "must be 10000000 or less");
    }
    let place = hand.or(queues);
    if let Some(hand) = hand.filter(|_| size < 1) {
        errors.invalid(hand, "must be 1 or more");
    } else if let Some(place) = place.filter(|_| size > deck) {
        errors.invalid_at(hand.unwrap_or(place), place, "must not be more than `queues`");
    } else if let Some(place) = place.filter(|_| entropy(deck, size) > HASH_BITS) {
        errors.invalid_at(hand.unwrap_or(place), place, "is too much for so many queues: a hash has not so many bits");
    }
}

/// The bits that dealing a hand takes (`shufflesharding.RequiredEntropyBits`).
fn entropy(deck: i128, hand: i128) -> f64 {
    let bits = |at: i128| {
        #[expect(clippy::cast_precision_loss, reason = "a deck has ten million cards at most")]
        let cards = (deck - at) as f64;
        cards.max(1.0).log2()
    };
    if !(1..=MOST_QUEUES).contains(&deck) || hand > 64 {
        return if hand > 64 { f64::MAX } else { 0.0 };
    }
    (0..hand).map(bits).sum()
}

fn words<'d, 's>(at: At<'d, 's>, known: &[&str], errors: &mut Errors<'d, 's>) {
    if at.str().is_some_and(|word| !known.contains(&word)) {
        errors.not_supported(at, known);
    }
}
