//! The test fails where it should: invented trees.

use super::source::Source;
use super::table::Table;
use super::{file_cycles, modules, resolve};

const TABLE: &str = "
| topic | where |
|---|---|
| `nowhere` | - |

| module | holds | may import |
|---|---|---|
| `ground` | - | - |
| `middle` | `Thing` | ground |
| `top` | - | middle |
| `commands`, `main` | - | all |

| `after` | - | - |
";

const LIB: &str = "pub mod commands; pub mod ground; pub mod middle; pub mod top;";

/// What is wrong with a tree, by this table.
fn problems(source: &Source, table: &str) -> Vec<String> {
    let imports = resolve::imports(source);
    [modules(source, &Table::read(table), &imports), file_cycles(source, &imports)].concat()
}

fn source<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Source {
    Source::new(files.into_iter().map(|(file, text)| (file.to_owned(), text.to_owned())).collect())
}

/// What is wrong with a tree of these files beside those that every tree has.
fn wrong(files: &[(&str, &str)]) -> Vec<String> {
    let tops = ["commands/mod.rs", "ground/mod.rs", "middle/mod.rs", "top.rs"].map(|file| (file, "pub struct Thing;"));
    let all = [("lib.rs", LIB), ("main.rs", "fn main() { tightship::commands::run() }")].into_iter().chain(tops);
    problems(&source(all.chain(files.iter().copied())), TABLE)
}

/// Expects one problem, word for word.
#[track_caller]
fn fails(files: &[(&str, &str)], problem: &str) {
    assert_eq!(wrong(files), [problem]);
}

#[track_caller]
fn passes(files: &[(&str, &str)]) {
    assert_eq!(wrong(files), [""; 0]);
}

/// What is said of line 1 of ground/mod.rs.
fn forbidden(path: &str, to: &str) -> String {
    format!("src/ground/mod.rs:1: `{path}` leads to src/{to}, and the row of `ground` allows: -")
}

#[test]
fn what_the_table_names_is_allowed_and_what_that_may() {
    passes(&[
        ("middle/mod.rs", "use crate::ground::Thing;"),
        ("top.rs", "use crate::{ground::Thing, middle};"),
        ("commands/mod.rs", "use crate::{ground, middle, top::Thing};"),
    ]);
}

#[test]
fn an_import_that_the_table_does_not_allow() {
    fails(&[("ground/mod.rs", "use crate::middle::Thing;")], &forbidden("crate::middle::Thing", "middle/mod.rs"));
    fails(&[("ground/mod.rs", "use crate::middle;")], &forbidden("crate::middle", "middle/mod.rs"));
    fails(
        &[("ground/mod.rs", "fn f(_: crate::middle::Thing) {}")],
        &forbidden("crate::middle::Thing", "middle/mod.rs"),
    );
    let line = "src/middle/mod.rs:3: `crate::top::Thing` leads to src/top.rs, and the row of `middle` allows: ground";
    fails(&[("middle/mod.rs", "// one\n/* two */\nuse crate::top::Thing;")], line);
}

#[test]
fn main_may_import_all_and_nobody_may_import_it() {
    let path = "use tightship::{commands, ground::Thing, top}; fn main() {}";
    passes(&[("main.rs", path)]);
}

#[test]
fn a_group_a_glob_and_a_new_name() {
    let to = "middle/mod.rs";
    fails(&[("ground/mod.rs", "use crate::{middle::{self, Thing}, ground};")], &forbidden("crate::middle", to));
    fails(&[("ground/mod.rs", "use crate::middle::*;")], &forbidden("crate::middle::*", to));
    fails(&[("ground/mod.rs", "use crate::middle as ground;")], &forbidden("crate::middle", to));
    fails(
        &[("ground/mod.rs", "use crate::{self as all}; fn f(_: all::middle::Thing) {}")],
        &forbidden("all::middle::Thing", to),
    );
    let all = "use crate::*; fn f(_: middle::Thing) {}";
    assert!(wrong(&[("ground/mod.rs", all)]).contains(&forbidden("middle::Thing", to)));
}

#[test]
fn super_of_super() {
    let child = ("ground/child.rs", "mod deep { fn f() -> super::super::super::middle::Thing { todo!() } }");
    let line = "src/ground/child.rs:1: `super::super::super::middle::Thing` leads to src/middle/mod.rs, \
                and the row of `ground` allows: -";
    fails(&[("ground/mod.rs", "mod child;"), child], line);
    passes(&[("middle/mod.rs", "mod child;"), ("middle/child.rs", "use super::super::ground::Thing;")]);
}

#[test]
fn a_macro_and_what_stands_in_its_call() {
    let rules = "macro_rules! make { ($name:ident) => { fn $name(_: $crate::middle::Thing) {} } }";
    fails(&[("ground/mod.rs", rules)], &forbidden("crate::middle::Thing", "middle/mod.rs"));
    let call = "fn f() { vec![&[crate::middle::Thing]]; }";
    fails(&[("ground/mod.rs", call)], &forbidden("crate::middle::Thing", "middle/mod.rs"));
    passes(&[("ground/mod.rs", "fn f() { print!(\"crate::middle::Thing\") } // crate::middle::Thing")]);
}

