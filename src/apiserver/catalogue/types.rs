//! The rows of the catalogue.

use crate::k8s::version::Version;

/// What each release takes.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// By component and name; a flag that changes has a row for each shape, the oldest first.
    pub(super) flags: Vec<Flag>,
    /// By name.
    pub(super) plugins: Vec<Plugin>,
    /// By name; a gate that changes its stage has a row for each, the oldest first.
    pub(super) gates: Vec<Gate>,
    /// By kind, the preferred API version first.
    pub(super) configs: Vec<ConfigApi>,
    /// Flags and plugins that are gone.
    pub(super) removed: Vec<Removed>,
    /// Gates that were gone before the oldest release, with the first minor release without them.
    pub(super) gone: Vec<(&'static str, u8)>,
}

/// A flag or plugin that is gone.
#[derive(Debug)]
pub(super) struct Removed {
    /// The component of a flag; none for a plugin.
    pub(super) component: Option<Component>,
    pub(super) name: &'static str,
    pub(super) since: u8,
    pub(super) replacement: Option<&'static str>,
    pub(super) note: &'static str,
}

/// A row that holds for a range of releases.
pub(super) trait Ranged {
    /// The first and the last supported release in which it holds.
    fn range(&self) -> (Version, Version);

    /// Whether it holds in the release.
    fn in_release(&self, version: Version) -> bool {
        let (since, until) = self.range();
        (since..=until).contains(&version)
    }
}

/// A program of the control plane or of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// etcd, whose releases are its own.
    Etcd,
    /// The kubelet; its settings go by their place in the `KubeletConfiguration`, if they have one.
    Kubelet,
    /// kube-proxy; its settings go by their place in the `KubeProxyConfiguration`.
    KubeProxy,
}

impl Component {
    /// All of them, in the order of the CIS benchmark.
    pub const ALL: [Self; 6] =
        [Self::ApiServer, Self::ControllerManager, Self::Scheduler, Self::Etcd, Self::Kubelet, Self::KubeProxy];

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Etcd => "etcd",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
        }
    }

    /// The component of a program.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.name() == name)
    }
}

/// What a lookup finds.
#[derive(Debug)]
pub enum Lookup<T: 'static> {
    /// The release has it.
    Found(&'static T),
    /// The release has it no more.
    Removed {
        /// The number after `1.` of the first release without it, which may be older than every supported one.
        since: u8,
        /// The flag, plugin or setting to use instead, without `--`.
        replacement: Option<&'static str>,
        /// Why it went and what to do, in sentences.
        note: Option<&'static str>,
    },
    /// A later release has it.
    NotYet {
        /// The first release with it.
        since: Version,
    },
    /// No release is known to have had it.
    Unknown {
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
}

impl<T> Lookup<T> {
    /// The row of the release, if it has it.
    pub fn found(self) -> Option<&'static T> {
        match self {
            Self::Found(row) => Some(row),
            _ => None,
        }
    }
}

/// What a flag takes. The words are those of `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagType {
    /// `true` or `false`; alone it means `true`, and a value has to follow after `=`.
    Bool,
    /// A whole number.
    Int,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number, not below zero.
    Uint,
    /// A number.
    Float,
    /// A number of single precision.
    Float32,
    /// A time such as `1m0s`.
    Duration,
    /// A text.
    String,
    /// An IP address.
    Ip,
    /// A quantity such as `64Mi`.
    Quantity,
    /// Ports such as `30000-32767`.
    PortRange,
    /// How much is logged.
    Level,
    /// How much is logged, per file.
    Vmodule,
    /// `--version`, which may have a value.
    Version,
    /// Texts, with commas between them.
    Strings,
    /// Texts, one per mention; a comma is part of the text.
    StringArray,
    /// Whole numbers, with commas between them.
    Int32Slice,
    /// `key=value` pairs, with commas between them.
    MapStringString,
    /// `key=value` pairs, with commas between them; another implementation of the same.
    StringToString,
    /// `key=bool` pairs, with commas between them.
    MapStringBool,
    /// Feature gates: `gate=bool` or `component:gate=bool`, with commas between them.
    Gates,
    /// A certificate, its key, and the names that it is for.
    NamedCertKey,
}

impl FlagType {
    const WORDS: [(&'static str, Self); 22] = [
        ("bool", Self::Bool),
        ("int", Self::Int),
        ("int32", Self::Int32),
        ("uint", Self::Uint),
        ("float", Self::Float),
        ("float32", Self::Float32),
        ("duration", Self::Duration),
        ("string", Self::String),
        ("ip", Self::Ip),
        ("quantity", Self::Quantity),
        ("portRange", Self::PortRange),
        ("Level", Self::Level),
        ("pattern=N,...", Self::Vmodule),
        ("version[=true]", Self::Version),
        ("strings", Self::Strings),
        ("stringArray", Self::StringArray),
        ("int32Slice", Self::Int32Slice),
        ("mapStringBool", Self::MapStringBool),
        ("mapStringString", Self::MapStringString),
        ("stringToString", Self::StringToString),
        ("colonSeparatedMultimapStringString", Self::Gates),
        ("namedCertKey", Self::NamedCertKey),
    ];

    /// The type that `--help` calls so.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, ty)| ty)
    }

