//! Roles held against the rights that hand out more than they say.

use std::collections::BTreeMap;

use super::grants::{Grant, Grants};
use crate::diagnostic::Location;
use crate::k8s::rbac::{self, Danger};
use crate::rules::facts::{Facts, PolicyRule, Role, Word};
use crate::rules::rule::Severity;
use crate::rules::sink::Sink;

/// A right of a role: which rule has it, by which resource and which verb.
struct Hit<'f> {
    rule: usize,
    resource: usize,
    word: &'f Word,
    verb: &'f Word,
}

/// What the kubelet asks for since 1.33 before it asks for `nodes/proxy`.
const FINER: &str = "the kubelet has finer rights for what does not run commands: `nodes/metrics`, `nodes/stats`, `nodes/log`, \
                     `nodes/healthz`, `nodes/pods`, `nodes/configz`, `nodes/checkpoint`";

/// Places of one kind that are shown at most.
const SHOWN: usize = 4;

/// Reports what roles let somebody do, one finding for each role and danger among those that are asked for.
pub(super) fn report(facts: &Facts, sink: &mut Sink<'_>, is_asked: impl Fn(Danger) -> bool) {
    let mut grants = None;
    for role in &facts.roles {
        let hits = hits(role, &is_asked);
        if hits.is_empty() {
            continue;
        }
        let grant = grants.get_or_insert_with(|| Grants::new(facts)).of(role);
        for (danger, hits) in hits {
            if !(danger.is_delegable() && grant.is_for_people()) {
                one(role, danger, &hits, &grant, sink);
            }
        }
    }
}

fn one(role: &Role, danger: Danger, hits: &[Hit<'_>], grant: &Grant<'_, '_>, sink: &mut Sink<'_>) {
    let in_cluster = |hit: &&Hit<'_>| grant.reaches_cluster() || !needs_cluster(role, hit);
    let mut hits = hits.iter().filter(in_cluster).peekable();
    let Some(&first) = hits.peek() else { return };
    let whole = role.rules.get(first.rule).is_some_and(|rule| is_cluster_scoped(rule, first.word));
    let place = if whole && grant.reaches_cluster() { String::new() } else { grant.place() };
    let message = format!("{} can {}{place}", grant.who(), danger.clause());
    let mut places = hits.take(SHOWN).map(|hit| {
        let label =
            if hit.verb.text.starts_with('*') { "with any verb".into() } else { format!("with `{}`", hit.verb.text) };
        role.object.at(hit.word.span, label)
    });
    let Some(primary) = places.next() else { return };
    let path = format!("rules[{}].resources[{}]", first.rule, first.resource);
    let worst = if danger == Danger::GrantRights { Severity::Critical } else { sink.severity() };
    let report = role
        .object
        .diagnostic(path, primary, message)
        .related_all(places.collect::<Vec<Location>>())
        .related_all(grant.places());
    let report = if danger == Danger::ReachNodes { report.help(FINER) } else { report };
    sink.report_as(grant.severity(worst), report);
}

fn hits<'f>(role: &'f Role, is_asked: &impl Fn(Danger) -> bool) -> BTreeMap<Danger, Vec<Hit<'f>>> {
    let mut found: BTreeMap<Danger, Vec<Hit<'f>>> = BTreeMap::new();
    for (index, rule) in role.rules.iter().enumerate() {
        for (resource, word) in rule.resources.iter().enumerate() {
            if let Some((danger, verb)) = rbac::danger(&rule.groups, &word.text, &rule.verbs, !rule.names.is_empty())
                && is_asked(danger)
            {
                found.entry(danger).or_default().push(Hit { rule: index, resource, word, verb });
            }
        }
    }
    found
}

/// Whether a right counts only where the role holds for the whole cluster. To bind a ClusterRole in a namespace, a right
/// there is enough.
fn needs_cluster(role: &Role, hit: &Hit<'_>) -> bool {
    let is_bind = matches!(&*hit.verb.text, "bind" | "escalate");
    !is_bind && role.rules.get(hit.rule).is_some_and(|rule| is_cluster_scoped(rule, hit.word))
}

fn is_cluster_scoped(rule: &PolicyRule, resource: &Word) -> bool {
    let groups = || rule.groups.iter().map(|group| &*group.text);
    let known = rbac::group_of(&resource.text).filter(|_| groups().any(|group| group == "*"));
    groups().chain(known).any(|group| rbac::is_cluster_scoped(group, &resource.text))
}
