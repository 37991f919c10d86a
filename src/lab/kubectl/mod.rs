//! The arguments of kubectl that a step may give: the linter asks with sample names, the engine with those of the run, as a
//! placeholder may stand for anything that an earlier step has printed.

mod table;

use std::fs;
use std::ops::Range;

use camino::Utf8Path;

use super::within;
use crate::diagnostic::nearest;
pub use table::Verb;
use table::{CREDENTIALS, Flag, NAMESPACE, REFUSED, REFUSED_FLAGS, Takes, VERBS, VIEWS};

/// Why arguments are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The number of the word, from 0.
    pub at: usize,
    pub message: String,
}

/// Arguments as kubectl reads them.
#[derive(Debug)]
pub struct Arguments<'a> {
    pub verb: &'static Verb,
    /// The files of the learner's folder that they name.
    pub files: Vec<&'a str>,
    /// Those of them that hold objects, with the words that name them.
    pub manifests: Vec<(Range<usize>, &'a str)>,
    /// Whether they take the key or the certificate of the user out of the kubeconfig.
    pub takes_credentials: bool,
}

/// What arguments mean, or why steps may not have them.
pub fn read<'a>(argv: &[&'a str]) -> Result<Arguments<'a>, Refusal> {
    let mut reader = Reader { argv, at: 0, files: Vec::new(), manifests: Vec::new(), output: None };
    let verb = reader.verb()?;
    reader.rest(verb)?;
    let Reader { files, manifests, output, .. } = reader;
    let takes_credentials = verb.is_view() && output.is_some_and(|output| CREDENTIALS.contains(&output));
    Ok(Arguments { verb, files, manifests, takes_credentials })
}

/// Whether arguments may be given in this folder: links in it count. `written` is what the author wrote: what a placeholder
/// stands for is no verb, no flag and no file of manifests.
pub fn check<'a>(written: &[&str], argv: &[&'a str], folder: &Utf8Path) -> Result<Arguments<'a>, Refusal> {
    let arguments = read(argv)?;
    let known = read(written)?;
    let before = written.iter().position(|word| *word == "--").unwrap_or(written.len());
    for (at, (word, filled)) in written.iter().zip(argv).take(before).enumerate() {
        if filled.starts_with('-') && !word.starts_with('-') {
            return Err(Refusal {
                at,
                message: format!("`{word}` stands for `{filled}`, which kubectl takes for a flag"),
            });
        }
    }
    if known.verb.words != arguments.verb.words || !known.manifests.iter().eq(&arguments.manifests) {
        return Err(Refusal { at: 0, message: "a placeholder stands for a verb, a flag or a file".to_owned() });
    }
    for file in &arguments.files {
        let at = argv.iter().position(|word| word.ends_with(file)).unwrap_or_default();
        let refused = |message: String| Refusal { at, message };
        let path = within::within(folder, file).map_err(|error| refused(error.to_string()))?;
        // a folder may hold links
        if !fs::metadata(path).is_ok_and(|found| found.is_file()) {
            return Err(refused(format!("there is no file `{file}` in the learner's folder")));
        }
    }
    Ok(arguments)
}

/// The kind or the name of an object, which must not be a flag.
pub fn operand(word: &str) -> Result<(), String> {
    if word.is_empty() || word.starts_with('-') {
        return Err(format!("`{word}` is not a kind or name of an object"));
    }
    Ok(())
}

/// Reads arguments as kubectl does.
struct Reader<'a, 'r> {
    argv: &'r [&'a str],
    at: usize,
    files: Vec<&'a str>,
    manifests: Vec<(Range<usize>, &'a str)>,
    /// The form of output.
    output: Option<&'a str>,
}

