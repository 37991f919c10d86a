//! The table of modules in CONTRIBUTING.md.

use std::collections::{BTreeMap, BTreeSet};

/// What a row lets its modules import.
pub struct Row {
    /// As it is written.
    pub cell: String,
    /// None if all.
    names: Option<Vec<String>>,
}

/// The rows by module.
pub struct Table {
    pub rows: BTreeMap<String, Row>,
    /// What is wrong with the table itself.
    pub problems: Vec<String>,
}

impl Table {
    /// Reads the table with this head. Its rows go from the ground up: each names rows above it.
    pub fn read(markdown: &str) -> Self {
        let mut table = Self { rows: BTreeMap::new(), problems: Vec::new() };
        let lines = || markdown.lines().enumerate();
        let head = lines().skip_while(|(_, line)| *line != "| module | holds | may import |");
        for (at, line) in head.skip(2).take_while(|(_, line)| line.starts_with('|')) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            match cells[..] {
                ["", first, _, cell, ""] => table.row(at + 1, &modules(first), cell),
                _ => table.problems.push(format!("CONTRIBUTING.md:{}: this row has not three cells", at + 1)),
            }
        }
        table
    }

    fn row(&mut self, line: usize, modules: &[String], cell: &str) {
        let names: Vec<String> = cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect();
        let names = match cell {
            "all" => None,
            "-" => Some(Vec::new()),
            _ => Some(names),
        };
        for name in names.iter().flatten() {
            if !self.rows.contains_key(name) {
                self.problems.push(format!("CONTRIBUTING.md:{line}: `{name}` is no module of a row above"));
            }
        }
        for module in modules {
            let row = Row { cell: cell.to_owned(), names: names.clone() };
            if self.rows.insert(module.clone(), row).is_some() {
                self.problems.push(format!("CONTRIBUTING.md:{line}: `{module}` has two rows"));
            }
        }
    }

    /// Whether a module may import another: its row names it, or what may import it.
    pub fn allows(&self, from: &str, to: &str) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut next = vec![from];
        while let Some(module) = next.pop() {
            if module == to {
                return true;
            }
            match self.rows.get(module).map(|row| &row.names) {
                Some(None) => return true,
                Some(Some(names)) if seen.insert(module) => next.extend(names.iter().map(String::as_str)),
                _ => {}
            }
        }
        false
    }
}

/// The modules that a cell names between backticks.
fn modules(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
