//! Reads `data/apiserver/advice.txt`.

use crate::apiserver::catalogue::Component;
use crate::k8s::table::{Read, Record, Source, any_release, source};

const ADVICE: Source = source!("apiserver/advice.txt");

/// What advice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A flag or field of a component.
    Setting(Component),
    Plugin,
    Gate,
}

/// Advice about a flag, field, plugin or gate.
#[derive(Debug)]
pub struct Advice {
    pub subject: Subject,
    /// Its name in the catalogue.
    pub name: &'static str,
    /// The first release with it, such as `1.29`, where that is known and older than the catalogue.
    pub since: Option<&'static str>,
    /// Items of the CIS Kubernetes Benchmark 1.12, such as `1.2.1`.
    pub cis: Vec<&'static str>,
    /// Rules of the DISA Kubernetes STIG V2R6, such as `V-242390`.
    pub stig: Vec<&'static str>,
    /// The safe value.
    pub safe: String,
    /// Why it is safe, or what happens otherwise.
    pub why: String,
    /// What the safe value breaks, and what the setting does not go together with.
    pub breaks: String,
    /// What to write, before the API versions of a release are filled in.
    pub(super) write: String,
    /// Where to read more.
    pub source: String,
}

pub fn read() -> Read<Vec<Advice>> {
    ADVICE.records(&["advice"])?.iter().map(advice).collect()
}

fn advice(record: &Record) -> Read<Advice> {
    let mut head = record.head;
    head.expect("advice")?;
    let subject = head.read("a program such as `kube-apiserver`, `plugin` or `gate`", subject)?;
    let name = head.word("a name of the catalogue")?;
    head.finish()?;
    let [since, cis, stig, safe, why, breaks, write, source] =
        record.keys(["since", "cis", "stig", "safe", "why", "breaks", "write", "source"])?;
    let release = |word| any_release(word).map(|_| word);
    Ok(Advice {
        subject,
        name,
        since: since.map(|value| value.word("a release such as `1.29`", release)).transpose()?,
        cis: cis.map(|value| value.words("an item such as `1.2.1`", item)).transpose()?.unwrap_or_default(),
        stig: stig.map(|value| value.words("a rule such as `V-242390`", rule)).transpose()?.unwrap_or_default(),
        safe: record.required("safe", safe)?.text()?,
        why: record.required("why", why)?.text()?,
        breaks: record.required("breaks", breaks)?.text()?,
        write: record.required("write", write)?.lines()?,
        source: record.required("source", source)?.text()?,
    })
}

fn subject(word: &str) -> Option<Subject> {
    match word {
        "plugin" => Some(Subject::Plugin),
        "gate" => Some(Subject::Gate),
        name => Component::from_name(name).map(Subject::Setting),
    }
}

/// An item of the benchmark: two or three numbers.
fn item(word: &str) -> Option<&str> {
    let numbers = word.split('.').map(str::parse::<u8>).collect::<Result<Vec<_>, _>>().ok()?;
    (2..=3).contains(&numbers.len()).then_some(word)
}

/// A rule of the STIG: six digits.
fn rule(word: &str) -> Option<&str> {
    let number = word.strip_prefix("V-")?;
    (number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(word)
}
