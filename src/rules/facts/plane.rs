//! The control planes of the input: programs with their settings, joined over files.

use std::sync::Arc;

use crate::apiserver::catalogue::Component;
use crate::apiserver::files::{
    self, Companion, Content, Encryption, Form, KubeadmConfig, Parts, Plugin, ProgramView, Setting, Word,
};
use crate::k8s::version::Version;
use crate::yaml::{FileId, Span};

use super::join;
use super::near::{distance, is_near, steps};

/// All control planes of the input.
#[derive(Debug)]
pub struct Plane {
    /// Programs with their settings.
    pub programs: Vec<ProgramView>,
    /// Configuration files that flags name.
    pub companions: Vec<Companion>,
    pub kubeadm: Vec<KubeadmConfig>,
    /// The release of what does not say.
    pub kubernetes: Version,
}

/// What is known of a file that a flag names.
#[derive(Debug)]
pub enum Named<'p> {
    /// No flag names one.
    Not,
    /// It is not in the input.
    Unseen,
    Seen(&'p Companion),
}

/// Whom the API server lets in without credentials.
#[derive(Debug)]
pub enum Anonymous<'p> {
    /// Nobody; the setting that says so, if the file has one.
    Off(Option<&'p Setting>),
    /// Everybody, to some paths only.
    Restricted,
    /// Everybody; the place that says so, if there is one.
    Open(Option<(FileId, Span)>),
    /// A file says, which is not in the input.
    Unknown,
}

/// Who decides about requests.
#[derive(Debug)]
pub enum Authorizers<'p> {
    /// These, in this order; none means that everything is allowed.
    Known {
        modes: Vec<String>,
        /// The file and the place that says so.
        at: Option<(FileId, Span)>,
        /// The file with them, if it is one.
        file: Option<&'p Companion>,
    },
    /// A file says, which is not in the input; or not all flags are known.
    Unknown,
}

impl Plane {
    /// Joins what the files say. `kubernetes` is the release of what does not say.
    pub fn new(parts: &Parts, kubernetes: Version) -> Self {
        let Parts { mut programs, companions, mut variables, mut kubeadm } = parts.clone();
        join::servers(&mut programs);
        // a drop-in with a command takes the place of the unit's own
        let replaced: Vec<String> =
            programs.iter().filter_map(|program| files::unit_of_drop_in(&program.name)).map(str::to_owned).collect();
        programs
            .retain(|program| program.form != Form::Systemd || !replaced.iter().any(|unit| **unit == *program.name));
        for program in programs.iter_mut().filter(|program| program.form == Form::Systemd) {
            let names = std::mem::take(&mut program.variables);
            for name in names {
                let mut near = variables.iter().filter(|file| is_near(&program.name, &file.name));
                let found = near.find_map(|file| file.settings(&name, program.program));
                match found {
                    Some(settings) => program.settings.extend(settings),
                    None => program.variables.push(name),
                }
            }
            if program.program == Component::Etcd {
                let near = variables.iter().filter(|file| is_near(&program.name, &file.name));
                let etcd: Vec<Setting> = near.flat_map(files::Variables::of_etcd).collect();
                program.settings.extend(etcd);
            }
            program.partial = !program.variables.is_empty()
                || (program.program == Component::Kubelet && program.get("config").is_some());
        }
        join::kubelets(&mut programs);
        // what no unit took
        let used: Vec<FileId> =
            programs.iter().flat_map(|program| &program.settings).map(|setting| setting.file).collect();
        variables.retain(|file| !used.contains(&file.file));
        programs.extend(variables.iter().filter_map(files::Variables::alone));
        // the configuration of a kubelet that kubeadm writes has kubeadm's defaults
        let kubeadm_files: Vec<FileId> = kubeadm.iter().map(|config| config.file).collect();
        for program in &mut programs {
            if program.form == Form::Config && kubeadm_files.contains(&program.file) {
                program.form = Form::Kubeadm;
            }
        }
        // of the documents of a file, one says the release of all
        let said: Vec<(FileId, Version)> =
            kubeadm.iter().filter_map(|config| Some((config.file, config.version?))).collect();
        for config in kubeadm.iter_mut().filter(|config| config.version.is_none()) {
            config.version = said.iter().find(|(file, _)| *file == config.file).map(|(_, version)| *version);
        }
        let versions: Vec<(FileId, Arc<str>, Version)> = programs
            .iter()
            .filter_map(|program| Some((program.file, Arc::clone(&program.name), program.version?)))
            .chain(kubeadm.iter().filter_map(|config| {
                let name = programs.iter().find(|program| program.file == config.file)?.name.clone();
                Some((config.file, name, config.version?))
            }))
            .collect();
        for program in programs.iter_mut().filter(|program| program.version.is_none()) {
            let same = versions.iter().find(|(file, _, _)| *file == program.file);
            let near = || versions.iter().find(|(_, name, _)| steps(&program.name, name) == (0, 0));
            program.version = same.or_else(near).map(|(_, _, version)| *version);
        }
        Self { programs, companions, kubeadm, kubernetes }
    }

