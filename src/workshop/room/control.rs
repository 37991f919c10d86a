//! What an instructor does to the room: each act is checked against it, asked about in a sentence, and then a line of the log.

use jiff::Timestamp;

use super::event::{Entry, Event};
use super::fold::Room;
use super::place::Attendee;
use super::sheet::LabSheet;
use crate::diagnostic::nearest;

/// The longest banner.
pub const BANNER: usize = 128;
/// The longest time box: a day.
pub const DAY: u32 = 24 * 60;

/// Something that an instructor does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Opens a lab, for so many minutes or as many as it says itself.
    Open { lab: String, minutes: Option<u32> },
    /// Closes the lab that is open, or this one.
    Close { lab: Option<String> },
    /// Gives the room more time.
    Extend { minutes: u32 },
    /// Gives the next hint, to one or to all.
    Hint { name: Option<String>, task: Option<String> },
    /// Stops what the projector shows, or lets it go on.
    Freeze { on: bool },
    /// Shows a line to all; none takes it away.
    Banner { text: Option<String> },
    /// Raises a hand, or takes it down.
    Hand { name: String, up: bool },
}

/// What an act makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What is asked before.
    pub question: String,
    /// The lines of the log.
    pub entries: Vec<Entry>,
    /// What is said after.
    pub said: String,
    /// The hint, for who has to tell it.
    pub text: Option<String>,
}

/// What an act is done in.
#[derive(Debug, Clone, Copy)]
pub struct Stage<'s> {
    pub room: &'s Room,
    pub labs: &'s [LabSheet],
    pub attendees: &'s [Attendee],
    pub now: Timestamp,
}

impl Act {
    /// What it makes; or why it makes no sense here.
    pub fn plan(&self, stage: &Stage<'_>) -> Result<Done, String> {
        match self {
            Self::Open { lab, minutes } => stage.open(lab, *minutes),
            Self::Close { lab } => stage.close(lab.as_deref()),
            Self::Extend { minutes } => stage.extend(*minutes),
            Self::Hint { name, task } => stage.hint(name.as_deref(), task.as_deref()),
            Self::Freeze { on } => stage.freeze(*on),
            Self::Banner { text } => stage.banner(text.as_deref()),
            Self::Hand { name, up } => stage.hand(name, *up),
        }
    }
}

