//! Reading a course: the labs in their order, or everything that is wrong with them.

use camino::Utf8Path;

use super::faults::Faults;
use super::fill::fill;
use super::format::Lab;
use super::objects;
use super::source::{self, Files, Folder};
use super::step::Step;
use crate::decode::{Decode, Decoder, Located};
use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::lab::check_context::Names;
use crate::yaml::{self, Kind, Source, Span};

/// Labs in the order of their numbers.
#[derive(Debug, Default)]
pub struct Course {
    pub labs: Vec<Entry>,
}

/// A lab of a course.
#[derive(Debug)]
pub struct Entry {
    pub number: u32,
    /// The name of its folder: number and id.
    pub folder: String,
    /// What its `lab.yaml` says, placeholders as they are.
    pub lab: Lab,
    /// Its `lab.yaml`.
    pub source: Source,
    /// Its files, `lab.yaml` included, placeholders as they are.
    pub files: Files,
}

impl Course {
    /// The course that the binary holds.
    pub fn embedded() -> Result<Self, Faults> {
        Self::sound(Self::read(source::embedded()))
    }

    /// The course of a folder.
    pub fn open(dir: &Utf8Path) -> Result<Self, Faults> {
        Self::sound(Self::survey(dir))
    }

    /// The labs of a folder that can be read, and what is wrong with the others.
    pub fn survey(dir: &Utf8Path) -> (Self, Faults) {
        let fault = match source::open(dir) {
            Ok(folders) if !folders.is_empty() => return Self::read(folders),
            Ok(_) if dir.join(source::LAB).exists() => "this is a lab; a course is the folder that it is in".to_owned(),
            Ok(_) => format!("there is no lab here: a lab is a folder such as `01-the-hack` with a `{}`", source::LAB),
            Err(error) => format!("this course cannot be read: {error}"),
        };
        (Self::default(), Faults::of_path(dir.as_str(), fault))
    }

    /// The labs of these folders that can be read, and what is wrong with the others.
    pub fn read(folders: Vec<Folder>) -> (Self, Faults) {
        let mut course = Self::default();
        let mut faults = Faults::default();
        for folder in folders {
            course.labs.extend(entry(folder, &mut faults));
        }
        course.labs.sort_by(|a, b| (a.number, &a.folder).cmp(&(b.number, &b.folder)));
        for (at, lab) in course.labs.iter().enumerate() {
            for other in course.labs.iter().take(at) {
                let twice = if other.lab.id == lab.lab.id {
                    format!("the lab `{}` has this id too", other.folder)
                } else if other.number == lab.number {
                    format!("the lab `{}` has this number too", other.folder)
                } else {
                    continue;
                };
                faults.add(&lab.source, [Diagnostic::error(lab.lab.id.span, twice)]);
            }
        }
        (course, faults)
    }

    fn sound((course, faults): (Self, Faults)) -> Result<Self, Faults> {
        if faults.is_empty() { Ok(course) } else { Err(faults) }
    }

    /// The lab of an id, of a folder's name, or of a number.
    pub fn find(&self, word: &str) -> Result<&Entry, UnknownLab> {
        let number: Option<u32> = word.parse().ok();
        let is = |lab: &&Entry| *lab.lab.id.value == *word || lab.folder == word || Some(lab.number) == number;
        self.labs.iter().find(is).ok_or_else(|| {
            let words = self.labs.iter().flat_map(|lab| [&*lab.lab.id.value, lab.folder.as_str()]);
            UnknownLab { word: word.to_owned(), near: nearest(word, words).map(str::to_owned) }
        })
    }

    /// The lab to do next: the first after this one that is not done, or else the first that is not done.
    pub fn next(&self, after: Option<&str>, is_done: impl Fn(&str) -> bool) -> Option<&Entry> {
        let at = after.and_then(|id| self.labs.iter().position(|lab| *lab.lab.id.value == *id)).map_or(0, |at| at + 1);
        let (before, behind) = self.labs.split_at(at);
        behind.iter().chain(before).find(|lab| !is_done(&lab.lab.id))
    }
}

/// There is no such lab.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no lab `{word}`{}", near.as_ref().map_or_else(|| "; `tightship lab list` lists them".to_owned(), |near| format!("; did you mean `{near}`?")))]
pub struct UnknownLab {
    /// What was asked for.
    pub word: String,
    pub near: Option<String>,
}

impl Entry {
    /// The lab with the names of a run. A text that waits for what a later step saves keeps its placeholders, so ask again
    /// after a step that saves.
    pub fn at(&self, names: &Names) -> Result<Lab, Faults> {
        let stream = yaml::parse(self.source.text());
        let root = stream.documents.iter().find_map(yaml::Document::root);
        let Some(root) = root else { return Err(Faults::of_file(&self.source, "this is not a lab")) };
        let filled = Source::new(self.source.name(), fill(root, names, &self.source)?);
        let mut faults = Faults::default();
        let lab = decode(&filled, &mut faults);
        lab.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// A file of the lab with the names of a run.
    pub fn text(&self, path: &str, names: &Names) -> Result<String, Faults> {
        match self.files.get(path) {
            Some(source) => {
                let text = names.render(source.name(), source.text())?;
                objects::keeps_form(source, names, &text)?;
                Ok(text)
            }
            None => Err(Faults::of_file(&self.source, format!("this lab has no file `{path}`"))),
        }
    }

    /// The file of a path, or the YAML files of the folder, in their order.
    pub fn manifests(&self, path: &str) -> Vec<(&str, &Source)> {
        let path = path.trim_end_matches('/');
        let within = |file: &str| {
            let rest = file.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && is_yaml(rest))
        };
        self.files.iter().filter(|(file, _)| within(file)).map(|(file, source)| (file.as_str(), source)).collect()
    }
}