impl<'a> Reader<'a, '_> {
    fn peek(&self) -> Option<&'a str> {
        self.argv.get(self.at).copied()
    }

    fn refuse<T>(&self, message: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal { at: self.at.min(self.argv.len().saturating_sub(1)), message: message.into() })
    }

    /// The verb; `--namespace` may stand before and within it.
    fn verb(&mut self) -> Result<&'static Verb, Refusal> {
        let mut words: Vec<&str> = Vec::new();
        while let Some(word) = self.peek() {
            if word.starts_with('-') {
                self.flag(word, "this verb", &[&NAMESPACE])?;
                continue;
            }
            words.push(word);
            let known: Vec<&Verb> = VERBS.iter().filter(|verb| verb.words.starts_with(&words)).collect();
            match known.as_slice() {
                [] => return self.unknown(&words),
                [verb] if verb.words.len() == words.len() => {
                    self.at += 1;
                    return Ok(verb);
                }
                _ => self.at += 1,
            }
        }
        match words.as_slice() {
            [] => self.refuse("`kubectl` needs a verb, such as `get`"),
            words => self.refuse(format!("`kubectl {}` needs another word", words.join(" "))),
        }
    }

    fn unknown<T>(&self, words: &[&str]) -> Result<T, Refusal> {
        let verb = words.join(" ");
        let first = words.first().copied().unwrap_or_default();
        if first == "kubectl" {
            return self.refuse("`kubectl` stands here already: say only its arguments");
        }
        let said = format!("steps may not use `kubectl {verb}`");
        if let Some((_, reason)) = REFUSED.iter().find(|(word, _)| *word == first) {
            return self.refuse(format!("{said}: {reason}"));
        }
        let known: Vec<String> = VERBS.iter().map(|verb| verb.words.join(" ")).collect();
        match nearest(&verb, known.iter().map(String::as_str)) {
            Some(near) => self.refuse(format!("{said}; did you mean `{near}`?")),
            None if words.len() == 1 => self.refuse(format!("{said}: it may be a plugin, a program of this machine")),
            None => self.refuse(said),
        }
    }

    /// Flags and names, up to `--`; what stands behind belongs to the container, or names objects.
    fn rest(&mut self, verb: &Verb) -> Result<(), Refusal> {
        let allowed: Vec<&Flag> = verb.flags().collect();
        let name = format!("`kubectl {}` ({})", verb.words.join(" "), verb.why);
        while let Some(word) = self.peek() {
            match word {
                "--" if !verb.is_view() => return Ok(()),
                "-" => return self.refuse("a step has no standard input: `-` stands for it"),
                _ if word.starts_with('-') => self.flag(word, &name, &allowed)?,
                _ => self.at += 1,
            }
        }
        if verb.words == ["exec"] {
            return self.refuse("`kubectl exec` needs `--` and a program behind it");
        }
        if verb.is_view() && !self.output.is_some_and(|output| VIEWS.contains(&output)) {
            return self.refuse(format!("`kubectl config view` is for `-o` with one of {} only", VIEWS.join(", ")));
        }
        Ok(())
    }

    /// A word that begins with `-`, and its value.
    fn flag(&mut self, word: &'a str, of: &str, allowed: &[&Flag]) -> Result<(), Refusal> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            return match allowed.iter().find(|flag| flag.name == name) {
                Some(flag) => self.value(flag, value),
                None => self.not_allowed(name, &format!("--{name}"), of, allowed),
            };
        }
        let mut letters = word.trim_start_matches('-');
        while let Some(letter) = letters.chars().next() {
            let Some(flag) = allowed.iter().find(|flag| flag.letter == Some(letter)) else {
                return self.not_allowed(long_of(letter, of), &format!("-{letter}"), of, allowed);
            };
            if flag.takes == Takes::File && word.len() != letters.len() + 1 {
                return self.refuse(format!("write `--{}` as a word of its own", flag.name));
            }
            letters = letters.strip_prefix(letter).unwrap_or_default();
            let value = letters.strip_prefix('=');
            if flag.takes != Takes::Nothing || value.is_some() {
                return self.value(flag, value.or((!letters.is_empty()).then_some(letters)));
            }
        }
        self.at += 1;
        Ok(())
    }

    fn not_allowed<T>(&self, name: &str, written: &str, of: &str, allowed: &[&Flag]) -> Result<T, Refusal> {
        if let Some((_, reason)) = REFUSED_FLAGS.iter().find(|(refused, _)| *refused == name) {
            return self.refuse(format!("`{written}` is not for steps: {reason}"));
        }
        let mut known: Vec<String> = allowed.iter().map(|flag| format!("--{}", flag.name)).collect();
        known.sort();
        self.refuse(format!("`{written}` is none of the flags that steps may give to {of}: {}", known.join(", ")))
    }

    /// The value of a flag: behind it, or the next word.
    fn value(&mut self, flag: &Flag, written: Option<&'a str>) -> Result<(), Refusal> {
        let first = self.at;
        let value = match (flag.takes, written) {
            (Takes::Nothing, _) => {
                self.at += 1;
                return Ok(());
            }
            (_, Some(value)) => value,
            (_, None) => {
                let next = self.argv.get(self.at + 1).copied();
                match next {
                    // kubectl would take it, but who reads the step would not see a value
                    Some(next) if next.starts_with('-') => {
                        return self.refuse(format!("write the value as `--{}={next}`", flag.name));
                    }
                    Some(next) => {
                        self.at += 1;
                        next
                    }
                    None => return self.refuse(format!("`--{}` needs a value", flag.name)),
                }
            }
        };
        match flag.takes {
            Takes::File => self.file(value)?,
            Takes::KeyAndFile => self.file(value.split_once('=').map_or(value, |(_, file)| file))?,
            Takes::Output if !is_output(value) => return self.refuse(format!("`{value}` is not for steps: {OUTPUT}")),
            Takes::Output => self.output = Some(value),
            _ => {}
        }
        if flag.name == "filename" {
            self.manifests.push((first..self.at + 1, value));
        }
        self.at += 1;
        Ok(())
    }

    /// A file of the learner's folder. kubectl reads lists and patterns too.
    fn file(&mut self, value: &'a str) -> Result<(), Refusal> {
        if value.contains([',', '*', '?', '[', '"', '{']) {
            return self.refuse(format!("`{value}` is not the name of one file"));
        }
        if let Err(error) = within::parts(value) {
            return self.refuse(error.to_string());
        }
        if value == "-" {
            return self.refuse("a step has no standard input: `-` stands for it");
        }
        self.files.push(value);
        Ok(())
    }
}

