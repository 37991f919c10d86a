//! Tokens of service accounts: where they are, what they claim, and whether the API server takes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::cel::Expression;
use super::identity::{self, credentials};
use super::spots::{self, Spot, Which};
use super::text::{cause, short};
use crate::cluster::client::kubeconfig::{Access, Credentials};
use crate::cluster::client::{Ended, ExecReply, Method, Request};
use crate::lab::course::probe::{Token, TokenFrom};
use crate::lab::scene::Scene;
use crate::lab::verdict::{Judged, Verdict};

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
pub(super) fn tokens(from: &TokenFrom, scene: &Scene<'_>) -> Result<Vec<String>, Judged> {
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
                Err(Judged::nothing(format!("`cat` does not run in {spot}: {}", cause(&message))))
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
        ExecReply::Refused { message, .. } => cause(message),
        ExecReply::TimedOut => "`test` does not end".to_owned(),
    }
}

fn examine(spec: &Token, token: &str, cel: Option<&Expression>, scene: &Scene<'_>) -> Result<Judged, Judged> {
    let Some(claims) = claims(token) else {
        return Ok(Judged::nothing("what is there is no token of a service account"));
    };
    let mut seen = Vec::new();
    let time = |claim: &str| claims.get(claim).and_then(Value::as_i64);
    let ttl = time("exp").zip(time("iat")).map(|(expires, issued)| expires.saturating_sub(issued));
    // one that is refused may have been made for ever; one that is good for something may not
    if cel.is_some() || spec.accepted != Some(false) {
        if spec.accepted != Some(false) && time("exp").is_none() {
            return Ok(Judged::fail("the token never expires: it is that of a Secret"));
        }
        if spec.accepted != Some(false) && ttl.is_none() {
            return Ok(Judged::fail("the token does not say when it was issued"));
        }
        seen.extend(ttl.map(|ttl| format!("it lives for {ttl} s")));
        if let Some(judged) = cel.map(|cel| cel.judge(&[("claims", &claims), ("ttl", &Value::from(ttl))]))
            && judged.verdict != Verdict::Pass
        {
            seen.push(judged.observed);
            return Ok(Judged { observed: seen.join(": "), nothing: judged.nothing, verdict: judged.verdict });
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

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use serde_json::{Value, json};

    use super::{PATH, URL_SAFE_NO_PAD};
    use crate::cluster::client::{ExecReply, Method};
    use crate::lab::check::page::{ended, page, pod, refused};
    use crate::lab::check::recorded::{Recorded, Stage};
    use crate::lab::verdict::{Judged, Verdict};

    const IN_POD: &str = "token: {from: {ns: shop, workload: deployment/page}, cel: ttl <= 3607}";
    const NO_POD: &str = "token: {from: {ns: shop, workload: deployment/page}, absent: true}";

    fn jwt(claims: &Value) -> String {
        format!("eyJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    fn hour() -> String {
        jwt(&json!({"iat": 1000, "exp": 4600, "sub": "system:serviceaccount:a:b"}))
    }

    fn forever() -> String {
        jwt(&json!({"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:a:b"}))
    }

    fn review(status: &Value) -> Recorded {
        let path = "/apis/authentication.k8s.io/v1/tokenreviews";
        Recorded::new().reply(Method::Post, path, 201, json!({"status": status}))
    }

    fn file(api: &Recorded, text: &str, rest: &str) -> Judged {
        let stage = Stage::new();
        stage.put("bot.token", text);
        stage.judge(api, &format!("token: {{from: {{file: bot.token}}, {rest}}}"))
    }

    #[test]
    fn the_token_of_every_pod_is_looked_at() {
        let api = page(&[pod("page-a", &["page"]), pod("page-b", &["page"])]);
        let api = api.runs(&["cat", PATH], ExecReply::Ended(ended(0, &hour(), "")));
        assert_eq!(Stage::new().judge(&api, IN_POD).verdict, Verdict::Pass);
        let longer = Stage::new().judge(&api, &IN_POD.replace("3607", "600"));
        assert_eq!(longer, Judged::fail("it lives for 3600 s: `ttl <= 600` does not hold"));
        let none = page(&[pod("page-a", &["page"])])
            .runs(&["cat", PATH], ExecReply::Ended(ended(1, "", "cat: can't open it: No such file or directory")));
        let observed =
            "there is no token in container page of pod page-a: cat: can't open it: No such file or directory";
        assert_eq!(Stage::new().judge(&none, IN_POD), Judged::nothing(observed));
        assert_eq!(Stage::new().judge(&page(&[]), IN_POD), Judged::nothing("Deployment page has no pod"));
        assert_eq!(Stage::new().judge(&Recorded::down(), IN_POD).verdict, Verdict::Error);
    }

    #[test]
    fn a_token_is_absent_if_no_container_has_it() {
        let api = || page(&[pod("page-a", &["page", "log"])]).alive();
        let test =
            |api: Recorded, container, exit| api.ends("page-a", container, &["test", "-e", PATH], ended(exit, "", ""));
        let none = test(test(api(), "page", 1), "log", 1);
        assert_eq!(Stage::new().judge(&none, NO_POD), Judged::pass("no container has a token"));
        let one = test(test(api(), "page", 1), "log", 0);
        let observed = format!("container log of pod page-a has a token at {PATH}");
        assert_eq!(Stage::new().judge(&one, NO_POD), Judged::fail(observed));
        let dead = page(&[pod("page-a", &["page"])]).runs(&["true"], refused(500, "no shell"));
        let observed = "`true` does not run in container page of pod page-a: no shell";
        assert_eq!(Stage::new().judge(&dead, NO_POD), Judged::nothing(observed));
        let strange = test(api(), "log", 1).runs(&["test", "-e", PATH], refused(500, "no test"));
        assert_eq!(Stage::new().judge(&strange, NO_POD).verdict, Verdict::Fail);
        assert_eq!(Stage::new().judge(&page(&[]), NO_POD), Judged::nothing("Deployment page has no pod"));
    }

    #[test]
    fn a_token_for_ever_is_wrong_whatever_is_asked() {
        let observed = "the token never expires: it is that of a Secret";
        for rest in ["cel: ttl <= 3600", "cel: 'true', accepted: true", "accepted: true"] {
            assert_eq!(file(&Recorded::new(), &forever(), rest), Judged::fail(observed));
        }
        let revoked = file(&review(&json!({"error": "token has been invalidated"})), &forever(), "accepted: false");
        assert_eq!(revoked, Judged::pass("the API server does not take it: token has been invalidated"));
    }

    #[test]
    fn the_api_server_says_whether_it_takes_it() {
        let good = review(&json!({"authenticated": true}));
        let observed = "it lives for 3600 s, the API server takes it";
        assert_eq!(file(&good, &hour(), "accepted: true"), Judged::pass(observed));
        assert_eq!(file(&good, &hour(), "accepted: false"), Judged::fail("the API server takes it"));
        let bad = file(&review(&json!({})), &hour(), "accepted: true");
        assert_eq!(bad, Judged::fail("the API server does not take it: it is unknown"));
        assert_eq!(file(&Recorded::down(), &hour(), "accepted: false").verdict, Verdict::Error);
    }

    #[test]
    fn what_is_no_token_proves_nothing() {
        for text in ["hello", "a.b.c", "a.b.c.d"] {
            let judged = file(&Recorded::new(), text, "accepted: false");
            assert_eq!(judged, Judged::nothing("what is there is no token of a service account"));
        }
        assert_eq!(
            file(&Recorded::new(), " ", "accepted: false"),
            Judged::nothing("bot.token in your folder is empty")
        );
        assert_eq!(file(&Recorded::new(), &hour(), "absent: true"), Judged::fail("bot.token is still in your folder"));
    }

    #[test]
    fn a_kubeconfig_has_it_or_says_where_it_is() {
        let stage = Stage::new();
        stage.put("secret", &hour());
        let of = |user: &str| {
            let rest = "current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], \
                        clusters: [{name: a, cluster: {server: 'https://127.0.0.1:6443'}}]";
            stage.put("bot.kubeconfig", &format!("{{{rest}, users: [{{name: a, user: {user}}}]}}"));
            stage.judge(&Recorded::new(), "token: {from: {kubeconfig: bot.kubeconfig}, cel: ttl == 3600}")
        };
        assert_eq!(of(&format!("{{token: {}}}", hour())).verdict, Verdict::Pass);
        assert_eq!(of("{tokenFile: secret}").verdict, Verdict::Pass);
        assert_eq!(of("{}"), Judged::nothing("bot.kubeconfig in your folder has no token"));
        let program = of("{exec: {command: login}}");
        assert!(program.verdict == Verdict::Fail && program.observed.contains("needs a program"), "{program:?}");
    }
}
