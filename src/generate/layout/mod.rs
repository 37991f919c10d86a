//! Where the manifests go: one file per layout.

pub mod deployer;
pub mod gitops;
pub mod helm;
pub mod kustomize;
pub mod plain;
pub mod unit;

use std::fmt::Write as _;

use crate::render::plan::HEADER;
use crate::spec::Specs;
use crate::yaml::quote;

/// The first line of every file. The name of the spec is quoted where it could end the comment.
pub fn header(spec: &str) -> String {
    let mut line = String::from(HEADER);
    // writing to a string cannot fail
    let _ = writeln!(line, "{}: edit that, then run `tightship render`.", quote::scalar(spec));
    line
}

/// The folder of an app.
pub fn app_folder(specs: &Specs, name: &str, namespace: &str) -> String {
    format!("apps/{}", app_title(specs, name, namespace))
}

/// What an app is called among all others. Two apps of one name can only be in different spaces.
pub fn app_title(specs: &Specs, name: &str, namespace: &str) -> String {
    let alone = specs.apps.iter().filter(|app| app.name.as_str() == name).count() < 2;
    if alone { name.to_owned() } else { format!("{namespace}.{name}") }
}
