//! Tokens of service accounts: where they are, what they claim, and whether the API server takes them.

use serde_json::{Value, json};

use super::cel::Expression;
use super::folder;
use super::objects::{self, items, text};
use super::pods;
use super::targets::{self, ContainerRef, Which};
use super::text::{cause, short};
use super::token_places::{Holder, claims};
use crate::client::kubeconfig::Credentials;
use crate::client::{Ended, ExecReply, Method, Request};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::{Token, TokenFrom, TokenPlace};
use crate::lab::verdict::{CheckResult, Verdict};

/// Looks once.
pub(super) fn evaluate(spec: &Token, context: &CheckContext<'_>) -> CheckResult {
    attempt(spec, context).unwrap_or_else(|result| result)
}

fn attempt(spec: &Token, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    if spec.absent {
        return absent(&spec.from, context);
    }
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let tokens = tokens(&spec.from, context)?;
    let one = |token: &String| examine(spec, token, expression.as_ref(), context).unwrap_or_else(|result| result);
    Ok(targets::all(&tokens, one))
}

/// The tokens that are there: at least one.
fn tokens(from: &TokenFrom, context: &CheckContext<'_>) -> Result<Vec<String>, CheckResult> {
    match from {
        TokenFrom::Workload(workload, place) => of_workload(workload, place, context),
        TokenFrom::Kubeconfig(file) => {
            let token = of_kubeconfig(file, context)?;
            Ok(vec![token.ok_or_else(|| CheckResult::nothing(format!("{file} in your folder has no token")))?])
        }
        TokenFrom::File(file) => Ok(vec![folder::read(file, context)?.trim().to_owned()]),
    }
}

/// The tokens of the pods of a workload: at least one.
pub(super) fn of_workload(
    workload: &str,
    place: &TokenPlace,
    context: &CheckContext<'_>,
) -> Result<Vec<String>, CheckResult> {
    let path = place.path.as_str();
    let read = |container: &ContainerRef| {
        let reply = targets::run_plain(context, container, &["cat", path])?;
        match reply {
            ExecReply::Ended(Ended { exit: 0, stdout, .. }) if !stdout.trim().is_empty() => {
                Ok(stdout.trim().to_owned())
            }
            ExecReply::Ended(ended) => {
                Err(CheckResult::nothing(format!("there is no token in {container}: {}", short(&ended.stderr))))
            }
            ExecReply::Refused { message, .. } => {
                Err(CheckResult::nothing(format!("`cat` does not run in {container}: {}", cause(&message))))
            }
            ExecReply::TimedOut => Err(CheckResult::nothing(format!("`cat` does not end in {container}"))),
        }
    };
    let containers = targets::of(context, &place.ns, workload, Which::named(place.container.as_deref()))?;
    containers.iter().map(read).collect()
}

fn of_kubeconfig(file: &str, context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    match folder::kubeconfig(file, context)? {
        Credentials::Token(token) => Ok(Some(token)),
        Credentials::None | Credentials::Certificate { .. } => Ok(None),
    }
}

/// That there is none, neither where Kubernetes puts it nor where the check says.
fn absent(from: &TokenFrom, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    match from {
        TokenFrom::Workload(workload, place) => absent_from_workload(workload, place, context),
        TokenFrom::Kubeconfig(file) => {
            let has = of_kubeconfig(file, context)?.map_or("no", |_| "a");
            Ok(CheckResult::when(has == "no", format!("{file} in your folder has {has} token")))
        }
        TokenFrom::File(file) => {
            let is_there = folder::path(file, context)?.exists();
            let is = if is_there { "is still" } else { "is not" };
            Ok(CheckResult::when(!is_there, format!("{file} {is} in your folder")))
        }
    }
}

