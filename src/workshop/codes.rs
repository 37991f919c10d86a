//! One-time codes: what is on a card, and the Secret in the cluster that it opens.
//!
//! A code is a bootstrap token of Kubernetes and the beginning of a hash of the cluster's authority. The Secret of the token also
//! holds the kubeconfig, and the token opens nothing but that Secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::error::WorkshopError;
use super::place::{ATTENDEE, WORKSHOP};
use super::roster;
use crate::client::apply::{self, Place};
use crate::client::kinds::Resource;
use crate::client::{Api, Identity, Request};
use crate::file;
use crate::k8s::object::Kind;

/// What codes are written with: nothing that looks like something else.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// What bootstrap tokens are written with.
const TOKEN: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Letters of a code that are secret: 80 bits.
const SECRET: usize = 16;
/// Letters of a code that pin the authority: 60 bits.
const PIN: usize = 12;
/// The file in the folder of a workshop that has the codes.
const FILE: &str = "codes.json";
/// How long the API server may take to know a new token.
const KNOWN: Duration = Duration::from_secs(8);
/// Where bootstrap tokens are.
const SYSTEM: &str = "kube-system";

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    secret: String,
    pin: String,
}

/// A code that was handed out, as the instructor's folder has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The code, as it is printed.
    pub code: String,
    /// The URL of the API server.
    pub server: String,
    /// When the code ends, in UTC.
    pub ends: String,
}

impl Code {
    /// A new code for a cluster with this authority: PEM.
    pub fn new(authority: &str) -> Result<Self, WorkshopError> {
        let mut bytes = [0; SECRET];
        getrandom::fill(&mut bytes).map_err(|error| WorkshopError::Other(error.to_string()))?;
        Ok(Self { secret: letters(&bytes), pin: pin(authority)? })
    }

    /// Reads a code as somebody types it.
    pub fn parse(text: &str) -> Result<Self, WorkshopError> {
        let plain =
            text.chars().filter(|letter| !matches!(letter, '-' | ' ')).map(|letter| letter.to_ascii_lowercase());
        let plain: String = plain.collect();
        let odd = plain.chars().find(|letter| !u8::try_from(*letter).is_ok_and(|byte| LETTERS.contains(&byte)));
        if let Some(odd) = odd {
            return Err(WorkshopError::Other(format!(
                "no code has the letter {odd:?}: there is no l, o, 0 and 1 in one"
            )));
        }
        match plain.split_at_checked(SECRET) {
            Some((secret, pin)) if pin.len() == PIN => Ok(Self { secret: secret.to_owned(), pin: pin.to_owned() }),
            _ => Err(WorkshopError::Other(format!(
                "a code has {} letters, in groups of four, and this has {}",
                SECRET + PIN,
                plain.len()
            ))),
        }
    }

    /// The code in groups of four.
    pub fn shown(&self) -> String {
        let all: Vec<char> = self.secret.chars().chain(self.pin.chars()).collect();
        all.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-").to_uppercase()
    }

    /// What is written down of it.
    pub fn hash(&self) -> String {
        Sha256::digest(self.secret.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            // writing to a String does not fail
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Whether it is for a cluster with this authority: PEM.
    pub fn is_of(&self, authority: &str) -> bool {
        pin(authority).is_ok_and(|pin| pin == self.pin)
    }

    /// The id of its bootstrap token.
    pub fn id(&self) -> String {
        derived("id", &self.secret).chars().take(6).collect()
    }

    /// Its bootstrap token.
    pub fn token(&self) -> String {
        let secret: String = derived("secret", &self.secret).chars().take(16).collect();
        format!("{}.{secret}", self.id())
    }

    /// Makes the Secret that it opens, with the right to take it, once.
    pub fn publish(
        &self,
        api: &dyn Api,
        workshop: &str,
        name: &str,
        kubeconfig: &str,
        ends: &str,
    ) -> Result<(), WorkshopError> {
        let (id, token) = (self.id(), self.token());
        let secret = format!("bootstrap-token-{id}");
        let labels = json!({WORKSHOP: workshop, ATTENDEE: name});
        let rbac = "rbac.authorization.k8s.io";
        let own = format!("{}-{id}", super::guard::PREFIX);
        let metadata = |name: &str| json!({"name": name, "namespace": SYSTEM, "labels": labels});
        for object in [
            json!({
                "apiVersion": "v1", "kind": "Secret", "type": "bootstrap.kubernetes.io/token", "metadata": metadata(&secret),
                "stringData": {
                    "token-id": id, "token-secret": token.split('.').nth(1), "expiration": ends, "usage-bootstrap-authentication": "true",
                    "attendee": name, "kubeconfig": kubeconfig,
                },
            }),
            json!({
                "apiVersion": format!("{rbac}/v1"), "kind": "Role", "metadata": metadata(&own),
                "rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": [secret], "verbs": ["get", "delete"]}],
            }),
            json!({
                "apiVersion": format!("{rbac}/v1"), "kind": "RoleBinding", "metadata": metadata(&own),
                "roleRef": {"apiGroup": rbac, "kind": "Role", "name": own},
                "subjects": [{"apiGroup": rbac, "kind": "User", "name": format!("system:bootstrap:{id}")}],
            }),
        ] {
            apply::apply(api, &object, None)?;
        }
        Ok(())
    }
}

