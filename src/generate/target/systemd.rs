//! Programs that systemd starts: a unit each, with an environment file that holds the flags.

use std::fmt::Write as _;

use minijinja::Error;

use super::{KUBELET, RenderedFile, Syntax, Target};
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
                format!("{}.service.d/50-hardening.conf", program.as_str()),
                Syntax::Lines,
                drop_in(baseline, program),
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
            "In a cluster that runs, first `tightship apiserver adopt`, so that the spec has what the cluster has. Its units stay: a\n\
             drop-in gives each the flags of the environment file. On each control plane node, one after the other:\n\n\
             ```sh\n\
             install -m 0600 -o root -g root *.env {home}/\n\
             for unit in kube-apiserver kube-controller-manager kube-scheduler; do\n  \
             install -D -m 0644 -o root -g root $unit.service.d/50-hardening.conf /etc/systemd/system/$unit.service.d/50-hardening.conf\n\
             done\n\
             systemctl daemon-reload\n\
             systemctl restart kube-apiserver\n\
             systemctl restart kube-controller-manager kube-scheduler\n\
             ```\n\n\
             A new cluster takes the whole units instead: `install -m 0644 -o root -g root *.service /etc/systemd/system/`. Both\n\
             expect the programs in `/usr/local/bin`. Add `EnvironmentFile={home}/etcd.env` to the unit of etcd, without\n\
             the lines that its command has as flags: etcd ends with an error where a variable and a flag say the same.\n\n{KUBELET}"
        )
    }

    fn roll_back(&self, _: &Baseline) -> String {
        "Remove the drop-ins `50-hardening.conf`, `systemctl daemon-reload`, and restart in the same order.\n"
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

/// What a unit that is there already needs: another command line, and where the log may be written.
fn drop_in(baseline: &Baseline, program: Program) -> String {
    let (name, variable, home) = (program.as_str(), variable(program), baseline.home);
    let log = match program {
        Program::ApiServer => format!("ReadWritePaths={}\n", baseline.audit.folder),
        _ => String::new(),
    };
    format!(
        "[Service]\n\
         EnvironmentFile={home}/{name}.env\n\
         # the empty one takes back that of the unit\n\
         ExecStart=\n\
         ExecStart=/usr/local/bin/{name} ${variable}\n\
         {log}"
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