/// Whether a file holds YAML, by its name.
pub fn is_yaml(path: &str) -> bool {
    Utf8Path::new(path).extension().is_some_and(|end| end == "yaml" || end == "yml")
}

/// The number and the id in the name of a lab's folder.
fn number_and_id(folder: &str) -> Option<(u32, &str)> {
    let (number, id) = folder.split_once('-')?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, id))
}

fn entry(folder: Folder, faults: &mut Faults) -> Option<Entry> {
    faults.append(folder.faults);
    let Some(source) = folder.files.get(source::LAB).cloned() else {
        // a file that is there and could not be read is a fault already
        return None;
    };
    let Some((number, id)) = number_and_id(&folder.name) else {
        let message = format!("`{}` is not a name of a lab's folder: it is a number and an id", folder.name);
        faults.add(&source, [Diagnostic::error(Span::default(), message).help("a name is such as `01-the-hack`")]);
        return None;
    };
    let known = faults.len();
    let lab = decode(&source, faults);
    faults.add(
        &source,
        lab.iter().flat_map(|lab| paths(lab)).filter(|path| path.contains('{')).map(|path| {
            let problem =
                Diagnostic::error(path.span, "a file of the lab is named here, and it is the same in each run");
            problem.label("expected a path without placeholders")
        }),
    );
    if let Some(lab) = lab.as_ref().filter(|lab| !lab.id.span.is_empty() && *lab.id.value != *id) {
        let problem = Diagnostic::error(lab.id.span, "the id is not that of the folder");
        faults.add(&source, [problem.label(format!("expected `{id}`, as the folder is `{}`", folder.name))]);
    }
    let lab = lab.filter(|_| faults.len() == known)?;
    Some(Entry { number, folder: folder.name, lab, source, files: folder.files })
}

fn of_steps(steps: &[Step]) -> impl Iterator<Item = &Located<String>> {
    steps.iter().filter_map(|step| step.action.path())
}

/// The files and folders of a lab that run.
fn paths(lab: &Lab) -> Vec<&Located<String>> {
    let mut paths: Vec<&Located<String>> = of_steps(&lab.start.steps).collect();
    paths.extend(&lab.start.cluster);
    let solutions = lab.solutions.iter().map(|solution| (&solution.dir, &solution.steps));
    for (dir, steps) in solutions.chain(lab.traps.iter().map(|trap| (&trap.dir, &trap.steps))) {
        paths.push(dir);
        paths.extend(of_steps(steps));
    }
    paths
}

/// Reads a `lab.yaml`: one document.
pub fn decode(source: &Source, faults: &mut Faults) -> Option<Lab> {
    let stream = yaml::parse(source.text());
    let mut decoder = Decoder::new(source.text());
    for error in &stream.errors {
        let place = decoder.place(error.span);
        decoder.report(Diagnostic::error(place, "this is not YAML").label(error.message.clone()));
    }
    let mut roots = stream.documents.iter().filter_map(yaml::Document::root).filter(|root| !root.is_null());
    let lab = match (roots.next(), roots.next()) {
        (Some(root), None) if root.kind() == Kind::Mapping => Lab::decode(root, &mut decoder),
        (_, Some(second)) => {
            let place = decoder.place(second.span());
            decoder.report(Diagnostic::error(place, "a second document").label("a lab is one document"));
            None
        }
        (None, None) if !stream.errors.is_empty() => None,
        (root, None) => {
            let place = decoder.place(root.map_or(Span { start: 0, end: 1 }, yaml::Node::span));
            decoder
                .report(Diagnostic::error(place, "this is not a lab").label("expected `format: 1`, `id:` and so on"));
            None
        }
    };
    let problems = decoder.into_problems();
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    faults.add(source, problems);
    lab.filter(|_| !failed)
}

#[cfg(test)]
mod tests {
    use super::{Course, Folder, UnknownLab};
    use crate::lab::check_context::Names;
    use crate::lab::course::CheckKind;
    use crate::yaml::Source;

