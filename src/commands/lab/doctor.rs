//! `tightship lab doctor`.

use std::fmt::Write as _;
use std::fs;

use super::context::LabContext;
use crate::cli::lab::DoctorArgs;
use crate::cluster::image;
use crate::commands::busy::Busy;
use crate::commands::{FINDINGS, OK, output};
use crate::diagnostic::style::{BAD, GOOD, styled};
use crate::lab::IMAGE;
use crate::lab::lab_cluster::LabCluster;
use crate::process::{Engine, Program, ProgramError};

/// The least memory that a cluster wants, in MiB.
const MEMORY: u64 = 2048;
/// The least number of instances of inotify: kind's nodes need some for each container.
const INSTANCES: u64 = 512;
/// The least number of files that they may watch.
const WATCHES: u64 = 65536;

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    seen: String,
    /// The way out; none if it is well.
    advice: Option<String>,
}

impl Finding {
    fn well(what: &'static str, seen: impl Into<String>) -> Self {
        Self { what, seen: seen.into(), advice: None }
    }

    fn ill(what: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, seen: seen.into(), advice: Some(advice.into()) }
    }
}

/// Looks whether this machine can run labs.
pub(super) fn run(context: &LabContext, args: &DoctorArgs) -> anyhow::Result<u8> {
    let busy = Busy::new("looking at this machine");
    let engine = Engine::of_machine();
    let mut found = vec![
        says(engine.command(), engine.program(engine.version()), engine.page()),
        says(
            "kind",
            Program::new("kind").args(["version"]),
            "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
        ),
        says(
            "kubectl",
            Program::new("kubectl").args(["version", "--client"]),
            "https://kubernetes.io/docs/tasks/tools",
        ),
        node_image(args.image.as_deref()),
        memory(),
        limit("inotify instances", "max_user_instances", INSTANCES),
        limit("inotify watches", "max_user_watches", WATCHES),
        control_groups(),
    ];
    for record in context.state.clusters.values() {
        found.extend(match LabCluster::open(&context.workspace, record) {
            Ok(site) => cluster(&site),
            Err(error) => vec![Finding::ill("cluster", record.name.clone(), error.to_string())],
        });
    }
    drop(busy);
    let mut text = String::new();
    for finding in &found {
        let word = if finding.advice.is_none() { styled(GOOD, "ok  ") } else { styled(BAD, "look") };
        let _ = writeln!(text, "{word} {:<18} {}", finding.what, finding.seen);
        if let Some(advice) = &finding.advice {
            text.push_str(&super::show::wrapped(advice, "     "));
        }
    }
    output::show(&text)?;
    Ok(if found.iter().all(|finding| finding.advice.is_none()) { OK } else { FINDINGS })
}

/// A program, and what it says of itself.
fn says(name: &'static str, program: Program, source: &str) -> Finding {
    match program.run() {
        Ok(output) if output.is_success() => {
            Finding::well(name, output.text().lines().next().unwrap_or_default().trim())
        }
        Ok(output) => Finding::ill(name, "does not answer", output.stderr.lines().last().unwrap_or_default().trim()),
        Err(ProgramError::Missing) => Finding::ill(name, "is not on the PATH", format!("{source} says how to get it")),
        Err(error) => Finding::ill(name, "does not answer", error.to_string()),
    }
}

fn node_image(image: Option<&str>) -> Finding {
    const WHAT: &str = "node image";
    let Some(image) = image.filter(|image| !image.is_empty()) else {
        return Finding::ill(
            WHAT,
            "is not named",
            "set TIGHTSHIP_NODE_IMAGE, such as to kindest/node:v1.34.0, or use --image; https://github.com/kubernetes-sigs/kind/releases lists those that go with your kind",
        );
    };
    if image::is_here(image) {
        return Finding::well(WHAT, image);
    }
    Finding::ill(
        WHAT,
        image,
        format!("it is not here yet: `{} pull {image}` before the workshop saves time", Engine::of_machine().command()),
    )
}

fn memory() -> Finding {
    const WHAT: &str = "memory";
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    match kib.map(|kib| kib / 1024) {
        None => Finding::well(WHAT, "not known on this system"),
        Some(mib) if mib >= MEMORY => Finding::well(WHAT, format!("{mib} MiB available")),
        Some(mib) => Finding::ill(
            WHAT,
            format!("{mib} MiB available"),
            format!("a cluster needs {MEMORY} MiB: stop other programs"),
        ),
    }
}

fn limit(what: &'static str, file: &str, least: u64) -> Finding {
    let text = fs::read_to_string(format!("/proc/sys/fs/inotify/{file}")).unwrap_or_default();
    match text.trim().parse::<u64>() {
        Err(_) => Finding::well(what, "not known on this system"),
        Ok(limit) if limit >= least => Finding::well(what, limit.to_string()),
        Ok(limit) => Finding::ill(
            what,
            limit.to_string(),
            format!("nodes may fail with `too many open files`: sudo sysctl fs.inotify.{file}={least}"),
        ),
    }
}

fn control_groups() -> Finding {
    const WHAT: &str = "control groups";
    if fs::metadata("/sys/fs/cgroup/cgroup.controllers").is_ok() {
        return Finding::well(WHAT, "v2");
    }
    if fs::metadata("/sys/fs/cgroup").is_err() {
        return Finding::well(WHAT, "not known on this system");
    }
    // newer kubelets refuse v1 unless told otherwise, which kind's images are
    Finding::well(WHAT, "v1: works with the images of kind, and Kubernetes is about to drop it")
}

/// How the image of the labs gets onto the nodes of a cluster.
fn how_to_load(cluster: &str) -> String {
    match Engine::of_machine() {
        Engine::Docker => format!("docker pull {IMAGE}, then kind load docker-image {IMAGE} --name {cluster}"),
        Engine::Podman => format!(
            "podman pull {IMAGE}, podman save --output lab.tar {IMAGE}, then kind load image-archive lab.tar --name {cluster}"
        ),
    }
}

/// What labs need of a cluster that is there.
fn cluster(site: &LabCluster) -> Vec<Finding> {
    let record = &site.record;
    let mut found = vec![Finding::well("cluster", format!("{} {}", record.name, record.version))];
    if !record.node.is_empty() {
        found.push(match image::is_on(&record.node, IMAGE) {
            Ok(true) => Finding::well("image of the labs", format!("{IMAGE} is on {}", record.node)),
            Ok(false) => Finding::ill(
                "image of the labs",
                format!("{IMAGE} is not on {}", record.node),
                how_to_load(&record.name),
            ),
            Err(error) => Finding::ill("image of the labs", "not known", error.to_string()),
        });
    }
    found.push(match crate::lab::doctor::enforces_policies(&site.client) {
        Ok(true) => Finding::well("network policies", "are enforced"),
        Ok(false) => Finding::ill(
            "network policies",
            "are not enforced",
            "the labs 12 and 13 need a network that enforces them: kind does from v0.24 on",
        ),
        Err(reason) => Finding::ill("network policies", "not known", reason),
    });
    found
}
