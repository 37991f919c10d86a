//! What a lab's own cluster has that others have not: a part of kind's configuration.

use super::faults::Faults;
use super::read::Entry;
use crate::cluster::create::Custom;
use crate::decode::{Decode as _, Decoder, Map, record};
use crate::diagnostic::{Diagnostic, Severity};
use crate::yaml::{self, Kind};

record! {
    /// The part of kind's configuration that a lab may set.
    Patch "cluster" {
        /// Patches of the configuration of kubeadm, each a document with its `kind`.
        kubeadm "kubeadmConfigPatches": Vec<String> = Vec::new(),
        /// Feature gates of all programs.
        gates "featureGates": Map<String, bool> = Map::default(),
        /// What the API server serves, or not, by group and version.
        runtime "runtimeConfig": Map<String, String> = Map::default(),
    }
}

impl Entry {
    /// What the lab's own cluster is made with.
    pub fn cluster(&self) -> Result<Custom, Faults> {
        let Some(file) = &self.lab.start.cluster else { return Ok(Custom::default()) };
        let Some(source) = self.files.get(&file.value) else {
            let message = format!("this lab has no file `{}`", file.value);
            return Err(Faults::one(&self.source, Diagnostic::error(file.span, message)));
        };
        let stream = yaml::parse(source.text());
        let root = stream.documents.first().and_then(yaml::Document::root).filter(|root| root.kind() == Kind::Mapping);
        let root = root.filter(|_| stream.errors.is_empty());
        let Some(root) = root else {
            return Err(Faults::of_file(source, "this is not part of kind's configuration"));
        };
        let mut decoder = Decoder::new(source.text());
        let read = Patch::decode(root, &mut decoder);
        let problems = decoder.into_problems();
        let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
        let mut faults = Faults::default();
        faults.add(source, problems);
        let patch = read.filter(|_| !failed).ok_or(faults)?;
        Ok(Custom {
            kubeadm: patch.kubeadm,
            gates: patch.gates.iter().map(|(gate, on)| (gate.clone(), *on)).collect(),
            runtime: patch.runtime.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::create::Custom;
    use crate::lab::course::read::Course;
    use crate::lab::course::source::Folder;
    use crate::yaml::Source;

    const LAB: &str = "{format: 1, id: a, title: A, level: intro, minutes: 5, story: s, rules: [], needs: [own_cluster], \
                       start: {cluster: cluster.yaml}, tasks: [], keep: [], solutions: [], traps: []}";

    fn cluster(text: Option<&str>) -> Result<Custom, String> {
        let mut folder = Folder { name: "01-a".to_owned(), path: "01-a".into(), ..Folder::default() };
        let files = [("lab.yaml", Some(LAB)), ("cluster.yaml", text)];
        for (path, text) in files.into_iter().filter_map(|(path, text)| Some((path, text?))) {
            folder.files.insert(path.to_owned(), Source::new(path, text));
        }
        let (course, faults) = Course::read(vec![folder]);
        assert!(faults.is_empty(), "{faults}");
        course.labs[0].cluster().map_err(|faults| faults.to_string())
    }

    #[test]
    fn is_a_part_of_the_configuration_of_kind() {
        let text = "kubeadmConfigPatches:\n  - |\n    kind: KubeletConfiguration\n    readOnlyPort: 10255\n\
                    featureGates: {A: true}\nruntimeConfig: {api/alpha: 'true'}\n";
        let custom = cluster(Some(text)).expect("read");
        assert_eq!(custom.kubeadm, ["kind: KubeletConfiguration\nreadOnlyPort: 10255\n"]);
        assert_eq!(custom.gates, [("A".to_owned(), true)]);
        assert_eq!(custom.runtime, [("api/alpha".to_owned(), "true".to_owned())]);
    }

    #[test]
    fn says_what_is_wrong_with_it() {
        assert!(cluster(None).expect_err("missing").contains("this lab has no file `cluster.yaml`"));
        assert!(cluster(Some("nodes: []")).expect_err("unknown").starts_with("cluster.yaml:1:1: unknown key `nodes`"));
        assert!(cluster(Some("- a")).expect_err("a list").contains("this is not part of kind's configuration"));
    }
}