    /// What `--help` calls it.
    pub fn word(self) -> &'static str {
        Self::WORDS.into_iter().find(|(_, ty)| *ty == self).map_or("", |(word, _)| word)
    }

    /// Whether a second mention of the flag adds to the first. Otherwise the last one wins.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::Strings
                | Self::StringArray
                | Self::Int32Slice
                | Self::MapStringString
                | Self::StringToString
                | Self::MapStringBool
                | Self::Gates
                | Self::NamedCertKey
        )
    }

    /// Whether commas separate the items of one mention.
    pub fn splits_at_commas(self) -> bool {
        self.is_list() && !matches!(self, Self::StringArray | Self::NamedCertKey)
    }

    /// Whether the flag may stand without a value.
    pub fn may_stand_alone(self) -> bool {
        matches!(self, Self::Bool | Self::Version)
    }
}

/// A flag, or a field of a configuration file, as it is from one release to another.
#[derive(Debug)]
pub struct Flag {
    pub component: Component,
    /// Without `--`; the path of a field, such as `authorization.mode`.
    pub name: &'static str,
    /// For a field, the flag that sets the same.
    pub flag: Option<&'static str>,
    pub ty: FlagType,
    /// Whether `--help` does not show it.
    pub hidden: bool,
    /// What holds without it, as `--help` says it; items of a list have commas between them.
    pub default: Option<&'static str>,
    /// Why it should not be used any more, in the words of Kubernetes.
    pub deprecated: Option<&'static str>,
    /// What it is for, as a clause.
    pub meaning: &'static str,
    /// The first supported release in which it is so.
    pub since: Version,
    /// The last supported release in which it is so.
    pub until: Version,
}

impl Flag {
    /// Whether it is a field of a configuration file.
    pub fn is_field(&self) -> bool {
        self.flag.is_some()
    }

    /// Whether a flag or a field of this name is meant.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.flag == Some(name)
    }
}

#[derive(Debug)]
pub struct Plugin {
    pub name: &'static str,
    /// Whether it is on by default.
    pub on: bool,
    /// What it does, as a clause.
    pub meaning: &'static str,
    /// The first supported release that has it.
    pub since: Version,
    /// The last supported release that has it.
    pub until: Version,
}

/// How far a feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// May go or change.
    Alpha,
    /// Tested; may change.
    Beta,
    /// Stays; the gate goes some releases later.
    Stable,
    /// Will be removed.
    Deprecated,
}

impl Stage {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
            Self::Deprecated => "deprecated",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Alpha, Self::Beta, Self::Stable, Self::Deprecated].into_iter().find(|stage| stage.word() == word)
    }
}

/// A feature gate that kube-apiserver takes, as it is from one release to another.
#[derive(Debug)]
pub struct Gate {
    pub name: &'static str,
    /// How far it is.
    pub stage: Stage,
    /// Whether it is on by default.
    pub on: bool,
    /// Whether any other value than the default stops the server.
    pub locked: bool,
    /// The first supported release in which it is so.
    pub since: Version,
    /// The last supported release in which it is so.
    pub until: Version,
}

/// Who reads a configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// kube-apiserver, by a flag.
    Flag(&'static str),
    /// An admission plugin, in the file of `--admission-control-config-file`.
    Plugin(&'static str),
    /// Another program, by a flag.
    Program { name: &'static str, flag: &'static str },
}

/// An API version of a kind of configuration file.
#[derive(Debug)]
pub struct ConfigApi {
    /// The kind, such as `AuthenticationConfiguration`.
    pub kind: &'static str,
    /// `apiserver.config.k8s.io/v1`.
    pub api_version: &'static str,
    pub reader: Reader,
    /// The first supported release that reads it.
    pub since: Version,
    /// The last supported release that reads it.
    pub until: Version,
}

impl ConfigApi {
    /// Whether the kind, or the plugin that reads it, has the name.
    pub(super) fn is_for(&self, name: &str) -> bool {
        self.kind == name || matches!(self.reader, Reader::Plugin(plugin) if plugin == name)
    }
}

macro_rules! ranged {
    ($($row:ty),*) => {$(
        impl Ranged for $row {
            fn range(&self) -> (Version, Version) {
                (self.since, self.until)
            }
        }
    )*};
}

ranged!(Flag, Plugin, Gate, ConfigApi);
