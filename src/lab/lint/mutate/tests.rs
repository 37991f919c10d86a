//! What operators make of labs, without a cluster.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::inventory::{Objects, name};
use super::operators::{Choice, OPERATORS, mutants};
use super::scene::Scene;
use super::wrong::Edit;
use crate::lab::check_context::Names;
use crate::lab::course::{Course, Entry, Lab};
use crate::yaml;

/// The objects of folders of a lab, the later ones instead of those of the same name.
fn objects(entry: &Entry, names: &Names, folders: &[&str]) -> Objects {
    let mut found = Objects::new();
    for (path, _) in folders.iter().flat_map(|folder| entry.manifests(folder)) {
        let text = entry.text(path, names).unwrap();
        for root in yaml::parse(&text).documents.iter().filter_map(yaml::Document::root) {
            let object: Value = root.to_json().unwrap();
            found.insert(name(&object, names), object);
        }
    }
    for space in names.ns.values() {
        let object = serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}});
        found.entry(name(&object, names)).or_insert(object);
    }
    found
}

/// A lab whose solution is only applied, with its objects before and after.
fn scene_of<R>(id: &str, look: impl FnOnce(&Scene<'_>) -> R) -> R {
    scene_behind(id, "solution", look)
}

/// The same of any of its solutions.
fn scene_behind<R>(id: &str, solution: &str, look: impl FnOnce(&Scene<'_>) -> R) -> R {
    let course = Course::embedded().unwrap();
    let entry = course.find(id).unwrap();
    let words = entry.lab.random.iter().map(|word| (word.value.0.clone(), "w2345678901a".to_owned()));
    let names = Names::again(&entry.lab, "abcd", words.collect::<IndexMap<_, _>>());
    let lab: Lab = entry.at(&names).unwrap();
    let (before, after) = (objects(entry, &names, &["start"]), objects(entry, &names, &["start", solution]));
    look(&Scene {
        lab: &lab,
        names: &names,
        before: &before,
        after: &after,
        users: BTreeMap::new(),
        files: (BTreeMap::new(), BTreeMap::new()),
        node: (BTreeMap::new(), BTreeMap::new()),
    })
}

const ALL: Choice = Choice { most: None, is_first: true };

fn made(id: &str, operator: &str) -> Vec<String> {
    scene_of(id, |scene| made_of(scene, operator))
}

fn made_of(scene: &Scene<'_>, operator: &str) -> Vec<String> {
    let all = mutants(scene, ALL);
    all.into_iter().filter(|mutant| mutant.operator.name == operator).map(|mutant| mutant.wrong.what).collect()
}

fn has(id: &str, operator: &str, words: &str) {
    let all = made(id, operator);
    assert!(all.iter().any(|what| what.contains(words)), "no `{words}` in {all:#?}");
}

#[test]
fn rights_come_back_in_many_ways() {
    has("rbac-least", "undo", "Role shop/support: rules as at the start");
    for words in [
        "a second RoleBinding gives support `get secrets` in shop",
        "a second RoleBinding gives support `get pods` in payments",
        "a ClusterRoleBinding gives support `create pods`",
        "the group of all accounts of the namespace may `get secrets`",
        "a binding names support as a user, for `get secrets`",
        "support is an administrator of kube-system",
        "support may `edit` in payments",
    ] {
        has("rbac-least", "second-binding", words);
    }
    has("rbac-least", "unlisted-right", "support may get /metrics");
    has("rbac-least", "wider-role", "Role shop/support: rule 1 holds for every verb");
    has("from-nothing", "wider-binding", "RoleBinding ferry/board: it names system:authenticated, too");
    // a lab that denies some rights says nothing of others
    let wider = made("rbac-traps", "wider-role");
    assert!(wider.iter().all(|what| !what.contains("ops/ci-release")), "{wider:#?}");
    has("rbac-least", "mounted-secret", "Deployment shop/desk: the Secret payment-key is mounted");
}

#[test]
fn routes_publish_more_in_many_ways() {
    for (operator, words) in [
        ("wider-route", "Ingress house/tickets: rule 1 is for every host"),
        ("wider-route", "Ingress house/tickets: rule 1 is for every name of theatre.example"),
        ("wider-route", "Ingress house/tickets: rule 1 takes every path in place of /tickets"),
        ("wider-route", "Ingress house/tickets: the backend of its first path is the default"),
        ("wider-route", "Ingress house/tickets: it has no TLS"),
        ("second-route", "a second Ingress publishes /admin of tickets.theatre.example"),
        ("second-route", "a second Ingress publishes / of mutant.tickets.theatre.example"),
        ("open-service", "Service house/tickets: it has a port of every node"),
    ] {
        has("route-tls", operator, words);
    }
    let rewritten = scene_behind("route-tls", "solution-gateway", |scene| made_of(scene, "rewritten-route"));
    for words in ["a rule for /mutant rewrites the path", "a rule for /mutant/[0-9]+ rewrites the path"] {
        assert!(rewritten.iter().any(|what| what.contains(words)), "no `{words}` in {rewritten:#?}");
    }
}

#[test]
fn policies_open_in_many_ways_and_those_that_say_nothing_more_are_left_alone() {
    let undone = made("netpol-deny", "undo");
    assert!(undone.contains(&"NetworkPolicy shop/default-deny-ingress is not made".to_owned()), "{undone:#?}");
    // the policy for DNS limits the way out of the same pods
    assert!(!undone.contains(&"NetworkPolicy shop/default-deny-egress is not made".to_owned()), "{undone:#?}");
    for words in ["opens egress to the world outside", "opens ingress for namespaces that no check names"] {
        has("netpol-deny", "second-policy", words);
    }
    // whoever is in the namespace may not go out
    let second = made("netpol-deny", "second-policy");
    assert!(second.iter().all(|what| !what.ends_with("opens ingress for all of its namespace")), "{second:#?}");
    has("netpol-selectors", "wider-selector", "NetworkPolicy data/backend: from: either selector is enough");
    has("netpol-selectors", "wider-selector", "NetworkPolicy data/backend: from: every pod");
    let never = made("netpol-selectors", "second-policy");
    assert!(never.iter().all(|what| !what.contains("egress")), "the lab is not about the way out: {never:#?}");
}

#[test]
fn admission_leaves_somebody_out() {
    has("exec-guard", "exempt-user", "users of the system are exempt");
    has("exec-guard", "exempt-user", "jo are exempt");
    has("exec-guard", "weaker-policy", "pods/attach is not matched");
    has("exec-guard", "protect-one", "it guards pods of page only");
}

#[test]
fn workloads_have_more_than_was_looked_for() {
    has("the-hack", "second-mount", "a folder that can be written");
    has("the-hack", "second-mount", "the volume www a second time");
    has("the-hack", "second-container", "Deployment shop/page: a container before the others");
    has("the-hack", "old-copy", "of the start a second time, behind the same Service");
    has("the-hack", "hidden-pod", "a privileged pod in shop that a Deployment owns");
    has("the-hack", "other-program", "spec.template.spec.containers[0].command is another");
    has("sa-token", "hidden-token", "its token is mounted at /srv/mutant");
    has("secrets", "open-word", "<password> within a variable");
    has("secrets", "open-word", "<password> within another ConfigMap");
}

#[test]
fn an_undone_change_that_harms_nobody_is_right() {
    let undone = made("the-hack", "undo");
    assert!(undone.iter().any(|what| what.ends_with("runAsNonRoot as at the start")), "{undone:#?}");
    assert!(undone.iter().all(|what| !what.contains("runAsGroup")), "{undone:#?}");
}

#[test]
fn a_sample_is_the_same_in_each_run_and_other_solutions_are_only_undone() {
    scene_of("rbac-least", |scene| {
        let names = |choice| mutants(scene, choice).into_iter().map(|one| one.wrong.what).collect::<Vec<_>>();
        let few = Choice { most: Some(3), is_first: true };
        assert_eq!((names(few).len(), names(few)), (3, names(few)));
        let all = names(ALL);
        assert!(names(few).iter().all(|what| all.contains(what)));
        let others = names(Choice { most: None, is_first: false });
        assert!(others.len() < all.len() && others.iter().all(|what| !what.contains("second RoleBinding")));
    });
}

#[test]
fn mutants_change_something_and_are_called_differently() {
    for id in ["the-hack", "rbac-least", "netpol-deny", "exec-guard", "sa-token", "secrets"] {
        scene_of(id, |scene| {
            for mutant in mutants(scene, ALL) {
                let what = &mutant.wrong.what;
                assert!(!mutant.wrong.edits.is_empty(), "{what}");
                assert!(
                    !what.contains("abcd") && !what.contains("w2345678901a"),
                    "{what} says what differs between runs"
                );
                let changes = mutant.wrong.edits.iter().all(|edit| match edit {
                    Edit::Put(object) => scene.after.get(&name(object, scene.names)) != Some(object),
                    Edit::Delete(object) => scene.after.contains_key(&name(object, scene.names)),
                    Edit::Node { .. } | Edit::File { .. } => true,
                });
                assert!(changes, "{what}");
            }
        });
    }
}

#[test]
fn operators_have_names_of_their_own_and_attack_what_there_is() {
    use crate::decode::OneOf as _;
    let types = crate::lab::course::CheckKind::WAYS;
    for (at, operator) in OPERATORS.iter().enumerate() {
        assert!(OPERATORS.iter().skip(at + 1).all(|other| other.name != operator.name), "{}", operator.name);
        for attacked in operator.attacks {
            assert!(types.contains(attacked), "{}: {attacked}", operator.name);
        }
        for id in operator.rules {
            assert!(crate::rules::all().any(|rule| rule.id == *id), "{}: {id}", operator.name);
        }
    }
}
