//! From a spec to a plan of files: apps, spaces and control planes, each checked by the rules before it is written.

pub mod adopt;
mod app;
mod audit;
pub mod baseline;
mod error;
mod layout;
mod manifests;
mod options;
mod patch;
pub mod pipeline;
mod space;
pub mod stage;
mod target;
mod view;
mod view_pod;
mod view_scale;

pub use error::RenderError;
pub use layout::deployer::rights;
pub use options::Options;

use crate::render::plan::Plan;
use crate::spec::Specs;

/// The plan with control planes as they are at a stage on the way to their baseline; `Err` for a stage that they do not have.
pub fn staged(specs: &Specs, options: Options<'_>, number: usize) -> Result<Plan, RenderError> {
    let mut plan = plan(specs, options)?;
    for server in &specs.api_servers {
        let files = target::staged(server, options, number)?;
        let folder = format!("control-plane/{}/", server.name.as_str());
        plan.files.retain(|file| !file.path.as_str().starts_with(&folder));
        plan.files.extend(files);
    }
    plan.sort();
    Ok(plan)
}

/// The plan of all documents. Printed are the manifests for kubectl, or, where there are none, the files of the control planes.
pub fn plan(specs: &Specs, options: Options<'_>) -> Result<Plan, RenderError> {
    let mut plan = manifests::plan(specs, options)?;
    let alone = plan.stream.is_empty();
    for server in &specs.api_servers {
        for file in target::files(server, options)? {
            let extension = file.path.extension();
            if alone && extension != Some("md") && extension.is_some() {
                let separator = if extension == Some("yaml") { "---\n" } else { "" };
                plan.stream.extend([separator, "# ", file.path.as_str(), "\n", &file.text]);
            }
            plan.files.push(file);
        }
    }
    plan.sort();
    Ok(plan)
}
