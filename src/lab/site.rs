//! The cluster that labs run on: one that is made for them, or one that the user names.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use camino::Utf8PathBuf;
use serde_json::Value;

use super::state::{ClusterRecord, StateError, Workspace};
use crate::cluster::client::kinds::Resource;
use crate::cluster::client::{ApiError, Client, apply, kubeconfig::Access, server};
use crate::cluster::create::{self, Wanted};
use crate::cluster::{ClusterError, Home, Progress, delete, image};

/// The name of the context in the learner's kubeconfig.
pub const CONTEXT: &str = "tightship-lab";

/// Why a cluster cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// It does not answer.
    #[error(
        "the cluster {name} does not answer: {reason}\n  is it gone? `tightship lab down` forgets it, and `tightship lab start` makes another"
    )]
    Gone {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// Another cluster answers in its place.
    #[error(
        "another cluster answers as {0} than the one that the labs were started on: `tightship lab down` forgets that one"
    )]
    Other(String),
    /// There is no such context.
    #[error("the context {name} cannot be used: {reason}")]
    Context {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// It may be a cluster that others need.
    #[error(
        "{0} is not a kind cluster, and labs open holes: to use it all the same, add --yes-this-cluster; without --context a cluster is made"
    )]
    Real(String),
    /// Its answer makes no sense.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// It cannot be made or deleted.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// What is remembered cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A cluster that answers.
pub struct Site {
    /// What is written down about it.
    pub record: ClusterRecord,
    /// The way to it.
    pub client: Client,
}

impl Site {
    /// The cluster that was written down. Fails if it is gone, or another one.
    pub fn open(record: &ClusterRecord) -> Result<Self, SiteError> {
        let gone = |error: ApiError| SiteError::Gone { name: record.name.clone(), reason: error.to_string() };
        let client = connect(record).map_err(gone)?;
        if server::cluster_uid(&client).map_err(gone)? != record.uid {
            return Err(SiteError::Other(record.name.clone()));
        }
        Ok(Self { record: record.clone(), client })
    }

    /// Makes a cluster of that name for the labs of a working folder.
    pub fn make(
        workspace: &Workspace,
        name: &str,
        wanted: &Wanted,
        progress: &mut dyn Progress,
        stop: &AtomicBool,
    ) -> Result<Self, SiteError> {
        let home = Home::new(&workspace.clusters(), name)?;
        let made = create::create(&home, wanted, progress, stop)?;
        let node = format!("{name}-control-plane");
        if let Err(error) = image::load(&home, &node, super::IMAGE, progress, stop) {
            progress.fail();
            // a cluster whose labs cannot start is none
            delete::delete(&home)?;
            return Err(error.into());
        }
        let record = ClusterRecord {
            name: made.name,
            kubeconfig: home.kubeconfig(),
            context: None,
            uid: String::new(),
            made: true,
            node,
            server: String::new(),
            version: String::new(),
        };
        Self::look(record)
    }

    /// The cluster of a context of the user's kubeconfig. One that is not kind's has to be confirmed.
    pub fn adopt(workspace: &Workspace, context: &str, assured: bool) -> Result<Self, SiteError> {
        let unusable = |reason: String| SiteError::Context { name: context.to_owned(), reason };
        let args = ["config", "view", "--context", context, "--minify", "--flatten", "--raw", "--output=yaml"];
        let output = Command::new("kubectl").args(args).stdin(Stdio::null()).output();
        let output = output.map_err(|error| unusable(format!("kubectl: {error}")))?;
        if !output.status.success() {
            return Err(unusable(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        workspace.write("adopted", &String::from_utf8_lossy(&output.stdout))?;
        let name = context.strip_prefix("kind-").unwrap_or(context).to_owned();
        let record = ClusterRecord {
            name,
            kubeconfig: workspace.folder().join("adopted"),
            context: Some(context.to_owned()),
            uid: String::new(),
            made: false,
            node: String::new(),
            server: String::new(),
            version: String::new(),
        };
        let client = connect(&record).map_err(|error| unusable(error.to_string()))?;
        let is_kind = context.starts_with("kind-")
            && nodes(&client)?.iter().all(|node| {
                node.pointer("/spec/providerID").and_then(Value::as_str).is_some_and(|id| id.starts_with("kind://"))
            });
        if !is_kind && !assured {
            return Err(SiteError::Real(context.to_owned()));
        }
        let node = if is_kind { format!("{}-control-plane", record.name) } else { String::new() };
        Self::look(ClusterRecord { node, ..record })
    }

    /// Asks a cluster who it is.
    fn look(mut record: ClusterRecord) -> Result<Self, SiteError> {
        let client = connect(&record)?;
        record.uid = server::cluster_uid(&client)?;
        record.version = server::server_version(&client)?;
        record.server = client.server();
        Ok(Self { record, client })
    }

    /// Writes the learner's kubeconfig: one context, whose namespace is this.
    pub fn write_kubeconfig(&self, workspace: &Workspace, namespace: &str) -> Result<Utf8PathBuf, SiteError> {
        let access = Access::open(&self.record.kubeconfig, self.record.context.as_deref())?;
        workspace.write("kubeconfig", &access.kubeconfig(CONTEXT, namespace)?)?;
        Ok(workspace.kubeconfig())
    }
}

fn connect(record: &ClusterRecord) -> Result<Client, ApiError> {
    let node = Some(record.node.clone()).filter(|node| !node.is_empty());
    Client::connect(&record.kubeconfig, record.context.as_deref(), node)
}

fn nodes(client: &Client) -> Result<Vec<Value>, SiteError> {
    let Some(nodes) = Resource::known(None, "Node") else { return Ok(Vec::new()) };
    match apply::list(client, &nodes, None, None) {
        Ok(nodes) => Ok(nodes),
        Err(apply::Failure::Api(error)) => Err(error.into()),
        Err(apply::Failure::Refused(_)) => Ok(Vec::new()),
    }
}

/// Deletes a cluster that was made for labs; another one stays.
pub fn remove(workspace: &Workspace, record: &ClusterRecord) -> Result<bool, SiteError> {
    if record.made {
        delete::delete(&Home::new(&workspace.clusters(), &record.name)?)?;
        // the folder of all, once it is empty
        let _ = fs::remove_dir(workspace.clusters());
    }
    Ok(record.made)
}
