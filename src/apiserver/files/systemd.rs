//! Units of systemd, their drop-ins, and the environment files in which they keep flags.

use std::sync::Arc;

use crate::apiserver::catalogue::Component;
use crate::yaml::{FileId, Span};

use super::add::{Add, NAME, VALUE};
use super::args::{self, Argument, canonical};
use super::form::Form;
use super::lines::{self, Line};
use super::view::{List, Owner, ProgramView, Setting, Written};

/// Variables of a file, with what they make as flags.
#[derive(Debug, Clone)]
pub struct Variables {
    pub file: FileId,
    pub name: Arc<str>,
    /// Each variable with its arguments.
    pub values: Vec<(String, Vec<Word>)>,
}

/// A word of a variable.
#[derive(Debug, Clone)]
pub struct Word(Argument);

fn span(start: usize, end: usize) -> Span {
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: at(start), end: at(end) }
}

/// The value of `Key=` in a line, with its place.
fn value<'t>(line: &Line<'t>, key: &str) -> Option<(&'t str, usize)> {
    let rest = line.text.trim_start().strip_prefix(key)?.trim_start_matches([' ', '\t']).strip_prefix('=')?;
    Some((rest, line.start + line.text.len() - rest.len()))
}

/// The files that a unit takes variables from.
pub fn environment_files(text: &str) -> Vec<String> {
    let plain = lines::without_comments(text);
    let lines = lines::logical(&plain);
    let values = lines.iter().filter_map(|line| value(line, "EnvironmentFile"));
    values.map(|(path, _)| path.trim().trim_start_matches('-').trim_matches('"').to_owned()).collect()
}

/// The folder from which a kubelet takes parts of its configuration: `--config-dir`.
pub fn config_folder(text: &str) -> Option<String> {
    let plain = lines::without_comments(text);
    let (_, behind) = plain.split_once("--config-dir")?;
    let path = behind.trim_start_matches(['=', ' ']).split_whitespace().next()?;
    Some(path.trim_matches(['"', '\'', '\\']).trim_end_matches('/').to_owned())
}

