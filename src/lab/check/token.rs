//! Tokens of service accounts: where they are, what they claim, and whether the API server takes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::cel::Expression;
use super::identity::{self, credentials};
use super::spots::{self, Spot, Which};
use super::text::short;
use crate::cluster::client::kubeconfig::{Access, Credentials};
use crate::cluster::client::{Ended, ExecReply, Method, Request};
use crate::lab::course::probe::{Token, TokenFrom};
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Where Kubernetes puts it.
const PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Looks once.
pub(super) fn judge(spec: &Token, scene: &Scene<'_>) -> Judged {
    attempt(spec, scene).unwrap_or_else(|judged| judged)
}

fn attempt(spec: &Token, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let from = &*spec.from;
    let given = [from.workload.is_some(), from.kubeconfig.is_some(), from.file.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(Judged::error("a token is in exactly one of workload, kubeconfig, file"));
    }
    if spec.absent {
        return absent(from, scene);
    }
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let tokens = tokens(from, scene)?;
    let one = |token: &String| examine(spec, token, expression.as_ref(), scene).unwrap_or_else(|judged| judged);
    Ok(spots::all(&tokens, one))
}

/// The tokens that are there: at least one.
fn tokens(from: &TokenFrom, scene: &Scene<'_>) -> Result<Vec<String>, Judged> {
    if let Some(file) = &from.file {
        return Ok(vec![identity::read(file, scene)?.trim().to_owned()]);
    }
    if let Some(file) = &from.kubeconfig {
        let token = of_kubeconfig(file, scene)?;
        return Ok(vec![token.ok_or_else(|| Judged::nothing(format!("{file} in your folder has no token")))?]);
    }
    let path = from.path.as_deref().unwrap_or(PATH);
    let read = |spot: &Spot| {
        let reply = spots::run_plain(scene, spot, &["cat", path])?;
        match reply {
            ExecReply::Ended(Ended { exit: 0, stdout, .. }) if !stdout.trim().is_empty() => {
                Ok(stdout.trim().to_owned())
            }
            ExecReply::Ended(ended) => {
                Err(Judged::nothing(format!("there is no token in {spot}: {}", short(&ended.stderr))))
            }
            ExecReply::Refused { message, .. } => {
                Err(Judged::nothing(format!("`cat` does not run in {spot}: {}", short(&message))))
            }
            ExecReply::TimedOut => Err(Judged::nothing(format!("`cat` does not end in {spot}"))),
        }
    };
    spots(from, Which::named(from.container.as_deref()), scene)?.iter().map(read).collect()
}

fn spots(from: &TokenFrom, which: Which<'_>, scene: &Scene<'_>) -> Result<Vec<Spot>, Judged> {
    let (Some(alias), Some(workload)) = (&from.ns, &from.workload) else {
        return Err(Judged::error("the workload needs its namespace"));
    };
    spots::of(scene, alias, workload, which)
}

fn of_kubeconfig(file: &str, scene: &Scene<'_>) -> Result<Option<String>, Judged> {
    identity::read(file, scene)?;
    match Access::open(&scene.folder.join(file), None).map_err(credentials)?.credentials {
        Credentials::Token(token) => Ok(Some(token)),
        Credentials::None | Credentials::Certificate { .. } => Ok(None),
    }
}

/// That there is none, neither where Kubernetes puts it nor where the check says.
fn absent(from: &TokenFrom, scene: &Scene<'_>) -> Result<Judged, Judged> {
    if let Some(file) = &from.file {
        let is_there = scene.folder.join(file).exists();
        let is = if is_there { "is still" } else { "is not" };
        return Ok(Judged::when(!is_there, format!("{file} {is} in your folder")));
    }
    if let Some(file) = &from.kubeconfig {
        let has = of_kubeconfig(file, scene)?.map_or("no", |_| "a");
        return Ok(Judged::when(has == "no", format!("{file} in your folder has {has} token")));
    }
    let path = from.path.as_deref().unwrap_or(PATH);
    let which = from.container.as_deref().map_or(Which::Each, Which::Named);
    let one = |spot: &Spot| {
        spots::control(scene, spot, &["true".to_owned()])?;
        Ok(match spots::run_plain(scene, spot, &["test", "-e", path])? {
            ExecReply::Ended(Ended { exit: 1, .. }) => Judged::pass("no container has a token"),
            ExecReply::Ended(Ended { exit: 0, .. }) => Judged::fail(format!("{spot} has a token at {path}")),
            reply => Judged::nothing(format!("whether {spot} has a token cannot be seen: {}", trouble(&reply))),
        })
    };
    let spots = spots(from, which, scene)?;
    Ok(spots::all(&spots, |spot| one(spot).unwrap_or_else(|judged: Judged| judged)))
}

fn trouble(reply: &ExecReply) -> String {
    match reply {
        ExecReply::Ended(ended) => format!("`test` ends with exit code {}", ended.exit),
        ExecReply::Refused { message, .. } => short(message),
        ExecReply::TimedOut => "`test` does not end".to_owned(),
    }
}

fn examine(spec: &Token, token: &str, cel: Option<&Expression>, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let Some(claims) = claims(token) else {
        return Ok(Judged::nothing("what is there is no token of a service account"));
    };
    let mut seen = Vec::new();
    // one that is refused may have been made for ever; one that is good for something may not
    if cel.is_some() || spec.accepted != Some(false) {
        let time = |claim: &str| claims.get(claim).and_then(Value::as_i64);
        let Some(expires) = time("exp") else {
            return Ok(Judged::fail("the token never expires: it is that of a Secret"));
        };
        let Some(issued) = time("iat") else {
            return Ok(Judged::fail("the token does not say when it was issued"));
        };
        let ttl = expires.saturating_sub(issued);
        seen.push(format!("it lives for {ttl} s"));
        if let Some(cel) = cel {
            let judged = cel.judge(&[("claims", &claims), ("ttl", &Value::from(ttl))]);
            if judged.verdict != crate::lab::verdict::Verdict::Pass {
                return Ok(judged);
            }
            seen.push(judged.observed);
        }
    }
    if let Some(wanted) = spec.accepted {
        let refusal = refusal(token, scene)?;
        let is_accepted = refusal.is_none();
        seen.push(match refusal {
            None => "the API server takes it".to_owned(),
            Some(reason) => format!("the API server does not take it: {}", short(&reason)),
        });
        if is_accepted != wanted {
            return Ok(Judged::fail(seen.pop().unwrap_or_default()));
        }
    }
    Ok(Judged::pass(seen.join(", ")))
}

/// What a token says of itself. Who has signed it is the API server's business.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok().filter(|_| parts.next().is_none())?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

/// Why the API server does not take a token; none if it does.
fn refusal(token: &str, scene: &Scene<'_>) -> Result<Option<String>, Judged> {
    let review = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token},
    });
    let path = "/apis/authentication.k8s.io/v1/tokenreviews";
    let response = scene.api.request(&Request::new(Method::Post, path).with(review))?;
    if !response.is_success() {
        return Err(Judged::error(format!("the API server does not review the token: {}", response.message())));
    }
    let review = response.json()?;
    if review.pointer("/status/authenticated").and_then(Value::as_bool) == Some(true) {
        return Ok(None);
    }
    let reason = review.pointer("/status/error").and_then(Value::as_str);
    Ok(Some(reason.unwrap_or("it is unknown").to_owned()))
}
