//! `tightship apiserver adopt`: a control plane that runs → spec and plan.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::super::busy::Busy;
use super::super::{OK, output};
use crate::check::benchmark::{self, Name};
use crate::check::{self, Input, Options, Request, Text};
use crate::cli::apiserver::AdoptArgs;
use crate::diagnostic::text::line;
use crate::generate::adopt::{self, Ask, Cluster, Fate};
use crate::process::Program;

/// How long kubectl may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(args: &AdoptArgs) -> anyhow::Result<u8> {
    let busy = Busy::new("looking at what runs");
    let mut inputs = if args.live { live(args.context.as_deref())? } else { files(args)? };
    drop(busy);
    inputs.extend(unpacked(&inputs));
    let texts: Vec<Arc<str>> = inputs.iter().filter_map(|input| input.read().ok()).collect();
    let cluster = Cluster::of(texts.iter().map(AsRef::as_ref));
    let mut options = Options::default();
    if let Some(release) = args.kubernetes.or(cluster.release) {
        options.settings.kubernetes = release.version;
    }
    let (plane, errors) = benchmark::plane(&inputs, &options);
    for (file, error) in &errors {
        output::error(&format!("{}: {}", line(file), error.message))?;
    }
    let ask = Ask { name: args.name.clone(), platform: args.platform, kubernetes: args.kubernetes };
    let adopted = adopt::adopt(&plane, &cluster, &ask)?;
    let (spec, plan) = (args.out.join("tightship.yaml"), args.out.join("PLAN.md"));
    if !args.force {
        for path in [&spec, &plan] {
            anyhow::ensure!(
                !path.exists(),
                "{} is there already: --force overwrites it, --out writes elsewhere",
                line(path.as_str())
            );
        }
    }
    std::fs::create_dir_all(&args.out).with_context(|| args.out.to_string())?;
    output::replace(&spec, adopted.spec.as_bytes())?;
    output::replace(&plan, adopted.plan.as_bytes())?;
    let number = |is: fn(&Fate) -> bool| adopted.entries.iter().filter(|entry| is(&entry.fate)).count();
    output::say(&format!(
        "{} and {}: of {}, {} stay, {} change, {} go, {} by hand",
        line(spec.as_str()),
        line(plan.as_str()),
        output::count(adopted.entries.len(), "setting"),
        number(|fate| matches!(fate, Fate::Same | Fate::Extra | Fate::Installer(_))),
        number(|fate| matches!(fate, Fate::Changes(_))),
        number(|fate| matches!(fate, Fate::Goes(_))),
        number(|fate| matches!(fate, Fate::ByHand(_))),
    ))?;
    Ok(OK)
}

/// What the user named, and what a node has.
fn files(args: &AdoptArgs) -> anyhow::Result<Vec<Input>> {
    let mut paths = args.paths.clone();
    if let Some(root) = &args.node_root {
        anyhow::ensure!(root.is_dir(), "{}: not a folder", line(root.as_str()));
        for name in [Name::Cis112, Name::K3sCis19, Name::Rke2Cis18] {
            paths.extend(name.on_node(root));
        }
    }
    let request = Request {
        paths,
        everything: true,
        live: None,
        values: Vec::new(),
        set: Vec::new(),
        kubernetes: None,
        build: false,
        allow_remote: false,
        timeout: PATIENCE,
    };
    Ok(check::discover(&request)?.inputs)
}

/// The pods of the control plane, and what kubeadm keeps of it.
fn live(context: Option<&str>) -> anyhow::Result<Vec<Input>> {
    let pods = ["get", "pods", "-n", "kube-system", "-l", "tier=control-plane", "-o", "yaml"];
    let maps = [
        "get",
        "configmaps",
        "-n",
        "kube-system",
        "kubeadm-config",
        "kubelet-config",
        "-o",
        "yaml",
        "--ignore-not-found",
    ];
    let mut inputs = Vec::new();
    for (name, words) in [("pods of kube-system", &pods[..]), ("ConfigMaps of kube-system", &maps[..])] {
        let program = Program::new("kubectl").args(words).args(context.map(|name| format!("--context={name}")));
        let program = program.limit(PATIENCE);
        let said = program.line();
        let output = program.run().with_context(|| said.clone())?;
        anyhow::ensure!(output.is_success(), "{said}: {}", line(output.stderr.trim()));
        inputs.push(Input {
            name: name.to_owned(),
            text: Text::Made { of: None, text: one_of_each(&output.text()).into() },
        });
    }
    Ok(inputs)
}

/// The list as it is; kubectl says nothing where nothing was found.
fn one_of_each(text: &str) -> String {
    if text.trim().is_empty() { "{}\n".to_owned() } else { text.to_owned() }
}

/// The configurations that stand inside of `ConfigMaps`.
fn unpacked(inputs: &[Input]) -> Vec<Input> {
    let of = |input: &Input| {
        let text = input.read().ok()?;
        Some(adopt::inside(&input.name, &text))
    };
    let found = inputs.iter().filter_map(of).flatten();
    found.map(|(name, text)| Input { name, text: Text::Made { of: None, text: text.into() } }).collect()
}