#[test]
fn the_use_of_a_block() {
    let block = "fn f() { if true { use crate::middle as m; m::f(); } }";
    fails(&[("ground/mod.rs", block)], &forbidden("crate::middle", "middle/mod.rs"));
}

#[test]
fn tests_count_for_modules() {
    let tests = "#[cfg(test)] mod tests { use crate::middle::Thing; }";
    fails(&[("ground/mod.rs", tests)], &forbidden("crate::middle::Thing", "middle/mod.rs"));
    let file = ("ground/tests.rs", "use crate::middle::Thing;");
    let line =
        "src/ground/tests.rs:1: `crate::middle::Thing` leads to src/middle/mod.rs, and the row of `ground` allows: -";
    fails(&[("ground/mod.rs", "#[cfg(test)] mod tests;"), file], line);
}

#[test]
fn a_re_export_hands_on_what_it_names() {
    let top = ("top.rs", "pub use crate::middle::Thing as Other;");
    let problems = wrong(&[top, ("ground/mod.rs", "use crate::top::Other;")]);
    // it needs what it leads to, and the module that it names
    assert_eq!(problems, [forbidden("crate::top::Other", "middle/mod.rs"), forbidden("crate::top::Other", "top.rs")]);
}

#[test]
fn the_root_holds_modules_only() {
    let lib = format!("{LIB} pub struct Root;");
    let line = "src/ground/mod.rs:1: `crate::Root` leads to src/lib.rs, which holds modules only";
    fails(&[("lib.rs", &lib), ("ground/mod.rs", "use crate::Root;")], line);
}

#[test]
fn a_module_and_its_row() {
    let lib = format!("{LIB} mod new;");
    fails(&[("lib.rs", &lib), ("new.rs", "")], "the table of CONTRIBUTING.md has no row for `new`");
    let lib = LIB.replace("pub mod top;", "");
    let problems = wrong(&[("lib.rs", &lib)]);
    let expected =
        ["the table of CONTRIBUTING.md has a row for `top`, which is not in src", "no module declares src/top.rs"];
    assert_eq!(problems, expected);
}

#[test]
fn the_table_goes_from_the_ground_up() {
    let problems = |table: &str| Table::read(table).problems;
    let rows = |rows: &str| problems(&format!("| module | holds | may import |\n|---|---|---|\n{rows}"));
    assert_eq!(rows("| `a` | - | b |\n| `b` | - | - |"), ["CONTRIBUTING.md:3: `b` is no module of a row above"]);
    assert_eq!(rows("| `a` | - | - |\n| `a` | - | all |"), ["CONTRIBUTING.md:4: `a` has two rows"]);
    assert_eq!(rows("| `a` | - |"), ["CONTRIBUTING.md:3: this row has not three cells"]);
    assert_eq!(problems(TABLE), [""; 0]);
}

#[test]
fn a_cycle_of_modules() {
    let all =
        "| module | holds | may import |\n|---|---|---|\n| `a` | - | - |\n| `b` | - | a |\n| `c`, `d` | - | all |";
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", ""),
        ("b/mod.rs", "use crate::a;"),
        ("c.rs", "use crate::a;\nfn f() { crate::d::g() }"),
        ("d.rs", "use crate::{b, c};\npub fn g() {}"),
    ];
    let cycle = "cycle of modules: c -> d -> c\n    \
                src/c.rs:2: `crate::d::g` leads to src/d.rs\n    \
                src/d.rs:1: `crate::c` leads to src/c.rs";
    assert_eq!(problems(&source(files), all), [cycle]);
}

/// Files of the module `ground`, which declares them.
fn ground(files: &[(&str, &str)]) -> Vec<String> {
    let declared: String =
        files.iter().filter(|(name, _)| *name != "mod").map(|(name, _)| format!("mod {name};")).collect();
    let own = files.iter().find(|(name, _)| *name == "mod").map_or("", |(_, text)| text);
    let own = format!("{declared} {own}");
    let paths: Vec<String> = files.iter().map(|(name, _)| format!("ground/{name}.rs")).collect();
    let mut all = vec![("ground/mod.rs", own.as_str())];
    all.extend(
        paths.iter().zip(files).filter(|(_, (name, _))| *name != "mod").map(|(path, (_, text))| (path.as_str(), *text)),
    );
    wrong(&all)
}

#[test]
fn a_cycle_of_files() {
    let a = ("a", "use super::b::B;\npub struct A;");
    let b = ("b", "\n\nuse super::c;\npub struct B(c::C);");
    let c = ("c", "pub struct C(super::A);");
    let cycle = "cycle of files: ground/a.rs -> ground/b.rs -> ground/c.rs -> ground/a.rs\n    \
                src/ground/a.rs:1: `super::b::B` leads to src/ground/b.rs\n    \
                src/ground/b.rs:4: `c::C` leads to src/ground/c.rs\n    \
                src/ground/c.rs:1: `super::A` leads to src/ground/a.rs";
    assert_eq!(ground(&[("mod", "pub use a::A;"), a, b, c]), [cycle]);
    // without one of its edges there is none
    assert_eq!(ground(&[("mod", "pub use a::A;"), a, b, ("c", "pub struct C;")]), [""; 0]);
}

