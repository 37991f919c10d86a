//! From flags and the configuration to what the check is told. A flag wins over the configuration.

use std::io::Read as _;
use std::sync::Arc;

use anyhow::Context;
use camino::{Utf8Path, Utf8PathBuf};

use super::super::{Shown, output};
use super::input;
use crate::check::benchmark;
use crate::check::config::{self, Choice, Config};
use crate::check::{Against, Base, Cause, Input, LeftOut, Options, Selection, Text};
use crate::cli::CheckArgs;
use crate::diagnostic::Severity;
use crate::file::SAFE;
use crate::k8s::pod_security::PolicyVersion;
use crate::k8s::version::Version;
use crate::rules::{Rule, Settings};
use crate::spec::validate;
use crate::yaml::Source;

/// The most bytes of a configuration.
const LARGEST: u64 = 4 << 20;

/// What is checked, and how.
pub(super) struct Chosen {
    pub(super) options: Options,
    pub(super) fail_on: Severity,
    pub(super) inputs: Vec<Input>,
    pub(super) left_out: LeftOut,
    /// What the change says otherwise than what holds, by file.
    pub(super) notices: Vec<(String, String)>,
}

/// Reads the configuration, and puts the flags above it.
pub(super) fn choose(args: &CheckArgs) -> anyhow::Result<Chosen> {
    let base = args.base.as_deref().map(Base::open).transpose()?;
    let mut notices = Vec::new();
    let file = configuration(args, base.as_ref(), &mut notices)?;
    let config = file.as_ref().map(|file| &file.config);
    let words = |configured: fn(&Config) -> &Vec<Choice>| {
        config.into_iter().flat_map(configured).map(|choice| choice.0.clone())
    };
    let select = if args.select.is_empty() { words(|config| &config.select).collect() } else { args.select.clone() };
    let ignore: Vec<String> = args.ignore.iter().cloned().chain(words(|config| &config.ignore)).collect();
    let configured = config.into_iter().flat_map(|config| &config.registries).map(|registry| registry.to_string());
    let registries = if args.registry.is_empty() { configured.collect() } else { args.registry.clone() };
    let selection = Selection::from_words(&select, &ignore)?;
    let rules_left_out = rules_left_out(args, &selection)?;
    let level = args.level.or_else(|| Some(config?.level?.level()));
    anyhow::ensure!(args.level_version.is_none() || level.is_some(), "--level-version needs --level");
    anyhow::ensure!(
        !args.as_admission || args.format.shows_admissions(),
        "--as-admission is shown as text, concise or json only"
    );
    let kubernetes = args.kubernetes.or_else(|| Some(config?.kubernetes?.0));
    let kubernetes_named = kubernetes;
    let of_node = on_node(args)?;
    let everything = args.no_ignore || of_node.is_some();
    let paths = of_node.as_ref().unwrap_or(&args.paths);
    let found = input::find(paths, &args.made, everything, args.stdin_filename.as_deref(), kubernetes)?;
    let kubernetes = kubernetes.or(found.kubernetes).unwrap_or_default();
    let level_version = args.level_version.as_deref().and_then(|word| PolicyVersion::parse(word, kubernetes));
    let settings = Settings {
        kubernetes,
        level,
        level_version,
        registries,
        fixes: !args.as_admission,
        as_admission: args.as_admission,
    };
    let mut no_suppress: Vec<&'static Rule> =
        config.into_iter().flat_map(|config| &config.no_suppress).filter_map(|rule| rule.0).collect();
    for word in &args.no_suppress {
        no_suppress.extend(Selection::named(word)?);
    }
    let severities = config.into_iter().flat_map(|config| &config.severity);
    let severities = severities.filter_map(|(rule, word)| Some((rule.0?, *word))).collect();
    let (mut inputs, mut left_out) = (found.inputs, found.left_out);
    if let Some(file) = &file {
        let excluded = inputs.extract_if(.., |input| file.excludes(input));
        excluded.for_each(|input| left_out.add(input.name.into(), Cause::Excluded));
    }
    let fail_on = args.fail_on.unwrap_or_else(|| config.map_or(Config::default().fail_on, |config| config.fail_on));
    let options = Options {
        settings,
        selection,
        severities,
        today: validate::today(),
        no_suppress,
        suppressions: config.map(Config::object_suppressions).unwrap_or_default(),
        config: file.as_ref().map(|file| file.source.clone()),
        left_out: rules_left_out,
        passed: config.map(Config::passed).unwrap_or_default(),
        base,
        against: against(args, kubernetes_named)?,
        ..Options::default()
    };
    Ok(Chosen { options, fail_on, inputs, left_out, notices })
}

/// What a node has, where only its root was named.
fn on_node(args: &CheckArgs) -> anyhow::Result<Option<Vec<Utf8PathBuf>>> {
    let (Some(root), Some(name)) = (&args.node_root, args.benchmark) else { return Ok(None) };
    if args.paths != ["."] {
        return Ok(None);
    }
    anyhow::ensure!(root.is_dir(), "{root}: not a folder");
    Ok(Some(benchmark::Name::from(name).on_node(root)))
}

struct ConfigFile {
    config: Config,
    source: Source,
    folder: Utf8PathBuf,
}

