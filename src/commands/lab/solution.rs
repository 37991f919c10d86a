//! `tightship lab solution`.

use std::fmt::Write as _;
use std::rc::Rc;

use anyhow::bail;

use super::context::LabContext;
use super::hint::all_hints_seen;
use super::show;
use super::verify::{self, broken};
use crate::cli::lab::SolutionArgs;
use crate::commands::{OK, output};
use crate::lab::course::{Action, Step};

/// Shows a solution, or applies it.
pub(super) fn run(mut context: LabContext, args: &SolutionArgs) -> anyhow::Result<u8> {
    context.agree()?;
    let _lock = context.lock()?;
    let course = Rc::clone(&context.course);
    let entry = context.lab_of(&course, args.lab.lab.as_deref())?;
    let id = entry.lab.id.value.to_string();
    context.run(entry)?;
    let is_passed = context.record(entry).is_some_and(|record| record.passed.is_some());
    if !is_passed && !all_hints_seen(&context, entry) {
        bail!(
            "the solution of {id} is available when the lab is passed, or when all hints were shown: `tightship lab hint`"
        );
    }
    let count = entry.lab.solutions.len();
    if args.number == 0 || args.number > count {
        bail!(
            "{id} has {}: --number 1{}",
            output::count(count, "solution"),
            if count > 1 { format!(" to {count}") } else { String::new() }
        );
    }
    let site = match context.site(entry) {
        Ok(site) => site,
        Err(error) => return broken(&error),
    };
    let mut stage = context.stage(entry, &site)?;
    if !is_passed {
        context.state.lab(&id).solution_seen = true;
        context.save()?;
    }
    let Some(solution) = stage.lab.solutions.get(args.number - 1).map(|solution| solution.value.clone()) else {
        bail!("{id} has no such solution");
    };
    let mut text = String::new();
    if !solution.text.is_empty() {
        text.push_str(&show::wrapped(&solution.text, "# "));
    }
    for path in stage.paths(&solution.dir) {
        let _ = write!(text, "# {path}\n---\n{}", stage.shown(path)?);
    }
    for step in solution.steps.iter().filter_map(told) {
        let _ = writeln!(text, "# {}", with_variables(&step));
    }
    if count > 1 {
        let _ = writeln!(text, "# solution {} of {count}: --number shows another", args.number);
    }
    output::print(&text)?;
    if !args.apply {
        return Ok(OK);
    }
    output::say_lines("\napply it")?;
    let mut tell = |text: &str| {
        // who cannot be told is told the verdict
        let _ = output::say_lines(text);
    };
    // kubectl gets what was read, whatever is in the folder by now
    site.write_kubeconfig(&context.workspace, &stage.names)?;
    stage.apply_solution(&site.client, args.number - 1, None, &mut tell)?;
    if let Some(run) = &mut context.state.lab(&id).run {
        run.saved.clone_from(&stage.names.saved);
    }
    let report = verify::look(&mut context, entry, &stage, &site.client, None)?;
    output::show(&format!("\n{}", verify::text(entry, &report, None)))?;
    Ok(verify::code(&report))
}

/// What a step has saved is a variable of the shell where somebody does it by hand.
fn with_variables(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(SAVED) {
        let Some((name, behind)) = after.split_once("}}") else { break };
        shown.extend([before, "$", name.trim_end()]);
        rest = behind;
    }
    shown + rest
}

/// How a text begins that waits for what a step saves.
const SAVED: &str = "{{ saved.";

/// A word for the shell; one with a variable is in quotes that leave it one.
fn word_of(word: &str) -> String {
    if word.contains(SAVED) && !word.contains(['"', '$', '`', '\\', '!']) {
        return format!("\"{word}\"");
    }
    output::shell_word(word)
}

/// A step in a line; none if its files say all.
fn told(step: &Step) -> Option<String> {
    match &step.action {
        Action::Apply(_) | Action::Replace(_) | Action::Patch(_) => None,
        Action::Kubectl(argv, saved) => {
            let words: Vec<String> = argv.iter().map(|word| word_of(word)).collect();
            let command = format!("kubectl {}", words.join(" "));
            Some(match &saved.save {
                Some(name) => format!("{}=$({command})", name.0),
                None => command,
            })
        }
        Action::Delete(object) => Some(format!("kubectl delete {} {}", object.kind.value, object.name)),
        Action::Answers(answers) => {
            let answers: Vec<String> = answers.iter().map(|(id, answer)| format!("{id}: {answer}")).collect();
            Some(format!("answers.yaml: {}", answers.join(", ")))
        }
        Action::Put(put) => Some(format!("{} comes from {}", put.file, put.from.value)),
        Action::NodePut(put) => Some(format!("on the node, {} comes from {}", put.to, put.from.value)),
        Action::NodeEdit(edit) => Some(format!("on the node, {}: {}", edit.file, edit.changes().join(", "))),
        Action::NodeDelete(path) => Some(format!("on the node, {} is deleted", path.value)),
        Action::NodeRestart(component) => Some(format!("{} is restarted", component.value)),
    }
}

#[cfg(test)]
mod tests {
    use super::{with_variables, word_of};

    #[test]
    fn what_is_saved_is_a_variable() {
        let words = ["certificate", "approve", "{{ saved.csr }}", "page=a@{{ saved.good }}", "it's"];
        let words: Vec<String> = words.iter().map(|word| word_of(word)).collect();
        let shown = with_variables(&words.join(" "));
        assert_eq!(shown, r#"certificate approve "$csr" "page=a@$good" 'it'\''s'"#);
        assert_eq!(with_variables("{{ saved.a"), "{{ saved.a");
    }
}
