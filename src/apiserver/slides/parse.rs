//! Reads `data/apiserver/slides.txt`.

use crate::k8s::table::{Read, Record, Source, Value, source};

const SLIDES: Source = source!("apiserver/slides.txt");

#[derive(Debug, Default)]
pub struct Slides {
    pub flags: Vec<SlideFlag>,
    /// Ports of a node, corrected and completed.
    pub ports: Vec<SlidePort>,
}

/// A flag or plugin of the slides.
#[derive(Debug)]
pub struct SlideFlag {
    /// What the slide said.
    pub slide: String,
    /// The row of the catalogue that says what became of it.
    pub(super) row: CatalogueRow,
    /// What to write today.
    pub today: String,
}

/// A name in the catalogue.
#[derive(Debug)]
pub(super) enum CatalogueRow {
    /// That of a flag of kube-apiserver.
    Flag(&'static str),
    /// That of an admission plugin.
    Plugin(&'static str),
}

/// A port of a node.
#[derive(Debug)]
pub struct SlidePort {
    pub port: u16,
    /// What the slide said it is; none if it was not on it.
    pub slide: Option<String>,
    /// What it is today.
    pub today: String,
}

pub fn read() -> Read<Slides> {
    let mut slides = Slides::default();
    for record in SLIDES.records(&["flag", "plugin", "port"])? {
        match record.head.peek() {
            "port" => slides.ports.push(port(&record)?),
            _ => slides.flags.push(flag(&record)?),
        }
    }
    Ok(slides)
}

fn flag(record: &Record) -> Read<SlideFlag> {
    let mut head = record.head;
    let is_flag = head.skip_word("flag") || !head.skip_word("plugin");
    let name = head.word("a name of the catalogue")?;
    head.finish()?;
    let row = if is_flag { CatalogueRow::Flag(name) } else { CatalogueRow::Plugin(name) };
    let [slide, today] = record.keys(["slide", "today"])?;
    Ok(SlideFlag {
        slide: record.required("slide", slide)?.text()?,
        row,
        today: record.required("today", today)?.text()?,
    })
}

fn port(record: &Record) -> Read<SlidePort> {
    let mut head = record.head;
    head.expect("port")?;
    let port = head.read("a port", |word| word.parse().ok())?;
    head.finish()?;
    let [slide, today] = record.keys(["slide", "today"])?;
    Ok(SlidePort { port, slide: slide.map(Value::text).transpose()?, today: record.required("today", today)?.text()? })
}
