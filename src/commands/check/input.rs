//! What there is to check, or to draw.

use std::io::Read as _;
use std::time::Duration;

use anyhow::Context as _;
use camino::Utf8PathBuf;

use super::super::busy::Busy;
use super::super::output;
use crate::check::{self, Found, Input, Live, Request, Scope, Seen, Text};
use crate::cli::MadeArgs;
use crate::file;
use crate::k8s::version::Version;

/// What is looked for. `kubernetes` is the release that the user named.
pub(super) fn request(
    paths: &[Utf8PathBuf],
    made: &MadeArgs,
    everything: bool,
    kubernetes: Option<Version>,
) -> Request {
    let reach = match &made.namespace {
        Some(name) => Scope::Namespace(name.clone()),
        None if made.all_namespaces => Scope::All,
        None => Scope::Current,
    };
    let live = made.live.then(|| Live {
        kubeconfig: made.kubeconfig.clone(),
        context: made.context.clone(),
        reach,
        read: Seen::default(),
    });
    Request {
        paths: paths.iter().filter(|path| *path != "-").cloned().collect(),
        everything,
        live,
        values: made.values.clone(),
        set: made.set.clone(),
        kubernetes,
        build: !made.build.no_build,
        allow_remote: made.build.allow_remote,
        timeout: Duration::from_secs(made.tool_timeout),
    }
}

/// Finds the inputs. `stdin` is what standard input is called. `kubernetes` is the release that the user named.
pub(in crate::commands) fn find(
    paths: &[Utf8PathBuf],
    made: &MadeArgs,
    everything: bool,
    stdin: Option<&str>,
    kubernetes: Option<Version>,
) -> anyhow::Result<Found> {
    let request = request(paths, made, everything, kubernetes);
    let busy = match &request.live {
        Some(live) => Busy::asking(&live.read),
        None => Busy::new("looking for manifests"),
    };
    let mut found = check::discover(&request)?;
    drop(busy);
    let asks_for_chart = !made.values.is_empty() || !made.set.is_empty();
    anyhow::ensure!(!asks_for_chart || found.charts > 0, "--values and --set are for Helm charts, and there is none");
    if paths.iter().any(|path| path == "-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?;
        let text = file::text(bytes).context("standard input")?;
        let name = stdin.unwrap_or("<stdin>").to_owned();
        found.inputs.insert(0, Input { name, text: Text::Here(text.into()) });
    }
    for note in &found.notes {
        output::say(note)?;
    }
    Ok(found)
}