/// The program that a unit starts, if it is one of the control plane or of a node.
pub(super) fn program(text: &str, file: FileId, name: &Arc<str>) -> Option<ProgramView> {
    let plain = lines::without_comments(text);
    let lines = lines::logical(&plain);
    // an empty one takes back those before
    let (command, at) =
        lines.iter().rev().filter_map(|line| value(line, "ExecStart")).find(|(text, _)| !text.trim().is_empty())?;
    let skip = command.len() - command.trim_start_matches(['@', '-', ':', '+', '!', ' ']).len();
    let words = args::words(command.get(skip..)?, at + skip);
    let position = words.iter().position(|word| component(&word.text).is_some())?;
    let first = words.get(position)?;
    let program = component(&first.text)?;
    let owner = Owner { kind: "Unit".to_owned(), name: base(name).to_owned(), ..Owner::default() };
    let mut view = ProgramView {
        program,
        form: Form::Systemd,
        file,
        name: Arc::clone(name),
        owner: Arc::new(owner),
        place: first.span,
        path: "ExecStart".to_owned(),
        settings: Vec::new(),
        version: None,
        mounts: None,
        node_mounts: None,
        probe: None,
        partial: false,
        list: List::Replaces,
        variables: Vec::new(),
        add: None,
    };
    let rest = words.get(position + 1..).unwrap_or_default();
    view.variables = rest.iter().filter_map(|word| variable(&word.text)).collect();
    let own = environment(&lines);
    let mut arguments: Vec<Argument> = Vec::new();
    for word in rest {
        match variable(&word.text).and_then(|name| own.iter().find(|(known, _)| *known == name)) {
            Some((name, values)) => {
                view.variables.retain(|known| known != name);
                arguments.extend(values.iter().map(|Word(argument)| argument.clone()));
            }
            None if variable(&word.text).is_some() => {}
            None => arguments.push(word.clone()),
        }
    }
    view.settings = args::settings(&arguments, program, file, "ExecStart");
    view.settings.extend(etcd_variables(program, &own, file));
    // a kubelet has the rest in its configuration file
    view.partial = !view.variables.is_empty() || (program == Component::Kubelet && view.get("config").is_some());
    let end = words.last().map_or(first.span.end, |last| last.span.end);
    view.add = Add::text(end as usize, format!(" --{NAME}={VALUE}"));
    Some(view)
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn component(word: &str) -> Option<Component> {
    Component::from_name(base(word))
}

/// `$NAME` or `${NAME}`.
fn variable(word: &str) -> Option<String> {
    let name = word.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')).then(|| name.to_owned())
}

/// The variables that a unit sets itself.
fn environment(lines: &[Line<'_>]) -> Vec<(String, Vec<Word>)> {
    let values = lines.iter().filter_map(|line| value(line, "Environment"));
    values.flat_map(|(text, at)| args::words(text, at)).filter_map(|word| assignment(&word)).collect()
}

/// What a unit, or a drop-in of it, sets for the whole unit; nothing if it sets nothing.
pub(super) fn of_unit(text: &str, file: FileId, name: &Arc<str>) -> Option<Variables> {
    let plain = lines::without_comments(text);
    let values = environment(&lines::logical(&plain));
    (!values.is_empty()).then(|| Variables { file, name: Arc::clone(name), values })
}

/// The unit that a drop-in belongs to: `a.service` for `a.service.d/10.conf`.
pub fn unit_of_drop_in(name: &str) -> Option<&str> {
    let (folder, _) = name.rsplit_once('/')?;
    folder.strip_suffix(".d")
}

/// `NAME=VALUE` in one word, the value cut into words.
fn assignment(word: &Argument) -> Option<(String, Vec<Word>)> {
    let (name, text) = word.text.split_once('=')?;
    let exact = word.exact?;
    let inner = args::words(text, exact.start as usize + name.len() + 1);
    Some((name.to_owned(), inner.into_iter().map(Word).collect()))
}

/// The variables of an environment file.
pub(super) fn variables(text: &str, file: FileId, name: &Arc<str>) -> Variables {
    let plain = lines::without_comments(text);
    let mut values = Vec::new();
    for line in lines::logical(&plain) {
        let body = line.text.trim_start();
        let body = body.strip_prefix("export ").unwrap_or(body);
        let Some((key, rest)) = body.split_once('=') else { continue };
        let at = line.start + line.text.len() - rest.len();
        // the quotes around all of it are not those of its words
        let trimmed = rest.trim_end();
        let quoted = ['"', '\''].into_iter().find_map(|quote| {
            let inner = trimmed.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inner.contains(quote)).then_some(inner)
        });
        let (inner, at) = quoted.map_or((rest, at), |inner| (inner, at + 1));
        values.push((key.trim().to_owned(), args::words(inner, at).into_iter().map(Word).collect()));
    }
    Variables { file, name: Arc::clone(name), values }
}

/// `ETCD_CERT_FILE=...`: etcd reads its settings from variables too.
pub(super) fn etcd_variables(program: Component, values: &[(String, Vec<Word>)], file: FileId) -> Vec<Setting> {
    if program != Component::Etcd {
        return Vec::new();
    }
    let setting = |(name, words): &(String, Vec<Word>)| {
        let called = name.strip_prefix("ETCD_")?.to_ascii_lowercase().replace('_', "-");
        let Word(word) = words.first()?;
        Some(Setting {
            name: canonical(program, &called),
            value: word.text.clone(),
            file,
            span: word.span,
            name_span: word.span,
            value_span: word.exact.unwrap_or(word.span),
            path: name.clone(),
            written: Written::Flag { exact: word.exact.is_some() },
            remove: None,
        })
    };
    values.iter().filter_map(setting).collect()
}

impl Variables {
    /// The flags that a variable holds.
    pub fn settings(&self, variable: &str, program: Component) -> Option<Vec<Setting>> {
        let (name, words) = self.values.iter().find(|(name, _)| name == variable)?;
        let arguments: Vec<Argument> = words.iter().map(|Word(argument)| argument.clone()).collect();
        Some(args::settings(&arguments, program, self.file, name))
    }

    /// What etcd reads of them.
    pub fn of_etcd(&self) -> Vec<Setting> {
        etcd_variables(Component::Etcd, &self.values, self.file)
    }

    /// The program that such a file is for: by its name, or by a variable that only it reads.
    pub fn program(&self) -> Option<Component> {
        let stem = base(&self.name).trim_end_matches(".env");
        let by_variable = |name: &String| match name.as_str() {
            "KUBE_API_ARGS" | "KUBE_APISERVER_OPTS" | "KUBE_APISERVER_ARGS" => Some(Component::ApiServer),
            "KUBE_CONTROLLER_MANAGER_ARGS" | "KUBE_CONTROLLER_MANAGER_OPTS" => Some(Component::ControllerManager),
            "KUBE_SCHEDULER_ARGS" | "KUBE_SCHEDULER_OPTS" => Some(Component::Scheduler),
            "KUBELET_KUBEADM_ARGS" | "KUBELET_EXTRA_ARGS" | "KUBELET_ARGS" | "KUBELET_OPTS" => Some(Component::Kubelet),
            "ETCD_CERT_FILE" | "ETCD_DATA_DIR" | "ETCD_CLIENT_CERT_AUTH" | "ETCD_ARGS" => Some(Component::Etcd),
            _ => None,
        };
        Component::from_name(stem).or_else(|| self.values.iter().find_map(|(name, _)| by_variable(name)))
    }

    /// The program with all flags of the file, for one that no unit names.
    pub fn alone(&self) -> Option<ProgramView> {
        let program = self.program()?;
        let owner = Owner { kind: "Environment".to_owned(), name: base(&self.name).to_owned(), ..Owner::default() };
        let settings: Vec<Setting> = self
            .values
            .iter()
            .filter(|(_, words)| words.first().is_some_and(|Word(word)| word.text.starts_with('-')))
            .filter_map(|(name, _)| self.settings(name, program))
            .flatten()
            .chain(if program == Component::Etcd { self.of_etcd() } else { Vec::new() })
            .collect();
        let first = settings.first()?;
        let place = first.span;
        Some(ProgramView {
            program,
            form: Form::Environment,
            file: self.file,
            name: Arc::clone(&self.name),
            owner: Arc::new(owner),
            place: if place.is_empty() { span(0, 1) } else { place },
            path: first.path.clone(),
            settings,
            version: None,
            mounts: None,
            node_mounts: None,
            probe: None,
            partial: true,
            list: List::Replaces,
            variables: Vec::new(),
            add: None,
        })
    }
}
