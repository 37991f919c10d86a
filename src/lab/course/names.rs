//! The names of a run, and the placeholders that stand for them.

use camino::Utf8PathBuf;
use indexmap::IndexMap;

use super::faults::Faults;
use super::format::Lab;
use super::placeholders::{Part, RAW, each};
use crate::diagnostic::{Diagnostic, nearest};
use crate::lab::IMAGE;
use crate::lab::check_context::Names;
use crate::yaml::{Source, Span};

/// How long the suffix of a run is.
const RUN: usize = 4;
/// How long a random word is.
const WORD: usize = 12;
/// What suffixes and words are made of; no digit that looks like a letter.
const CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz23456789";
/// The letters among them.
const LETTERS: usize = 26;

impl Names {
    /// The names of a new run. Where the cluster is, the caller fills in.
    pub fn for_run(lab: &Lab) -> Result<Self, getrandom::Error> {
        let words = lab.random.iter().map(|name| Ok((name.value.0.clone(), word(WORD)?)));
        let words = words.collect::<Result<_, getrandom::Error>>()?;
        Ok(Self::again(lab, &word(RUN)?, words))
    }

    /// The names of a run that began before.
    pub fn again(lab: &Lab, run: &str, random: IndexMap<String, String>) -> Self {
        let namespaces = lab.namespaces.keys();
        Self {
            lab: lab.id.value.0.clone(),
            run: run.to_owned(),
            ns: namespaces.map(|alias| (alias.0.clone(), namespace(&lab.id, alias, run))).collect(),
            random,
            image: IMAGE.to_owned(),
            ..Self::default()
        }
    }

    /// Names of no run, with which texts can be tried.
    pub fn sample(lab: &Lab) -> Self {
        let random = lab.random.iter().map(|name| (name.value.0.clone(), "sample234567".to_owned())).collect();
        let steps = lab.start.steps.iter();
        let steps = steps.chain(lab.solutions.iter().flat_map(|solution| &solution.steps));
        let steps = steps.chain(lab.traps.iter().flat_map(|trap| &trap.steps));
        Self {
            node: "sample-control-plane".to_owned(),
            server: "https://127.0.0.1:6443".to_owned(),
            kubeconfig: Utf8PathBuf::from(".tightship/kubeconfig"),
            saved: steps.filter_map(|step| Some((step.action.saves()?.0.clone(), "sample".to_owned()))).collect(),
            ..Self::again(lab, "abcd", random)
        }
    }

    /// A text with its placeholders filled in. `name` is what a problem calls the text.
    pub fn render(&self, name: &str, text: &str) -> Result<String, Faults> {
        self.filled(text).map_err(|problem| Faults::one(&Source::new(name, text), *problem))
    }

    /// A text with its placeholders filled in; the place of a problem is in the text.
    pub fn filled(&self, text: &str) -> Result<String, Box<Diagnostic>> {
        let mut filled = String::with_capacity(text.len());
        each(text, |part| match part {
            Part::Text(text) => {
                filled.push_str(text);
                Ok(())
            }
            Part::Name(name, span) => {
                filled.push_str(self.get(name).ok_or_else(|| Box::new(self.unknown(name, span)))?);
                Ok(())
            }
        })?;
        Ok(filled)
    }

    /// Whether a text waits for what no step has saved yet.
    pub fn is_early(&self, text: &str) -> bool {
        let mut is_early = false;
        let read = each(text, |part| {
            if let Part::Name(name, _) = part {
                is_early |= name.strip_prefix("saved.").is_some_and(|name| !self.saved.contains_key(name));
            }
            Ok(())
        });
        read.is_ok() && is_early
    }

    /// What a placeholder stands for.
    fn get(&self, name: &str) -> Option<&str> {
        match name.split_once('.') {
            Some(("ns", alias)) => self.ns.get(alias),
            Some(("random", word)) => self.random.get(word),
            Some(("saved", word)) => self.saved.get(word),
            Some(_) => None,
            None => {
                return match name {
                    "run" => Some(&self.run),
                    "image" => Some(&self.image),
                    "node" => Some(&self.node),
                    "server" => Some(&self.server),
                    "kubeconfig" => Some(self.kubeconfig.as_str()),
                    _ => None,
                };
            }
        }
        .map(String::as_str)
    }

