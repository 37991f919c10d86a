//! `duplicate-env`

use super::duplicates;
use crate::diagnostic::Diagnostic;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity};
use crate::rules::sink::{PodContext, Sink};
use crate::yaml::edit;

pub(super) static RULE: Rule = Rule {
    id: "duplicate-env",
    summary: "a container sets a variable twice",
    severity: Severity::Medium,
    category: Category::Correctness,
    on: true,
    controls: &[],
    why: "The last one wins, and the API server only warns. `kubectl apply` and server-side apply merge the list by name, so that \
          the next change of either entry may remove both.",
    prevents: "Somebody changes the value that they see, and nothing happens; or the variable is gone after an update.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: LOG_LEVEL
          value: info
        - name: LOG_LEVEL
          value: debug
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: ghcr.io/acme/app:1.2.3
      env:
        - name: LOG_LEVEL
          value: debug
",
    fix: Some(Safety::Unsafe),
    check: RuleKind::Pod(check),
};

fn check(context: &PodContext<'_, '_, '_>, sink: &mut Sink<'_>) {
    for container in &context.pod.containers {
        let Some(env) = container.fields.env else { continue };
        duplicates::each(env.value, "name", &mut |twice| {
            let message = format!("container `{}` sets the variable `{}` twice", container.name(), twice.name);
            let fix = sink.fix(|text| edit::remove_item(text, env.value, twice.first_index));
            sink.report(
                Diagnostic::new(twice.second, message)
                    .label("this one counts")
                    .related(twice.first, "this one does not")
                    .container(container.name())
                    .fix(Safety::Unsafe, "take the first one out", fix),
            );
        });
    }
}
