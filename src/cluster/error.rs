//! Why something with a cluster went wrong: one message each, with the way out.

use std::io;

use camino::Utf8PathBuf;

use crate::file::OwnerError;
use crate::generate::RenderError;
use crate::k8s::names::NameRule;
use crate::k8s::version::Version;
use crate::process::Engine;
use crate::render::writer::WriteError;

/// Where node images come from.
const IMAGES: &str = "https://github.com/kubernetes-sigs/kind/releases lists those that go with your kind";

/// Why something with a cluster went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// There is no program that runs containers.
    #[error("{} is not on the PATH: {} says how to get it", .0.command(), .0.page())]
    NoEngine(Engine),
    /// It does not answer.
    #[error(
        "{} does not answer: start it, or see whether you may use it with `{} info`\n  {said}",
        .engine.name(),
        .engine.command()
    )]
    EngineDown { engine: Engine, said: String },
    /// There is no kind.
    #[error("kind is not on the PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation says how to get it")]
    NoKind,
    /// kind is too old for the image.
    #[error("kind {found} cannot set up Kubernetes {release} as it should be: 0.32 or newer can")]
    OldKind {
        /// The version of kind.
        found: String,
        /// The release of the image.
        release: Version,
    },
    /// No image was named.
    #[error("no node image: use --image kindest/node:v1.34.0, or set TIGHTSHIP_NODE_IMAGE; {IMAGES}")]
    NoImage,
    /// The image cannot be had.
    #[error("the image {image} is not here, and {} cannot pull it\n  {reason}", .engine.name())]
    ImageNotFound { engine: Engine, image: String, reason: String },
    /// The image is of something else.
    #[error("{0} is not a node image of kind: it has no /kind/version; {IMAGES}")]
    NotANodeImage(String),
    /// The image has a release that is too old for what it is for.
    #[error("{what} needs Kubernetes {needed} or newer, and {image} has {found}: take another image; {IMAGES}")]
    TooOld {
        image: String,
        /// The version in it.
        found: String,
        what: String,
        needed: Version,
    },
    /// The image has a release that tightship does not know.
    #[error(
        "{image} has Kubernetes {found}, and tightship knows {} to {}: take another image; {IMAGES}",
        Version::OLDEST,
        Version::NEWEST
    )]
    UnknownRelease {
        image: String,
        /// The version in it.
        found: String,
    },
    /// The image has another release than the one asked for.
    #[error(
        "{image} has Kubernetes {found}, not {wanted}: name an image of {wanted} with --image, or leave --kubernetes out"
    )]
    OtherRelease {
        image: String,
        /// The version in it.
        found: String,
        /// The release asked for.
        wanted: Version,
    },
    /// A cluster of ours has the name.
    #[error(
        "there is a cluster {0} of yours already: look with `tightship cluster status --name {0}`, or take another --name"
    )]
    Exists(String),
    /// A cluster of somebody else has the name.
    #[error("there is a kind cluster {0} already, which tightship did not make here: take another --name")]
    Taken(String),
    /// The cluster is not ours.
    #[error("tightship did not make the kind cluster {0} in this folder of clusters: it stays as it is")]
    Foreign(String),
    /// There is no such cluster.
    #[error("there is no cluster {0}: `tightship cluster up --name {0}` makes one")]
    Missing(String),
    /// A folder is in the way.
    #[error("{folder} is left over from a cluster that is gone: `tightship cluster down --name {name}` removes it")]
    LeftOver { folder: Utf8PathBuf, name: String },
    /// A folder that is not ours is in the way.
    #[error("{0} is there, and no folder of a cluster: name another place with --dir")]
    Occupied(Utf8PathBuf),
    /// A mount cannot have such a path.
    #[error("{0}: Docker cannot mount a folder with `:` in its path; name another place with --dir")]
    Colon(Utf8PathBuf),
    /// The record of a cluster cannot be read.
    #[error("{path}: {reason}")]
    Record {
        path: Utf8PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The record of a cluster says what no cluster has.
    #[error(
        "the record of the cluster {name} cannot be used: {reason}; `tightship cluster down --name {name}` removes the cluster"
    )]
    Unusable {
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A cluster cannot have such a name.
    #[error("{:?} is not the name of a cluster: expected {}", .0, NameRule::Dns1123Label.expected())]
    Name(String),
    /// What is kept of a cluster may be somebody else's.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The home of the user is not known.
    #[error("there is no home folder to keep clusters in: name a place with --dir")]
    NoHome,
    #[error("`{command}` failed\n{said}")]
    Failed {
        command: String,
        /// What it said, indented.
        said: String,
    },
    /// A program gave something else than expected.
    #[error("`{command}` said something that tightship does not understand: {reason}")]
    Unreadable {
        command: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It takes too long.
    #[error("the cluster is not ready after {seconds} seconds: {missing}")]
    NotReady {
        /// How long it had.
        seconds: u64,
        missing: String,
    },
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
    /// What was left after a failure could not be cleaned up.
    #[error("{error}\nnot everything could be cleaned up: `tightship cluster down --name {name}` tries again")]
    Unclean { name: String, error: Box<ClusterError> },
    /// The system refused.
    #[error("{path}")]
    Io { path: Utf8PathBuf, source: io::Error },
    /// The files could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The files could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl ClusterError {
    /// Whether it is only that the user stopped it.
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Interrupted | Self::Write(WriteError::Interrupted))
    }

    /// What makes an error of the system one of a path.
    pub(super) fn at(path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
