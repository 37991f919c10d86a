//! What to do with what was written.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::output;
use crate::render::plan::Plan;

/// The next steps, in one line or more.
pub(super) fn next(root: &Utf8Path, plan: &Plan) -> String {
    match reconciled_by(plan) {
        Some(tool) => first_steps(root, plan, tool),
        None => format!("next: {}", command(root, plan)),
    }
}

/// What deploys from the repository, if something does.
fn reconciled_by(plan: &Plan) -> Option<&'static str> {
    ["flux", "argocd"].into_iter().find(|tool| plan.files.iter().any(|file| file.path.starts_with(tool)))
}

/// The steps to an app that is deployed from a repository: the guard rails and the account, then the app as that account
/// applies it, then what does so from now on.
fn first_steps(root: &Utf8Path, plan: &Plan, tool: &str) -> String {
    let at = |path: &str| output::shell_word(root.join(path).as_str());
    let mut text = String::from("next, as an administrator of the cluster:\n");
    let mut step = |comment: &str, command: &str| {
        // writing to a string cannot fail
        let _ = writeln!(text, "  # {comment}\n  {command}");
    };
    step("the namespace, its guard rails, and the accounts that deploy", &apply(&at("platform"), ""));
    for (account, folder) in deployers(plan) {
        let account = format!(" --as={account}");
        step("the app as that account applies it, which can do nothing else", &apply(&at(&folder), &account));
    }
    let clusters: BTreeSet<&str> = plan.files.iter().filter_map(|file| cluster_of(&file.path)).collect();
    for cluster in clusters {
        let folder = at(&format!("{tool}/clusters/{cluster}"));
        step(&format!("once this is pushed: what deploys it from now on, where {tool} runs"), &apply(&folder, ""));
    }
    text.trim_end().to_owned()
}

fn apply(folder: &str, account: &str) -> String {
    format!("kubectl apply --server-side{account} -k {folder}")
}

/// The accounts that deploy, each with the folder of its app.
fn deployers(plan: &Plan) -> Vec<(String, String)> {
    let of = |path: &Utf8Path| {
        let (space, file) = path.as_str().strip_prefix("platform/")?.split_once("/deployers/app-")?;
        let title = file.strip_suffix(".yaml")?;
        let app = title.strip_prefix(&format!("{space}.")).unwrap_or(title);
        Some((format!("system:serviceaccount:{space}:{app}-deployer"), format!("apps/{title}")))
    };
    plan.files.iter().filter_map(|file| of(&file.path)).collect()
}

/// The cluster that a file is for.
fn cluster_of(path: &Utf8Path) -> Option<&str> {
    let (_, rest) = path.as_str().split_once("/clusters/")?;
    rest.split('/').next()
}

/// The one command that puts it to use.
fn command(root: &Utf8Path, plan: &Plan) -> String {
    let is_readme = |path: &&Utf8PathBuf| path.starts_with("control-plane") && path.file_name() == Some("README.md");
    if let Some(readme) = plan.files.iter().map(|file| &file.path).find(is_readme) {
        format!("read {}", root.join(readme))
    } else {
        let chart =
            |path: &Utf8Path| path.parent().filter(|_| path.file_name() == Some("Chart.yaml")).map(Utf8Path::to_owned);
        let charts = plan.files.iter().filter_map(|file| chart(&file.path));
        let charts = charts.filter_map(|folder| {
            let name = output::shell_word(folder.file_name()?);
            Some(format!(
                ", then helm upgrade --install {name} {} --wait",
                output::shell_word(root.join(&folder).as_str())
            ))
        });
        format!("kubectl apply --server-side {}{}", what_to_apply(root, plan), charts.collect::<String>())
    }
}

/// The arguments by which kubectl takes all that was written.
fn what_to_apply(root: &Utf8Path, plan: &Plan) -> String {
    if plan.files.iter().any(|file| file.path == "kustomization.yaml") {
        return format!("-k {}", output::shell_word(root.as_str()));
    }
    let folders =
        ["platform", "apps"].into_iter().filter(|folder| plan.files.iter().any(|it| it.path.starts_with(folder)));
    let arguments: Vec<String> =
        folders.map(|folder| format!("-f {}", output::shell_word(root.join(folder).as_str()))).collect();
    format!("-R {}", arguments.join(" "))
}