#[test]
fn a_cycle_through_a_module_file() {
    let cycle = "cycle of files: ground/a.rs -> ground/mod.rs -> ground/a.rs\n    \
                src/ground/a.rs:1: `super::A` leads to src/ground/mod.rs\n    \
                src/ground/mod.rs:1: `a::f` leads to src/ground/a.rs";
    let a = ("a", "use super::A; pub fn f() {}");
    assert_eq!(ground(&[("mod", "pub struct A; fn g() { a::f() }"), a]), [cycle]);
    // it only declares the file, or only hands on what it holds
    assert_eq!(ground(&[("mod", "pub struct A;"), a]), [""; 0]);
    assert_eq!(ground(&[("mod", "pub struct A; pub(crate) use a::f;"), a]), [""; 0]);
    // it hands on what it uses itself
    let cycle = cycle.replace("`a::f`", "`f`");
    assert_eq!(ground(&[("mod", "pub struct A; pub use a::f; fn g() { f() }"), a]), [cycle]);
}

#[test]
fn a_cycle_through_a_glob() {
    let a = ("a", "use super::b::*; pub struct A;");
    let cycle = |path| {
        format!(
            "cycle of files: ground/a.rs -> ground/b.rs -> ground/a.rs\n    \
         src/ground/a.rs:1: `super::b::*` leads to src/ground/b.rs\n    \
         src/ground/b.rs:1: `{path}` leads to src/ground/a.rs"
        )
    };
    assert_eq!(ground(&[a, ("b", "use super::a::A;")]), [cycle("super::a::A")]);
    // the names of `super` come with the glob, and their file is that which defines them
    assert_eq!(ground(&[("mod", "pub use a::A;"), a, ("b", "use super::*; fn f(_: A) {}")]), [cycle("A")]);
}

#[test]
fn a_cycle_through_a_macro() {
    let cycle = "cycle of files: ground/a.rs -> ground/b.rs -> ground/a.rs\n    \
                src/ground/a.rs:1: `crate::ground::b::f` leads to src/ground/b.rs\n    \
                src/ground/b.rs:1: `super::a::make` leads to src/ground/a.rs";
    let a = ("a", "macro_rules! make { () => { $crate::ground::b::f() } } pub(crate) use make;");
    assert_eq!(ground(&[a, ("b", "use super::a::make; pub fn f() {}")]), [cycle]);
    // a macro is in scope below where it stands
    let cycle = "cycle of files: ground/a.rs -> ground/mod.rs -> ground/a.rs\n    \
                src/ground/a.rs:1: `make` leads to src/ground/mod.rs\n    \
                src/ground/mod.rs:1: `a::f` leads to src/ground/a.rs";
    let own = "macro_rules! make { () => {} } fn g() { a::f() }";
    assert_eq!(ground(&[("mod", own), ("a", "make!(); pub fn f() {}")]), [cycle]);
}

#[test]
fn tests_stand_above_the_code_that_they_test() {
    let a = ("a", "pub fn f() {} #[cfg(test)] mod tests { use super::*; use crate::ground::b::g; }");
    assert_eq!(ground(&[a, ("b", "use super::a::f; pub fn g() {}")]), [""; 0]);
    let file = [("mod", "#[cfg(test)] mod tests { use super::tool::make; } pub fn f() {}"), ("tool", "use super::f;")];
    assert_eq!(ground(&file), [""; 0]);
    let cycle = "cycle of files: ground/a.rs (tests) -> ground/b.rs (tests) -> ground/a.rs (tests)\n    \
                src/ground/a.rs:1: `crate::ground::b::tests::g` leads to src/ground/b.rs\n    \
                src/ground/b.rs:1: `crate::ground::a::tests::f` leads to src/ground/a.rs";
    let a = ("a", "#[cfg(test)] pub mod tests { pub fn f() { crate::ground::b::tests::g() } }");
    let b = ("b", "#[cfg(test)] pub mod tests { pub fn g() { crate::ground::a::tests::f() } }");
    assert_eq!(ground(&[a, b]), [cycle]);
}

#[test]
fn words_that_are_no_paths() {
    let b =
        "use super::a::A; pub struct B { make: u8 } fn make(b: &B, make: u8) -> B { b.make; b.make(); B { make: 1 } }";
    let own = "pub use b::make; fn f(it: &Thing) { it.make(); Thing { make: 1 }; } pub struct Thing;";
    assert_eq!(ground(&[("mod", own), ("a", "use super::Thing; pub struct A;"), ("b", b)]), [""; 0]);
    assert_eq!(ground(&[("a", "fn f<'super_b>() -> impl Sized + use<'super_b> { ::b::f(); b::f() }")]), [""; 0]);
}
