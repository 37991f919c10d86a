use std::fs;

use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

use super::control::Stage;
use super::{Act, Attendee, Entry, Event, LabSheet, Log, Outcome, Room, State, TaskSheet, Told};

/// So many minutes after the workshop began.
fn at(minutes: i64) -> Timestamp {
    let begun: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
    begun + SignedDuration::from_mins(minutes)
}

fn told(name: &str, task: Option<&str>, state: Outcome, failing: &[&str], passing: usize) -> Event {
    Event::Task(Told {
        name: name.to_owned(),
        lab: "psa".to_owned(),
        task: task.map(str::to_owned),
        state,
        check: failing.first().map(ToString::to_string),
        why: failing.first().map(|check| format!("{check} is wrong")),
        failing: failing.iter().map(ToString::to_string).collect(),
        passing,
    })
}

fn passed(name: &str, task: &str) -> Event {
    told(name, Some(task), Outcome::Passed, &[], 2)
}

fn failed(name: &str, task: &str, check: &str) -> Event {
    told(name, Some(task), Outcome::Failed, &[check], 1)
}

fn joined(name: &str) -> Event {
    Event::Joined { name: name.to_owned() }
}

fn active(name: &str) -> Event {
    Event::Active { name: name.to_owned() }
}

fn opened() -> Event {
    let tasks = vec!["enforce".to_owned(), "fit".to_owned()];
    Event::Opened { lab: "psa".to_owned(), title: "The open door".to_owned(), minutes: 30, tasks }
}

fn room(events: &[(i64, Event)]) -> Room {
    let entries: Vec<Entry> = events.iter().map(|(minutes, event)| Entry::new(at(*minutes), event.clone())).collect();
    Room::of(&entries)
}

fn attendees() -> Vec<Attendee> {
    let names = ["otter", "lynx", "heron", "newt", "vole", "wren"];
    let attendee = |(name, seat): (&str, u32)| Attendee { name: name.to_owned(), seat, has_joined: false };
    names.into_iter().zip(1..).map(attendee).collect()
}

/// All states at once, 30 minutes in.
fn morning() -> Vec<(i64, Event)> {
    let mut events: Vec<(i64, Event)> = ["otter", "lynx", "heron", "newt", "vole"].map(|name| (0, joined(name))).into();
    events.push((1, opened()));
    events.extend([
        (5, passed("otter", "enforce")),
        (9, passed("otter", "fit")),
        (6, failed("lynx", "enforce", "pinned")),
        (8, told("heron", Some("enforce"), Outcome::Error, &[], 0)),
        (28, active("newt")),
        (29, active("lynx")),
    ]);
    events
}

fn states(room: &Room, minutes: i64) -> Vec<(String, &'static str)> {
    let places = room.places(&attendees(), at(minutes));
    places.into_iter().map(|place| (place.name.clone(), place.state.word())).collect()
}

#[test]
fn everybody_is_in_one_state() {
    let room = room(&morning());
    let words: Vec<&str> = states(&room, 30).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["done", "failing", "error", "working", "idle", "not joined"]);
    let places = room.places(&attendees(), at(30));
    let lynx = places.iter().find(|place| place.name == "lynx").unwrap();
    assert_eq!(lynx.state, State::Failing { check: "pinned".to_owned(), why: "pinned is wrong".to_owned() });
    assert_eq!(lynx.task, Some((0, "enforce".to_owned())));
    // who was at work and is not any more is idle; what fails goes on failing
    let words: Vec<&str> = states(&room, 40).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["done", "failing", "error", "idle", "idle", "not joined"]);
}

#[test]
fn stuck_is_who_works_and_gets_nowhere() {
    let mut events = morning();
    let stuck = |events: &[(i64, Event)], minutes: i64| -> Vec<String> {
        let room = room(events);
        let places = room.places(&attendees(), at(minutes));
        Room::help(&places).iter().map(|place| place.name.clone()).collect()
    };
    // lynx had a check pass in minute 6, newt none since minute 1; otter took 4 minutes for the task, so 10 are the limit
    assert_eq!(stuck(&events, 30), ["newt", "lynx"]);
    // whoever has changed nothing for three minutes is not stuck but away
    assert_eq!(stuck(&events, 32), ["lynx"]);
    assert_eq!(stuck(&events, 33), [""; 0]);
    // a hand counts always, and heron has waited as long as newt
    events.push((31, Event::Hand { name: "heron".to_owned(), up: true }));
    assert_eq!(stuck(&events, 32), ["heron", "lynx"]);
    events.push((32, Event::Hand { name: "heron".to_owned(), up: false }));
    assert_eq!(stuck(&events, 32), ["lynx"]);
    // a new passing check is progress, fewer are none
    events.push((29, failed("lynx", "enforce", "root-refused")));
    assert_eq!(stuck(&events, 31), ["newt", "lynx"]);
    events.push((30, told("lynx", Some("enforce"), Outcome::Failed, &["pinned"], 2)));
    assert_eq!(stuck(&events, 31), ["newt"]);
    // nobody is stuck in a lab that is closed
    events.push((31, Event::Closed { lab: "psa".to_owned() }));
    assert_eq!(stuck(&events, 31), [""; 0]);
}

