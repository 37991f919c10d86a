//! The cluster that labs run on: one that is made for them, or one that the user names.

use std::fs;
use std::sync::atomic::AtomicBool;

use camino::Utf8Path;
use serde_json::Value;

use super::adopted;
use super::check_context::Names;
use super::course::values::Need;
use super::course::{Entry, Faults, Lab};
use super::state::{self, ClusterRecord, StateError, Workspace};
use crate::client::kinds::Resource;
use crate::client::kubeconfig::{Access, Files, Login, UserContext};
use crate::client::{Api as _, ApiError, Client, apply, server};
use crate::cluster::create::{Borrowed, Wanted};
use crate::cluster::delete::{self, Deleted};
use crate::cluster::lookup::{self, ControlPlane};
use crate::cluster::{ClusterDir, ClusterError, Progress, image};
use crate::k8s::object::Kind;

/// The name of the context in the learner's kubeconfig.
pub const CONTEXT: &str = "tightship-lab";
/// How the names of clusters begin that are made for labs.
const PREFIX: &str = "tightship-lab-";

/// Why a cluster cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// It does not answer.
    #[error(
        "the cluster {name} does not answer: {reason}\n  is it gone? `tightship lab down` forgets it, and `tightship lab start` makes another"
    )]
    Gone { name: String, reason: String },
    /// Another cluster answers in its place.
    #[error(
        "another cluster answers as {0} than the one that the labs were started on: `tightship lab down` forgets that one"
    )]
    Other(String),
    /// Nobody has named the context for this folder.
    #[error(
        "the state of the labs here says that they run on the context {0:?}, which nobody has named for this folder: `tightship lab start --context` names it, `tightship lab down` forgets it"
    )]
    NotNamed(String),
    /// There is no such context.
    #[error("the context {name} cannot be used: {reason}")]
    Context { name: String, reason: String },
    /// It may be a cluster that others need.
    #[error(
        "{0} is not a kind cluster, and labs make a cluster insecure: to use it anyway, add --yes-this-cluster; without --context a cluster is made"
    )]
    Real(String),
    /// Its answer makes no sense.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The labs here run on another one.
    #[error(
        "the labs here run on the cluster {here}, not on {wanted}: `tightship lab down` ends them first, or take another folder with --dir"
    )]
    Elsewhere {
        /// The cluster that they run on.
        here: String,
        /// The context that was named.
        wanted: String,
    },
    /// The lab needs a cluster of its own.
    #[error("{0} changes the control plane, and gets a cluster of its own: leave --context out")]
    Own(String),
    /// It cannot be made or deleted.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// What is remembered cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The way to the cluster of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterSource<'w> {
    Open(&'w ClusterRecord),
    /// It is that of a context of the user's kubeconfig.
    Adopt(&'w str),
    /// It has to be made.
    Make,
}

/// The way to the cluster of a lab, from what is known and what is asked for.
pub fn way<'w>(
    lab: &Lab,
    known: Option<&'w ClusterRecord>,
    context: Option<&'w str>,
) -> Result<ClusterSource<'w>, SiteError> {
    match (known, context) {
        (Some(record), Some(wanted)) if record.context.as_deref() != Some(wanted) => {
            Err(SiteError::Elsewhere { here: record.name.clone(), wanted: wanted.to_owned() })
        }
        (Some(record), _) => Ok(ClusterSource::Open(record)),
        (None, Some(_)) if lab.needs.contains(&Need::OwnCluster) => Err(SiteError::Own(lab.id.to_string())),
        (None, Some(context)) => Ok(ClusterSource::Adopt(context)),
        (None, None) => Ok(ClusterSource::Make),
    }
}

/// What a new cluster for a lab is made from.
pub fn wanted(entry: &Entry, image: Option<&str>) -> Result<Wanted, Faults> {
    let is_own = entry.lab.needs.contains(&Need::OwnCluster);
    Ok(Wanted {
        image: image.filter(|image| !image.is_empty()).map(str::to_owned),
        kubernetes: None,
        at_least: None,
        hardened: false,
        nodes: 1,
        custom: if is_own { Some(entry.cluster()?) } else { None },
    })
}

/// A cluster that answers.
pub struct LabCluster {
    /// What is written down about it.
    pub record: ClusterRecord,
    /// The way to it.
    pub client: Client,
    login: Login,
}

