//! Joining a workshop: from a code to a kubeconfig, through the Kubernetes API alone, and from there to a working folder.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8Path;
use serde_json::{Value, json};

use super::access::{self, CONTEXT};
use super::codes::Code;
use super::error::WorkshopError;
use super::place;
use crate::client::apply;
use crate::client::kinds::Resource;
use crate::client::kubeconfig::{Access, Credentials, Login, UserContext};
use crate::client::{Api, Client, Identity, Method, Request, server};
use crate::k8s::object::Kind;
use crate::lab::adopted;
use crate::lab::course::Course;
use crate::lab::lab_cluster::LabCluster;
use crate::lab::run::RenderedLab;
use crate::lab::state::{ClusterRecord, RunRecord, State, StateError, Workspace};
use crate::yaml;

/// Who one is in a workshop.
pub struct Joined {
    /// The pseudonym.
    pub name: String,
    /// The way into the cluster.
    pub access: Access,
}

/// Takes the kubeconfig that a code opens. The code cannot be used again.
pub fn take(server: &str, code: &Code) -> Result<Joined, WorkshopError> {
    let authority = discover(server, code)?;
    let login = Access { server: server.to_owned(), authority, credentials: Credentials::Token(code.token()) };
    let client = Client::connect(&Login::Access(login), None)?;
    let path = format!("/api/v1/namespaces/kube-system/secrets/bootstrap-token-{}", code.id());
    let response = client.request(&Request::get(&path))?;
    if matches!(response.status, 401 | 403 | 404) {
        let used = "this code was used before, was withdrawn, or has ended: ask the instructor for another";
        return Err(WorkshopError::Other(used.to_owned()));
    }
    if !response.is_success() {
        return Err(WorkshopError::Refused(response.message()));
    }
    let secret = response.json()?;
    let data = |key: &str| {
        let text = secret.pointer(&format!("/data/{key}")).and_then(Value::as_str)?;
        String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
    };
    let (Some(text), Some(name)) = (data("kubeconfig"), data("attendee")) else {
        return Err(WorkshopError::Other("this code is not one of a workshop".to_owned()));
    };
    let access = Access { server: server.to_owned(), ..Access::read("the kubeconfig of the code", &text)? };
    // whoever deletes it has it; anybody else who has read it meanwhile is found out
    let options =
        json!({"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": secret.pointer("/metadata/uid")}});
    let deleted = client.request(&Request::new(Method::Delete, path).with(options))?;
    if !deleted.is_success() {
        let twice = "somebody else uses this code at the same time: tell the instructor, who can withdraw it";
        return Err(WorkshopError::Other(twice.to_owned()));
    }
    Ok(Joined { name, access })
}

/// The authority of a server that nobody knows yet, as kubeadm finds it: what the server says of itself counts if the code pins
/// it. Nothing secret is sent before that.
fn discover(server: &str, code: &Code) -> Result<String, WorkshopError> {
    let login = context(&json!({"server": server, "insecure-skip-tls-verify": true}), &json!({}))?;
    let client = Client::connect(&Login::User(Box::new(login)), None)?;
    let path = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
    let response = client.request(&Request::get(path).by(Identity::Anonymous))?;
    if !response.is_success() {
        let reason =
            "this cluster does not show its authority to strangers: the instructor has a kubeconfig for you instead";
        return Err(WorkshopError::Other(format!("{reason} ({})", response.status)));
    }
    let object = response.json()?;
    let text = object.pointer("/data/kubeconfig").and_then(Value::as_str).unwrap_or_default().to_owned();
    let stream = yaml::parse(&text);
    let root = stream.documents.first().and_then(yaml::Document::root).and_then(|root| root.to_json().ok());
    let pointer = "/clusters/0/cluster/certificate-authority-data";
    let authority = root.as_ref().and_then(|root| root.pointer(pointer)).and_then(Value::as_str).unwrap_or_default();
    if access::pem(authority).is_ok_and(|pem| code.is_of(&pem)) {
        return Ok(authority.to_owned());
    }
    let other = "the server that answers is not the one of this code: is it for another server, or does somebody stand in between?";
    Err(WorkshopError::Other(other.to_owned()))
}

fn context(cluster: &Value, user: &Value) -> Result<UserContext, WorkshopError> {
    let parts = json!({"cluster": {"name": CONTEXT, "cluster": cluster}, "user": {"name": CONTEXT, "user": user}});
    serde_json::from_value(parts).map_err(|error| WorkshopError::Other(error.to_string()))
}

/// A lab that a working folder has now.
pub struct Entered {
    /// The name of its folder.
    pub folder: String,
    pub title: String,
}