#[test]
fn a_slow_room_is_given_twice_its_median() {
    let mut events: Vec<(i64, Event)> =
        vec![(0, joined("otter")), (0, joined("lynx")), (0, joined("newt")), (1, opened())];
    events.extend([(13, passed("otter", "enforce")), (15, passed("lynx", "enforce"))]);
    events.extend([(24, active("newt")), (26, active("newt"))]);
    let stuck = |minutes: i64| {
        let places = room(&events).places(&attendees(), at(minutes));
        places.iter().any(|place| place.name == "newt" && place.is_stuck)
    };
    // the median of 12 and 14 minutes is 12, so stuck is who waits for more than 24
    assert!(!stuck(24) && !stuck(25) && stuck(26), "{} {} {}", stuck(24), stuck(25), stuck(26));
}

#[test]
fn tasks_are_counted_and_timed() {
    let room = room(&morning());
    let places = room.places(&attendees(), at(30));
    let tallies = room.tallies(&places);
    assert_eq!(tallies.len(), 2);
    let enforce = &tallies[0];
    assert_eq!((enforce.done, enforce.working, enforce.failing, enforce.error, enforce.waiting), (1, 1, 1, 1, 2));
    assert_eq!(enforce.median, Some(SignedDuration::from_mins(4)));
    // the second task began when the first was passed
    assert_eq!(tallies[1].median, Some(SignedDuration::from_mins(4)));
    assert_eq!((tallies[1].done, tallies[1].waiting), (1, 5));
}

#[test]
fn what_passed_may_break_again_and_what_must_work_counts() {
    let mut events = morning();
    events.push((20, told("otter", None, Outcome::Failed, &["page-answers"], 3)));
    assert_eq!(states(&room(&events), 21)[0].1, "failing");
    events.push((21, told("otter", None, Outcome::Passed, &[], 4)));
    assert_eq!(states(&room(&events), 22)[0].1, "done");
    events.push((22, failed("otter", "enforce", "pinned")));
    assert_eq!(states(&room(&events), 23)[0].1, "failing");
    // that it was passed once stays known
    assert_eq!(room(&events).times("psa", "enforce").len(), 1);
    events.push((23, Event::Reset { name: "otter".to_owned(), lab: "psa".to_owned() }));
    assert_eq!(states(&room(&events), 24)[0].1, "idle");
}

#[test]
fn a_frozen_projector_shows_what_was() {
    let mut events = morning();
    events.push((10, Event::Frozen { on: true }));
    events.push((12, passed("newt", "enforce")));
    let frozen = room(&events);
    let then = frozen.frozen.as_ref().unwrap();
    assert_eq!((frozen.times("psa", "enforce").len(), then.times("psa", "enforce").len()), (2, 1));
    events.push((13, Event::Frozen { on: false }));
    assert!(room(&events).frozen.is_none());
}

#[test]
fn the_log_loses_nothing_but_half_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let log = Log::of(folder);
    assert_eq!(log.read().unwrap(), (Vec::new(), Vec::new()));
    let entries: Vec<Entry> = morning().into_iter().map(|(minutes, event)| Entry::new(at(minutes), event)).collect();
    let mut follower = log.follow();
    for entry in &entries {
        log.append(std::slice::from_ref(entry)).unwrap();
    }
    assert_eq!(follower.next().unwrap().unwrap(), entries);
    let path = folder.join("events.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"at\":\"2026-11-30T09:00:00Z\",\"event\":\"joined\",\"name\":\"otter\"}\n"), "{text}");
    // at whatever byte it was cut off: all whole lines are read, and what is added later is a line of its own
    for cut in (text.len() - 120)..text.len() {
        let part = text.get(..cut).unwrap();
        fs::write(&path, part).unwrap();
        let whole = part.matches('\n').count();
        let (read, notes) = log.read().unwrap();
        assert_eq!(read, entries[..whole]);
        assert_eq!(notes.len(), usize::from(!part.ends_with('\n')), "{notes:?}");
        log.append(&entries[..1]).unwrap();
        let (read, notes) = log.read().unwrap();
        assert_eq!((read.len(), notes.len()), (whole + 1, 0));
        assert_eq!(read.last(), entries.first());
    }
    // a follower sees that the log is another one
    fs::write(&path, "\n").unwrap();
    assert_eq!(follower.next().unwrap(), None);
    // what a newer tightship writes does no harm, what is broken is named
    fs::write(&path, "{\"at\":\"2026-11-30T09:00:00Z\",\"event\":\"sang\",\"name\":\"otter\"}\nnonsense\n").unwrap();
    let (read, notes) = log.read().unwrap();
    assert_eq!((read.len(), notes.len()), (1, 1));
    assert!(notes[0].contains("events.jsonl:2: not understood"), "{notes:?}");
}

