//! Which answer a request gets, and who may ask for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::keeper::{Hall, Made, Published};
use super::request::Request;
use crate::workshop::board::page::{How, policy};
use crate::workshop::room::Act;

/// The name of the cookie that holds the instructor's key.
const COOKIE: &str = "tightship-board";
/// The longest that an answer is waited for, in seconds.
const WAIT: u64 = 30;

/// Answers a request.
pub(super) async fn answer(hall: &Arc<Hall>, request: &Request, peer: SocketAddr) -> Answer {
    if !is_own_host(request, hall.is_loopback) {
        return Answer::text(421, "this board is asked for by the address of its machine, or as localhost");
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET" | "HEAD", "/") => view(hall, request, |all| &all.projector, false, false).await,
        ("GET" | "HEAD", "/state.json") => view(hall, request, |all| &all.projector, true, false).await,
        ("GET" | "HEAD", "/favicon.ico") => Answer::text(404, "there is no icon"),
        ("GET" | "HEAD", "/instructor" | "/instructor.json") => {
            if let Some(refusal) = refusal(hall, request, peer) {
                return refusal;
            }
            view(hall, request, |all| &all.instructor, request.path == "/instructor.json", true).await
        }
        ("POST", "/instructor") => {
            refusal(hall, request, peer).or_else(|| foreign(request)).unwrap_or_else(|| act(hall, request))
        }
        (_, "/" | "/state.json" | "/instructor" | "/instructor.json") => Answer::text(405, "that cannot be done here"),
        _ => Answer::text(404, "there is nothing here: / is the projector's view, /instructor the instructor's"),
    }
}

/// Why somebody does not see the instructor's view. The connection is not encrypted, so the key is taken on this machine only.
fn refusal(hall: &Hall, request: &Request, peer: SocketAddr) -> Option<Answer> {
    if !peer.ip().to_canonical().is_loopback() {
        return Some(Answer::text(403, "the instructor's view is answered on the machine of the board only"));
    }
    if let Some(key) = request.asked("key").filter(|_| request.method == "GET") {
        if !hall.service.key.is(key) {
            return Some(Answer::text(403, "this is not the key of the board"));
        }
        // the address with the key must not stay in the bar of a browser that a room looks at
        let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", hall.service.key.text());
        return Some(Answer::see("/instructor").with("Set-Cookie", cookie));
    }
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    match bearer.or_else(|| request.cookie(COOKIE)) {
        Some(key) if hall.service.key.is(key) => None,
        Some(_) => Some(Answer::text(403, "this is not the key of the board")),
        None => {
            Some(Answer::text(401, "this needs the key of the board: open the address that `workshop board` printed"))
        }
    }
}

/// Why an act is not done: a page of somebody else may have sent it.
fn foreign(request: &Request) -> Option<Answer> {
    let host = request.header("host").unwrap_or_default();
    let own = request.header("origin").is_some_and(|origin| origin.strip_prefix("http://") == Some(host));
    (!own).then(|| Answer::text(403, "this was not sent from the board's own page"))
}

async fn view(
    hall: &Arc<Hall>,
    request: &Request,
    of: fn(&Published) -> &Made,
    is_json: bool,
    has_forms: bool,
) -> Answer {
    let known = request.header("if-none-match").unwrap_or_default();
    let seconds = request.asked("wait").and_then(|text| text.parse::<u64>().ok()).unwrap_or_default().min(WAIT);
    let mut shown = hall.shown.subscribe();
    // without a tag nothing is known, and nothing to wait for
    let is_news = |all: &Arc<Published>| of(all).tag != known;
    let waited = tokio::time::timeout(Duration::from_secs(seconds), shown.wait_for(is_news)).await;
    let made = match waited {
        Ok(Ok(all)) => of(&all).clone(),
        Ok(Err(_)) => return Answer::text(503, "the board ends"),
        Err(_) => return Answer::unchanged(known),
    };
    let answer = if is_json {
        Answer::new(200, "application/json", made.json).policy("default-src 'none'")
    } else {
        Answer::new(200, "text/html; charset=utf-8", made.page).policy(policy(How::Served, has_forms))
    };
    answer.with("ETag", made.tag)
}

/// Does what the instructor asks for.
fn act(hall: &Hall, request: &Request) -> Answer {
    let act = match wanted(request) {
        Ok(act) => act,
        Err(error) => return Answer::said(400, &[&error]),
    };
    match hall.act(&act) {
        // whoever tells a hint to one person has to read it
        Ok(done) => match (&act, &done.text) {
            (Act::Hint { name: Some(_), .. }, Some(text)) => Answer::said(200, &[&done.said, text]),
            _ => Answer::see("/instructor"),
        },
        Err(error) => Answer::said(409, &[&error]),
    }
}

fn wanted(request: &Request) -> Result<Act, String> {
    let text = |name: &str| request.field(name).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let need = |name: &str| text(name).ok_or_else(|| format!("`{name}` is missing"));
    let number = |name: &str| {
        text(name).map(|text| text.trim().parse().map_err(|_| format!("`{name}` is no number"))).transpose()
    };
    Ok(match request.field("do").unwrap_or_default() {
        "open" => Act::Open { lab: need("lab")?, minutes: number("minutes")? },
        "close" => Act::Close { lab: None },
        "extend" => Act::Extend { minutes: number("minutes")?.ok_or("`minutes` is missing")? },
        "hint" => Act::Hint { name: text("name"), task: None },
        "freeze" => Act::Freeze { on: true },
        "thaw" => Act::Freeze { on: false },
        "banner" => Act::Banner { text: text("text") },
        "hand-up" => Act::Hand { name: need("name")?, up: true },
        "hand-down" => Act::Hand { name: need("name")?, up: false },
        other => return Err(format!("the board cannot do `{other}`")),
    })
}

/// Whether a request names this machine: another name may have been made to lead here by a page that wants to read the board.
fn is_own_host(request: &Request, is_loopback: bool) -> bool {
    let Some(host) = request.header("host") else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    !is_loopback || name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
}
