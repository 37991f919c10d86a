//! The pages in their order.

use std::fmt::Write as _;

use super::command_line;
use super::page::Page;
use crate::apiserver::catalogue::{Component, catalogue};
use crate::commands::schema::Schemas;
use crate::explain::markdown::cell;
use crate::explain::{catalogue as rules, keys};
use crate::k8s::version::Version;

/// Every page.
pub(super) fn all() -> Vec<Page> {
    let mut pages = command_line::pages();
    pages.extend(of_keys());
    pages.extend(of_rules());
    pages.extend(of_components());
    pages
}

/// A page for each rule, after one that lists them.
fn of_rules() -> Vec<Page> {
    let groups = rules::groups(|_| true);
    let contents = rules::contents(&groups, |id| format!("rules/{id}.md"));
    let contents = contents.trim_start_matches("# Rules\n");
    let mut pages = vec![Page::new(0, "reference/rules.md", "Rules", contents)];
    for rule in groups.iter().flat_map(|(_, rules)| rules) {
        let text = format!(
            "{}\n\nWhere it is intended: `{}`. [All rules](../rules.md).",
            rule.markdown().trim_end(),
            rule.suppression()
        );
        pages.push(Page::new(1, format!("reference/rules/{}.md", rule.id), rule.id, &text));
    }
    pages
}

/// A page for each kind of file that people write.
fn of_keys() -> Vec<Page> {
    let schemas = Schemas::new();
    let mut list =
        String::from("A page for each kind of document. `tightship explain App.network.from` prints one key.\n\n");
    let mut pages = Vec::new();
    for document in schemas.documents() {
        let word = document.name.to_lowercase();
        let _ = writeln!(list, "* [{}](keys/{word}.md) in `{}`", document.name, document.file);
        let text = format!("A document of `{}`.\n{}", document.file, keys::sections(&document));
        pages.push(Page::new(1, format!("reference/keys/{word}.md"), document.name, &text));
    }
    for checks in schemas.checks() {
        let text = format!(
            "What the checks of a `lab.yaml` look at: each check has exactly one of these keys.\n{}",
            keys::sections(&checks)
        );
        list += "* [Checks of labs](keys/lab-checks.md) in `lab.yaml`\n";
        pages.push(Page::new(1, "reference/keys/lab-checks.md", "Checks of labs", &text));
    }
    pages.insert(0, Page::new(0, "reference/keys.md", "Keys", &list));
    pages
}

/// A page for each program of the control plane.
fn of_components() -> Vec<Page> {
    let release = Version::NEWEST;
    let mut list = format!(
        "What the programs of a control plane take, in Kubernetes {release}: all flags of kube-apiserver, and of the others those that \
         matter for security. `tightship explain --anonymous-auth` says more about one, `--kubernetes` chooses another release.\n\n"
    );
    let mut pages = Vec::new();
    for component in Component::ALL {
        let name = component.name();
        let mut text = String::from("| flag or field | type | default | what it is for |\n|---|---|---|---|\n");
        for flag in catalogue().flags(component, release).filter(|flag| !flag.hidden) {
            let dashes = if flag.is_field() { "" } else { "--" };
            let default =
                flag.default.filter(|text| !text.is_empty()).map(|text| format!("`{}`", text.replace('|', "\\|")));
            let deprecated = if flag.deprecated.is_some() { " Deprecated." } else { "" };
            let _ = writeln!(
                text,
                "| `{dashes}{}` | {} | {} | {}{deprecated} |",
                flag.name,
                flag.ty.word(),
                default.unwrap_or_default(),
                cell(flag.meaning)
            );
        }
        let _ = writeln!(list, "* [{name}](components/{name}.md)");
        pages.push(Page::new(1, format!("reference/components/{name}.md"), name, &text));
    }
    pages.insert(0, Page::new(0, "reference/components.md", "Flags of the control plane", &list));
    pages
}
