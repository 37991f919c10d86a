//! RKE2: the control plane consists of static pods, into which files are mounted.

use minijinja::Error;

use super::{RenderedFile, Target, rancher};
use crate::generate::baseline::Baseline;

pub(super) struct Rke2;

/// Flags for which RKE2 has a key: it then writes no file of its own in their place (`pkg/cli/cmds/root.go`).
const KEYS: [(&str, &str); 2] = [
    ("admission-control-config-file", "pod-security-admission-config-file"),
    ("audit-policy-file", "audit-policy-file"),
];

impl Target for Rke2 {
    fn files(&self, baseline: &Baseline) -> Result<Vec<RenderedFile>, Error> {
        // the profile wants the machine set up for it, which is too much for a cluster to learn on
        let profile = (baseline.profile != "lab").then_some("cis");
        rancher::files(
            baseline,
            &rancher::Distribution {
                name: "rke2",
                profile,
                keys: &KEYS,
                has_pods: true,
                cloud: ("cloud-provider-name", "external"),
            },
        )
    }

    fn apply(&self, baseline: &Baseline) -> String {
        let machine = "The profile `cis` wants a user and kernel parameters on the machine first:\n\n\
             ```sh\n\
             useradd -r -c 'etcd user' -s /sbin/nologin -M etcd -U\n\
             cp /usr/local/share/rke2/rke2-cis-sysctl.conf /etc/sysctl.d/60-rke2-cis.conf\n\
             sysctl --system\n\
             ```\n\n";
        let machine = if baseline.profile == "lab" { "" } else { machine };
        format!("{machine}{}", rancher::apply("rke2", "rke2-server"))
    }

    fn roll_back(&self, _: &Baseline) -> String {
        rancher::roll_back("rke2", "rke2-server")
    }
}
