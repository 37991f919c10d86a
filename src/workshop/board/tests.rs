use jiff::{SignedDuration, Timestamp};

use super::{How, Roster, csv, instructor, instructor_page, projector, projector_page};
use crate::workshop::room::{Attendee, Entry, Event, LabSheet, Outcome, Room, Told};

const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"><svg onload=alert(3)>\u{202e}";

pub(super) fn at(minutes: i64) -> Timestamp {
    let begun: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
    begun + SignedDuration::from_mins(minutes)
}

fn told(name: &str, task: &str, state: Outcome, check: Option<&str>, why: &str) -> Event {
    Event::Task(Told {
        name: name.to_owned(),
        lab: "psa".to_owned(),
        task: Some(task.to_owned()),
        state,
        check: check.map(str::to_owned),
        why: check.map(|_| why.to_owned()),
        failing: check.map(str::to_owned).into_iter().collect(),
        passing: 1,
    })
}

pub(super) fn opened() -> Event {
    let tasks = vec!["enforce".to_owned(), "fit".to_owned()];
    Event::Opened { lab: "psa".to_owned(), title: "The open door".to_owned(), minutes: 30, tasks }
}

pub(super) fn roster(names: &[String]) -> Roster {
    let attendee = |(name, seat): (&String, u32)| Attendee { name: name.clone(), seat, has_joined: true };
    Roster { title: "Workshop".to_owned(), attendees: names.iter().zip(1..).map(attendee).collect() }
}

/// So many people: of each five one is done, one fails, one is stuck on an error, one is at the second task, one is idle.
pub(super) fn crowd(count: usize, why: &str) -> (Room, Roster) {
    let names: Vec<String> = (1..=count).map(|number| format!("attendee-{number:03}")).collect();
    let mut room = Room::default();
    let mut add = |minutes: i64, event: Event| room.apply(&Entry::new(at(minutes), event));
    add(0, opened());
    for (number, name) in names.iter().enumerate() {
        match number % 5 {
            0 => {
                add(4, told(name, "enforce", Outcome::Passed, None, ""));
                add(9, told(name, "fit", Outcome::Passed, None, ""));
            }
            1 => {
                add(5, told(name, "enforce", Outcome::Failed, Some("pinned"), why));
                add(19, Event::Active { name: name.clone() });
            }
            2 => add(6, told(name, "enforce", Outcome::Error, Some("refused"), why)),
            3 => {
                add(7, told(name, "enforce", Outcome::Passed, None, ""));
                add(19, Event::Active { name: name.clone() });
            }
            _ => {}
        }
    }
    (room, roster(&names))
}

#[test]
fn the_projector_names_nobody_who_is_not_done() {
    let (mut room, roster) = crowd(200, "wrong");
    for frozen in [false, true] {
        room.apply(&Entry::new(at(20), Event::Frozen { on: frozen }));
        let wall = projector(&room, &roster, at(20));
        let texts = [
            projector_page(&wall, at(20), How::Served),
            projector_page(&wall, at(20), How::File),
            serde_json::to_string(&wall).unwrap(),
        ];
        for text in texts {
            for (number, attendee) in roster.attendees.iter().enumerate() {
                let is_done = number % 5 == 0;
                assert_eq!(text.contains(&attendee.name), is_done, "{}", attendee.name);
            }
            assert!(!text.contains("seat"), "a seat says who it is");
        }
        // nor does the place of a tile: all of a kind stand together
        let states: Vec<&str> = wall.tiles.iter().map(|tile| tile.state).collect();
        let mut kinds = states.clone();
        kinds.dedup();
        assert_eq!((kinds, states.len()), (vec!["done", "working", "idle"], 200));
        assert_eq!((wall.counts.done, wall.counts.failing, wall.counts.error, wall.counts.need_help), (40, 40, 40, 80));
    }
}

#[test]
fn the_instructor_sees_first_who_needs_help_and_why() {
    let (mut room, roster) = crowd(10, "the label is missing");
    room.apply(&Entry::new(at(19), Event::Hand { name: "attendee-005".to_owned(), up: true }));
    let desk = instructor(&room, &roster, at(20), vec!["a note".to_owned()]);
    let help: Vec<(&str, i64)> = desk.help.iter().map(|row| (row.name.as_str(), row.wait_minutes)).collect();
    let expected =
        [("attendee-005", 20), ("attendee-002", 15), ("attendee-007", 15), ("attendee-004", 13), ("attendee-009", 13)];
    assert_eq!(help, expected);
    let errors: Vec<&str> = desk.errors.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(errors, ["attendee-003", "attendee-008"]);
    let page = instructor_page(&desk, &[], at(20), How::Served);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not in {page}"));
    assert!(place("Who needs help") < place("Errors of the cluster"));
    assert!(place("Errors of the cluster") < place("<h2>Everybody</h2>"));
    assert!(place("the label is missing") < place("Errors of the cluster"));
    assert!(page.contains("a note") && page.contains("hand up") && page.contains("value=\"hand-down\""));
    // a file can do nothing
    let file = instructor_page(&desk, &[], at(20), How::File);
    assert!(!file.contains("<form") && !file.contains("<script") && file.contains("the label is missing"));
}