fn absent_from_workload(
    workload: &str,
    place: &TokenPlace,
    context: &CheckContext<'_>,
) -> Result<CheckResult, CheckResult> {
    let path = place.path.as_str();
    let which = place.container.as_deref().map_or(Which::Each, Which::Named);
    let one = |container: &ContainerRef| {
        targets::control(context, container, &["true".to_owned()])?;
        Ok(match targets::run_plain(context, container, &["test", "-e", path])? {
            ExecReply::Ended(Ended { exit: 1, .. }) => CheckResult::pass("no container has a token"),
            ExecReply::Ended(Ended { exit: 0, .. }) => CheckResult::fail(format!("{container} has a token at {path}")),
            reply => {
                CheckResult::nothing(format!("whether {container} has a token cannot be seen: {}", trouble(&reply)))
            }
        })
    };
    let containers = targets::of(context, &place.ns, workload, which)?;
    let pods = pods::current(context, &place.ns, workload)?;
    for pod in &pods {
        let mut own = containers.iter().filter(|container| container.pod == text(pod, "/metadata/name"));
        if let Some(found) = own.find_map(|container| elsewhere(pod, container, context).transpose()) {
            return Ok(CheckResult::fail(found?));
        }
    }
    let now = targets::all(&containers, |container| one(container).unwrap_or_else(|result: CheckResult| result));
    let next = if now.verdict == Verdict::Pass { in_next_pod(workload, place, context)? } else { None };
    Ok(next.map_or(now, CheckResult::fail))
}

/// What a container of a running pod has.
fn elsewhere(pod: &Value, container: &ContainerRef, context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    let Some(spec) = containers(pod).find(|spec| text(spec, "/name") == container.container) else { return Ok(None) };
    let holder = Holder { shown: container.to_string(), namespace: &container.namespace, context };
    holder.has(pod, spec)
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["/spec/containers", "/spec/initContainers"].into_iter().flat_map(|at| items(pod, at))
}

