//! Questions to the learner.

use sha2::{Digest, Sha256};

use crate::lab::answers::FILE;
use crate::lab::course::probe::Answer;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;
use crate::yaml;

/// SHA-256 of an answer to a check of a lab, in hexadecimal.
pub(crate) fn hash(lab: &str, check: &str, answer: &str) -> String {
    use std::fmt::Write as _;
    let text = format!("{lab}/{check}/{}", answer.trim().to_lowercase());
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // writing to a String does not fail
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Looks once. `id` is the check's name.
pub(super) fn judge(id: &str, spec: &Answer, scene: &Scene<'_>) -> Judged {
    let unanswered = || Judged::nothing(format!("not answered yet: write `{id}: ...` into {FILE}"));
    let text = match std::fs::read_to_string(scene.folder.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return unanswered(),
        Err(error) => return Judged::nothing(format!("{FILE} cannot be read: {error}")),
    };
    let stream = yaml::parse(&text);
    if let Some(error) = stream.errors.first() {
        return Judged::nothing(format!("{FILE} is not YAML: {}", error.message));
    }
    let root = stream.documents.first().and_then(yaml::Document::root);
    let answer = root.and_then(|root| root.get(id)).filter(|node| !node.is_null());
    match answer.map(|node| node.text().map(str::trim)) {
        None | Some(Some("")) => unanswered(),
        Some(None) => Judged::fail(format!("`{id}` in {FILE} is no single value")),
        Some(Some(answer)) if hash(&scene.names.lab, id, answer).eq_ignore_ascii_case(spec.sha256.trim()) => {
            Judged::pass(format!("`{answer}`"))
        }
        Some(Some(answer)) => Judged::fail(format!("`{answer}` is not right")),
    }
}

#[cfg(test)]
mod tests {
    use super::hash;
    use crate::lab::answers::FILE;
    use crate::lab::check::recorded::{Recorded, Stage};
    use crate::lab::verdict::{Judged, Verdict};

    fn judge(answers: Option<&str>) -> Judged {
        let stage = Stage::new();
        if let Some(answers) = answers {
            stage.put(FILE, answers);
        }
        // an answer asks nothing of the cluster
        let right = hash("demo", "it", "0101 Root");
        stage.judge(&Recorded::down(), &format!("answer: {{question: Which one?, sha256: {right}}}"))
    }

    #[test]
    fn a_right_answer_is_right_however_it_is_written() {
        for answers in ["it: 0101 root", "it: '  0101 ROOT '", "other: x\nit: 0101 Root\n"] {
            assert_eq!(judge(Some(answers)).verdict, Verdict::Pass, "{answers}");
        }
        assert_eq!(judge(Some("it: 101 root")), Judged::fail("`101 root` is not right"));
    }

    #[test]
    fn what_is_not_answered_is_wrong() {
        let unanswered = Judged::nothing("not answered yet: write `it: ...` into answers.yaml");
        for answers in [None, Some(""), Some("it:"), Some("it: ''"), Some("other: 1"), Some("- it")] {
            assert_eq!(judge(answers), unanswered, "{answers:?}");
        }
        assert_eq!(judge(Some("it: [a]")), Judged::fail("`it` in answers.yaml is no single value"));
        assert!(judge(Some("it: [")).observed.starts_with("answers.yaml is not YAML"));
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        // printf demo/it/root | sha256sum
        assert_eq!(hash("demo", "it", " Root\n"), HASH);
    }

    const HASH: &str = "35b0ef2c1a7b84fe2b80d24188f3537cefe0694d07c16e991ac54ce547c38a34";
}
