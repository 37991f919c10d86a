//! Clusters for labs that need one of their own: each is lent to one run at a time, put back as it was, and lent again. All
//! are deleted at the end, also when the program is interrupted or killed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use camino::Utf8PathBuf;

use super::live::{Ground, Grounds};
use crate::client::{Api, ApiError, Ended, Exec, ExecReply, Request, Response};
use crate::cluster::create::{Borrowed, Custom};
use crate::cluster::{ClusterError, Progress};
use crate::lab::check_context::Names;
use crate::lab::course::Entry;
use crate::lab::lab_cluster::{self, LabCluster, SiteError};
use crate::lab::node::pristine;
use crate::lab::run::RunError;

pub struct Pool<'p> {
    root: Utf8PathBuf,
    image: Option<String>,
    stop: &'p AtomicBool,
    idle: Mutex<Vec<Own>>,
}

/// A cluster, and what is different from what others have.
struct Own {
    custom: Custom,
    site: LabCluster,
    cluster: Borrowed,
}

impl<'p> Pool<'p> {
    /// No cluster yet; they are made from this image, with their files in the folder for temporary ones.
    pub fn new(image: Option<String>, stop: &'p AtomicBool) -> Result<Self, RunError> {
        let image = image.filter(|image| !image.is_empty());
        if image.is_none() {
            return Err(unmade(&ClusterError::NoImage.into()));
        }
        let root = temporary()?;
        Ok(Self { root, image, stop, idle: Mutex::default() })
    }

    /// A cluster for a lab, as new: one that is idle, or one that is made.
    fn take(&self, entry: &Entry) -> Result<Own, RunError> {
        let wanted =
            lab_cluster::wanted(entry, self.image.as_deref()).map_err(|faults| RunError::Course(faults.to_string()))?;
        let custom = wanted.custom.clone().unwrap_or_default();
        while let Some(own) = self.idle(|own| own.custom == custom) {
            let api = Stoppable { api: &own.site.client, stop: self.stop };
            if pristine::prepare(&api, &own.site.record.node, &mut |_| {}).is_ok() {
                return Ok(own);
            }
            own.cluster.delete();
        }
        // one that is idle and has another form makes room
        drop(self.idle(|_| true));
        let unnamed = |_| RunError::Course("there are no random numbers".to_owned());
        let name = format!("tightship-lint-{}", Names::for_run(&entry.lab).map_err(unnamed)?.run);
        let (site, cluster) =
            LabCluster::borrow(&self.root, &name, &wanted, &mut Silent, self.stop).map_err(|error| unmade(&error))?;
        Ok(Own { custom, site, cluster })
    }

    fn idle(&self, is_wanted: impl Fn(&Own) -> bool) -> Option<Own> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let at = idle.iter().position(is_wanted)?;
        Some(idle.swap_remove(at))
    }
}

/// The folder for what is temporary.
pub fn temporary() -> Result<Utf8PathBuf, RunError> {
    Utf8PathBuf::from_path_buf(std::env::temp_dir())
        .map_err(|_| RunError::Course("the folder for temporary files is not UTF-8".to_owned()))
}

fn unmade(error: &SiteError) -> RunError {
    if matches!(error, SiteError::Cluster(error) if error.is_interrupt()) {
        return RunError::Interrupted;
    }
    RunError::Step { step: "a cluster for the lab".to_owned(), reason: error.to_string() }
}

impl Grounds for Pool<'_> {
    fn lend(&self, entry: &Entry, act: &mut dyn FnMut(&Ground<'_>) -> bool) -> Result<(), RunError> {
        let own = self.take(entry)?;
        let api = Stoppable { api: &own.site.client, stop: self.stop };
        let ground =
            Ground { api: &api, login: own.site.login(), record: &own.site.record, folder: own.cluster.folder() };
        if act(&ground) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(own);
        } else {
            own.cluster.delete();
        }
        Ok(())
    }
}

/// A cluster that answers no more once the user has interrupted: what is done on it ends soon, and nothing on it has to be
/// cleaned up.
pub struct Stoppable<'s> {
    /// The way to it.
    pub api: &'s dyn Api,
    /// Whether the user has.
    pub stop: &'s AtomicBool,
}

impl Stoppable<'_> {
    fn go_on(&self) -> Result<(), ApiError> {
        if self.stop.load(Ordering::SeqCst) { Err(ApiError::Unreachable("interrupted".to_owned())) } else { Ok(()) }
    }
}

impl Api for Stoppable<'_> {
    fn request(&self, request: &Request) -> Result<Response, ApiError> {
        self.go_on()?;
        self.api.request(request)
    }

    fn request_all(&self, requests: &[Request]) -> Vec<Result<Response, ApiError>> {
        match self.go_on() {
            Ok(()) => self.api.request_all(requests),
            Err(error) => requests.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    fn exec(&self, exec: &Exec) -> Result<ExecReply, ApiError> {
        self.go_on()?;
        self.api.exec(exec)
    }

    fn node(&self, argv: &[&str], input: &[u8]) -> Result<Ended, ApiError> {
        self.go_on()?;
        self.api.node(argv, input)
    }
}

/// Several are made at once: their steps would only confuse.
struct Silent;

impl Progress for Silent {
    fn step(&mut self, _: &str) {}

    fn fail(&mut self) {}
}
