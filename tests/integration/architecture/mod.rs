//! The direction of the modules: the table in CONTRIBUTING.md says who may import whom, and this test holds every path of
//! `src` against it. Neither modules nor files may form a cycle.
//!
//! A path counts for the file that defines what it leads to, not for those that re-export it; so a `mod.rs` may hand on
//! what its files define, and still use them. Tests are part of their module. As files they stand above the code that
//! they test, because that does not know them: a cycle among tests is one, and one through the code of a test's file is not.

mod cases;
mod graph;
mod resolve;
mod source;
mod table;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use graph::Graph;
use resolve::{Import, Target};
use source::{Module, Source};
use table::Table;

/// This crate: its modules, what they import, and its table.
static OURS: LazyLock<(Source, Vec<Import>, Table)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = Source::read(&root.join("src"));
    let imports = resolve::imports(&source);
    (source, imports, Table::read(&std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap()))
});

#[test]
fn modules_import_what_their_rows_allow() {
    let (source, imports, table) = &*OURS;
    none(&modules(source, table, imports));
}

#[test]
fn files_go_one_way() {
    let (source, imports, _) = &*OURS;
    none(&file_cycles(source, imports));
}

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "{}\n", problems.join("\n"));
}

/// What is wrong with the table and the modules, a text for each.
fn modules(source: &Source, table: &Table, imports: &[Import]) -> Vec<String> {
    let mut problems = table.problems.clone();
    problems.extend(rows(source, table));
    problems.extend(forbidden(source, table, imports));
    problems.extend(module_cycles(source, imports));
    problems
}

/// Modules without a row, rows without a module, and files without either.
fn rows(source: &Source, table: &Table) -> Vec<String> {
    let tops: BTreeSet<&str> = source.modules.iter().map(Module::top).filter(|&top| top != "lib").collect();
    let without_row = tops.iter().filter(|&&top| !table.rows.contains_key(top));
    let without_row = without_row.map(|top| format!("the table of CONTRIBUTING.md has no row for `{top}`"));
    let without_module = table.rows.keys().filter(|name| !tops.contains(name.as_str()));
    let without_module =
        without_module.map(|name| format!("the table of CONTRIBUTING.md has a row for `{name}`, which is not in src"));
    let unread = source.unread().map(|file| format!("no module declares src/{file}"));
    without_row.chain(without_module).chain(unread).collect()
}

fn module_of<'s>(source: &'s Source, import: &Import) -> (&'s Module, &'s Module) {
    let (Target::Module(to) | Target::Item(to)) = import.target;
    (&source.modules[import.from], &source.modules[to])
}

fn shown(source: &Source, import: &Import) -> String {
    let (from, to) = module_of(source, import);
    format!("src/{}:{}: `{}` leads to src/{}", from.file, import.line, import.path, to.file)
}

fn forbidden(source: &Source, table: &Table, imports: &[Import]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for import in imports {
        let (from, to) = module_of(source, import);
        let is_new = seen.insert((&from.file, import.line, to.top()));
        if !is_new || from.top() == to.top() || table.allows(from.top(), to.top()) {
            continue;
        }
        if to.top() == "lib" && matches!(import.target, Target::Module(_)) {
            // `use crate::{yaml, spec}` passes through
            continue;
        }
        let Some(row) = table.rows.get(from.top()) else { continue };
        let why = match to.top() {
            "lib" => "which holds modules only".to_owned(),
            _ => format!("and the row of `{}` allows: {}", from.top(), row.cell),
        };
        problems.push(format!("{}, {why}", shown(source, import)));
    }
    problems
}

fn module_cycles(source: &Source, imports: &[Import]) -> Vec<String> {
    let mut graph = Graph::new();
    for import in imports {
        let (from, to) = module_of(source, import);
        if from.top() != "lib" && to.top() != "lib" {
            graph.add(from.top(), to.top(), shown(source, import));
        }
    }
    let head = |names: &[&str]| format!("cycle of modules: {}", names.join(" -> "));
    graph.cycles().iter().map(|cycle| cycle_shown(cycle, head)).collect()
}

fn file_cycles(source: &Source, imports: &[Import]) -> Vec<String> {
    let mut graph = Graph::new();
    for import in imports {
        let (from, to) = module_of(source, import);
        if matches!(import.target, Target::Item(_)) {
            graph.add(node(from, import.is_test), node(to, to.is_test), shown(source, import));
        }
    }
    let head = |nodes: &[(&str, bool)]| {
        let names = nodes.iter().map(|(file, is_test)| format!("{file}{}", if *is_test { " (tests)" } else { "" }));
        format!("cycle of files: {}", names.collect::<Vec<_>>().join(" -> "))
    };
    graph.cycles().iter().map(|cycle| cycle_shown(cycle, head)).collect()
}

/// A file, and whether its tests are meant.
fn node(module: &Module, is_test: bool) -> (&str, bool) {
    (&module.file, is_test)
}

fn cycle_shown<N: Copy>(cycle: &[(N, N, String)], head: impl Fn(&[N]) -> String) -> String {
    let nodes: Vec<N> = cycle.iter().map(|(from, _, _)| *from).chain(cycle.first().map(|(from, _, _)| *from)).collect();
    let lines: Vec<String> = cycle.iter().map(|(_, _, line)| format!("\n    {line}")).collect();
    format!("{}{}", head(&nodes), lines.concat())
}
