//! Plain lists, one flag a line, for whatever starts the programs.

use std::fmt::Write as _;

use minijinja::Error;

use super::{Made, Syntax, Target};
use crate::apiserver::baseline::{Baseline, Program};
use crate::render::engine;

pub(super) struct Flags;

impl Target for Flags {
    fn files(&self, baseline: &Baseline) -> Result<Vec<Made>, Error> {
        let mut files: Vec<Made> = Program::ALL.into_iter().map(|program| list(baseline, program)).collect();
        let kubelet = engine::render("apiserver/kubelet.yaml.j2", engine::context("plan", baseline))?;
        files.push(Made::new("kubelet.yaml", Syntax::Yaml, kubelet));
        Ok(files)
    }

    fn apply(&self, _: &Baseline) -> String {
        "Give each program the flags of its list, in place of those that it has, on one control plane node after the other.\n\
         Certificates are expected where kubeadm puts them; the addresses of etcd's members are not in the list.\n"
            .to_owned()
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Start the programs with the flags of before.\n".to_owned()
    }
}

fn list(baseline: &Baseline, program: Program) -> Made {
    let mut text = String::new();
    for flag in baseline.all_of(program) {
        // writing to a string cannot fail
        let _ = writeln!(text, "# {}", flag.comment());
        let _ = writeln!(text, "--{}={}", flag.name, flag.value);
    }
    Made::new(format!("{}.flags", program.as_str()), Syntax::Lines, text)
}