/// Takes the codes of an attendee back, used or not.
pub fn withdraw(api: &dyn Api, workshop: &str, name: &str) -> Result<(), WorkshopError> {
    let selector = format!("{WORKSHOP}={workshop},{ATTENDEE}={name}");
    for resource in [Kind::Secret, Kind::RoleBinding, Kind::Role].into_iter().filter_map(Resource::of) {
        for object in apply::list(api, &resource, Some(SYSTEM), Some(&selector))? {
            let Some(name) = object.pointer("/metadata/name").and_then(Value::as_str) else { continue };
            let place = Place { resource: resource.clone(), namespace: Some(SYSTEM.to_owned()), name: name.to_owned() };
            apply::delete(api, &place)?;
        }
    }
    Ok(())
}

/// The attendees whose codes were not used yet.
pub fn open(api: &dyn Api, workshop: &str) -> Result<BTreeSet<String>, WorkshopError> {
    let Some(secrets) = Resource::of(Kind::Secret) else { return Ok(BTreeSet::new()) };
    let found = apply::list(api, &secrets, Some(SYSTEM), Some(&format!("{WORKSHOP}={workshop}")))?;
    let labels = found.iter().filter_map(|secret| secret.pointer("/metadata/labels")?.get(ATTENDEE)?.as_str());
    Ok(labels.map(str::to_owned).collect())
}

/// Whether the API server takes bootstrap tokens, and shows its authority to strangers, as `join` needs it.
pub fn can_join(api: &dyn Api, code: &Code) -> Result<bool, WorkshopError> {
    let path = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
    let shown = api.request(&Request::get(path).by(Identity::Anonymous))?;
    let secret = format!("/api/v1/namespaces/{SYSTEM}/secrets/bootstrap-token-{}", code.id());
    let end = Instant::now() + KNOWN;
    loop {
        let taken = api.request(&Request::get(&secret).by(Identity::Token(code.token())))?;
        if taken.is_success() || Instant::now() >= end {
            return Ok(shown.is_success() && taken.is_success());
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// The codes in the folder of a workshop, by pseudonym.
pub fn load(dir: &Utf8Path) -> Result<BTreeMap<String, Card>, WorkshopError> {
    let path = dir.join(FILE);
    let broken = |reason: String| WorkshopError::Other(format!("{path}: {reason}"));
    if !file::own_file(&path, dir).map_err(|error| WorkshopError::Other(error.to_string()))? {
        return Ok(BTreeMap::new());
    }
    let text = file::read_text(&path, 1 << 20).map_err(|error| broken(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| broken(format!("line {}, column {}", error.line(), error.column())))
}

/// Writes them down, for the instructor alone.
pub fn save(dir: &Utf8Path, cards: &BTreeMap<String, Card>) -> Result<(), WorkshopError> {
    let text = serde_json::to_string_pretty(cards).map_err(|error| WorkshopError::Other(error.to_string()))?;
    Ok(roster::write(dir, FILE, &format!("{text}\n"))?)
}

/// Deletes the file with the codes.
pub fn forget(dir: &Utf8Path) {
    // there may be none
    let _ = std::fs::remove_file(dir.join(FILE));
}

/// One letter for each byte: five bits of it.
fn letters(bytes: &[u8]) -> String {
    bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Characters of bootstrap tokens that follow from a secret.
fn derived(what: &str, secret: &str) -> String {
    let digest = Sha256::digest(format!("tightship workshop {what} {secret}"));
    digest
        .iter()
        .filter_map(|byte| TOKEN.get(usize::from(*byte) % TOKEN.len()))
        .map(|letter| char::from(*letter))
        .collect()
}

/// The beginning of a hash of the first certificate of a PEM.
fn pin(authority: &str) -> Result<String, WorkshopError> {
    let body = authority.split_once("-----BEGIN CERTIFICATE-----").and_then(|(_, rest)| rest.split_once("-----END"));
    let text: String = body.map(|(body, _)| body.split_whitespace().collect()).unwrap_or_default();
    let der = BASE64_STANDARD.decode(text).ok().filter(|der| !der.is_empty());
    let der = der.ok_or_else(|| WorkshopError::Other("the cluster's authority is no certificate in PEM".to_owned()))?;
    Ok(letters(Sha256::digest(der).get(..PIN).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::Code;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nQ0VS\nVA==\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_code_is_read_as_it_is_printed_and_pins_the_authority() {
        let code = Code::new(PEM).unwrap();
        let shown = code.shown();
        assert_eq!((shown.len(), shown.split('-').count()), (34, 7));
        assert_eq!(Code::parse(&shown.to_lowercase().replace('-', " ")).unwrap(), code);
        assert!(code.is_of(PEM) && !code.is_of(&PEM.replace("Q0VS", "Q0VT")));
        assert_ne!(Code::new(PEM).unwrap(), code);
        let token = code.token();
        let (id, secret) = token.split_once('.').unwrap();
        assert_eq!((id.len(), secret.len(), id), (6, 16, code.id().as_str()));
        assert!(!shown.to_lowercase().contains(secret));
    }

    #[test]
    fn what_is_no_code_says_why() {
        for (text, said) in
            [("ABCD-EFGH", "a code has 28 letters, in groups of four, and this has 8"), ("AB1D", "the letter '1'")]
        {
            let error = Code::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(Code::new("nothing").is_err());
    }
}
