//! Policies in a folder of the API server (`staticManifestsDir`, KEP-5793): what it refuses of them, before it stops at its start.
//! As `LoadPolicyManifests` and `LoadFiles` of k8s.io/apiserver read them.

use std::collections::BTreeMap;

use crate::k8s::verify;
use crate::k8s::version::Version;
use crate::yaml::{self, Document, Node, Source};

/// What each name in such a folder ends with; the API takes no other object of a name that does.
pub const SUFFIX: &str = ".static.k8s.io";
/// The first release that reads such folders without a gate.
pub const SINCE: &str = "1.37";

/// The kinds that may be in it, each with whether it is a binding.
const KINDS: [(&str, bool); 4] = [
    ("ValidatingAdmissionPolicy", false),
    ("ValidatingAdmissionPolicyBinding", true),
    ("MutatingAdmissionPolicy", false),
    ("MutatingAdmissionPolicyBinding", true),
];

/// What is wrong with a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub message: String,
}

/// An object of the set.
struct Member {
    file: String,
    line: usize,
    kind: &'static str,
    is_binding: bool,
    name: String,
    policy: Option<String>,
}

/// Everything that would keep the API server from starting with these files, by name and text.
pub fn problems(files: &[(String, String)], kubernetes: Version) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut members = Vec::new();
    for (file, text) in files {
        let source = Source::new(file.clone(), text.clone());
        let stream = yaml::parse(text);
        for error in &stream.errors {
            let (line, _) = source.position(error.span.range().start);
            problems.push(Problem {
                file: file.clone(),
                line,
                message: format!("this is not YAML: {}", error.message),
            });
        }
        if !stream.errors.is_empty() {
            continue;
        }
        let mut reader = Reader { file, source: &source, problems: &mut problems, members: &mut members };
        let roots: Vec<Node<'_, '_>> = stream.documents.iter().filter_map(Document::root).collect();
        for root in &roots {
            reader.object(*root);
        }
        let is_empty = roots.is_empty();
        if let (false, Err(reason)) = (is_empty, verify::manifests(text, kubernetes)) {
            problems.push(Problem { file: file.clone(), line: 1, message: reason });
        }
    }
    problems.extend(over_all(&members));
    problems
}

struct Reader<'r> {
    file: &'r str,
    source: &'r Source,
    problems: &'r mut Vec<Problem>,
    members: &'r mut Vec<Member>,
}

impl Reader<'_> {
    fn report(&mut self, node: Node<'_, '_>, message: String) {
        let (line, _) = self.source.position(node.span().range().start);
        self.problems.push(Problem { file: self.file.to_owned(), line, message });
    }

    fn object(&mut self, root: Node<'_, '_>) {
        if root.is_null() {
            return;
        }
        let text = |path: &[&str]| root.path(path).and_then(Node::text).unwrap_or_default().to_owned();
        let (api, kind, name) = (text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "name"]));
        if kind == "List" && api == "v1" {
            root.get("items").into_iter().flat_map(Node::items).for_each(|item| self.object(item));
            return;
        }
        let Some((kind, is_binding)) = KINDS.into_iter().find(|(known, _)| *known == kind) else {
            self.report(
                root,
                format!("a {kind} is nothing that is read from this folder: expected policies and their bindings"),
            );
            return;
        };
        if api != "admissionregistration.k8s.io/v1" {
            self.report(root, format!("{kind} has to be of admissionregistration.k8s.io/v1, and is of `{api}`"));
        }
        if name.is_empty() {
            self.report(root, format!("a {kind} without a name"));
        } else if !name.ends_with(SUFFIX) {
            self.report(root, format!("`{name}` has to end with `{SUFFIX}`"));
        }
        for key in ["paramKind", "paramRef"] {
            if let Some(node) = root.path(&["spec", key]).filter(|node| !node.is_null()) {
                self.report(
                    node,
                    format!("`{name}` takes no parameters here: the server would not start with `{key}`"),
                );
            }
        }
        let policy = text(&["spec", "policyName"]);
        if is_binding && policy.is_empty() {
            self.report(root, format!("the binding `{name}` names no policy"));
        }
        let (line, _) = self.source.position(root.span().range().start);
        let policy = Some(policy).filter(|policy| is_binding && !policy.is_empty());
        self.members.push(Member { file: self.file.to_owned(), line, kind, is_binding, name, policy });
    }
}

/// Names that are there twice, and bindings to what is not there.
fn over_all(members: &[Member]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<(&str, &str), &Member> = BTreeMap::new();
    for member in members.iter().filter(|member| !member.name.is_empty()) {
        let problem = |message| Problem { file: member.file.clone(), line: member.line, message };
        if let Some(other) = seen.insert((member.kind, &member.name), member) {
            problems.push(problem(format!("`{}` is in {}:{} already", member.name, other.file, other.line)));
        }
        let Some(policy) = &member.policy else { continue };
        let of_kind = member.kind.trim_end_matches("Binding");
        if !members.iter().any(|other| !other.is_binding && other.kind == of_kind && other.name == *policy) {
            problems
                .push(problem(format!("the binding `{}` names `{policy}`, which is not in this folder", member.name)));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str) -> String {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: {name}}}\n\
             spec:\n  matchConstraints: {{resourceRules: [{{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}\n  \
             validations: [{{expression: \"true\"}}]\n"
        )
    }

    fn binding(name: &str, policy: &str, more: &str) -> String {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: {name}}}\n\
             spec:\n  policyName: {policy}\n  validationActions: [Deny]\n{more}"
        )
    }

    fn said(files: &[&str]) -> Vec<String> {
        let files: Vec<(String, String)> =
            files.iter().enumerate().map(|(at, text)| (format!("{at}.yaml"), (*text).to_owned())).collect();
        let found = problems(&files, Version::NEWEST);
        found.into_iter().map(|it| format!("{}:{}: {}", it.file, it.line, it.message)).collect()
    }

    #[test]
    fn what_stops_the_server_is_said() {
        let good = format!("{}---\n{}", policy("a.static.k8s.io"), binding("a.static.k8s.io", "a.static.k8s.io", ""));
        assert_eq!(said(&[&good]), [] as [String; 0]);
        let first = |files: &[&str]| said(files).first().cloned().unwrap_or_default();
        assert!(first(&[&policy("a")]).contains("0.yaml:1: `a` has to end with `.static.k8s.io`"));
        assert!(first(&[&good, &policy("a.static.k8s.io")]).contains("is in 0.yaml:1 already"));
        assert!(
            first(&[&binding("b.static.k8s.io", "c.static.k8s.io", "")])
                .contains("`c.static.k8s.io`, which is not in this folder")
        );
        let with =
            binding("a.static.k8s.io", "a.static.k8s.io", "  paramRef: {name: x, parameterNotFoundAction: Deny}\n");
        assert!(
            first(&[&policy("a.static.k8s.io"), &with])
                .contains("1.yaml:7: `a.static.k8s.io` takes no parameters here")
        );
        assert!(first(&["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"]).contains("a ConfigMap is nothing"));
        assert!(first(&["a: [\n"]).contains("this is not YAML"));
        let typo = policy("a.static.k8s.io").replace("validations", "validation");
        assert!(!said(&[&typo]).is_empty(), "an unknown field stops the server too");
        let list = format!("apiVersion: v1\nkind: List\nitems:\n- {}", policy("x").replace('\n', "\n  "));
        assert!(first(&[&list]).contains("`x` has to end with"));
    }
}