    /// The placeholders that stand for something.
    fn known(&self) -> Vec<String> {
        let words = ["run", "image", "node", "server", "kubeconfig"].into_iter().map(str::to_owned);
        let of = |what: &'static str, map: &IndexMap<String, String>| {
            map.keys().map(|name| format!("{what}.{name}")).collect::<Vec<_>>()
        };
        words.chain(of("ns", &self.ns)).chain(of("random", &self.random)).chain(of("saved", &self.saved)).collect()
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let known = self.known();
        let problem = Diagnostic::error(span, format!("there is no placeholder `{name}`"));
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None if name.starts_with('.') => problem.label("no such placeholder").help(RAW),
            None => {
                problem.label("no such placeholder").help(format!("the placeholders here are {}", known.join(", ")))
            }
        }
    }
}

/// The real name of a namespace.
pub fn namespace(lab: &str, alias: &str, run: &str) -> String {
    format!("ts-{lab}-{alias}-{run}")
}

/// Random characters, the first a letter.
fn word(length: usize) -> Result<String, getrandom::Error> {
    let mut word = String::with_capacity(length);
    while word.len() < length {
        let choices = if word.is_empty() { LETTERS } else { CHARACTERS.len() };
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        let byte = usize::from(byte[0]);
        // bytes above the last multiple would make the first characters more likely than the others
        if byte < 256 / choices * choices
            && let Some(character) = CHARACTERS.get(byte % choices)
        {
            word.push(char::from(*character));
        }
    }
    Ok(word)
}

#[cfg(test)]
mod tests {
    use super::{CHARACTERS, Names};
    use crate::lab::course::read::decode;
    use crate::lab::course::{Faults, Lab};
    use crate::yaml::Source;

    const LAB: &str = "{format: 1, id: a, title: A, level: intro, minutes: 5, story: s, rules: [], random: [word], \
                       namespaces: {shop: {}, db: {}}, tasks: [], keep: [], solutions: [], traps: []}";

    fn lab() -> Lab {
        decode(&Source::new("lab.yaml", LAB), &mut Faults::default()).expect("a lab")
    }

    #[test]
    fn a_run_has_names_of_its_own() {
        let (one, two) = (Names::for_run(&lab()).expect("random"), Names::for_run(&lab()).expect("random"));
        assert_ne!(one.random, two.random);
        assert_eq!(one.ns.keys().collect::<Vec<_>>(), ["shop", "db"]);
        assert_eq!(one.ns.get("db"), Some(&format!("ts-a-db-{}", one.run)));
        let word = one.random.get("word").expect("a word");
        assert_eq!((one.run.len(), word.len()), (4, 12));
        assert!(word.starts_with(|first: char| first.is_ascii_lowercase()), "{word}");
        assert!(word.bytes().all(|byte| CHARACTERS.contains(&byte)), "{word}");
        assert_eq!(Names::again(&lab(), &one.run, one.random.clone()), one);
    }

    #[test]
    fn fills_in_placeholders_and_nothing_else() {
        let names = Names::again(&lab(), "abcd", [("word".to_owned(), "{{ run }}<&".to_owned())].into());
        let text = "{observed} ${x} {{ ns.shop }} {{ random.word }} {{image}}\n{% raw %}{{ .x }}{% endraw %}\n";
        let filled = names.render("a.md", text).expect("filled");
        assert_eq!(filled, "{observed} ${x} ts-a-shop-abcd {{ run }}<& busybox:1.37\n{{ .x }}\n");
    }

    #[test]
    fn says_what_is_no_placeholder_and_where() {
        for (text, message) in [
            ("a\nb {{ ns.shpo }}", "a.md:2:6: there is no placeholder `ns.shpo` (did you mean `ns.shop`?)"),
            ("{{ nodes }}", "a.md:1:4: there is no placeholder `nodes` (did you mean `node`?)"),
            ("{{ password }}", "a.md:1:4: there is no placeholder `password` (no such placeholder)"),
            ("a\n{{ .Name }}", "a.md:2:4: there is no placeholder `.Name` (no such placeholder)"),
            ("{{ run | lower }}", "a.md:1:1: this placeholder is not a name"),
            ("{{ saved }}", "a.md:1:4: there is no placeholder `saved`"),
            ("{{ ns }}", "a.md:1:4: there is no placeholder `ns`"),
            ("{{ 1 }}", "a.md:1:4: there is no placeholder `1`"),
            ("a {{ run", "a.md:1:3: this placeholder does not end"),
            ("é {{ 1 if run == 'abcd' else 2 }}", "a.md:1:3: this placeholder is not a name (expected a name alone"),
            ("{% if run == 'abcd' %}a{% endif %}", "a.md:1:1: this placeholder is not a name"),
            ("{% raw %}{% if %}{% endraw %}{{ ns['shop'] }}", "a.md:1:30: this placeholder is not a name"),
        ] {
            let fault = Names::sample(&lab()).render("a.md", text).expect_err(text);
            assert!(fault.to_string().starts_with(message), "{fault}");
        }
    }
}