/// A token that the next pod of a workload would get, in containers that have ended too. What runs may be older than what
/// its account says now.
fn in_next_pod(workload: &str, place: &TokenPlace, context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    let object = pods::object(context, &place.ns, &pods::workload(workload)?)?;
    let Some(spec) = object.pointer("/spec/template/spec") else { return Ok(None) };
    let metadata = object.pointer("/spec/template/metadata").cloned().unwrap_or_else(|| json!({}));
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
    if let Some(metadata) = pod.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("generateName".to_owned(), "next-".into());
    }
    let namespace = objects::namespace(context, &place.ns)?;
    let path = format!("/api/v1/namespaces/{namespace}/pods?dryRun=All");
    let response = context.api.request(&Request::new(Method::Post, path).with(pod))?;
    // a quota may have no room for one more
    if !response.is_success() {
        return Ok(None);
    }
    let pod = response.json()?;
    for spec in
        containers(&pod).filter(|spec| place.container.as_deref().is_none_or(|name| text(spec, "/name") == name))
    {
        let shown =
            format!("container {} of the pod that {} would make next", text(spec, "/name"), objects::call(&object));
        if let Some(found) = (Holder { shown, namespace, context }).has(&pod, spec)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn trouble(reply: &ExecReply) -> String {
    match reply {
        ExecReply::Ended(ended) => format!("`test` ends with exit code {}", ended.exit),
        ExecReply::Refused { message, .. } => cause(message),
        ExecReply::TimedOut => "`test` does not end".to_owned(),
    }
}

fn examine(
    spec: &Token,
    token: &str,
    cel: Option<&Expression>,
    context: &CheckContext<'_>,
) -> Result<CheckResult, CheckResult> {
    let Some(claims) = claims(token) else {
        return Ok(CheckResult::nothing("what is there is not a token of a service account"));
    };
    let mut seen = Vec::new();
    let time = |claim: &str| claims.get(claim).and_then(Value::as_i64);
    let ttl = time("exp").zip(time("iat")).map(|(expires, issued)| expires.saturating_sub(issued));
    // one that is refused may have been made for ever; one that is good for something may not
    if cel.is_some() || spec.accepted != Some(false) {
        if spec.accepted != Some(false) && time("exp").is_none() {
            return Ok(CheckResult::fail("the token never expires: it is that of a Secret"));
        }
        if spec.accepted != Some(false) && ttl.is_none() {
            return Ok(CheckResult::fail("the token does not say when it was issued"));
        }
        seen.extend(ttl.map(|ttl| format!("it lives for {ttl} s")));
        if let Some(result) = cel.map(|cel| cel.result(&[("claims", &claims), ("ttl", &Value::from(ttl))]))
            && result.verdict != Verdict::Pass
        {
            seen.push(result.observed);
            return Ok(CheckResult { observed: seen.join(": "), nothing: result.nothing, verdict: result.verdict });
        }
    }
    if let Some(wanted) = spec.accepted {
        let refusal = refusal(token, context)?;
        let is_accepted = refusal.is_none();
        seen.push(match refusal {
            None => "the API server takes it".to_owned(),
            Some(reason) => format!("the API server does not take it: {}", short(&reason)),
        });
        if is_accepted != wanted {
            return Ok(CheckResult::fail(seen.pop().unwrap_or_default()));
        }
    }
    Ok(CheckResult::pass(seen.join(", ")))
}

/// Why the API server does not take a token; none if it does.
fn refusal(token: &str, context: &CheckContext<'_>) -> Result<Option<String>, CheckResult> {
    let review = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token},
    });
    let path = "/apis/authentication.k8s.io/v1/tokenreviews";
    let response = context.api.request(&Request::new(Method::Post, path).with(review))?;
    if !response.is_success() {
        return Err(CheckResult::error(format!("the API server does not review the token: {}", response.message())));
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
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use crate::client::{ExecReply, Method, Response};
    use crate::lab::check::page::{ended, page, pod, refused};
    use crate::lab::check::recorded::{Fixture, Recorded, SHOP};
    use crate::lab::course::check_kind::TOKEN_FILE as PATH;
    use crate::lab::verdict::{CheckResult, Verdict};

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

    fn file(api: &Recorded, text: &str, rest: &str) -> CheckResult {
        let fixture = Fixture::new();
        fixture.put("bot.token", text);
        fixture.evaluate(api, &format!("token: {{from: {{file: bot.token}}, {rest}}}"))
    }

    #[test]
    fn the_token_of_every_pod_is_looked_at() {
        let api = page(&[pod("page-a", &["page"]), pod("page-b", &["page"])]);
        let api = api.runs(&["cat", PATH], ExecReply::Ended(ended(0, &hour(), "")));
        assert_eq!(Fixture::new().evaluate(&api, IN_POD).verdict, Verdict::Pass);
        let longer = Fixture::new().evaluate(&api, &IN_POD.replace("3607", "600"));
        assert_eq!(longer, CheckResult::fail("it lives for 3600 s: `ttl <= 600` does not hold"));
        let none = page(&[pod("page-a", &["page"])])
            .runs(&["cat", PATH], ExecReply::Ended(ended(1, "", "cat: can't open it: No such file or directory")));
        let observed =
            "there is no token in container page of pod page-a: cat: can't open it: No such file or directory";
        assert_eq!(Fixture::new().evaluate(&none, IN_POD), CheckResult::nothing(observed));
        assert_eq!(Fixture::new().evaluate(&page(&[]), IN_POD), CheckResult::nothing("Deployment page has no pod"));
        assert_eq!(Fixture::new().evaluate(&Recorded::down(), IN_POD).verdict, Verdict::Error);
    }

    /// What the API server makes of the next pod: one with these volumes, which its container mounts.
    fn next(api: Recorded, volumes: &Value) -> Recorded {
        let mounts = json!([{"name": "v", "mountPath": "/run/key"}]);
        let pod = json!({"spec": {"volumes": volumes, "containers": [{"name": "page", "volumeMounts": mounts}]}});
        api.when(move |request| {
            let is_meant = request.method == Method::Post && request.path.ends_with("/pods?dryRun=All");
            is_meant.then(|| Response { status: 201, body: pod.to_string(), warnings: Vec::new() })
        })
    }

    /// A pod with a volume or a variable of its own choice, and nothing where Kubernetes puts a token.
    fn elsewhere(volume: &Value, env: &Value, secret: &Value) -> CheckResult {
        let mut pod = pod("page-a", &["page"]);
        pod["spec"]["volumes"] = json!([volume]);
        pod["spec"]["containers"][0]["volumeMounts"] = json!([{"name": "v", "mountPath": "/run/key"}]);
        pod["spec"]["containers"][0]["env"] = env.clone();
        let api = next(page(&[pod]), &json!([]))
            .get(&format!("/api/v1/namespaces/{SHOP}/secrets/s"), secret.clone())
            .get(&format!("/api/v1/namespaces/{SHOP}/configmaps/s"), secret.clone())
            .alive()
            .runs(&["test", "-e", PATH], ExecReply::Ended(ended(1, "", "")));
        Fixture::new().evaluate(&api, NO_POD)
    }

    #[test]
    fn a_token_at_another_place_is_a_token() {
        let nothing = json!([]);
        let projected = json!({"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "a"}}]}});
        let found = "container page of pod page-a has a token in /run/key";
        assert_eq!(elsewhere(&projected, &nothing, &nothing), CheckResult::fail(found));
        let data = |text: &str| json!({"data": {"a": STANDARD.encode(text)}});
        let volume = json!({"name": "v", "secret": {"secretName": "s"}});
        let found = "container page of pod page-a has the token of the Secret s in /run/key";
        assert_eq!(elsewhere(&volume, &nothing, &data(&forever())), CheckResult::fail(found));
        assert_eq!(elsewhere(&volume, &nothing, &data("a.b.c")).verdict, Verdict::Pass);
        let part = json!({"name": "v", "projected": {"sources": [{"secret": {"name": "s"}}]}});
        assert_eq!(elsewhere(&part, &nothing, &data(&forever())), CheckResult::fail(found));
        let empty = json!({"name": "v", "emptyDir": {}});
        let env = json!([{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "a"}}}]);
        let found = "container page of pod page-a has the token of the Secret s in its environment";
        assert_eq!(elsewhere(&empty, &env, &data(&forever())), CheckResult::fail(found));
        assert_eq!(elsewhere(&empty, &nothing, &nothing).verdict, Verdict::Pass);
        let map = json!({"name": "v", "configMap": {"name": "s"}});
        let found = "container page of pod page-a has the token of the ConfigMap s in /run/key";
        let within = json!({"data": {"kubeconfig": format!("users: [{{user: {{token: {}}}}}]", hour())}});
        assert_eq!(elsewhere(&map, &nothing, &within), CheckResult::fail(found));
        assert_eq!(elsewhere(&map, &nothing, &json!({"data": {"a": "a.b.c"}})).verdict, Verdict::Pass);
        let plain = json!([{"name": "KEY", "value": hour()}]);
        let found = "container page of pod page-a has a token in the variable KEY";
        assert_eq!(elsewhere(&empty, &plain, &nothing), CheckResult::fail(found));
    }

    #[test]
    fn the_next_pod_gets_what_its_account_says_now() {
        let api = || {
            page(&[pod("page-a", &["page"])]).alive().runs(&["test", "-e", PATH], ExecReply::Ended(ended(1, "", "")))
        };
        let token = json!([{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]);
        let found = "container page of the pod that Deployment page would make next has a token in /run/key";
        assert_eq!(Fixture::new().evaluate(&next(api(), &token), NO_POD), CheckResult::fail(found));
        assert_eq!(Fixture::new().evaluate(&next(api(), &json!([])), NO_POD).verdict, Verdict::Pass);
        let full = api().when(|request| {
            let response = Response { status: 403, body: "{}".to_owned(), warnings: Vec::new() };
            (request.method == Method::Post).then(|| response.clone())
        });
        assert_eq!(Fixture::new().evaluate(&full, NO_POD).verdict, Verdict::Pass);
    }

    #[test]
    fn a_token_is_absent_if_no_container_has_it() {
        let api = || page(&[pod("page-a", &["page", "log"])]).alive();
        let test =
            |api: Recorded, container, exit| api.ends("page-a", container, &["test", "-e", PATH], ended(exit, "", ""));
        let none = next(test(test(api(), "page", 1), "log", 1), &json!([]));
        assert_eq!(Fixture::new().evaluate(&none, NO_POD), CheckResult::pass("no container has a token"));
        let one = test(test(api(), "page", 1), "log", 0);
        let observed = format!("container log of pod page-a has a token at {PATH}");
        assert_eq!(Fixture::new().evaluate(&one, NO_POD), CheckResult::fail(observed));
        let dead = page(&[pod("page-a", &["page"])]).runs(&["true"], refused(500, "no shell"));
        let observed = "`true` does not run in container page of pod page-a: no shell";
        assert_eq!(Fixture::new().evaluate(&dead, NO_POD), CheckResult::nothing(observed));
        let strange = test(api(), "log", 1).runs(&["test", "-e", PATH], refused(500, "no test"));
        assert_eq!(Fixture::new().evaluate(&strange, NO_POD).verdict, Verdict::Fail);
        assert_eq!(Fixture::new().evaluate(&page(&[]), NO_POD), CheckResult::nothing("Deployment page has no pod"));
    }

    #[test]
    fn a_token_for_ever_is_wrong_whatever_is_asked() {
        let observed = "the token never expires: it is that of a Secret";
        for rest in ["cel: ttl <= 3600", "cel: 'true', accepted: true", "accepted: true"] {
            assert_eq!(file(&Recorded::new(), &forever(), rest), CheckResult::fail(observed));
        }
        let revoked = file(&review(&json!({"error": "token has been invalidated"})), &forever(), "accepted: false");
        assert_eq!(revoked, CheckResult::pass("the API server does not take it: token has been invalidated"));
    }

    #[test]
    fn the_api_server_says_whether_it_takes_it() {
        let good = review(&json!({"authenticated": true}));
        let observed = "it lives for 3600 s, the API server takes it";
        assert_eq!(file(&good, &hour(), "accepted: true"), CheckResult::pass(observed));
        assert_eq!(file(&good, &hour(), "accepted: false"), CheckResult::fail("the API server takes it"));
        let bad = file(&review(&json!({})), &hour(), "accepted: true");
        assert_eq!(bad, CheckResult::fail("the API server does not take it: it is unknown"));
        assert_eq!(file(&Recorded::down(), &hour(), "accepted: false").verdict, Verdict::Error);
    }

    #[test]
    fn what_is_no_token_proves_nothing() {
        for text in ["hello", "a.b.c", "a.b.c.d"] {
            let result = file(&Recorded::new(), text, "accepted: false");
            assert_eq!(result, CheckResult::nothing("what is there is not a token of a service account"));
        }
        assert_eq!(
            file(&Recorded::new(), " ", "accepted: false"),
            CheckResult::nothing("bot.token in your folder is empty")
        );
        assert_eq!(
            file(&Recorded::new(), &hour(), "absent: true"),
            CheckResult::fail("bot.token is still in your folder")
        );
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_of_the_folder() {
        let (fixture, elsewhere) = (Fixture::new(), tempfile::tempdir().unwrap());
        std::fs::write(elsewhere.path().join("secret"), hour()).unwrap();
        std::fs::write(elsewhere.path().join("kubeconfig"), "{}").unwrap();
        for (name, to) in [("bot.token", "secret"), ("bot.kubeconfig", "kubeconfig")] {
            std::os::unix::fs::symlink(elsewhere.path().join(to), fixture.folder().join(name)).unwrap();
        }
        for from in ["file: bot.token", "kubeconfig: bot.kubeconfig"] {
            let result = fixture.evaluate(&Recorded::new(), &format!("token: {{from: {{{from}}}, cel: ttl == 3600}}"));
            assert!(result.verdict == Verdict::Fail && result.observed.contains("leads out of"), "{result:?}");
        }
    }

    #[test]
    fn a_kubeconfig_has_it_or_says_where_it_is() {
        let fixture = Fixture::new();
        fixture.put("secret", &hour());
        let of = |user: &str| {
            let rest = "current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], \
                        clusters: [{name: a, cluster: {server: 'https://127.0.0.1:6443'}}]";
            fixture.put("bot.kubeconfig", &format!("{{{rest}, users: [{{name: a, user: {user}}}]}}"));
            fixture.evaluate(&Recorded::new(), "token: {from: {kubeconfig: bot.kubeconfig}, cel: ttl == 3600}")
        };
        assert_eq!(of(&format!("{{token: {}}}", hour())).verdict, Verdict::Pass);
        assert_eq!(of("{tokenFile: secret}").verdict, Verdict::Pass);
        assert_eq!(of("{}"), CheckResult::nothing("bot.kubeconfig in your folder has no token"));
        for outside in
            ["{tokenFile: ../secret}", "{tokenFile: /etc/hostname}", "{client-certificate: /a, client-key: /b}"]
        {
            let result = of(outside);
            assert!(result.verdict == Verdict::Fail && result.observed.contains("bot.kubeconfig:1:"), "{result:?}");
        }
        let program = of("{exec: {command: login}}");
        assert!(
            program.verdict == Verdict::Fail && program.observed.contains("runs a program to log in"),
            "{program:?}"
        );
    }
}
