//! What is safe, why, what it breaks and what to write today: knowledge about the settings that matter for security
//! (`data/apiserver/README.md`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalogue::{Component, catalogue};
use crate::k8s::version::Version;

static ADVICE: LazyLock<Vec<Advice>> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("../../data/apiserver/advice.yaml")).unwrap_or_default());

/// All advice, in the order of the file.
#[cfg(test)]
fn all() -> &'static [Advice] {
    &ADVICE
}

/// The advice about a setting, by its name in the catalogue.
pub fn of(subject: Subject, name: &str) -> Option<&'static Advice> {
    ADVICE.iter().find(|advice| advice.subject == subject && advice.name == name)
}

/// What advice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Subject {
    /// A flag or field of a component.
    Setting(Component),
    /// An admission plugin.
    Plugin,
    /// A feature gate.
    Gate,
}

impl TryFrom<String> for Subject {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "plugin" => Ok(Self::Plugin),
            "gate" => Ok(Self::Gate),
            name => Component::from_name(name).map(Self::Setting).ok_or(format!("no component {name}")),
        }
    }
}

/// Advice about a flag, field, plugin or gate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Its name in the catalogue.
    pub name: String,
    /// What it is.
    #[serde(rename = "in")]
    pub subject: Subject,
    /// The first release with it, such as `1.29`, where that is known and older than the catalogue.
    pub since: Option<String>,
    /// Items of the CIS Kubernetes Benchmark 1.12, such as `1.2.1`.
    #[serde(default)]
    pub cis: Vec<String>,
    /// Rules of the DISA Kubernetes STIG V2R6, such as `V-242390`.
    #[serde(default)]
    pub stig: Vec<String>,
    /// The safe value.
    pub safe: String,
    /// Why it is safe, or what happens otherwise.
    pub why: String,
    /// What the safe value breaks, and what the setting does not go together with.
    pub breaks: String,
    write: String,
    /// Where to read more.
    pub source: String,
}

impl Advice {
    /// What to write today: flags, or a piece of a file in the API versions of the release.
    ///
    /// `$AuthenticationConfiguration` in the data is the preferred API version of that kind, `$VERSION` the release.
    pub fn write(&self, version: Version) -> String {
        let mut text = self.write.replace("$VERSION", &format!("v{version}"));
        while let Some((before, rest)) = text.split_once('$') {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let (kind, after) = rest.split_at(end);
            let api = catalogue().config_api(kind, version).found().map_or(kind, |config| config.api_version);
            text = format!("{before}{api}{after}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_file_can_be_read() {
        let read: Result<Vec<Advice>, _> = serde_yaml::from_str(include_str!("../../data/apiserver/advice.yaml"));
        assert_eq!(read.map(|all| all.len()).map_err(|error| error.to_string()), Ok(all().len()));
        assert!(all().len() > 60);
    }

    #[test]
    fn it_is_about_what_the_newest_release_has() {
        let mut seen = HashSet::new();
        for advice in all() {
            let found = match advice.subject {
                Subject::Setting(component) => {
                    let flag = catalogue().flag(component, &advice.name, Version::NEWEST).found();
                    flag.is_some_and(|flag| flag.name == advice.name)
                }
                Subject::Plugin => catalogue().plugin(&advice.name, Version::NEWEST).found().is_some(),
                Subject::Gate => catalogue().gate(&advice.name, Version::NEWEST).found().is_some(),
            };
            assert!(found, "{:?} {}", advice.subject, advice.name);
            assert!(seen.insert((advice.subject, &advice.name)), "{} twice", advice.name);
        }
    }

    #[test]
    fn controls_are_spelt_as_in_the_benchmarks() {
        for advice in all() {
            for item in &advice.cis {
                let numbers: Vec<Option<u8>> = item.split('.').map(|part| part.parse().ok()).collect();
                assert!((2..=3).contains(&numbers.len()) && numbers.iter().all(Option::is_some), "{item}");
            }
            for rule in &advice.stig {
                assert!(rule.strip_prefix("V-").is_some_and(|number| number.len() == 6), "{rule}");
            }
        }
    }

    /// The items of CIS 1.12 that speak of a flag or field.
    #[test]
    fn every_setting_of_the_benchmark_has_advice() {
        let known: HashSet<&str> = all().iter().flat_map(|advice| &advice.cis).map(String::as_str).collect();
        let sections = [("1.2.", 30), ("1.3.", 7), ("1.4.", 2), ("2.", 7), ("4.2.", 14), ("4.3.", 1)];
        for (section, last) in sections {
            for item in (1..=last).map(|number| format!("{section}{number}")) {
                assert!(known.contains(item.as_str()), "{item}");
            }
        }
    }

    #[test]
    fn what_to_write_has_the_api_version_of_the_release() {
        let advice = of(Subject::Setting(Component::ApiServer), "anonymous-auth").unwrap();
        let of_release = |text| advice.write(Version::parse(text).unwrap());
        assert!(of_release("1.33").contains("apiVersion: apiserver.config.k8s.io/v1beta1\n"));
        assert!(of_release("1.34").contains("apiVersion: apiserver.config.k8s.io/v1\n"));
        for advice in all() {
            for version in Version::all() {
                let text = advice.write(version);
                assert!(text.lines().all(|line| line.len() <= 78), "{}: too wide\n{text}", advice.name);
                let mut apis = text.lines().filter_map(|line| line.trim().strip_prefix("apiVersion: "));
                // the kms provider has an apiVersion of its own
                assert!(apis.all(|api| api.contains('/') || api == "v2"), "{}: {text}", advice.name);
                if text.contains("apiVersion: ") {
                    let read = serde_yaml::from_str::<serde_yaml::Value>(&text);
                    assert!(read.is_ok(), "{}: {:?}\n{text}", advice.name, read.err());
                }
            }
        }
    }
}