impl LabCluster {
    /// The cluster that was written down, as it is found. Fails if it is gone, or another one. One that we made is there as long
    /// as its node is: that the API server does not answer may be what the learner has just done.
    pub fn open(workspace: &Workspace, record: &ClusterRecord) -> Result<Self, SiteError> {
        let found = match &record.context {
            None => Self::made(&workspace.clusters(), &record.name)?,
            Some(context) => {
                let login = adopted::find(workspace, context)?;
                Self::named(context, login.ok_or_else(|| SiteError::NotNamed(context.clone()))?)?
            }
        };
        let gone = |error: ApiError| SiteError::Gone { name: record.name.clone(), reason: error.to_string() };
        match server::cluster_uid(&found.client) {
            Ok(uid) if uid != record.uid => return Err(SiteError::Other(record.name.clone())),
            Ok(_) => {}
            Err(_) if record.is_made() && is_there(&found.client) => {}
            Err(error) => return Err(gone(error)),
        }
        let (uid, version, seat) = (record.uid.clone(), record.version.clone(), record.seat.clone());
        Ok(Self { record: ClusterRecord { uid, version, seat, ..found.record }, ..found })
    }

    /// A cluster that was made with its files below this folder. Where it is, its nodes say, and nothing in the folder.
    fn made(root: &Utf8Path, name: &str) -> Result<Self, SiteError> {
        let home = ClusterDir::new(root, name)?;
        let gone = |reason: String| SiteError::Gone { name: name.to_owned(), reason };
        let plane = match lookup::made(&home) {
            Ok(plane) => plane.ok_or_else(|| gone("its control-plane node is not on this machine".to_owned()))?,
            Err(error @ ClusterError::Foreign(_)) => return Err(error.into()),
            Err(error) => return Err(gone(error.to_string())),
        };
        let access = Access::open(&home.kubeconfig(), Files::None)?;
        let login = Login::Access(Access { server: plane.server, ..access });
        Self::connect(name, None, login, plane.node)
    }

    /// The cluster of a context that the user has named. Its node is entered only if it is that of a kind cluster on this machine.
    fn named(context: &str, login: UserContext) -> Result<Self, SiteError> {
        let name = context.strip_prefix("kind-").unwrap_or(context);
        let is_here = |plane: &ControlPlane| plane.server == login.server().trim_end_matches('/');
        let plane = lookup::of_kind(name).ok().flatten().filter(|_| name != context).filter(is_here);
        let node = plane.map(|plane| plane.node).unwrap_or_default();
        Self::connect(name, Some(context), Login::User(Box::new(login)), node)
    }

    fn connect(name: &str, context: Option<&str>, login: Login, node: String) -> Result<Self, SiteError> {
        let client = Client::connect(&login, Some(node.clone()).filter(|node| !node.is_empty()))?;
        let record = ClusterRecord {
            name: name.to_owned(),
            context: context.map(str::to_owned),
            uid: String::new(),
            node,
            server: client.server(),
            version: String::new(),
            seat: None,
        };
        Ok(Self { record, client, login })
    }

    /// Makes a cluster of that name for the labs of a working folder.
    pub fn make(
        workspace: &Workspace,
        name: &str,
        wanted: &Wanted,
        progress: &mut dyn Progress,
        stop: &AtomicBool,
    ) -> Result<Self, SiteError> {
        // a cluster whose labs cannot start is none, and goes again
        let (site, cluster) = Self::borrow(&workspace.clusters(), name, wanted, progress, stop)?;
        cluster.keep();
        Ok(site)
    }

    /// A cluster with its files below this folder, for the length of this program: it is deleted when what comes with it is
    /// dropped, however that happens.
    pub fn borrow(
        root: &Utf8Path,
        name: &str,
        wanted: &Wanted,
        progress: &mut dyn Progress,
        stop: &AtomicBool,
    ) -> Result<(Self, Borrowed), SiteError> {
        let home = ClusterDir::new(root, name)?;
        let borrowed = Borrowed::create(&home, wanted, progress, stop)?;
        let site = Self::made(root, name)?;
        image::load(&home, &site.record.node, super::IMAGE, progress, stop)?;
        Ok((site.look()?, borrowed))
    }

    /// The cluster of a context of the user's kubeconfig. One that is not kind's has to be confirmed.
    pub fn adopt(context: &str, assured: bool) -> Result<Self, SiteError> {
        let unusable =
            |error: &dyn std::fmt::Display| SiteError::Context { name: context.to_owned(), reason: error.to_string() };
        let login = UserContext::find(context).map_err(|error| unusable(&error))?;
        let site = Self::named(context, login).map_err(|error| unusable(&error))?;
        let is_kind = context.starts_with("kind-")
            && nodes(&site.client)?.iter().all(|node| {
                node.pointer("/spec/providerID").and_then(Value::as_str).is_some_and(|id| id.starts_with("kind://"))
            });
        if !is_kind && !assured {
            return Err(SiteError::Real(context.to_owned()));
        }
        site.look()
    }