#[test]
fn hostile_texts_are_inert() {
    let names = vec![HOSTILE.to_owned()];
    let mut room = Room::default();
    let mut add = |event: Event| room.apply(&Entry::new(at(0), event));
    add(Event::Opened {
        lab: HOSTILE.to_owned(),
        title: HOSTILE.to_owned(),
        minutes: 5,
        tasks: vec![HOSTILE.to_owned()],
    });
    add(Event::Banner { text: HOSTILE.to_owned() });
    add(Event::Hint {
        name: None,
        lab: HOSTILE.to_owned(),
        task: HOSTILE.to_owned(),
        number: 1,
        text: HOSTILE.to_owned(),
    });
    add(Event::Joined { name: HOSTILE.to_owned() });
    add(Event::Hand { name: HOSTILE.to_owned(), up: true });
    add(Event::Task(Told {
        name: HOSTILE.to_owned(),
        lab: HOSTILE.to_owned(),
        task: Some(HOSTILE.to_owned()),
        state: Outcome::Failed,
        check: Some(HOSTILE.to_owned()),
        why: Some(HOSTILE.to_owned()),
        failing: Vec::new(),
        passing: 0,
    }));
    let mut roster = roster(&names);
    roster.title = HOSTILE.to_owned();
    let labs = vec![LabSheet {
        id: HOSTILE.to_owned(),
        title: HOSTILE.to_owned(),
        minutes: 1,
        tasks: Vec::new(),
        traps: Vec::new(),
    }];
    let wall = projector_page(&projector(&room, &roster, at(1)), at(1), How::Served);
    let desk = instructor(&room, &roster, at(1), vec![HOSTILE.to_owned()]);
    let desk_page = instructor_page(&desk, &labs, at(1), How::Served);
    for page in [&wall, &desk_page] {
        let lower = page.to_lowercase();
        for bad in ["<img", "<svg onload", "<script>alert", "\u{202e}"] {
            assert!(!lower.contains(bad), "{bad} is in {page}");
        }
        assert_eq!((page.matches("<script>").count(), page.matches("</script>").count()), (1, 1));
        assert!(page.contains("&lt;img src=x onerror=alert(2)&gt;"));
        // nothing is fetched but what the script asks of the board itself
        for word in ["src=\"", "href=", "url(http", "@import", "style=\"", "://"] {
            assert!(!page.contains(word), "{word} is in the page");
        }
    }
    let table = csv(&desk);
    assert!(!table.contains('\u{202e}') && table.lines().count() == 2, "{table}");
}

#[test]
fn a_cell_is_no_formula() {
    let (room, roster) = crowd(2, "=HYPERLINK(\"http://x\"),\n+1");
    let table = csv(&instructor(&room, &roster, at(20), Vec::new()));
    let row = table.lines().nth(2).unwrap();
    assert_eq!(
        row, "2,attendee-002,failing,enforce,0,pinned,\"'=HYPERLINK(\"\"http://x\"\"), +1\",15,true,false,1,0",
        "{table}"
    );
}

#[test]
fn two_hundred_are_one_small_page() {
    let (room, roster) = crowd(200, "wrong");
    let page = projector_page(&projector(&room, &roster, at(20)), at(20), How::Served);
    assert_eq!(page.matches("<b>✓</b>").count(), 40);
    assert!(page.contains("class=\"tiles c20\"") && page.len() < 40_000, "{} bytes", page.len());
    let desk = instructor(&room, &roster, at(20), Vec::new());
    assert!(instructor_page(&desk, &[], at(20), How::Served).len() < 150_000);
}

#[test]
fn the_clock_says_when_the_time_is_over() {
    let (mut room, roster) = crowd(1, "");
    let page =
        |room: &Room, minutes: i64| projector_page(&projector(room, &roster, at(minutes)), at(minutes), How::File);
    assert!(
        page(&room, 29).contains("big clock\" data-minutes=\"30\"") && page(&room, 29).contains("<b>29</b> of 30 min")
    );
    assert!(page(&room, 30).contains("big clock over\""));
    room.apply(&Entry::new(at(31), Event::Extended { lab: "psa".to_owned(), minutes: 5 }));
    assert!(page(&room, 31).contains("<b>31</b> of 35 min") && !page(&room, 31).contains("clock over"));
    room.apply(&Entry::new(at(33), Event::Closed { lab: "psa".to_owned() }));
    // it stands still then
    assert!(page(&room, 50).contains("<b>33</b> of 35 min, closed") && !page(&room, 50).contains("data-opened"));
}