    /// The programs of one kind.
    pub fn each(&self, program: Component) -> impl Iterator<Item = &ProgramView> {
        self.programs.iter().filter(move |view| view.program == program)
    }

    /// The release of a program.
    pub fn version(&self, view: &ProgramView) -> Version {
        view.version.unwrap_or(self.kubernetes)
    }

    /// The release of a companion: that of the API server that names it.
    pub fn version_of(&self, companion: &Companion) -> Version {
        let names = |view: &&ProgramView| {
            companion.flag.is_some_and(|flag| match self.named(view, flag) {
                Named::Seen(seen) => std::ptr::eq(seen, companion),
                _ => false,
            })
        };
        let near = |view: &&ProgramView| is_near(&view.name, &companion.name);
        let by_flag = self.each(Component::ApiServer).find(names);
        by_flag.or_else(|| self.programs.iter().find(near)).map_or(self.kubernetes, |view| self.version(view))
    }

    /// The file that a flag of a program names.
    pub fn named(&self, view: &ProgramView, flag: &str) -> Named<'_> {
        let of_flag = || self.companions.iter().filter(|companion| companion.flag == Some(flag));
        let inline = of_flag().find(|companion| companion.inline && companion.file == view.file);
        if let Some(companion) = inline {
            return Named::Seen(companion);
        }
        let Some(path) = view.value(flag).filter(|path| !path.is_empty()) else { return Named::Not };
        let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let same = |companion: &&Companion| {
            !companion.inline && is_near(&view.name, &companion.name) && base(&companion.name) == base(path)
        };
        let found = of_flag().filter(same).min_by_key(|companion| distance(&view.name, &companion.name));
        found.map_or(Named::Unseen, Named::Seen)
    }

    /// The files near another one that have the name of a path.
    pub fn files_called<'p>(&'p self, from: &'p str, path: &'p str) -> impl Iterator<Item = &'p Companion> {
        let base = |path: &'p str| path.rsplit('/').next().unwrap_or(path);
        self.companions.iter().filter(move |companion| {
            !companion.inline && is_near(from, &companion.name) && base(&companion.name) == base(path)
        })
    }

    /// Whom an API server lets in without credentials.
    pub fn anonymous(&self, view: &ProgramView) -> Anonymous<'_> {
        // what a reader of the view wants to point at lives as long as the plane
        let own = self.programs.iter().find(|other| std::ptr::eq(*other, view));
        let setting = own.and_then(|view| view.get("anonymous-auth"));
        if !view.is_on("anonymous-auth", true) {
            return Anonymous::Off(setting);
        }
        if setting.is_some() {
            return Anonymous::Open(setting.map(|setting| (setting.file, setting.span)));
        }
        match self.named(view, "authentication-config") {
            Named::Seen(companion) => match &companion.content {
                Content::Authentication(content) => match &content.anonymous {
                    None => Anonymous::Open(Some((companion.file, companion.place))),
                    Some(anonymous) if !anonymous.enabled => Anonymous::Off(None),
                    Some(anonymous) if !anonymous.paths.is_empty() => Anonymous::Restricted,
                    Some(anonymous) => Anonymous::Open(Some((companion.file, anonymous.span))),
                },
                _ => Anonymous::Unknown,
            },
            Named::Unseen => Anonymous::Unknown,
            // Talos lets the health paths through, or nobody
            Named::Not if view.form == Form::Talos => Anonymous::Restricted,
            Named::Not if view.partial => Anonymous::Unknown,
            Named::Not => Anonymous::Open(None),
        }
    }

    /// Who decides about requests to an API server.
    pub fn authorizers(&self, view: &ProgramView) -> Authorizers<'_> {
        match self.named(view, "authorization-config") {
            Named::Seen(companion) => {
                let Content::Authorization(words) = &companion.content else { return Authorizers::Unknown };
                let at = words.first().map_or(companion.place, |word| word.span);
                let modes = words.iter().map(|word| word.text.clone()).collect();
                return Authorizers::Known { modes, at: Some((companion.file, at)), file: Some(companion) };
            }
            Named::Unseen if view.form == Form::Talos && view.get("authorization-config").is_none() => {
                let modes = vec!["Node".to_owned(), "RBAC".to_owned()];
                return Authorizers::Known { modes, at: None, file: None };
            }
            Named::Unseen => return Authorizers::Unknown,
            Named::Not => {}
        }
        if view.lacks("authorization-mode") {
            return Authorizers::Known { modes: Vec::new(), at: None, file: None };
        }
        if !view.has("authorization-mode") {
            return Authorizers::Unknown;
        }
        let modes = view.list("authorization-mode").into_iter().map(str::to_owned).collect();
        let at = view.get("authorization-mode").map(|setting| (setting.file, setting.span));
        Authorizers::Known { modes, at, file: None }
    }

    /// Whether an admission plugin that is off by default is switched on.
    pub fn enables(view: &ProgramView, plugin: &str) -> bool {
        ["enable-admission-plugins", "admission-control"].iter().any(|flag| view.list(flag).contains(&plugin))
    }

    /// The configuration of a plugin, if the file with it is in the input.
    pub fn plugin(&self, view: &ProgramView, plugin: &str) -> Option<&Plugin> {
        let mut inline = self.companions.iter().filter(|companion| companion.inline && companion.file == view.file);
        if let Some(found) = inline.find_map(|companion| companion.plugin(plugin)) {
            return Some(found);
        }
        match self.named(view, "admission-control-config-file") {
            Named::Seen(companion) => companion.plugin(plugin),
            _ => None,
        }
    }

    /// The encryption configurations, each with its file.
    pub fn encryption(&self) -> impl Iterator<Item = (&Companion, &Encryption)> {
        self.companions.iter().filter_map(|companion| match &companion.content {
            Content::Encryption(encryption) => Some((companion, encryption)),
            _ => None,
        })
    }

    /// The audit policies, each with its file.
    pub fn audit_policies(&self) -> impl Iterator<Item = (&Companion, &files::AuditPolicy)> {
        self.companions.iter().filter_map(|companion| match &companion.content {
            Content::Audit(policy) => Some((companion, policy)),
            _ => None,
        })
    }

    /// The configurations of plugins, each with its file.
    pub fn plugins(&self) -> impl Iterator<Item = (&Companion, &Plugin)> {
        self.companions.iter().flat_map(|companion| {
            let plugins: &[Plugin] = match &companion.content {
                Content::Admission(plugins) => plugins,
                _ => &[],
            };
            plugins.iter().map(move |plugin| (companion, plugin))
        })
    }

    /// The kubelets of the cluster that a program belongs to.
    pub fn kubelets<'p>(&'p self, view: &'p ProgramView) -> impl Iterator<Item = &'p ProgramView> {
        let same = move |other: &&ProgramView| is_of_one_cluster(view, other);
        self.each(Component::Kubelet).filter(same)
    }

    /// The API servers of the cluster that a program belongs to.
    pub fn api_servers<'p>(&'p self, view: &'p ProgramView) -> impl Iterator<Item = &'p ProgramView> {
        let same = move |other: &&ProgramView| is_of_one_cluster(view, other);
        self.each(Component::ApiServer).filter(same)
    }

    /// Every name with its place, of an authorization configuration.
    pub fn authorizer_words(companion: &Companion) -> &[Word] {
        match &companion.content {
            Content::Authorization(words) => words,
            _ => &[],
        }
    }
}

/// Whether two programs probably belong to one cluster: of one file or folder, or one in a folder beside the file of the other.
fn is_of_one_cluster(a: &ProgramView, b: &ProgramView) -> bool {
    // two configurations of kubeadm or kind in one folder are two clusters
    let is_whole = |view: &ProgramView| matches!(view.form, Form::Kubeadm | Form::Kind | Form::K3s | Form::Rke2);
    if a.file == b.file || is_whole(a) || is_whole(b) {
        return a.file == b.file;
    }
    let (up, down) = steps(&a.name, &b.name);
    up + down <= 1
}
