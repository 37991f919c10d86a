//! The report as Markdown, and as a page.

use std::fmt::Write as _;

use super::super::page::document;
use super::{LabReport, Report};
use crate::diagnostic::text::{escaped, line};

const STYLE: &str = "*{box-sizing:border-box}body{margin:2rem auto;max-width:60rem;padding:0 1rem;color:#14181d;background:#fff;font:16px/1.45 system-ui,sans-serif}\
    h1{font-size:1.8rem}h2{margin:2rem 0 .4rem;border-bottom:2px solid #14181d}h3{margin:1.2rem 0 .3rem}table{border-collapse:collapse;width:100%}\
    th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #c3cbd3;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}\
    @page{size:A4;margin:15mm}@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}}";

/// A table: a heading, the names of its columns, its rows.
struct Table {
    title: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// What is said of a lab, or of everybody.
struct Chapter {
    title: String,
    sentence: String,
    tables: Vec<Table>,
}

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    // writing to a string cannot fail
    let mut out = format!("# {}\n\n{}\n", cell(&title(report)), cell(&summary(report)));
    for chapter in chapters(report) {
        let _ = write!(out, "\n## {}\n\n{}\n", cell(&chapter.title), cell(&chapter.sentence));
        for table in chapter.tables {
            let _ = write!(
                out,
                "\n### {}\n\n| {} |\n|{}\n",
                table.title,
                table.columns.join(" | "),
                "---|".repeat(table.columns.len())
            );
            for row in table.rows {
                let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
        }
    }
    out
}

/// The report as a page.
pub fn html(report: &Report) -> String {
    let mut body = format!("<main><h1>{}</h1><p>{}</p>\n", escaped(&title(report)), escaped(&summary(report)));
    for chapter in chapters(report) {
        let _ = write!(body, "<h2>{}</h2><p>{}</p>", escaped(&chapter.title), escaped(&chapter.sentence));
        for table in chapter.tables {
            let _ = write!(body, "<h3>{}</h3><table><thead><tr>", escaped(&table.title));
            for column in &table.columns {
                let _ = write!(body, "<th scope=\"col\">{column}</th>");
            }
            body += "</tr></thead><tbody>";
            for row in table.rows {
                body += "<tr>";
                for text in row {
                    let _ = write!(body, "<td>{}</td>", escaped(&text));
                }
                body += "</tr>";
            }
            body += "</tbody></table>\n";
        }
    }
    document(&title(report), STYLE, &(body + "</main>\n"))
}

fn title(report: &Report) -> String {
    if report.title.is_empty() { "Workshop".to_owned() } else { report.title.clone() }
}

fn summary(report: &Report) -> String {
    let time = |at: &Option<String>| at.as_ref().and_then(|at| at.get(..16)).unwrap_or("?").replace('T', " ");
    let labs = report.labs.len();
    format!(
        "{} of {} attendees joined; {labs} {} from {} to {} UTC.",
        report.joined,
        report.attendees,
        if labs == 1 { "lab" } else { "labs" },
        time(&report.from),
        time(&report.until)
    )
}

fn chapters(report: &Report) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = report.labs.iter().map(|lab| chapter(lab, report.joined)).collect();
    if let Some(people) = &report.people {
        let rows = people.iter().map(|person| {
            let passed = person.passed.iter().map(|(lab, tasks)| {
                let tasks: Vec<String> =
                    tasks.iter().map(|(task, minutes)| format!("{task} ({minutes} min)")).collect();
                format!("{lab}: {}", if tasks.is_empty() { "-".to_owned() } else { tasks.join(", ") })
            });
            vec![person.name.clone(), passed.collect::<Vec<String>>().join("; "), person.hints.to_string()]
        });
        chapters.push(Chapter {
            title: "Attendees".to_owned(),
            sentence: "What each passed, with the minutes since the lab was opened.".to_owned(),
            tables: vec![Table {
                title: "By name".to_owned(),
                columns: vec!["name", "passed", "hints"],
                rows: rows.collect(),
            }],
        });
    }
    chapters
}

fn chapter(lab: &LabReport, joined: usize) -> Chapter {
    let minutes = |seconds: Option<i64>| seconds.map_or_else(|| "-".to_owned(), |it| format!("{} min", (it + 30) / 60));
    let tasks = lab.tasks.iter().map(|task| {
        let passed = format!("{} of {joined}", task.passed);
        vec![task.id.clone(), passed, minutes(task.median_seconds), minutes(task.slowest_seconds)]
    });
    let checks = lab.checks.iter().map(|check| {
        vec![check.id.clone(), check.text.clone(), check.people.to_string(), format!("{} min", check.minutes)]
    });
    let traps = lab.traps.iter().map(|trap| vec![trap.lesson.clone(), trap.fails.join(", "), trap.people.to_string()]);
    let mut tables = vec![Table {
        title: "Tasks".to_owned(),
        columns: vec!["task", "passed", "median", "slowest"],
        rows: tasks.collect(),
    }];
    for (title, columns, rows) in [
        (
            "What to explain better: checks that kept people",
            vec!["check", "what is right when it passes", "people", "time in all"],
            checks.collect::<Vec<Vec<String>>>(),
        ),
        (
            "Traps that people's work looked like",
            vec!["what it teaches", "checks that failed", "people"],
            traps.collect(),
        ),
    ] {
        if !rows.is_empty() {
            tables.push(Table { title: title.to_owned(), columns, rows });
        }
    }
    Chapter {
        title: format!("{}: {}", lab.id, lab.title),
        sentence: format!(
            "{} of {joined} passed all of it. It was open for {} minutes, of {} given. Hints: {} for all, {} for one. Begun anew: {}.",
            lab.passed, lab.minutes_open, lab.minutes_given, lab.hints_for_all, lab.hints_for_one, lab.resets
        ),
        tables,
    }
}

/// A text in a cell of a table, in one line.
fn cell(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    line(&text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('`', "\\`")
}
