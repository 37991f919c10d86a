//! Plain lists, one flag a line, for whatever starts the programs.

use std::fmt::Write as _;

use minijinja::Error;

use super::{KUBELET, RenderedFile, Syntax, Target};
use crate::generate::baseline::{Baseline, Program};
use crate::template;

pub(super) struct Flags;

impl Target for Flags {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let mut files: Vec<RenderedFile> = Program::ALL.into_iter().map(|program| list(baseline, program)).collect();
        let kubelet = template::render("apiserver/kubelet.yaml.j2", template::context("plan", baseline))?;
        files.push(RenderedFile::new("kubelet.yaml", Syntax::Yaml, kubelet));
        Ok(files)
    }

    fn apply(&self, _: &Baseline) -> String {
        "In a cluster that runs, first `tightship apiserver adopt`, so that the spec has what the cluster has. Give each program\n\
         the flags of its list on one control plane node after the other. Certificates are expected where the spec says, or else\n\
         where kubeadm puts them; the addresses of etcd's members are not in the list.\n\n"
            .to_owned()
            + KUBELET
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Start the programs with their previous flags.\n".to_owned()
    }
}

fn list(baseline: &Baseline, program: Program) -> RenderedFile {
    let mut text = String::new();
    for flag in baseline.all_of(program) {
        // writing to a string cannot fail
        let _ = writeln!(text, "# {}", flag.comment());
        let _ = writeln!(text, "--{}={}", flag.name, flag.value);
    }
    RenderedFile::new(format!("{}.flags", program.as_str()), Syntax::Lines, text)
}
