//! Slides: each lab's page and debrief in large type. One file to show or to print, without scripts.

use std::fmt::Write as _;

use super::markdown::{Block, blocks};
use super::page::document;
use crate::diagnostic::text::escaped;
use crate::lab::course::Entry;
use crate::workshop::room::generic;

const STYLE: &str = include_str!("slides.css");
/// So many lines of large type are on a slide.
const LINES: usize = 17;

/// What is shown of a lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The page that attendees have.
    Page,
    /// What happened and why: it contains the solution.
    Debrief,
}

/// The slides of some labs, in their order.
pub fn html(title: &str, labs: &[&Entry], parts: &[Part]) -> String {
    let title = if title.is_empty() { "Workshop" } else { title };
    let mut body = String::from("<main>\n");
    for entry in labs {
        let lab = &entry.lab;
        // writing to a string cannot fail
        let _ = writeln!(
            body,
            "<section class=\"slide first\"><p>{}</p><h1>{}</h1><p>{}</p><p class=\"foot\">{} minutes, {}</p></section>",
            escaped(title),
            escaped(&lab.title),
            escaped(&generic(&lab.story.split_whitespace().collect::<Vec<&str>>().join(" "))),
            lab.minutes.0,
            lab.level.as_str()
        );
        for part in [Part::Page, Part::Debrief].into_iter().filter(|part| parts.contains(part)) {
            let (file, name) = match part {
                Part::Page => ("README.md", "the lab"),
                Part::Debrief => ("debrief.md", "what happened"),
            };
            if let Some(source) = entry.files.get(file) {
                let foot = format!("{}: {name}", lab.title);
                slides(&generic(source.text()), &foot, &mut body);
            }
        }
    }
    document(&format!("{title}: slides"), STYLE, &(body + "</main>\n"))
}

/// A slide for each heading of the second level; what is too long goes on on another.
fn slides(text: &str, foot: &str, out: &mut String) {
    let foot = format!("<p class=\"foot\">{}</p></section>\n", escaped(foot));
    let mut heading = String::new();
    let mut lines = LINES;
    let mut is_open = false;
    for block in blocks(text) {
        let (html, more) = match block {
            // the title is on the first slide of the lab
            Block::Heading(level @ (1 | 2), html) => {
                heading = if level == 1 { String::new() } else { html };
                lines = LINES;
                continue;
            }
            Block::Heading(level, html) => (format!("<h{level}>{html}</h{level}>"), 2),
            Block::Body(html, more) => (html, more),
        };
        if lines + more > LINES {
            if is_open {
                *out += &foot;
            }
            *out += "<section class=\"slide\">";
            if !heading.is_empty() {
                let _ = write!(out, "<h2>{heading}</h2>");
            }
            (is_open, lines) = (true, 0);
        }
        *out += &html;
        lines += more;
    }
    if is_open {
        *out += &foot;
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, html};
    use crate::lab::course::Course;

    #[test]
    fn every_lab_has_slides_that_ask_nobody() {
        let course = Course::embedded().unwrap_or_else(|faults| panic!("{}", faults.show()));
        let labs: Vec<_> = course.labs.iter().collect();
        let page = html("Workshop", &labs, &[Part::Page, Part::Debrief]);
        assert_eq!(page.matches("slide first").count(), labs.len());
        // no placeholder is left, nothing runs, nothing is fetched
        for word in ["{{", "<script", "src=", "href=", "style=\"", "url("] {
            assert!(!page.contains(word), "{word}");
        }
        assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
        let one = html("", &labs[3..4], &[Part::Debrief]);
        assert!(one.contains("<h2>Why the page was the harder half</h2>"), "{one}");
        assert!(!one.contains("The attack") && one.contains("<title>Workshop: slides</title>"));
        let page = html("", &labs[3..4], &[Part::Page]);
        assert!(page.contains("<h2>The attack</h2>") && !page.contains("harder half"));
    }
}
