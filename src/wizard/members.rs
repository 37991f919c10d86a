//! The members of an answer: who may connect, and Secrets with their folders.

use serde::Serialize;

use crate::spec::values::{AppName, Leaf, MountPath, ObjectName, SpaceName};

/// A peer as an answer names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Peer {
    space: Option<String>,
    app: Option<String>,
    internet: bool,
    port: Option<i64>,
}

impl Peer {
    /// The space that it names, and the app.
    pub(super) fn place(&self) -> (Option<String>, Option<String>) {
        (self.space.clone(), self.app.clone())
    }
}

/// The members of an answer with commas.
pub(super) fn members(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|member| !member.is_empty())
}

/// `app` or `space/app`.
pub(super) fn app_peer(text: &str) -> Result<Peer, String> {
    let (space, app) = text.split_once('/').map_or((None, text), |(space, app)| (Some(space), app));
    if let Some(space) = space {
        SpaceName::read(space).map_err(|refusal| refusal.to_string())?;
    }
    AppName::read(app).map_err(|refusal| refusal.to_string())?;
    Ok(Peer { space: space.map(str::to_owned), app: Some(app.to_owned()), internet: false, port: None })
}

/// `app:port`, `space/app:port` or `internet:port`.
pub(super) fn called_peer(text: &str) -> Result<Peer, String> {
    let (who, port) = text.rsplit_once(':').ok_or("has no port: expected `app:port`")?;
    let port = port.parse::<u16>().ok().filter(|port| *port > 0).ok_or("has no port from 1 to 65535")?;
    let peer =
        if who == "internet" { Peer { space: None, app: None, internet: true, port: None } } else { app_peer(who)? };
    Ok(Peer { port: Some(port.into()), ..peer })
}

/// `name=folder`.
pub(super) fn secret(text: &str) -> Result<(String, String), String> {
    let (name, path) = text.split_once('=').ok_or("has no folder: expected `name=/run/secrets/name`")?;
    ObjectName::read(name).map_err(|refusal| refusal.to_string())?;
    MountPath::read(path).map_err(|refusal| refusal.to_string())?;
    Ok((name.to_owned(), path.to_owned()))
}