/// The forms of output that read no file.
fn is_output(value: &str) -> bool {
    const WORDS: [&str; 4] = ["json", "yaml", "name", "wide"];
    const BEGINS: [&str; 4] = ["jsonpath=", "jsonpath-as-json=", "go-template=", "custom-columns="];
    WORDS.contains(&value) || BEGINS.iter().any(|begin| value.starts_with(begin))
}

const OUTPUT: &str = "expected `json`, `yaml`, `name`, `wide`, or one that begins with `jsonpath=`, `jsonpath-as-json=`, \
                      `go-template=` or `custom-columns=`";

/// The flag of a letter that no verb here has, for the reason why.
fn long_of(letter: char, verb: &str) -> &'static str {
    match letter {
        's' => "server",
        'k' => "kustomize",
        'R' => "recursive",
        'w' => "watch",
        'f' if verb.starts_with("`kubectl logs") => "follow",
        'v' => "v",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{check, operand, read};

    fn said(line: &str) -> String {
        let argv: Vec<&str> = line.split(' ').collect();
        read(&argv).map_or_else(|refusal| format!("{}: {refusal}", refusal.at), |read| read.files.join(" "))
    }

    #[test]
    fn what_labs_do_is_allowed() {
        for line in [
            "get ns a -o jsonpath={.metadata.uid}",
            "-n a get pods -lapp=page -A",
            "--namespace=a create -n a token bot --duration 1h",
            "create rolebinding x --role=y --user=jane -n=a",
            "logs page -p --tail=-1",
            "exec -n a page -c page -- kubectl --kubeconfig /x config view",
            "delete pod a b --now --wait=false",
            "set image deployment/page page=a@sha256:0",
            "label ns a b=c d-",
            "patch deployment a -p {}",
            "wait --for=jsonpath={.status.phase}=Succeeded pod/a --timeout=60s",
            "config view --raw --minify -o jsonpath={.clusters[0].cluster.certificate-authority-data}",
            "get -- pods",
        ] {
            assert_eq!(said(line), "", "{line}");
        }
        assert_eq!(said("apply -f page.yaml --filename=a/b.yaml -fc"), "page.yaml a/b.yaml c");
        assert_eq!(said("create secret generic a --from-file=key=x --from-file y"), "x y");
    }

    #[test]
    fn what_a_placeholder_stands_for_is_a_value() {
        let folder = tempfile::tempdir().unwrap();
        let folder = camino::Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(folder.join("k.yaml"), "").unwrap();
        let said = |written: &str, filled: &str| {
            let (written, filled): (Vec<&str>, Vec<&str>) = (written.split(' ').collect(), filled.split(' ').collect());
            check(&written, &filled, folder).map_or_else(|refusal| refusal.to_string(), |read| read.files.join(" "))
        };
        assert_eq!(said("get ns {{x}}", "get ns a"), "");
        assert_eq!(said("exec {{x}} -- sh {{x}}", "exec a -- sh -c"), "");
        assert_eq!(said("apply -f k.yaml -n {{x}}", "apply -f k.yaml -n a"), "k.yaml");
        for (written, filled, expected) in [
            ("apply {{x}}", "apply -fk.yaml", "which kubectl takes for a flag"),
            ("get {{x}} a", "get -A a", "which kubectl takes for a flag"),
            ("exec {{x}} -- sh", "exec -- -- sh", "which kubectl takes for a flag"),
            ("{{x}} ns a", "delete ns a", "steps may not use `kubectl {{x}}`"),
            ("apply -f {{x}}", "apply -f k.yaml", "is not the name of one file"),
            ("apply --filename={{x}}", "apply --filename=k.yaml", "is not the name of one file"),
            ("get ns --{{x}}", "get ns --no-headers", "is none of the flags"),
            ("create secret generic a --from-file={{x}}", "create secret generic a --from-file=k.yaml", "not the name"),
        ] {
            let said = said(written, filled);
            assert!(said.contains(expected), "{written}: {said}");
        }
    }

    #[test]
    fn another_cluster_another_user_and_files_of_the_machine_are_refused() {
        for (line, expected) in [
            ("config set-credentials x --exec-command=sh", "1: steps may not use `kubectl config set-credentials`"),
            ("config", "0: `kubectl config` needs another word"),
            ("config view", "1: `kubectl config view` is for `-o` with one of"),
            ("config view --raw", "2: `kubectl config view` is for `-o`"),
            ("config view -o json --raw", "4: `kubectl config view` is for `-o`"),
            ("config view --raw -ojsonpath={.users}", "3: `kubectl config view` is for `-o`"),
            ("config view -o jsonpath={.clusters[0].cluster.server} -o yaml", "5: `kubectl config view` is for `-o`"),
            ("config view -- x", "2: `--` is none of the flags"),
            ("delete -Af x", "1: write `--filename` as a word of its own"),
            ("get ns --user=x", "2: `--user` is not for steps: the cluster and the user"),
            ("get ns --user x", "2: `--user` is not for steps"),
            ("--kubeconfig=x get ns", "0: `--kubeconfig` is not for steps"),
            ("-sURL get ns", "0: `-s` is not for steps"),
            ("get ns -shttps://x", "2: `-s` is not for steps"),
            ("get ns -As https://x", "2: `-s` is not for steps"),
            ("-n a --context=b get ns", "2: `--context` is not for steps"),
            ("get ns --token=a", "2: `--token` is not for steps"),
            ("get ns --as=a", "2: `--as` is not for steps: who asks"),
            ("get ns --server", "2: `--server` is not for steps"),
            ("get ns --kubeconfi x", "2: `--kubeconfi` is none of the flags"),
            ("get ns -n --server=x", "2: write the value as `--namespace=--server=x`"),
            ("get ns -o go-template-file=/etc/passwd", "3: `go-template-file=/etc/passwd` is not for steps"),
            ("get ns -o=jsonpath-file=x", "2: `jsonpath-file=x` is not for steps"),
            ("get ns --template=/etc/passwd", "2: `--template` is not for steps"),
            ("get --raw /api", "1: `--raw` is none of the flags"),
            ("get pods -w", "2: `-w` is not for steps: it does not end"),
            ("logs a -f", "2: `-f` is not for steps: it does not end"),
            ("apply -k .", "1: `-k` is not for steps: it fetches"),
            ("apply -f https://x/y.yaml", "2: `https://x/y.yaml` is not a name of a file"),
            ("apply -f a.yaml,../b.yaml", "2: `a.yaml,../b.yaml` is not the name of one file"),
            ("apply -f ../*.yaml", "2: `../*.yaml` is not the name of one file"),
            ("apply -f ../a", "2: `../a` leads out"),
            ("apply -f/etc/passwd", "1: `/etc/passwd` leads out"),
            ("apply -f -", "1: write the value as"),
            ("apply --filename=-", "1: a step has no standard input"),
            ("create secret generic a --from-file=k=/etc/shadow", "4: `/etc/shadow` leads out"),
            ("create secret generic a --from-file=../k", "4: `../k` leads out"),
            ("create secret tls a --cert=/a --key=b", "4: `/a` leads out"),
            ("create secret docker-registry a", "2: steps may not use `kubectl create secret docker-registry`"),
            ("create -f a", "1: `-f` is none of the flags"),
            ("cp a:/b c", "0: steps may not use `kubectl cp`: it writes files"),
            ("proxy", "0: steps may not use `kubectl proxy`: it opens a port"),
            ("evil x", "0: steps may not use `kubectl evil`: it may be a plugin"),
            ("gte pods", "0: steps may not use `kubectl gte`; did you mean `get`?"),
            ("exec a ls", "2: `kubectl exec` needs `--`"),
            ("exec a -it -- sh", "2: `-i` is none of the flags"),
            ("kubectl get ns", "0: `kubectl` stands here already"),
            ("-- get ns", "0: `--` is none of the flags"),
            ("-n", "0: `--namespace` needs a value"),
            ("get pods - a", "2: a step has no standard input"),
        ] {
            let said = said(line);
            assert!(said.starts_with(expected), "{line}\n{said}\nis not\n{expected}");
        }
        assert!(read(&[]).is_err() && operand("--server=x").is_err() && operand("pods").is_ok());
    }
}
