use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use jiff::Timestamp;

use super::queue::Queue;
use super::{Examiner, Pace, Verifier};
use crate::lab::run::{Checked, Report};
use crate::lab::verdict::Verdict;
use crate::workshop::room::{Attendee, Entry, Event, Log, Room};

/// A cluster that is made up: what each attendee's checks say, and how often they changed something.
#[derive(Default)]
struct Cluster {
    people: Mutex<BTreeMap<String, (u64, [Verdict; 3])>>,
    looked: Mutex<Vec<String>>,
    at_once: AtomicUsize,
    most: AtomicUsize,
    is_down: AtomicBool,
}

impl Cluster {
    fn set(&self, name: &str, verdicts: [Verdict; 3]) {
        let mut people = self.people.lock().unwrap();
        let changes = people.get(name).map_or(0, |(changes, _)| changes + 1);
        people.insert(name.to_owned(), (changes, verdicts));
    }
}

impl Examiner for Cluster {
    fn fingerprints(&self, _: &str) -> Result<BTreeMap<String, u64>, String> {
        let people = self.people.lock().unwrap();
        Ok(people.iter().map(|(name, (changes, _))| (name.clone(), *changes)).collect())
    }

    fn joined(&self) -> Result<BTreeSet<String>, String> {
        Ok(self.people.lock().unwrap().keys().filter(|name| *name != "newt").cloned().collect())
    }

    fn attempt(&self, name: &str, lab: &str) -> Result<Report, String> {
        assert_eq!(lab, "psa");
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5));
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.looked.lock().unwrap().push(name.to_owned());
        if self.is_down.load(Ordering::SeqCst) {
            return Err("the cluster does not answer".to_owned());
        }
        let verdicts = self.people.lock().unwrap()[name].1;
        let ids = [("refused", Some("enforce")), ("fits", Some("fit")), ("answers", None)];
        let checks = ids.into_iter().zip(verdicts).map(|((id, task), status)| Checked {
            id: id.to_owned(),
            task: task.map(str::to_owned),
            status,
            text: String::new(),
            why: Some(format!("{id} is wrong")),
            observed: "no answer".to_owned(),
            points: 1,
            ms: 1,
        });
        Ok(Report { checks: checks.collect(), seconds: 0.1, fingerprint: None })
    }
}

const START: [Verdict; 3] = [Verdict::Fail, Verdict::Fail, Verdict::Pass];
const DONE: [Verdict; 3] = [Verdict::Pass; 3];

/// Lets a verifier look for a while, and gives the room that the log then says.
fn watch(cluster: &Cluster, log: &Log, until: impl Fn(&Room) -> bool) -> Room {
    let pace = Pace { hands: 3, changes: Duration::from_millis(20), sweep: Duration::from_millis(300) };
    let verifier = Verifier::new(cluster, log.clone(), pace, Timestamp::now);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| verifier.run(&stop, &|_| {}));
        let end = Instant::now() + Duration::from_secs(20);
        let room = loop {
            let room = Room::of(&log.read().unwrap().0);
            if until(&room) || Instant::now() > end {
                break room;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        stop.store(true, Ordering::SeqCst);
        room
    })
}

fn states(room: &Room, names: &[&str]) -> Vec<&'static str> {
    let attendees: Vec<Attendee> = names
        .iter()
        .zip(1..)
        .map(|(name, seat)| Attendee { name: (*name).to_owned(), seat, has_joined: true })
        .collect();
    room.places(&attendees, Timestamp::now()).iter().map(|place| place.state.word()).collect()
}