    /// Asks the cluster who it is.
    fn look(mut self) -> Result<Self, SiteError> {
        self.record.uid = server::cluster_uid(&self.client)?;
        self.record.version = server::server_version(&self.client)?;
        Ok(self)
    }

    /// Remembers, for the labs of a working folder, a context that the user has named.
    pub fn remember(&self, workspace: &Workspace) -> Result<(), StateError> {
        match (&self.record.context, &self.login) {
            (Some(context), Login::User(login)) => adopted::keep(workspace, context, login),
            _ => Ok(()),
        }
    }

    /// The way into it.
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// Writes the learner's kubeconfig for a run: one context, whose namespace is that of the lab.
    pub fn write_kubeconfig(&self, workspace: &Workspace, names: &Names) -> Result<(), SiteError> {
        Ok(workspace.write(&state::kubeconfig(&names.lab), &self.login.kubeconfig(CONTEXT, names.home()))?)
    }
}

/// Whether the node can be entered.
fn is_there(client: &Client) -> bool {
    client.node(&["true"], &[]).is_ok_and(|ended| ended.exit == 0)
}

fn nodes(client: &Client) -> Result<Vec<Value>, SiteError> {
    let Some(nodes) = Resource::of(Kind::Node) else { return Ok(Vec::new()) };
    match apply::list(client, &nodes, None, None) {
        Ok(nodes) => Ok(nodes),
        Err(apply::Failure::Api(error)) => Err(error.into()),
        Err(apply::Failure::Refused(_)) => Ok(Vec::new()),
    }
}

/// The image of a cluster that was made for labs, as its node has it; none of one that is gone, or was not made here.
pub fn image(workspace: &Workspace, record: &ClusterRecord) -> Result<Option<String>, SiteError> {
    if !record.is_made() {
        return Ok(None);
    }
    let plane = lookup::made(&ClusterDir::new(&workspace.clusters(), &record.name)?)?;
    Ok(plane.map(|plane| plane.image))
}

/// Deletes a cluster that was made for labs here; another one stays.
pub fn remove(workspace: &Workspace, record: &ClusterRecord) -> Result<Deleted, SiteError> {
    if !record.is_made() {
        return Ok(Deleted::default());
    }
    let deleted = delete::delete(&ClusterDir::new(&workspace.clusters(), &record.name)?)?;
    // the folder of all, once it is empty
    let _ = fs::remove_dir(workspace.clusters());
    Ok(deleted)
}

/// The name of a cluster that is made for the labs of a folder.
pub fn name_for(run: &str) -> String {
    format!("{PREFIX}{run}")
}

/// Whether a name is one that clusters for labs are given.
pub fn is_name_for_labs(name: &str) -> bool {
    name.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::{ClusterSource, SiteError, way};
    use crate::lab::course::Lab;
    use crate::lab::course::values::Need;
    use crate::lab::state::ClusterRecord;

    fn record(context: Option<&str>) -> ClusterRecord {
        ClusterRecord {
            name: "here".to_owned(),
            context: context.map(str::to_owned),
            uid: "1".to_owned(),
            node: "here-control-plane".to_owned(),
            server: "https://127.0.0.1:6443".to_owned(),
            version: "v1.34.4".to_owned(),
            seat: None,
        }
    }

    #[test]
    fn a_cluster_that_is_there_is_taken_unless_another_is_named() {
        let (lab, adopted, made) = (Lab::default(), record(Some("kind-a")), record(None));
        assert_eq!(way(&lab, Some(&made), None).unwrap(), ClusterSource::Open(&made));
        assert_eq!(way(&lab, Some(&adopted), None).unwrap(), ClusterSource::Open(&adopted));
        assert_eq!(way(&lab, Some(&adopted), Some("kind-a")).unwrap(), ClusterSource::Open(&adopted));
        for known in [&adopted, &made] {
            assert!(matches!(way(&lab, Some(known), Some("kind-b")), Err(SiteError::Elsewhere { .. })));
        }
    }

    #[test]
    fn without_one_it_is_the_named_one_or_a_new_one_and_an_own_one_is_new() {
        let shared = Lab::default();
        assert_eq!(way(&shared, None, Some("kind-a")).unwrap(), ClusterSource::Adopt("kind-a"));
        assert_eq!(way(&shared, None, None).unwrap(), ClusterSource::Make);
        let own = Lab { needs: vec![Need::OwnCluster], ..Lab::default() };
        assert_eq!(way(&own, None, None).unwrap(), ClusterSource::Make);
        assert!(matches!(way(&own, None, Some("kind-a")), Err(SiteError::Own(_))));
    }
}