    const LAB: &str = "\
format: 1
id: ID
title: A lab
level: intro
minutes: 5
story: s
rules: []
kubernetes: 1.34
random: [word]
namespaces:
  shop: {}
tasks: []
keep:
  - id: page
    text: the page answers
    why: \"it says: {observed}\"
    http: {target: service, ns: shop, service: page, body: \"{{ random.word }}\"}
  - id: saved
    text: it is as it was
    why: |
      See {{ ns.shop }}.
    exec:
      ns: shop
      workload: deployment/page
      argv: [echo, \"{{ saved.uid }}\"]
      exit: 7
solutions: []
traps: []
";

    fn folder(name: &str, text: &str) -> Folder {
        let mut folder = Folder { name: name.to_owned(), path: name.into(), ..Folder::default() };
        folder.files.insert("lab.yaml".to_owned(), Source::new(format!("{name}/lab.yaml"), text));
        folder
    }

    fn course() -> Course {
        let labs = ["10-last", "01-first", "2-second"];
        let labs = labs.map(|name| folder(name, &LAB.replace("ID", name.split_once('-').expect("a name").1)));
        let (course, faults) = Course::read(labs.into());
        assert!(faults.is_empty(), "{faults}");
        course
    }

    #[test]
    fn orders_labs_by_number_and_finds_them() {
        let course = course();
        let folders: Vec<&str> = course.labs.iter().map(|lab| lab.folder.as_str()).collect();
        assert_eq!(folders, ["01-first", "2-second", "10-last"]);
        for word in ["first", "01-first", "1", "01"] {
            assert_eq!(course.find(word).expect("a lab").number, 1);
        }
        let unknown = UnknownLab { word: "frist".to_owned(), near: Some("first".to_owned()) };
        assert_eq!(unknown.to_string(), "there is no lab `frist`; did you mean `first`?");
        assert_eq!(course.find("frist").expect_err("unknown"), unknown);
        assert_eq!(
            course.find("4").expect_err("unknown").to_string(),
            "there is no lab `4`; `tightship lab list` lists them"
        );
    }

    #[test]
    fn the_next_lab_is_the_first_that_is_not_done() {
        let course = course();
        let next = |after, done: &[&str]| course.next(after, |id| done.contains(&id)).map(|lab| lab.number);
        assert_eq!(next(None, &[]), Some(1));
        assert_eq!(next(Some("first"), &["first"]), Some(2));
        assert_eq!(next(Some("second"), &["second", "last"]), Some(1));
        assert_eq!(next(None, &["first", "second", "last"]), None);
    }

    #[test]
    fn says_everything_that_is_wrong_at_once() {
        let broken = LAB.replace("level: intro", "level: intor").replace("target: service", "taget: service");
        let second = LAB.replace("ID", "b").replace("keep:", "keeps:");
        let (course, faults) = Course::read(vec![
            folder("01-a", &broken.replace("ID", "a")),
            folder("02-b", &second),
            folder("03-c", &LAB.replace("ID", "d")),
            folder("e", LAB),
            folder("05-f", "- a"),
            folder("06-g", "a: ["),
        ]);
        assert!(course.labs.is_empty());
        let said = faults.to_string();
        for line in [
            "01-a/lab.yaml:4:8: unknown word `intor` (did you mean `intro`?)",
            "01-a/lab.yaml:17:12: unknown key `taget` (did you mean `target`?)",
            "02-b/lab.yaml:13:1: unknown key `keeps` (did you mean `keep`?)",
            "03-c/lab.yaml:2:5: the id is not that of the folder (expected `c`, as the folder is `03-c`)",
            "e/lab.yaml:1:1: `e` is not a name of a lab's folder: it is a number and an id",
            "05-f/lab.yaml:1:1: this is not a lab (expected `format: 1`, `id:` and so on)",
            "06-g/lab.yaml:1:3: this is not YAML",
        ] {
            assert!(said.lines().any(|said| said.starts_with(line)), "{line} is not in\n{said}");
        }
        let shown = anstream::adapter::strip_str(&faults.show()).to_string();
        assert!(shown.contains("--> 01-a/lab.yaml:4:8") && shown.contains("4 | level: intor"), "{shown}");
    }

    #[test]
    fn labs_have_one_id_and_number_each() {
        let text = LAB.replace("ID", "a");
        let (_, faults) = Course::read(vec![folder("01-a", &text), folder("02-a", &text)]);
        assert_eq!(faults.to_string(), "02-a/lab.yaml:2:5: the lab `01-a` has this id too");
    }

    #[test]
    fn a_run_fills_in_every_text() {
        let course = course();
        let entry = course.find("1").expect("a lab");
        let mut names = Names::again(&entry.lab, "abcd", [("word".to_owned(), "a\"b: [\nc".to_owned())].into());
        let lab = entry.at(&names).expect("filled in");
        assert_eq!(lab.kubernetes, entry.lab.kubernetes);
        let Some(CheckKind::Http(http)) = lab.check("page").map(|check| &check.probe) else { panic!("{lab:?}") };
        assert_eq!(http.body.as_ref().map(|body| body.as_str()), Some("a\"b: [\nc"));
        let argv = |lab: &super::Lab| match lab.check("saved").map(|check| (&check.probe, check.why.as_str())) {
            Some((CheckKind::Exec(run), "See ts-first-shop-abcd.\n")) => run.argv.join(" "),
            other => panic!("{other:?}"),
        };
        assert_eq!(argv(&lab), "echo {{ saved.uid }}");
        names.saved.insert("uid".to_owned(), "0".to_owned());
        assert_eq!(argv(&entry.at(&names).expect("filled in")), "echo 0");
    }
}
