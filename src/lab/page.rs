//! The curriculum as a page.

use super::course::Course;

/// The page of a course, in Markdown.
pub fn markdown(course: &Course) -> String {
    let mut page = String::from("| no. | lab | level | minutes | story |\n|---|---|---|---|---|\n");
    for entry in &course.labs {
        let lab = &entry.lab;
        page.push_str(&format!(
            "| {:02} | {} | {} | {} | {} |\n",
            entry.number,
            lab.id.value,
            lab.level.as_str(),
            lab.minutes.0,
            lab.story
        ));
    }
    page
}
