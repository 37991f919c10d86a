//! The room of a workshop, as an instructor runs it: controls, board, cards, slides, report.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::{Folder, Ran};

/// The folder of a workshop with some attendees, who all have joined but the last.
fn workshop(count: usize) -> Folder {
    let folder = Folder::new();
    let attendees: Vec<Value> = (1..=count)
        .map(|seat| {
            let mut attendee =
                json!({"name": format!("attendee-{seat:03}"), "seat": seat, "who": format!("Person {seat}")});
            if seat < count {
                attendee["joined"] = json!("2026-11-30T09:00:00Z");
            }
            attendee
        })
        .collect();
    let workshop = json!({
        "version": 1, "id": "w1", "title": "Kubernetes <security>", "context": "kind-w", "uid": "u",
        "server": "https://10.0.0.5:6443", "labs": ["psa", "setuid"], "attendees": attendees,
    });
    folder.write("workshop/workshop.json", workshop.to_string());
    folder
}

fn room(folder: &Folder, args: &[&str]) -> Ran {
    folder.run(&[&["workshop"], args].concat())
}

fn state(folder: &Folder) -> Value {
    let ran = room(folder, &["board", "--json", "--view", "instructor"]).exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// A line of the log, so many minutes ago.
fn said(ago: i64, mut event: Value) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(ago);
    event["at"] = json!(at.to_string());
    format!("{event}\n")
}

fn task(ago: i64, name: &str, task: &str, state: &str, failing: &[&str], passing: usize) -> String {
    let why = failing.first().map(|check| format!("{check} is <b>wrong</b>"));
    said(
        ago,
        json!({
            "event": "task", "name": name, "lab": "psa", "task": task, "state": state, "passing": passing,
            "check": failing.first(), "why": why, "failing": failing,
        }),
    )
}

/// One is done, one is stuck in a trap, one is at the second task.
fn log() -> String {
    [
        said(40, json!({"event": "opened", "lab": "psa", "title": "The open door", "minutes": 45, "tasks": ["enforce", "fit"]})),
        task(30, "attendee-001", "enforce", "passed", &[], 3),
        task(24, "attendee-001", "fit", "passed", &[], 2),
        task(26, "attendee-002", "fit", "passed", &[], 2),
        task(25, "attendee-002", "enforce", "failed", &["root-refused"], 2),
        task(20, "attendee-003", "enforce", "passed", &[], 3),
        said(15, json!({"event": "hint", "name": null, "lab": "psa", "task": "enforce", "number": 1, "text": "look"})),
        said(1, json!({"event": "active", "name": "attendee-002"})),
    ]
    .concat()
}

