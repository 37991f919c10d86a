//! The curriculum as a page for instructors.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::course::cks::Cks;
use super::course::values::Need;
use super::course::workshop::EXERCISES;
use super::course::{Course, Entry};

/// The page of a course, in Markdown: the labs with their times, and which lab covers what. What is left out, and where
/// the exercises of 2019 are, is known only of the course that is built in.
pub fn markdown(course: &Course, is_built_in: bool) -> String {
    let mut page = String::from("# Labs\n\n");
    let minutes: u32 = course.labs.iter().map(|entry| entry.lab.minutes.0).sum();
    // writing to a String does not fail
    let count = course.labs.len();
    let labs = if count == 1 { "lab" } else { "labs" };
    let _ = writeln!(page, "{count} {labs}, {} hours and {} minutes in all.\n", minutes / 60, minutes % 60);
    page.push_str("Each can be started alone: `tightship lab start ID`. ");
    if is_built_in {
        page.push_str("One image is enough, `busybox:1.37`; a");
    } else {
        page.push('A');
    }
    page.push_str(" lab with an own cluster gets a kind cluster for itself, the others share one.");
    if is_built_in {
        page.push_str(" Not in the course: what needs another image, another kernel or a cloud.");
    }
    page.push_str("\n\n");
    page.push_str(
        "| no. | lab | level | minutes | cluster | what it is about | rules |\n|---|---|---|---|---|---|---|\n",
    );
    for entry in &course.labs {
        let lab = &entry.lab;
        let rules: Vec<String> =
            lab.rules.iter().filter_map(|rule| rule.value.0).map(|rule| format!("`{}`", rule.id)).collect();
        let since = lab.kubernetes.as_ref().map(|release| format!(", {} or newer", release.0)).unwrap_or_default();
        let _ = writeln!(
            page,
            "| {:02} | {} | {} | {} | {}{since} | {} | {} |",
            entry.number,
            lab.id.value,
            lab.level.as_str(),
            lab.minutes.0,
            if lab.needs.contains(&Need::OwnCluster) { "own" } else { "shared" },
            cell(&lab.story),
            rules.join(", "),
        );
    }
    exam(&mut page, course, is_built_in);
    benchmark(&mut page, course);
    if is_built_in {
        workshop(&mut page, course);
    }
    page
}

/// The topics of the exam, with the labs that cover them, or why none does.
fn exam(page: &mut String, course: &Course, is_built_in: bool) {
    if !is_built_in && course.labs.iter().all(|entry| entry.lab.cks.is_empty()) {
        return;
    }
    page.push_str("\n## CKS\n\nThe topics of the outline of version 1.34, in short.\n\n| domain | topic | labs |\n|---|---|---|\n");
    for word in Cks::WORDS {
        let Some(topic) = Cks::from_word(word) else { continue };
        let labs = covering(course, |entry| entry.lab.cks.contains(&topic));
        let labs = match labs.is_empty() {
            true if is_built_in => format!("none: {}", topic.left_out()),
            true => continue,
            false => labs,
        };
        let _ = writeln!(page, "| {} | {word} | {labs} |", topic.domain());
    }
}

/// The items of the benchmark that labs cover.
fn benchmark(page: &mut String, course: &Course) {
    let items: BTreeMap<Vec<Part<'_>>, &str> =
        course.labs.iter().flat_map(|entry| &entry.lab.cis).map(|item| (parts(item), item.as_str())).collect();
    if items.is_empty() {
        return;
    }
    page.push_str("\n## CIS Kubernetes Benchmark 1.12\n\n| item | labs |\n|---|---|\n");
    for item in items.values() {
        let labs = covering(course, |entry| entry.lab.cis.iter().any(|other| other == item));
        let _ = writeln!(page, "| {item} | {labs} |");
    }
}

/// The exercises of the workshop of 2019, and where each is.
fn workshop(page: &mut String, course: &Course) {
    page.push_str("\n## The workshop of 2019\n\nEach exercise, and where it is today.\n\n| 2019 | today | labs |\n|---|---|---|\n");
    for exercise in EXERCISES {
        let labs = covering(course, |entry| exercise.labs.contains(&entry.lab.id.value.0.as_str()));
        let _ = writeln!(page, "| {} | {} | {labs} |", exercise.was, exercise.now);
    }
}

fn covering(course: &Course, is: impl Fn(&Entry) -> bool) -> String {
    let labs: Vec<String> = course
        .labs
        .iter()
        .filter(|entry| is(entry))
        .map(|entry| format!("{:02} {}", entry.number, entry.lab.id.value.0))
        .collect();
    labs.join(", ")
}

/// A part of a topic by which it is sorted: numbers by their value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'t> {
    Number(u32),
    Text(&'t str),
}

fn parts(topic: &str) -> Vec<Part<'_>> {
    topic.split('.').map(|part| part.parse().map_or(Part::Text(part), Part::Number)).collect()
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}
