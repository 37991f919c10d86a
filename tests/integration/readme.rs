//! The console blocks of the README and of `docs/` are what the program prints today.
//!
//! A comment `<!-- file: NAME -->` makes a file of the block that follows, `<!-- run` and lines of shell do what needs no
//! words, and `<!-- not run: REASON -->` leaves a block out. `README_UPDATE=1` writes today's output into the files.

use std::process::Stdio;

use crate::docs::pages;
use crate::support::{Folder, program};

/// A shell in the folder that finds the program; what it prints to either side, in its order.
fn shell(folder: &Folder, script: &str) -> String {
    let ours = std::path::Path::new(assert_cmd::cargo::cargo_bin!("tightship")).parent().unwrap();
    let mut command = std::process::Command::new("sh");
    // as it is set up for every other test
    for (name, value) in program().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", ours.display());
    let script = format!("exec 2>&1\n{script}");
    let output = command
        .args(["-c", &script])
        .env("PATH", path)
        .env("HOME", folder.path("home"))
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A block of commands with what each prints.
fn run(folder: &Folder, block: &str) -> String {
    let commands = block.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.map(|command| format!("$ {command}\n{}", shell(folder, command))).collect()
}

/// A page with today's output, and the number of blocks that were run.
fn renewed(text: &str) -> (String, usize) {
    let folder = Folder::new();
    let (mut out, mut rest, mut count) = (String::new(), text, 0);
    while let Some((before, marked)) = rest.split_once("```") {
        let (language, marked) = marked.split_once('\n').unwrap();
        let (block, after) = marked.split_once("```\n").unwrap_or_else(|| panic!("a block has no end:\n{marked}"));
        let comments: Vec<&str> =
            before.split("<!-- ").skip(1).map(|comment| comment.split_once("-->").unwrap().0).collect();
        for script in comments.iter().filter_map(|comment| comment.strip_prefix("run\n")) {
            assert_eq!(shell(&folder, script), "", "{script}");
        }
        let last = before.trim_end().rsplit('\n').next().unwrap_or_default();
        if let Some(name) = last.strip_prefix("<!-- file: ").and_then(|name| name.strip_suffix(" -->")) {
            folder.write(name, block);
        }
        out += &format!("{before}```{language}\n");
        if language == "console" && !last.starts_with("<!-- not run: ") {
            count += 1;
            out += &run(&folder, block);
        } else {
            out += block;
        }
        out += "```\n";
        rest = after;
    }
    (out + rest, count)
}

#[test]
fn every_console_block_is_todays_output() {
    let mut count = 0;
    for (path, text) in pages() {
        // what the program writes has no console blocks
        if path.starts_with("docs/reference/") {
            continue;
        }
        let (today, blocks) = renewed(&text);
        count += blocks;
        if today == text {
            continue;
        }
        if std::env::var_os("README_UPDATE").is_some() {
            std::fs::write(crate::docs::repository().join(&path), today).unwrap();
        } else {
            let difference =
                similar::TextDiff::from_lines(&text, &today).unified_diff().header(&path, "today").to_string();
            panic!("README_UPDATE=1 writes today's output:\n{difference}");
        }
    }
    assert!(count > 25, "only {count} blocks were run");
}