/// Asks a server for something, and reads the whole answer.
fn ask(address: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A board that is served.
struct Board {
    child: Child,
    address: String,
    key: String,
}

impl Board {
    fn start(folder: &Folder) -> Self {
        let args = ["workshop", "board", "--no-watch", "--listen", "127.0.0.1:0"];
        let mut child = folder.command(&args).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut line = |word: &str| {
            let line = lines.find(|line| line.starts_with(word)).unwrap();
            line.split("http://").nth(1).unwrap().to_owned()
        };
        let address = line("projector:").trim_end_matches('/').to_owned();
        let key = line("instructor:").split("key=").nth(1).unwrap().to_owned();
        Self { child, address, key }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        // SIGKILL: it has nothing to tidy up
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_act_is_asked_about_and_then_in_the_log() {
    let folder = workshop(3);
    let refused = room(&folder, &["open", "04"]).exits(2);
    assert!(refused.stderr.contains("nothing was done, as nobody can be asked: Open psa for"), "{}", refused.stderr);
    assert!(!folder.path("workshop/events.jsonl").exists());
    room(&folder, &["open", "04", "--minutes", "30", "--yes"]).exits(0).says(&["psa is open for 30 minutes"]);
    room(&folder, &["extend", "5", "-y"]).exits(0);
    room(&folder, &["hand-up", "attendee-002", "-y"]).exits(0);
    room(&folder, &["hint", "--all", "-y"]).exits(0).says(&["hint 1 of 3 for enforce is given to everybody"]);
    room(&folder, &["banner", "Lunch at noon", "-y"]).exits(0);
    room(&folder, &["freeze", "-y"]).exits(0);
    let board = state(&folder);
    assert_eq!(board["lab"]["minutes"], 35);
    assert_eq!((&board["banner"], &board["is_frozen"]), (&json!("Lunch at noon"), &json!(true)));
    assert_eq!(board["help"][0]["name"], "attendee-002");
    let lines = folder.read("workshop/events.jsonl");
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let words: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(words, ["opened", "extended", "hand", "hint", "banner", "frozen"]);
    for (args, error) in [
        (vec!["open", "psaa", "-y"], "there is no lab `psaa`; did you mean `psa`?"),
        (vec!["open", "the-hack", "-y"], "there is no lab `the-hack`; there are psa, setuid"),
        (vec!["hint", "atendee-002", "-y"], "there is no attendee `atendee-002`; did you mean"),
        (vec!["hand-up", "attendee-002", "-y"], "the hand of attendee-002 is up already"),
        (vec!["extend", "0", "-y"], "a lab is open for 1 to 1440 minutes"),
    ] {
        room(&folder, &args).exits(2).says(&[error]);
    }
    assert_eq!(folder.read("workshop/events.jsonl"), lines);
    // without a workshop nothing is made
    let empty = Folder::new();
    room(&empty, &["open", "psa", "-y"]).exits(2).says(&["there is no workshop in"]);
    assert!(empty.names().is_empty());
}

#[test]
fn a_board_that_is_killed_comes_back_as_it_was() {
    let folder = workshop(4);
    folder.write("workshop/events.jsonl", log());
    let (key, before) = {
        let board = Board::start(&folder);
        let wall = ask(&board.address, "/state.json", "");
        // nobody but who is done has a name there
        assert!(wall.contains("attendee-001") && !wall.contains("attendee-002") && !wall.contains("Person"), "{wall}");
        let desk = ask(&board.address, "/instructor.json", &format!("Authorization: Bearer {}\r\n", board.key));
        (board.key.clone(), desk.split("\r\n\r\n").nth(1).unwrap().to_owned())
    };
    let room: Value = serde_json::from_str(&before).unwrap();
    assert_eq!(room["help"][0]["name"], "attendee-002");
    assert_eq!(room["help"][0]["check"], "root-refused");
    assert!(!before.contains("Person"), "who is behind a pseudonym is nobody's business");
    // the machine stopped in the middle of a line
    let half = folder.read("workshop/events.jsonl") + "{\"at\":\"2026-11-30T";
    folder.write("workshop/events.jsonl", &half);
    let board = Board::start(&folder);
    assert_eq!(board.key, key);
    let desk = ask(&board.address, "/instructor.json", &format!("Authorization: Bearer {key}\r\n"));
    assert_eq!(desk.split("\r\n\r\n").nth(1).unwrap(), before);
    // and what is said next is a line of its own
    self::room(&folder, &["banner", "hello", "-y"]).exits(0);
    assert_eq!(state(&folder)["banner"], "hello");
    assert_eq!(folder.read("workshop/events.jsonl").lines().count(), log().lines().count() + 1);
}

#[test]
fn the_board_is_a_file_json_or_csv() {
    let folder = workshop(4);
    folder.write("workshop/events.jsonl", log());
    room(&folder, &["board", "--html", "board.html"]).exits(0);
    let page = folder.read("board.html");
    assert!(page.contains("The open door") && page.contains("attendee-001") && !page.contains("attendee-002"));
    assert!(!page.contains("<script") && page.contains("Content-Security-Policy") && !page.contains("://"));
    let desk = room(&folder, &["board", "--html", "-", "--view", "instructor"]).exits(0).stdout;
    assert!(desk.contains("attendee-002") && desk.contains("root-refused is &lt;b&gt;wrong&lt;/b&gt;"), "{desk}");
    let table = room(&folder, &["board", "--csv"]).exits(0).stdout;
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 5);
    assert!(
        rows[1].starts_with("1,attendee-001,done,,2,")
            && rows[2].starts_with("2,attendee-002,failing,enforce,1,root-refused,")
    );
    assert!(rows[4].starts_with("4,attendee-004,not joined,"), "{table}");
}

#[test]
fn the_report_says_what_to_explain_better_without_names() {
    let folder = workshop(4);
    room(&folder, &["report"]).exits(3).says(&["no lab was opened"]);
    folder.write("workshop/events.jsonl", log());
    let text = room(&folder, &["report"]).exits(0).stdout;
    for part in [
        "# Kubernetes &lt;security>",
        "3 of 4 attendees joined; 1 lab from",
        "1 of 3 passed all of it.",
        "Hints: 1 for all, 0 for one.",
        "| enforce | 2 of 3 | 10 min | 20 min |",
        "| root-refused | a pod that runs as root is refused as well | 1 | 2",
        // only this check failed: what the trap `baseline` leaves
        "baseline stops pods from taking the node by request",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("attendee-0") && !text.contains("Person"), "{text}");
    let json = room(&folder, &["report", "--format", "json", "--names"]).exits(0).stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["people"][0]["passed"]["psa"]["enforce"], 10);
    assert_eq!((report["version"].as_u64(), report["labs"][0]["traps"][0]["people"].as_u64()), (Some(1), Some(1)));
    room(&folder, &["report", "--format", "html", "-o", "report.html"]).exits(0);
    let page = folder.read("report.html");
    assert!(
        page.contains("<h1>Kubernetes &lt;security&gt;</h1>")
            && !page.contains("<script")
            && !page.contains("attendee-0")
    );
}

#[test]
fn cards_are_for_who_has_a_code() {
    let folder = workshop(12);
    room(&folder, &["cards"]).exits(3).says(&["nobody has a code that was not used"]);
    let code = |seat: usize| json!({"code": format!("ABCD-EFGH-JKMN-PQRS-TUVW-XYZ{seat}-2345"), "server": "https://10.0.0.5:6443", "ends": "2026-11-30T20:00:00Z"});
    let codes: serde_json::Map<String, Value> =
        (2..=12).map(|seat| (format!("attendee-{seat:03}"), code(seat % 8 + 2))).collect();
    folder.write("workshop/codes.json", Value::Object(codes).to_string());
    room(&folder, &["cards", "--note", "Wi-Fi: <guests>", "-o", "cards.html"])
        .exits(0)
        .says(&["11 cards; each code is for one use"]);
    let page = folder.read("cards.html");
    assert_eq!((page.matches("<article").count(), page.matches("class=\"sheet\"").count()), (11, 2));
    assert!(
        page.contains("Wi-Fi: &lt;guests&gt;")
            && page.contains("<p class=\"name\">attendee-002</p>")
            && !page.contains("attendee-001")
    );
    assert!(!page.contains("Person") && !page.contains("<script"));
    let one = room(&folder, &["cards", "attendee-003"]).exits(0).stdout;
    assert_eq!(one.matches("<article").count(), 1);
    room(&folder, &["cards", "attendee-03"]).exits(2).says(&["did you mean"]);
}

#[test]
fn slides_are_of_the_labs_of_the_workshop() {
    let folder = workshop(1);
    let page = room(&folder, &["slides"]).exits(0).stdout;
    assert_eq!(page.matches("slide first").count(), 2);
    assert!(page.contains("Why the page was the harder half") && page.contains("Kubernetes &lt;security&gt;"));
    let public = room(&folder, &["slides", "psa", "--parts", "page"]).exits(0).stdout;
    assert!(public.matches("slide first").count() == 1 && !public.contains("Why the page was the harder half"));
    room(&folder, &["slides", "pza"]).exits(2).says(&["did you mean `psa`?"]);
}
