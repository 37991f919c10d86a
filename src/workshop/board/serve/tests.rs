use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use tempfile::TempDir;

use super::{Bound, Service};
use crate::workshop::board::tests::{at, opened, roster};
use crate::workshop::board::{Key, Roster};
use crate::workshop::room::{Entry, Event, LabSheet, Log, TaskSheet};

/// A board that is served, until it is dropped.
struct Served {
    folder: TempDir,
    address: SocketAddr,
    key: Key,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().to_owned();
        let key = Key::of(&path).unwrap();
        // the same key again
        assert!(key.is(Key::of(&path).unwrap().text()));
        let task = TaskSheet { id: "enforce".to_owned(), hints: vec!["look".to_owned()], checks: Vec::new() };
        let lab = LabSheet {
            id: "psa".to_owned(),
            title: "The open door".to_owned(),
            minutes: 30,
            tasks: vec![task],
            traps: Vec::new(),
        };
        let people = || -> Result<Roster, String> { Ok(roster(&["otter".to_owned(), "lynx".to_owned()])) };
        let service = Service { clock: || at(20), ..Service::new(&path, key.clone(), vec![lab], Box::new(people)) };
        Log::of(&path).append(&[Entry::new(at(0), opened())]).unwrap();
        let bound = Bound::to("127.0.0.1:0".parse().unwrap()).unwrap();
        let (address, stop) = (bound.address(), Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&stop);
        let thread = Some(thread::spawn(move || bound.serve(service, &flag)));
        let served = Self { folder, address, key, stop, thread };
        // until it has looked once
        while !served.get("/", "").starts_with("HTTP/1.1 200") {
            thread::sleep(Duration::from_millis(20));
        }
        served
    }

    fn log(&self) -> Log {
        Log::of(Utf8Path::from_path(self.folder.path()).unwrap())
    }

    /// Sends bytes, and reads to the end.
    fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // it may be refused before all of it was sent
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str, headers: &str) -> String {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address).as_bytes())
    }

    fn post(&self, headers: &str, form: &str) -> String {
        let head = format!("POST /instructor HTTP/1.1\r\nHost: {}\r\n{headers}", self.address);
        self.send(format!("{head}Content-Length: {}\r\n\r\n{form}", form.len()).as_bytes())
    }

    fn cookie(&self) -> String {
        format!("Cookie: a=b; tightship-board={}\r\n", self.key.text())
    }

    fn origin(&self) -> String {
        format!("Origin: http://{}\r\n", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn status(answer: &str) -> u16 {
    answer.get(9..12).and_then(|code| code.parse().ok()).unwrap_or_default()
}

fn tag(answer: &str) -> String {
    answer.split("ETag: ").nth(1).unwrap().split('\r').next().unwrap().to_owned()
}

#[test]
fn the_projector_is_for_all_and_the_instructor_for_who_has_the_key() {
    let board = Served::start();
    let wall = board.get("/", "");
    assert_eq!(status(&wall), 200);
    let policy = wall.split("Content-Security-Policy: ").nth(1).unwrap().split('\r').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(
        policy.contains("connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(wall.contains("The open door") && wall.contains("<noscript><meta http-equiv=\"refresh\""));
    let json = board.get("/state.json", "");
    assert!(json.contains("application/json") && json.contains("\"version\":1") && !json.contains("otter"), "{json}");
    for (headers, path, expected) in [
        (String::new(), "/instructor", 401),
        (String::new(), "/instructor.json", 401),
        ("Cookie: tightship-board=x\r\n".to_owned(), "/instructor", 403),
        (format!("Cookie: tightship-board={}x\r\n", board.key.text()), "/instructor", 403),
        (String::new(), "/instructor?key=x", 403),
        (board.cookie(), "/instructor", 200),
        (format!("Authorization: Bearer {}\r\n", board.key.text()), "/instructor.json", 200),
        (String::new(), "/other", 404),
        (String::new(), "/../board.key", 404),
        (board.cookie(), "//instructor", 404),
    ] {
        let answer = board.get(path, &headers);
        assert_eq!(status(&answer), expected, "{path} {headers}: {answer}");
        assert_eq!(answer.contains("otter"), expected == 200, "{path}");
    }
    // the key leaves the address at once
    let seen = board.get(&format!("/instructor?key={}", board.key.text()), "");
    assert_eq!(status(&seen), 303);
    assert!(seen.contains("HttpOnly; SameSite=Strict") && seen.contains("Location: /instructor\r\n"), "{seen}");
    // a page that made its own name lead here is not answered
    let foreign = board.send(b"GET / HTTP/1.1\r\nHost: evil.example:7443\r\n\r\n");
    assert_eq!(status(&foreign), 421);
    assert_eq!(status(&board.send(b"GET / HTTP/1.1\r\n\r\n")), 421);
    assert_eq!(status(&board.send(b"GET / HTTP/1.1\r\nHost: localhost:7443\r\n\r\n")), 200);
    let head = board.send(format!("HEAD / HTTP/1.1\r\nHost: {}\r\n\r\n", board.address).as_bytes());
    assert!(head.ends_with("\r\n\r\n") && status(&head) == 200);
}

#[test]
fn acts_need_the_key_and_come_from_the_own_page() {
    let board = Served::start();
    let lines = || board.log().read().unwrap().0.len();
    let (cookie, origin) = (board.cookie(), board.origin());
    let form = "do=banner&text=a+%3Cb%3E";
    for (headers, expected) in [
        (origin.clone(), 401),
        (cookie.clone(), 403),
        (format!("{cookie}Origin: http://evil.example\r\n"), 403),
        (format!("{cookie}Origin: null\r\n"), 403),
        (format!("{cookie}Origin: https://{}\r\n", board.address), 403),
        (format!("{cookie}{origin}{origin}"), 403),
        (format!("Cookie: tightship-board=x\r\n{origin}"), 403),
    ] {
        assert_eq!(status(&board.post(&headers, form)), expected, "{headers}");
        assert_eq!(lines(), 1);
    }
    let own = format!("{cookie}{origin}");
    assert_eq!(status(&board.post(&own, form)), 303);
    assert_eq!(board.log().read().unwrap().0[1].event, Event::Banner { text: "a <b>".to_owned() });
    for (form, expected) in [
        ("do=close", 303),
        ("do=close", 409),
        ("do=open&lab=psa&minutes=x", 400),
        ("do=open&lab=", 400),
        ("do=open&lab=psa&minutes=", 303),
        ("do=extend&minutes=5", 303),
        ("do=freeze", 303),
        ("do=freeze", 409),
        ("do=hand-down&name=otter", 409),
        ("do=hint&name=otter", 200),
        ("do=rm", 400),
        ("", 400),
        ("do=%zz%", 400),
    ] {
        let answer = board.post(&own, form);
        assert_eq!(status(&answer), expected, "{form}: {answer}");
    }
    // a form that is not posted does nothing
    let before = lines();
    board.get("/instructor?do=close", &own);
    assert_eq!(lines(), before);
}

#[test]
fn who_waits_is_told_when_something_happens() {
    let board = Served::start();
    let known = tag(&board.get("/", ""));
    let same = format!("If-None-Match: {known}\r\n");
    assert_eq!(status(&board.get("/", &same)), 304);
    let begun = Instant::now();
    assert_eq!(status(&board.get("/?wait=1", &same)), 304);
    assert!(begun.elapsed() >= Duration::from_millis(900));
    // many wait at once; all are answered when something happens
    let begun = Instant::now();
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..100).map(|_| scope.spawn(|| board.get("/?wait=20", &same))).collect();
        thread::sleep(Duration::from_millis(300));
        board.log().append(&[Entry::new(at(1), Event::Banner { text: "lunch".to_owned() })]).unwrap();
        for answer in waiting {
            let answer = answer.join().unwrap();
            assert!(status(&answer) == 200 && answer.contains("lunch") && tag(&answer) != known);
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn requests_are_small_and_quick_or_refused() {
    let board = Served::start();
    let long = format!("GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n", board.address, "x".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\nHost: {}\r\n{}\r\n", board.address, "X: y\r\n".repeat(100));
    let chunked = format!(
        "POST /instructor HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        board.address
    );
    for (bytes, expected) in [
        (long.as_str(), 431),
        (many.as_str(), 431),
        (chunked.as_str(), 411),
        ("POST /instructor HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n", 413),
        ("POST /instructor HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        ("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 421),
        ("\u{16}\u{3}\u{1} this is TLS\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
    ] {
        let answer = board.send(bytes.as_bytes());
        assert_eq!(status(&answer), expected, "{answer}");
    }
    // who sends nothing holds nobody up, and is let go
    let silent: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(board.address).unwrap()).collect();
    assert_eq!(status(&board.get("/", "")), 200);
    let begun = Instant::now();
    let mut answer = String::new();
    (&silent[0]).read_to_string(&mut answer).unwrap();
    assert!(status(&answer) == 408 && begun.elapsed() < Duration::from_secs(8), "{answer}");
}
