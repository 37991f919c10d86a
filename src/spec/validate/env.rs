//! Variables: each once, and from what there is.

use super::app::twice;
use crate::decode::{Decoder, Located, Map};
use crate::diagnostic::Diagnostic;
use crate::spec::App;
use crate::spec::env::{EnvValue, PodField, Source};
use crate::spec::storage::SecretRef;
use crate::spec::values::Variable;
use crate::spec::workload::WorkloadKind;

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    one(app, &app.env, &app.secrets, decoder);
    for container in app.sidecars.iter().chain(&app.init) {
        one(app, &container.env, &container.secrets, decoder);
    }
}

fn one(app: &App, env: &Map<Located<Variable>, Located<EnvValue>>, secrets: &[SecretRef], decoder: &mut Decoder<'_>) {
    let variables = env.keys().map(|name| (name.as_str().to_owned(), name.span));
    let from_secrets = secrets.iter().filter_map(|it| it.env.as_ref()).map(|env| (env.as_str().to_owned(), env.span));
    twice(variables.chain(from_secrets), "environment variable", decoder);
    for value in env.values() {
        let EnvValue::From(Source::Pod(field)) = &value.value else { continue };
        let is_numbered = app.workload.kind == WorkloadKind::StatefulSet || app.workload.indexed.is_some();
        if field.value == PodField::Index && !is_numbered {
            let message = format!("the pods of a {} have no number", app.workload.kind.as_str());
            decoder.report(
                Diagnostic::error(field.span, message).label("only those of a statefulset or an indexed job have one"),
            );
        }
    }
}
