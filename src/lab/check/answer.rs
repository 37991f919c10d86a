//! Questions to the learner.

use crate::lab::answers::{self, FILE};
use crate::lab::course::probe::Answer;
use crate::lab::scene::Scene;
use crate::lab::verdict::Judged;

/// Looks once. `id` is the check's name.
pub(super) fn judge(id: &str, spec: &Answer, scene: &Scene<'_>) -> Judged {
    match answers::read(&scene.folder, id) {
        Err(error) => Judged::nothing(error),
        Ok(None) => Judged::nothing(format!("not answered yet: write `{id}: ...` into {FILE}")),
        Ok(Some(answer)) if answers::digest(&scene.names.lab, id, &answer).eq_ignore_ascii_case(&spec.sha256) => {
            Judged::pass(format!("`{answer}`"))
        }
        Ok(Some(answer)) => Judged::fail(format!("`{answer}` is not right")),
    }
}

#[cfg(test)]
mod tests {
    use crate::lab::answers::{FILE, digest};
    use crate::lab::check::recorded::{Recorded, Stage};
    use crate::lab::verdict::{Judged, Verdict};

    fn judge(answers: Option<&str>) -> Judged {
        let stage = Stage::new();
        if let Some(answers) = answers {
            stage.put(FILE, answers);
        }
        // an answer asks nothing of the cluster
        let right = digest("demo", "it", "0101 Root");
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
        for answers in [None, Some(""), Some("it:"), Some("it: ''"), Some("other: 1"), Some("- it"), Some("it: [a]")] {
            assert_eq!(judge(answers), unanswered, "{answers:?}");
        }
        assert!(judge(Some("it: [")).observed.starts_with("answers.yaml is not YAML"));
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        // printf demo/it/root | sha256sum
        assert_eq!(digest("demo", "it", " Root\n"), HASH);
    }

    const HASH: &str = "35b0ef2c1a7b84fe2b80d24188f3537cefe0694d07c16e991ac54ce547c38a34";
}
