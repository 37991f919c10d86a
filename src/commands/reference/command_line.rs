//! A page for each command, as its help says it.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

use super::page::Page;
use crate::cli;
use crate::explain::markdown::cell;

/// A page that lists the commands, and one for each.
pub(super) fn pages() -> Vec<Page> {
    let mut root = cli::command();
    root.build();
    let mut list = format!("{}\n\n", about(&root));
    let mut pages = Vec::new();
    add(&root, "", 1, &mut pages, &mut list);
    list += &options(&root, false);
    list += &after(&root);
    pages.insert(0, Page::new(0, "reference/commands.md", "Commands", &list));
    pages
}

/// The pages of the commands below one, with a line for each in a list.
fn add(parent: &Command, path: &str, depth: usize, pages: &mut Vec<Page>, list: &mut String) {
    for command in parent.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help") {
        let path =
            if path.is_empty() { command.get_name().to_owned() } else { format!("{path}-{}", command.get_name()) };
        let title = format!("tightship {}", path.replace('-', " "));
        let indent = "  ".repeat(depth - 1);
        let first = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(list, "{indent}* [{title}](commands/{path}.md): {}", cell(&first));
        pages.push(Page::new(depth, format!("reference/commands/{path}.md"), title, &body(command, &path)));
        add(command, &path, depth + 1, pages, list);
    }
}

fn body(command: &Command, path: &str) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let mut text = format!("{}\n\n```text\n{usage}\n```\n", about(command));
    let mut below =
        command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help").peekable();
    if below.peek().is_some() {
        text += "\n## Commands\n\n";
    }
    for command in below {
        let first = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "* [{0}]({path}-{0}.md): {1}", command.get_name(), cell(&first));
    }
    let arguments: Vec<&Arg> = command.get_positionals().filter(|arg| !arg.is_hide_set()).collect();
    if !arguments.is_empty() {
        text += "\n## Arguments\n\n";
    }
    for arg in arguments {
        text += &line(&format!("`{}`", names(arg).join(" ")), arg);
    }
    text + &options(command, true) + &after(command)
}

/// The options under their headings; those of every command are on one page only.
fn options(command: &Command, is_below: bool) -> String {
    let mut text = String::new();
    let mut heading = None;
    let is_shown = |arg: &&Arg| {
        let is_general = matches!(
            arg.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        );
        !(arg.is_hide_set() || is_general || is_below && arg.get_id() == "color")
    };
    for arg in command.get_opts().chain(flags(command)).filter(is_shown) {
        let title = arg.get_help_heading().unwrap_or("Options");
        if heading != Some(title) {
            let _ = write!(text, "\n## {title}\n\n");
            heading = Some(title);
        }
        let values = names(arg);
        let short = arg.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
        let long = arg.get_long().map(|long| format!("--{long}")).unwrap_or_default();
        let value = if values.is_empty() { String::new() } else { format!(" {}", values.join(" ")) };
        text += &line(&format!("{short}`{long}{value}`"), arg);
    }
    text
}

/// Options without a value.
fn flags(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_positional() && !arg.get_action().takes_values())
}

/// What stands for the values of an argument.
fn names(arg: &Arg) -> Vec<String> {
    if !arg.get_action().takes_values() {
        return Vec::new();
    }
    let names = arg.get_value_names().unwrap_or_default();
    if names.is_empty() {
        vec![arg.get_id().as_str().to_uppercase()]
    } else {
        names.iter().map(ToString::to_string).collect()
    }
}

/// An argument as an item of a list.
fn line(name: &str, arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = sentence(&cell(&help));
    let words: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && arg.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !words.is_empty() {
        let _ = write!(text, " One of {}.", words.join(", "));
    }
    let defaults: Vec<String> = arg.get_default_values().iter().map(|value| format!("`{}`", value.display())).collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let _ = write!(text, " Default: {}.", defaults.join(", "));
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(text, " Variable: `{}`.", variable.display());
    }
    format!("* {name}: {}\n", text.trim())
}

fn sentence(text: &str) -> String {
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

fn about(command: &Command) -> String {
    let text = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    sentence(&cell(&text))
}

/// What follows the options: exit codes and examples.
fn after(command: &Command) -> String {
    let text = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string).unwrap_or_default();
    if text.is_empty() { String::new() } else { format!("\n```text\n{}\n```\n", text.trim_end()) }
}