impl ConfigFile {
    fn excludes(&self, input: &Input) -> bool {
        let Some(path) = input.path() else { return false };
        let absolute = camino::absolute_utf8(path).unwrap_or_else(|_| path.to_owned());
        let Ok(path) = absolute.strip_prefix(&self.folder) else { return false };
        // a folder goes with all that is in it
        self.config.excludes(path)
            || (!matches!(input.text, Text::File(_)) && self.config.excludes(&path.join("kustomization.yaml")))
    }
}

/// The rules that would run without the configuration.
fn rules_left_out(args: &CheckArgs, selection: &Selection) -> anyhow::Result<Vec<&'static Rule>> {
    let asked = Selection::from_words(&args.select, &args.ignore)?;
    Ok(asked.rules().filter(|rule| !selection.rules().any(|other| other == *rule)).collect())
}

fn configuration(
    args: &CheckArgs,
    base: Option<&Base>,
    notices: &mut Vec<(String, String)>,
) -> anyhow::Result<Option<ConfigFile>> {
    if args.no_config {
        return Ok(None);
    }
    let here = camino::absolute_utf8(".").context("the working folder")?;
    let own = args.config.clone().or_else(|| {
        let nearest = config::find(&here);
        notices.extend(nearest.others.into_iter().map(|(path, owner)| of_another(&path, owner)));
        nearest.file
    });
    let found = match base {
        Some(base) => of_base(args, base, &here, own.as_ref(), notices)?,
        None => own.map(|path| Ok::<_, anyhow::Error>((text_of(&path)?, path))).transpose()?,
    };
    let Some((text, path)) = found else { return Ok(None) };
    let shown = path.strip_prefix(&here).unwrap_or(&path);
    let name = base.map_or_else(|| shown.to_string(), |base| format!("{}:{shown}", base.name()));
    let source = Source::new(name, text);
    let read = config::read(&source);
    if read.is_ours {
        output::located(&source, &read.problems, &read.hidden)?;
    } else {
        output::without_lines(&source, &read.problems)?;
    }
    let config = read.config.ok_or(Shown)?;
    let folder = camino::absolute_utf8(&path).context("the folder of the configuration")?;
    let folder = folder.parent().map(Utf8Path::to_owned).unwrap_or_default();
    Ok(Some(ConfigFile { config, source, folder }))
}

/// A configuration that does not count.
fn of_another(path: &Utf8Path, owner: u32) -> (String, String) {
    let folder = path.parent().unwrap_or(path);
    let what = format!("belongs to another user (uid {owner}), who may have prepared it, and does not count");
    (path.to_string(), format!("{what}: {SAFE}={folder} allows it, and --config names it"))
}

/// The text of a configuration.
fn text_of(path: &Utf8Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(|| path.to_string())?;
    file.take(LARGEST + 1).read_to_string(&mut text).with_context(|| path.to_string())?;
    anyhow::ensure!(text.len() as u64 <= LARGEST, "{path}: a configuration has at most {LARGEST} bytes");
    Ok(text)
}

/// The configuration that the base has, and whether that of the change is another.
fn of_base(
    args: &CheckArgs,
    base: &Base,
    here: &Utf8Path,
    own: Option<&Utf8PathBuf>,
    notices: &mut Vec<(String, String)>,
) -> anyhow::Result<Option<(String, Utf8PathBuf)>> {
    let places: Vec<Utf8PathBuf> = if let Some(path) = &args.config {
        vec![path.clone()]
    } else {
        let folders = here.ancestors().take_while(|folder| folder.starts_with(base.root()));
        folders.map(|folder| folder.join(config::FILE)).collect()
    };
    let mut theirs = None;
    for path in places {
        if let Some(text) = base.read(&path)? {
            theirs = Some((text, path));
            break;
        }
    }
    // what cannot be read is another
    let text = own.filter(|path| path.exists()).map(|path| text_of(path).unwrap_or_default());
    if text.as_ref() != theirs.as_ref().map(|(text, _)| text) {
        let path = theirs.as_ref().map(|(_, path)| path).or(own).map_or(Utf8Path::new(config::FILE), |path| path);
        let shown = path.strip_prefix(here).or_else(|_| path.strip_prefix(base.root())).unwrap_or(path);
        notices.push(another("configuration", shown, base, theirs.is_some()));
    }
    Ok(theirs)
}

/// The change has another file than its base.
pub(super) fn another(what: &str, path: &Utf8Path, base: &Base, is_there: bool) -> (String, String) {
    let name = base.name();
    let message = if is_there {
        format!("this change has another {what}; that of {name} holds")
    } else {
        format!("this change has a {what}, and {name} has none: none holds")
    };
    (path.to_string(), message)
}

/// What a change is compared with. `kubernetes` is the release that the user named.
fn against(args: &CheckArgs, kubernetes: Option<Version>) -> anyhow::Result<Option<Arc<Against>>> {
    let Some(name) = &args.against else { return Ok(None) };
    let against = Against::open(name, &input::request(&args.paths, &args.made, args.no_ignore, kubernetes))?;
    for note in &against.notes {
        output::say(note)?;
    }
    Ok(Some(Arc::new(against)))
}
