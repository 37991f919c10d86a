//! Programs that systemd starts: a unit each, with an environment file that holds the flags.

use std::fmt::Write as _;

use minijinja::Error;

use super::{RenderedFile, Syntax, Target};
use crate::generate::baseline::{Baseline, Flag, Program};
use crate::template;

pub(super) struct Systemd;

impl Target for Systemd {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        let mut files = Vec::new();
        for program in [Program::ApiServer, Program::ControllerManager, Program::Scheduler] {
            files.push(RenderedFile::new(
                format!("{}.service", program.as_str()),
                Syntax::Lines,
                unit(baseline, program),
            ));
            files.push(RenderedFile::new(
                format!("{}.env", program.as_str()),
                Syntax::Lines,
                arguments(baseline, program),
            ));
        }
        files.push(etcd(baseline));
        let kubelet = template::render("apiserver/kubelet.yaml.j2", template::context("plan", baseline))?;
        files.push(RenderedFile::new("kubelet.yaml", Syntax::Yaml, kubelet));
        Ok(files)
    }

    fn apply(&self, baseline: &Baseline) -> String {
        let home = baseline.home;
        format!(
            "The programs are expected in `/usr/local/bin`. On each control plane node, one after the other:\n\n\
             ```sh\n\
             install -m 0600 -o root -g root *.env {home}/\n\
             install -m 0644 -o root -g root *.service /etc/systemd/system/\n\
             systemctl daemon-reload\n\
             systemctl restart kube-apiserver\n\
             systemctl restart kube-controller-manager kube-scheduler\n\
             ```\n\n\
             Add `EnvironmentFile={home}/etcd.env` to the unit of etcd, and start the kubelet with\n\
             `--config` and `kubelet.yaml`.\n"
        )
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Put the previous units and environment files back, `systemctl daemon-reload`, and restart them in the same order.\n"
            .to_owned()
    }
}

/// The name of the variable with the arguments.
fn variable(program: Program) -> &'static str {
    match program {
        Program::ControllerManager => "KUBE_CONTROLLER_MANAGER_ARGS",
        Program::Scheduler => "KUBE_SCHEDULER_ARGS",
        _ => "KUBE_API_ARGS",
    }
}

fn unit(baseline: &Baseline, program: Program) -> String {
    let (name, variable, home) = (program.as_str(), variable(program), baseline.home);
    let (after, log) = match program {
        Program::ApiServer => ("network-online.target etcd.service", format!("{} ", baseline.audit.folder)),
        _ => ("network-online.target kube-apiserver.service", String::new()),
    };
    let notify = if program == Program::ApiServer { "notify" } else { "exec" };
    format!(
        "[Unit]\n\
         Description={name}\n\
         Documentation=https://kubernetes.io/docs/reference/command-line-tools-reference/{name}/\n\
         Wants=network-online.target\n\
         After={after}\n\
         \n\
         [Service]\n\
         Type={notify}\n\
         EnvironmentFile={home}/{name}.env\n\
         ExecStart=/usr/local/bin/{name} ${variable}\n\
         Restart=on-failure\n\
         RestartSec=5\n\
         LimitNOFILE=65536\n\
         # what the program does not need of the machine\n\
         NoNewPrivileges=true\n\
         PrivateDevices=true\n\
         PrivateTmp=true\n\
         ProtectHome=true\n\
         ProtectKernelModules=true\n\
         ProtectKernelTunables=true\n\
         ProtectSystem=strict\n\
         ReadWritePaths={log}-/var/run/kubernetes\n\
         RestrictSUIDSGID=true\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n"
    )
}

/// All arguments in one variable, one a line. Comments cannot stand between lines that are continued, so they come first.
fn arguments(baseline: &Baseline, program: Program) -> String {
    let mut text = String::new();
    let flags: Vec<&Flag> = baseline.all_of(program).collect();
    for flag in &flags {
        // writing to a string cannot fail
        let _ = writeln!(text, "# --{}: {}", flag.name, flag.comment());
    }
    let arguments: Vec<String> = flags.iter().map(|flag| format!("--{}={}", flag.name, flag.value)).collect();
    let _ = writeln!(text, "{}=\"{}\"", variable(program), arguments.join(" \\\n  "));
    text
}

/// The settings of etcd as the variables that it reads.
pub(super) fn etcd(baseline: &Baseline) -> RenderedFile {
    let mut text = String::from("# Settings of etcd; names and addresses of its members are not among them.\n");
    for flag in baseline.all_of(Program::Etcd) {
        // writing to a string cannot fail
        let _ = writeln!(text, "# {}", flag.comment());
        let _ = writeln!(text, "ETCD_{}={}", flag.name.to_uppercase().replace('-', "_"), flag.value);
    }
    RenderedFile::new("etcd.env", Syntax::Lines, text)
}