impl Stage<'_> {
    fn done(&self, event: Event, question: String, said: String) -> Done {
        Done { question, entries: vec![Entry::new(self.now, event)], said, text: None }
    }

    fn sheet(&self, word: &str) -> Result<&LabSheet, String> {
        let found = self.labs.iter().find(|lab| lab.id == word);
        found.ok_or_else(|| unknown("lab", word, self.labs.iter().map(|lab| lab.id.as_str())))
    }

    fn attendee(&self, name: &str) -> Result<(), String> {
        let names = || self.attendees.iter().map(|attendee| attendee.name.as_str());
        if names().any(|known| known == name) { Ok(()) } else { Err(unknown("attendee", name, names())) }
    }

    /// The lab that is open.
    fn current(&self) -> Result<(&str, &super::fold::LabRun), String> {
        let open = self.room.lab().filter(|(_, run)| run.closed.is_none());
        open.ok_or_else(|| "no lab is open: `tightship workshop open LAB` opens one".to_owned())
    }

    fn open(&self, lab: &str, minutes: Option<u32>) -> Result<Done, String> {
        let sheet = self.sheet(lab)?;
        let minutes = minutes.unwrap_or(sheet.minutes);
        if !(1..=DAY).contains(&minutes) {
            return Err(format!("a lab is open for 1 to {DAY} minutes, and {minutes} is none of them"));
        }
        let mut entries = Vec::new();
        if let Ok((open, _)) = self.current() {
            if open == lab {
                return Err(format!(
                    "{lab} is open already: `tightship workshop extend MINUTES` gives the room more time"
                ));
            }
            entries.push(Entry::new(self.now, Event::Closed { lab: open.to_owned() }));
        }
        let before = entries.first().map_or_else(String::new, |_| ", and close the one that is open".to_owned());
        entries.push(Entry::new(
            self.now,
            Event::Opened {
                lab: lab.to_owned(),
                title: sheet.title.clone(),
                minutes,
                tasks: sheet.tasks.iter().map(|task| task.id.clone()).collect(),
            },
        ));
        let question = format!("Open {lab} for {minutes} minutes{before}?");
        Ok(Done { question, entries, said: format!("{lab} is open for {minutes} minutes"), text: None })
    }

    fn close(&self, lab: Option<&str>) -> Result<Done, String> {
        let (open, _) = self.current()?;
        if let Some(lab) = lab.filter(|lab| *lab != open) {
            self.sheet(lab)?;
            return Err(format!("{lab} is not open; {open} is"));
        }
        let event = Event::Closed { lab: open.to_owned() };
        Ok(self.done(event, format!("Close {open} for everybody?"), format!("{open} is closed")))
    }

    fn extend(&self, minutes: u32) -> Result<Done, String> {
        let (lab, run) = self.room.lab().ok_or("no lab was opened: `tightship workshop open LAB` opens one")?;
        if minutes == 0 || run.minutes.saturating_add(minutes) > DAY {
            return Err(format!("a lab is open for 1 to {DAY} minutes; it has {} already", run.minutes));
        }
        let all = run.minutes + minutes;
        let event = Event::Extended { lab: lab.to_owned(), minutes };
        Ok(self.done(
            event,
            format!("Give the room {minutes} minutes more for {lab}?"),
            format!("{lab} has {all} minutes in all"),
        ))
    }

    fn hint(&self, name: Option<&str>, task: Option<&str>) -> Result<Done, String> {
        let (lab, run) = self.current()?;
        let sheet = self.sheet(lab)?;
        let places = self.room.places(self.attendees, self.now);
        let task = match (task, name) {
            (Some(task), _) => task.to_owned(),
            (None, Some(name)) => {
                self.attendee(name)?;
                let place = places.iter().find(|place| place.name == name);
                let at = place.and_then(|place| place.task.clone());
                at.map(|(_, task)| task).ok_or_else(|| format!("{name} has done all of {lab}"))?
            }
            // where most are
            (None, None) => {
                let count = |task: &String| {
                    places.iter().filter(|place| place.task.as_ref().is_some_and(|(_, at)| at == task)).count()
                };
                // of two with as many the first
                let most = run.tasks.iter().rev().max_by_key(|task| count(task));
                most.cloned().ok_or_else(|| format!("{lab} has no tasks"))?
            }
        };
        let known = sheet.tasks.iter().find(|known| known.id == task);
        let known = known.ok_or_else(|| unknown("task", &task, sheet.tasks.iter().map(|task| task.id.as_str())))?;
        let given = match name {
            Some(name) => self.hints_of(name, lab),
            None => self.room.hint.as_ref().filter(|hint| hint.task == task).map_or(0, |hint| hint.number),
        };
        let Some(text) = known.hints.get(given) else {
            return Err(format!("{task} has {} hints, and all of them are given", known.hints.len()));
        };
        let number = given + 1;
        let event = Event::Hint {
            name: name.map(str::to_owned),
            lab: lab.to_owned(),
            task: task.clone(),
            number,
            text: text.clone(),
        };
        let whom = name.unwrap_or("everybody");
        let done = self.done(
            event,
            format!("Give {whom} hint {number} of {} for {task}?", known.hints.len()),
            format!("hint {number} of {} for {task} is given to {whom}", known.hints.len()),
        );
        Ok(Done { text: Some(text.clone()), ..done })
    }

    fn hints_of(&self, name: &str, lab: &str) -> usize {
        self.room.people.get(name).and_then(|person| person.labs.get(lab)).map_or(0, |progress| progress.hints)
    }

    fn freeze(&self, on: bool) -> Result<Done, String> {
        let is_frozen = self.room.frozen.is_some();
        match (on, is_frozen) {
            (true, true) => {
                Err("the projector stands still already: `tightship workshop freeze --off` lets it go on".to_owned())
            }
            (false, false) => Err("the projector does not stand still".to_owned()),
            (true, false) => Ok(self.done(
                Event::Frozen { on },
                "Let the projector stand still? What attendees do counts as before.".to_owned(),
                "the projector stands still".to_owned(),
            )),
            (false, true) => Ok(self.done(
                Event::Frozen { on },
                "Let the projector go on?".to_owned(),
                "the projector goes on".to_owned(),
            )),
        }
    }

    fn banner(&self, text: Option<&str>) -> Result<Done, String> {
        let text = text.unwrap_or_default().trim();
        let length = text.chars().count();
        if length > BANNER {
            return Err(format!("a banner has at most {BANNER} characters, and this has {length}"));
        }
        let event = Event::Banner { text: crate::diagnostic::text::line(text).into_owned() };
        if text.is_empty() {
            return Ok(self.done(event, "Take the banner away?".to_owned(), "there is no banner".to_owned()));
        }
        Ok(self.done(event, format!("Show everybody: {text}?"), "the banner is shown".to_owned()))
    }

    fn hand(&self, name: &str, up: bool) -> Result<Done, String> {
        self.attendee(name)?;
        let is_up = self.room.people.get(name).is_some_and(|person| person.hand.is_some());
        if is_up == up {
            return Err(format!("the hand of {name} is {} already", if up { "up" } else { "down" }));
        }
        let event = Event::Hand { name: name.to_owned(), up };
        if up {
            return Ok(self.done(event, format!("Raise the hand of {name}?"), format!("the hand of {name} is up")));
        }
        Ok(self.done(event, format!("Was {name} helped?"), format!("the hand of {name} is down")))
    }
}

fn unknown<'w>(what: &str, word: &str, known: impl Iterator<Item = &'w str> + Clone) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("there is no {what} `{word}`; did you mean `{near}`?");
    }
    let some: Vec<&str> = known.take(8).collect();
    format!("there is no {what} `{word}`; there are {}", some.join(", "))
}
