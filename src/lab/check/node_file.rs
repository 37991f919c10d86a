//! Files on the control-plane node: their mode, their owner, what is in them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::cel::Expression;
use super::text::short;
use crate::lab::check_context::CheckContext;
use crate::lab::course::check_kind::NodeFile;
use crate::lab::verdict::{CheckResult, Verdict};

/// Prints a line for each file of a pattern: mode, owner and group, content, path. Of folders there is no content.
const SCRIPT: &str = r#"
IFS=
for path in $1; do
  [ -e "$path" ] || continue
  content=
  [ -f "$path" ] && [ "$2" = read ] && content=$(head -c 1048576 "$path" | base64 -w0)
  echo "$(stat -L -c '%a %U:%G' "$path") $content $path"
done
"#;

/// Looks once.
pub(super) fn evaluate(spec: &NodeFile, context: &CheckContext<'_>) -> CheckResult {
    look(spec, context).unwrap_or_else(|result| result)
}

struct File {
    path: String,
    mode: u32,
    owner: String,
    text: String,
}

fn look(spec: &NodeFile, context: &CheckContext<'_>) -> Result<CheckResult, CheckResult> {
    let expression = spec.cel.as_ref().map(|cel| Expression::new(cel)).transpose()?;
    let most = spec.mode_max.as_deref().map(mode).transpose()?;
    let argv = ["sh", "-c", SCRIPT, "tightship", &spec.path, if expression.is_some() { "read" } else { "" }];
    let ended = context.api.node(&argv, &[])?;
    if ended.exit != 0 {
        return Err(CheckResult::error(format!("the node cannot be looked at: {}", short(&ended.stderr))));
    }
    let unreadable = || CheckResult::error("what the node answers about its files cannot be understood");
    let files: Vec<File> = ended.stdout.lines().map(read).collect::<Option<_>>().ok_or_else(unreadable)?;
    if !spec.exists.value {
        if most.is_some() || expression.is_some() || spec.owner.is_some() {
            return Err(CheckResult::error("a file that must not be there has nothing to look at"));
        }
        return Ok(match files.first() {
            Some(file) => CheckResult::fail(format!("{} is there", file.path)),
            None => CheckResult::pass(format!("there is no {}", spec.path)),
        });
    }
    if files.is_empty() {
        return Err(CheckResult::nothing(format!("there is no {} on the node", spec.path)));
    }
    let result = files.iter().map(|file| one(spec, most, expression.as_ref(), file));
    let result: Vec<CheckResult> = result.collect();
    let worst = result.iter().find(|result| result.verdict != Verdict::Pass).or(result.first());
    worst.cloned().ok_or_else(unreadable)
}

fn mode(text: &str) -> Result<u32, CheckResult> {
    u32::from_str_radix(text, 8)
        .map_err(|_| CheckResult::error(format!("`{text}` is not a mode of a file, such as `0600`")))
}

fn read(line: &str) -> Option<File> {
    let mut words = line.splitn(4, ' ');
    let (mode, owner, text, path) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(File {
        path: path.to_owned(),
        mode: u32::from_str_radix(mode, 8).ok()?,
        owner: owner.to_owned(),
        text: String::from_utf8_lossy(&BASE64_STANDARD.decode(text).ok()?).into_owned(),
    })
}

