//! Questions to the learner.

use crate::lab::answers::{self, FILE};
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::Answer;
use crate::lab::verdict::CheckResult;

/// Looks once. `id` is the check's name.
pub(super) fn evaluate(id: &str, spec: &Answer, context: &CheckContext<'_>) -> CheckResult {
    match answers::read(&context.folder, id) {
        Err(error) => CheckResult::nothing(error),
        Ok(None) => CheckResult::nothing(format!("not answered yet: write `{id}: ...` into {FILE}")),
        Ok(Some(answer)) if answers::takes(&context.names.lab, id, spec, &answer) => {
            CheckResult::pass(format!("`{answer}`"))
        }
        Ok(Some(answer)) => CheckResult::fail(format!("`{answer}` is not right")),
    }
}

#[cfg(test)]
mod tests {
    use crate::lab::answers::{FILE, digest};
    use crate::lab::check::recorded::{Fixture, Recorded};
    use crate::lab::verdict::{CheckResult, Verdict};

    fn evaluate(answers: Option<&str>) -> CheckResult {
        let fixture = Fixture::new();
        if let Some(answers) = answers {
            fixture.put(FILE, answers);
        }
        // an answer asks nothing of the cluster
        let [right, other] = ["0101 Root", "/etc/root"].map(|answer| digest("demo", "it", answer));
        fixture.evaluate(
            &Recorded::down(),
            &format!("answer: {{question: \"Which one?\", sha256: {right}, or: [{other}]}}"),
        )
    }

    #[test]
    fn a_right_answer_is_right_however_it_is_written() {
        let same =
            ["it: 0101 root", "it: '  0101 ROOT '", "other: x\nit: 0101 Root\n", "it: '`0101 root`'", "it: 0101 root."];
        for answers in same.into_iter().chain(["it: /etc/root", "it: /etc/root/"]) {
            assert_eq!(evaluate(Some(answers)).verdict, Verdict::Pass, "{answers}");
        }
        assert_eq!(evaluate(Some("it: 101 root")), CheckResult::fail("`101 root` is not right"));
    }

    #[test]
    fn what_is_not_answered_is_wrong() {
        let unanswered = CheckResult::nothing("not answered yet: write `it: ...` into answers.yaml");
        for answers in [None, Some(""), Some("it:"), Some("it: ''"), Some("other: 1"), Some("- it"), Some("it: [a]")] {
            assert_eq!(evaluate(answers), unanswered, "{answers:?}");
        }
        assert!(evaluate(Some("it: [")).observed.starts_with("answers.yaml is not YAML"));
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        // printf demo/it/root | sha256sum
        assert_eq!(digest("demo", "it", " Root\n"), HASH);
    }

    const HASH: &str = "35b0ef2c1a7b84fe2b80d24188f3537cefe0694d07c16e991ac54ce547c38a34";
}
