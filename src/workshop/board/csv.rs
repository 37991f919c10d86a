//! The instructor's view for spreadsheets.

use super::model::Board;

/// A line for each attendee.
pub fn csv(board: &Board) -> String {
    let mut out =
        String::from("seat,name,state,task,passed,check,why,wait_minutes,stuck,hand_up,idle_minutes,hints\r\n");
    for row in &board.attendees {
        let optional = |text: Option<&String>| text.map(String::as_str).unwrap_or_default().to_owned();
        let cells = [
            row.seat.to_string(),
            row.name.clone(),
            row.state.to_owned(),
            optional(row.task.as_ref()),
            row.passed.to_string(),
            optional(row.check.as_ref()),
            optional(row.why.as_ref()),
            row.wait_minutes.to_string(),
            row.is_stuck.to_string(),
            row.has_hand_up.to_string(),
            row.idle_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            row.hints.to_string(),
        ];
        out += &cells.map(|cell| self::cell(&cell)).join(",");
        out += "\r\n";
    }
    out
}

/// A cell as RFC 4180 has it, which no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    let text = crate::diagnostic::text::line(&text);
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"']) {
        return text.into_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