fn one(spec: &NodeFile, most: Option<u32>, expression: Option<&Expression>, file: &File) -> CheckResult {
    let path = &file.path;
    if let Some(most) = most.filter(|most| file.mode & !most != 0) {
        return CheckResult::fail(format!("{path} has the mode {:04o}, which allows more than {most:04o}", file.mode));
    }
    if let Some(owner) = spec.owner.as_ref().filter(|owner| **owner != file.owner) {
        return CheckResult::fail(format!("{path} belongs to {}, not to {owner}", file.owner));
    }
    let shown = format!("{path} has the mode {:04o} and belongs to {}", file.mode, file.owner);
    let Some(expression) = expression else { return CheckResult::pass(shown) };
    let stream = crate::yaml::parse(&file.text);
    let value = stream.documents.first().and_then(|document| document.root()?.to_json().ok());
    let value = value.filter(|_| stream.errors.is_empty()).unwrap_or(Value::Null);
    let result = expression.result(&[("file", &value), ("text", &Value::from(file.text.as_str()))]);
    match result.verdict {
        Verdict::Fail => CheckResult::fail(format!("in {path}, {}", result.observed)),
        _ => result,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use crate::client::Ended;
    use crate::lab::check::recorded::{Fixture, Recorded};
    use crate::lab::verdict::{CheckResult, Verdict};

    fn node(lines: &[(&str, &str, &str)]) -> Recorded {
        let line = |(mode, path, text): &(&str, &str, &str)| {
            format!("{mode} root:root {} {path}\n", BASE64_STANDARD.encode(text))
        };
        let stdout: String = lines.iter().map(line).collect();
        Recorded::new().when_node(move |argv| {
            let is_meant = argv.get(4).is_some_and(|path| path.starts_with("/etc/kubernetes/"));
            is_meant.then(|| Ended { stdout: stdout.clone(), ..Ended::default() })
        })
    }

    fn evaluate(mode: &str, text: &str, check: &str) -> CheckResult {
        let api = node(&[(mode, "/etc/kubernetes/a.yaml", text)]);
        Fixture::new().evaluate(&api, &format!("node_file: {{path: /etc/kubernetes/a.yaml, {check}}}"))
    }

    #[test]
    fn a_mode_may_not_allow_more() {
        assert_eq!(
            evaluate("600", "", "mode_max: '0600'"),
            CheckResult::pass("/etc/kubernetes/a.yaml has the mode 0600 and belongs to root:root")
        );
        assert_eq!(evaluate("400", "", "mode_max: '0600', owner: 'root:root'").verdict, Verdict::Pass);
        for wrong in ["644", "700", "4600"] {
            let result = evaluate(wrong, "", "mode_max: '0600'");
            assert!(result.observed.ends_with("which allows more than 0600"), "{}", result.observed);
            assert_eq!(result.verdict, Verdict::Fail);
        }
        assert_eq!(
            evaluate("600", "", "owner: 'etcd:etcd'"),
            CheckResult::fail("/etc/kubernetes/a.yaml belongs to root:root, not to etcd:etcd")
        );
    }

    #[test]
    fn expressions_see_yaml_and_text() {
        let policy = "kind: Policy\nrules:\n  - level: Metadata\n";
        assert_eq!(evaluate("600", policy, "cel: \"file.rules[0].level == 'Metadata'\"").verdict, Verdict::Pass);
        assert_eq!(evaluate("600", policy, "cel: \"text.contains('Policy')\"").verdict, Verdict::Pass);
        assert_eq!(
            evaluate("600", policy, "cel: \"file.kind == 'Pod'\""),
            CheckResult::fail("in /etc/kubernetes/a.yaml, file.kind is `Policy`")
        );
        assert_eq!(evaluate("600", "a: [", "cel: \"file.kind == 'Policy'\"").verdict, Verdict::Fail);
        assert_eq!(evaluate("600", "", "cel: \"fil.kind == 'Policy'\"").verdict, Verdict::Error);
    }

    #[test]
    fn each_file_of_a_pattern_must_be_right_and_one_must_be_there() {
        let check = "node_file: {path: '/etc/kubernetes/pki/*.key', mode_max: '0600'}";
        let two = node(&[("600", "/etc/kubernetes/pki/a.key", ""), ("640", "/etc/kubernetes/pki/b c.key", "")]);
        let result = Fixture::new().evaluate(&two, check);
        assert!(result.observed.starts_with("/etc/kubernetes/pki/b c.key has the mode 0640"), "{}", result.observed);
        let result = Fixture::new().evaluate(&node(&[]), check);
        assert_eq!(result, CheckResult::nothing("there is no /etc/kubernetes/pki/*.key on the node"));
    }

    #[test]
    fn a_file_may_have_to_be_missing() {
        let check = "node_file: {path: /etc/kubernetes/a, exists: false}";
        assert_eq!(Fixture::new().evaluate(&node(&[]), check), CheckResult::pass("there is no /etc/kubernetes/a"));
        let there = node(&[("600", "/etc/kubernetes/a", "")]);
        assert_eq!(Fixture::new().evaluate(&there, check), CheckResult::fail("/etc/kubernetes/a is there"));
        let odd = "node_file: {path: /etc/kubernetes/a, exists: false, mode_max: '0600'}";
        assert_eq!(Fixture::new().evaluate(&there, odd).verdict, Verdict::Error);
    }

    #[test]
    fn what_cannot_be_looked_at_is_an_error() {
        let check = "node_file: {path: /etc/kubernetes/a}";
        assert_eq!(Fixture::new().evaluate(&Recorded::down(), check).verdict, Verdict::Error);
        let broken =
            Recorded::new().when_node(|_| Some(Ended { exit: 126, stderr: "no sh".to_owned(), ..Ended::default() }));
        assert_eq!(Fixture::new().evaluate(&broken, check).verdict, Verdict::Error);
        assert_eq!(evaluate("600", "", "mode_max: rw").verdict, Verdict::Error);
    }
}