#[test]
fn the_room_agrees_with_the_cluster_round_after_round() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::of(Utf8Path::from_path(folder.path()).unwrap());
    let cluster = Cluster::default();
    let names = ["otter", "lynx", "heron", "newt"];
    for name in names {
        cluster.set(name, START);
    }
    let tasks = vec!["enforce".to_owned(), "fit".to_owned()];
    let opened = Event::Opened { lab: "psa".to_owned(), title: String::new(), minutes: 9, tasks };
    log.append(&[Entry::new(Timestamp::now(), opened)]).unwrap();
    // nobody has done anything, so nobody fails
    let room = watch(&cluster, &log, |_| cluster.looked.lock().unwrap().len() >= 8);
    assert_eq!(states(&room, &names), ["idle"; 4]);
    let joined = |name: &str| room.people.get(name).is_some_and(|person| person.joined.is_some());
    assert_eq!(names.map(joined), [true, true, true, false]);
    // one is wrong, one right, one breaks what works, one does nothing: also while nobody watched
    let room = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(400));
            cluster.set("otter", [Verdict::Pass, Verdict::Fail, Verdict::Pass]);
            cluster.set("lynx", DONE);
            cluster.set("heron", [Verdict::Fail, Verdict::Fail, Verdict::Fail]);
        });
        watch(&cluster, &log, |room| states(room, &names) == ["failing", "done", "failing", "idle"])
    });
    assert_eq!(states(&room, &names), ["failing", "done", "failing", "idle"]);
    assert_eq!(room.people["heron"].labs["psa"].broken().unwrap().check.as_deref(), Some("answers"));
    // the cluster does not answer: that is nobody's fault, and undoes nothing
    cluster.is_down.store(true, Ordering::SeqCst);
    let down = ["error", "done", "failing", "error"];
    let room = watch(&cluster, &log, |room| states(room, &names) == down);
    assert_eq!(states(&room, &names), down);
    cluster.is_down.store(false, Ordering::SeqCst);
    for name in names {
        cluster.set(name, DONE);
    }
    let room = watch(&cluster, &log, |room| states(room, &names) == ["done"; 4]);
    assert_eq!(states(&room, &names), ["done"; 4]);
    assert!(cluster.most.load(Ordering::SeqCst) <= 3);
    // what is known is not written again
    let lines = log.read().unwrap().0.len();
    let before = cluster.looked.lock().unwrap().len();
    watch(&cluster, &log, |_| cluster.looked.lock().unwrap().len() >= before + 8);
    assert_eq!(log.read().unwrap().0.len(), lines);
}

#[test]
fn changes_come_first_and_nobody_is_looked_at_twice_at_once() {
    let (mut queue, now, sweep) = (Queue::default(), Instant::now(), Duration::from_secs(60));
    for name in ["a", "b", "c"] {
        queue.know(name);
    }
    queue.changed("c");
    queue.changed("c");
    assert_eq!(queue.take(now, sweep).as_deref(), Some("c"));
    // it changed again meanwhile
    queue.changed("c");
    assert_eq!(queue.take(now, sweep).as_deref(), Some("a"));
    queue.done("c", now);
    assert_eq!(queue.take(now, sweep).as_deref(), Some("c"));
    assert_eq!(queue.take(now, sweep).as_deref(), Some("b"));
    assert_eq!(queue.take(now, sweep), None);
    for name in ["a", "b", "c"] {
        queue.done(name, now);
    }
    assert_eq!(queue.take(now, sweep), None);
    let later = now + sweep;
    queue.done("a", later);
    assert_eq!(queue.take(later, sweep).as_deref(), Some("b"));
}

#[test]
fn an_error_of_the_cluster_leaves_no_trace_on_who_had_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::of(Utf8Path::from_path(folder.path()).unwrap());
    let cluster = Cluster::default();
    cluster.set("otter", START);
    cluster.is_down.store(true, Ordering::SeqCst);
    let tasks = vec!["enforce".to_owned(), "fit".to_owned()];
    let opened = Event::Opened { lab: "psa".to_owned(), title: String::new(), minutes: 9, tasks };
    log.append(&[Entry::new(Timestamp::now(), opened)]).unwrap();
    let room = watch(&cluster, &log, |room| states(room, &["otter"]) == ["error"]);
    assert_eq!(states(&room, &["otter"]), ["error"]);
    cluster.is_down.store(false, Ordering::SeqCst);
    let room = watch(&cluster, &log, |room| states(room, &["otter"]) == ["idle"]);
    assert_eq!(states(&room, &["otter"]), ["idle"]);
}