#[cfg(unix)]
#[test]
fn the_log_is_private_and_no_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let log = Log::of(folder);
    log.append(&[Entry::new(at(0), joined("otter"))]).unwrap();
    let path = folder.join("events.jsonl");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::remove_file(&path).unwrap();
    fs::write(folder.join("other"), "").unwrap();
    std::os::unix::fs::symlink("other", &path).unwrap();
    assert!(log.append(&[Entry::new(at(0), joined("otter"))]).unwrap_err().to_string().contains("is a link"));
    assert_eq!(fs::read_to_string(folder.join("other")).unwrap(), "");
}

fn labs() -> Vec<LabSheet> {
    let task = |id: &str| TaskSheet {
        id: id.to_owned(),
        hints: vec!["look".to_owned(), "look again".to_owned()],
        checks: Vec::new(),
    };
    let lab = |id: &str| LabSheet {
        id: id.to_owned(),
        title: id.to_owned(),
        minutes: 25,
        tasks: vec![task("enforce"), task("fit")],
        traps: Vec::new(),
    };
    vec![lab("psa"), lab("setuid")]
}

#[test]
fn acts_are_lines_of_the_log_or_make_no_sense() {
    let (labs, people) = (labs(), attendees());
    let mut room = Room::default();
    let mut act = |act: Act| {
        let stage = Stage { room: &room, labs: &labs, attendees: &people, now: at(0) };
        let done = act.plan(&stage)?;
        for entry in &done.entries {
            room.apply(entry);
        }
        Ok::<String, String>(done.said)
    };
    let hint = |name: Option<&str>, task: Option<&str>| Act::Hint {
        name: name.map(str::to_owned),
        task: task.map(str::to_owned),
    };
    let open = |lab: &str, minutes| Act::Open { lab: lab.to_owned(), minutes };
    let hand = |up| Act::Hand { name: "otter".to_owned(), up };
    for (it, expected) in [
        (Act::Close { lab: None }, Err("no lab is open")),
        (hint(None, None), Err("no lab is open")),
        (open("pas", None), Err("there is no lab `pas`; did you mean `psa`?")),
        (open("psa", Some(0)), Err("a lab is open for 1 to 1440 minutes")),
        (open("psa", None), Ok("psa is open for 25 minutes")),
        (open("psa", None), Err("psa is open already")),
        (Act::Extend { minutes: 5 }, Ok("psa has 30 minutes in all")),
        (Act::Extend { minutes: u32::MAX }, Err("a lab is open for 1 to 1440 minutes")),
        (hint(None, None), Ok("hint 1 of 2 for enforce is given to everybody")),
        (hint(None, None), Ok("hint 2 of 2 for enforce is given to everybody")),
        (hint(None, None), Err("enforce has 2 hints, and all of them are given")),
        (hint(Some("lynx"), Some("fit")), Ok("hint 1 of 2 for fit is given to lynx")),
        (hint(Some("lnyx"), None), Err("there is no attendee `lnyx`; did you mean `lynx`?")),
        (hint(None, Some("fitt")), Err("there is no task `fitt`; did you mean `fit`?")),
        (hand(true), Ok("the hand of otter is up")),
        (hand(true), Err("the hand of otter is up already")),
        (hand(false), Ok("the hand of otter is down")),
        (Act::Banner { text: Some("x".repeat(129)) }, Err("a banner has at most 128 characters, and this has 129")),
        (Act::Banner { text: Some("ä".repeat(128)) }, Ok("the banner is shown")),
        (Act::Freeze { on: false }, Err("the projector does not stand still")),
        (Act::Freeze { on: true }, Ok("the projector stands still")),
        (open("setuid", Some(10)), Ok("setuid is open for 10 minutes")),
        (Act::Close { lab: Some("psa".to_owned()) }, Err("psa is not open; setuid is")),
        (Act::Close { lab: None }, Ok("setuid is closed")),
    ] {
        let text = format!("{it:?}");
        match (act(it), expected) {
            (Ok(said), Ok(expected)) => assert_eq!(said, expected, "{text}"),
            (Err(said), Err(expected)) => assert!(said.starts_with(expected), "{text}: {said}"),
            (got, _) => panic!("{text}: {got:?}"),
        }
    }
    assert!(room.labs["psa"].closed.is_some());
}

#[test]
fn hints_for_all_name_no_namespace_of_one() {
    assert_eq!(super::sheet::generic("kubectl label ns {{ ns.web }} a=b {{"), "kubectl label ns <web> a=b {{");
    assert_eq!(super::sheet::generic("a {{ x }}{{y.z}} b\n"), "a <x><z> b");
}
