//! What is safe, why, what it breaks and what to write today: knowledge about the settings that matter for security
//! (`data/apiserver/README.md`).

mod parse;

use std::sync::LazyLock;

use super::catalogue::catalogue;
use crate::k8s::table::checked;
use crate::k8s::version::Version;

pub use parse::{Advice, Subject};

static ADVICE: LazyLock<Vec<Advice>> = LazyLock::new(|| checked(parse::read()));

/// All advice, in the order of the file.
#[cfg(test)]
fn all() -> &'static [Advice] {
    &ADVICE
}

/// The advice about a setting, by its name in the catalogue.
pub fn of(subject: Subject, name: &str) -> Option<&'static Advice> {
    ADVICE.iter().find(|advice| advice.subject == subject && advice.name == name)
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
    use crate::apiserver::catalogue::Component;

    #[test]
    fn it_is_about_what_the_newest_release_has() {
        let mut seen = HashSet::new();
        for advice in all() {
            let found = match advice.subject {
                Subject::Setting(component) => {
                    let flag = catalogue().flag(component, advice.name, Version::NEWEST).found();
                    flag.is_some_and(|flag| flag.name == advice.name)
                }
                Subject::Plugin => catalogue().plugin(advice.name, Version::NEWEST).found().is_some(),
                Subject::Gate => catalogue().gate(advice.name, Version::NEWEST).found().is_some(),
            };
            assert!(found, "{:?} {}", advice.subject, advice.name);
            assert!(seen.insert((advice.subject, advice.name)), "{} twice", advice.name);
        }
    }

    /// The items of CIS 1.12 that speak of a flag or field.
    #[test]
    fn every_setting_of_the_benchmark_has_advice() {
        let known: HashSet<&str> = all().iter().flat_map(|advice| &advice.cis).copied().collect();
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
