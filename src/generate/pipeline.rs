//! Pipelines that hold a repository to its spec: files that `tightship new` writes once, and that are the user's from then on.

use minijinja::Error;
use serde::Serialize;

use crate::render::plan::{Owner, PlannedFile};
use crate::template;

/// The actions with their releases, and the day on which they were read.
const ACTIONS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/actions.txt"));

/// What keeps versions and images up to date, whatever runs the pipeline.
pub const RENOVATE: &str = "renovate.json";

/// An action as a step names it.
#[derive(Debug, Default, Serialize)]
struct Action {
    uses: String,
    release: String,
}

#[derive(Debug, Serialize)]
struct Actions {
    checkout: Action,
    upload: Action,
}

/// The release of an action, by its hash.
fn action(name: &str) -> Action {
    let rows = ACTIONS.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.map(|row| row.split(' ').collect::<Vec<_>>());
    let row = rows.find(|row| row.first() == Some(&name)).unwrap_or_default();
    match row.as_slice() {
        [name, hash, release] => Action { uses: format!("{name}@{hash}"), release: (*release).to_owned() },
        _ => Action::default(),
    }
}

/// The files of a pipeline, and what keeps its versions and the images of the spec up to date.
pub fn files(system: &str) -> Result<Vec<PlannedFile>, Error> {
    let (path, template) = match system {
        "github" => (".github/workflows/tightship.yaml", "pipeline/github.yaml.j2"),
        "gitlab" => (".gitlab-ci.yml", "pipeline/gitlab.yaml.j2"),
        _ => return Ok(Vec::new()),
    };
    let actions = Actions { checkout: action("actions/checkout"), upload: action("actions/upload-artifact") };
    let file = |path: &str, template: &str| -> Result<PlannedFile, Error> {
        let text = template::render(template, template::context("ci", &actions))?;
        Ok(PlannedFile { path: path.into(), text, owner: Owner::User })
    };
    Ok(vec![file(path, template)?, file(RENOVATE, "pipeline/renovate.yaml.j2")?])
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, action};

    #[test]
    fn every_action_has_the_hash_of_its_release() {
        for row in ACTIONS.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = row.split(' ').collect();
            let [name, hash, release] = words.as_slice() else { panic!("{row}") };
            assert!(hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{row}");
            assert!(release.starts_with('v') && action(name).uses.ends_with(hash), "{row}");
        }
        assert!(ACTIONS.contains("Read on 20"));
    }
}