/// Makes a working folder that of an attendee: its labs are those that have begun for them.
pub fn enter(workspace: &Workspace, course: &Course, joined: &Joined) -> Result<Vec<Entered>, WorkshopError> {
    let token = match &joined.access.credentials {
        Credentials::Token(token) => json!({"token": token}),
        _ => return Err(WorkshopError::Other("the kubeconfig has no token".to_owned())),
    };
    let cluster = json!({"server": joined.access.server, "certificate-authority-data": joined.access.authority});
    let login = context(&cluster, &token)?;
    let client = Client::connect(&Login::Access(joined.access.clone()), None)?;
    let record = ClusterRecord {
        name: CONTEXT.to_owned(),
        context: Some(CONTEXT.to_owned()),
        uid: server::cluster_uid(&client)?,
        node: String::new(),
        server: joined.access.server.clone(),
        version: server::server_version(&client)?,
        seat: Some(joined.name.clone()),
    };
    let state_error = |error: StateError| WorkshopError::Other(error.to_string());
    let mut state = workspace.load().map_err(state_error)?;
    if let Some(other) = state.clusters.get(State::SHARED).filter(|other| other.uid != record.uid) {
        return Err(WorkshopError::Other(format!(
            "the labs here run on the cluster {}: `tightship lab down` ends them, or take another folder with --dir",
            other.name
        )));
    }
    adopted::keep(workspace, CONTEXT, &login).map_err(state_error)?;
    state.clusters.insert(State::SHARED.to_owned(), record.clone());
    workspace.save(&state).map_err(state_error)?;
    let site = LabCluster::open(workspace, &record)?;
    let mut entered = Vec::new();
    for (lab, run) in runs(&client, &joined.name)? {
        let Ok(entry) = course.find(&lab) else { continue };
        let names = run.names(&lab, &site.record, workspace);
        site.write_kubeconfig(workspace, &names)?;
        let folder = workspace.dir().join(&entry.folder);
        let rendered = RenderedLab::new(entry, names, &folder)?;
        if !folder.exists() {
            rendered.write_start()?;
        }
        state.current.get_or_insert_with(|| lab.clone());
        let known = state.lab(&lab);
        known.started.get_or_insert_with(|| jiff::Timestamp::now().to_string());
        known.run = Some(run);
        entered.push(Entered { folder: entry.folder.clone(), title: entry.lab.title.clone() });
    }
    workspace.save(&state).map_err(state_error)?;
    entered.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(entered)
}

/// The runs of labs that have begun for an attendee, by the id of the lab.
fn runs(api: &dyn Api, name: &str) -> Result<Vec<(String, RunRecord)>, WorkshopError> {
    let Some(maps) = Resource::of(Kind::ConfigMap) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for object in apply::list(api, &maps, Some(&place::home(name)), None)? {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let lab = text("/metadata/name").and_then(|name| name.strip_prefix(&place::run_map("")).map(str::to_owned));
        let run = text("/data/run").and_then(|text| serde_json::from_str(text).ok());
        found.extend(lab.zip(run));
    }
    Ok(found)
}

/// The way that a working folder has into a workshop already.
pub fn known(workspace: &Workspace) -> Result<Joined, WorkshopError> {
    let other = |error: StateError| WorkshopError::Other(error.to_string());
    let state = workspace.load().map_err(other)?;
    let seat = state.clusters.get(State::SHARED).and_then(|record| record.seat.clone());
    let login = adopted::find(workspace, CONTEXT).map_err(other)?;
    let (Some(name), Some(login)) = (seat, login) else {
        let none = "this folder is in no workshop: `tightship workshop join SERVER CODE`, as the card says";
        return Err(WorkshopError::Other(none.to_owned()));
    };
    let text = Login::User(Box::new(login)).kubeconfig(CONTEXT, "default");
    Ok(Joined { name, access: Access::read("the kubeconfig of this folder", &text)? })
}

/// The kubeconfig of an attendee, from a file that the instructor has handed out.
pub fn from_file(path: &Utf8Path) -> Result<Joined, WorkshopError> {
    let access = Access::open(path, crate::client::kubeconfig::Files::None)?;
    let client = Client::connect(&Login::Access(access.clone()), None)?;
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let response = client
        .request(&Request::new(Method::Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews").with(review))?;
    let object = response.json()?;
    let user = object.pointer("/status/userInfo/username").and_then(Value::as_str).unwrap_or_default();
    let name = place::pseudonym(user)
        .ok_or_else(|| WorkshopError::Other(format!("{path} is not the kubeconfig of an attendee")))?;
    Ok(Joined { name: name.to_owned(), access })
}
