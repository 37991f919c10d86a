//! Environment variables of a container.

use crate::decode::{Located, Map};
use crate::generate::view::{Env, EnvFromView, KeyOf};
use crate::spec::App;
use crate::spec::env::{EnvFrom, EnvValue, OfKey, PodField, Source, Whole};
use crate::spec::storage::SecretRef;
use crate::spec::values::Variable;

/// Where a run of an indexed job finds its number.
const RUN_INDEX: &str = "metadata.labels['batch.kubernetes.io/job-completion-index']";

/// In the order of the spec, those of `secrets` last. `$(NAME)` in a text means another variable, for the kubelet as for the
/// author of the spec.
pub(super) fn variables(app: &App, env: &Map<Located<Variable>, Located<EnvValue>>, secrets: &[SecretRef]) -> Vec<Env> {
    let own = env.iter().map(|(name, value)| match &value.value {
        EnvValue::Text(text) => Env { value: Some(text.clone()), ..named(name) },
        EnvValue::From(Source::Pod(field)) if field.value == PodField::Index && app.workload.is_batch() => {
            Env { field: Some(RUN_INDEX.to_owned()), ..named(name) }
        }
        EnvValue::From(source) => from(source, named(name)),
    });
    let of_secrets = secrets.iter().filter_map(|secret| {
        let (name, key) = secret.env.as_ref().zip(secret.keys.first())?;
        let secret = KeyOf { name: secret.name.to_string(), key: key.to_string(), optional: false };
        Some(Env { secret: Some(secret), ..named(name) })
    });
    own.chain(of_secrets).collect()
}

fn named(name: &Variable) -> Env {
    Env { name: name.to_string(), ..Env::default() }
}

fn from(source: &Source, mut env: Env) -> Env {
    let key = |name: &str, of: &OfKey| KeyOf { name: name.to_owned(), key: of.key.to_string(), optional: of.optional };
    match source {
        Source::Pod(field) => env.field = Some(field.path().to_owned()),
        Source::Label(name) => env.field = Some(format!("metadata.labels['{}']", name.as_str())),
        Source::Annotation(name) => env.field = Some(format!("metadata.annotations['{}']", name.as_str())),
        Source::Resource(resource, unit) => {
            env.resource = Some(resource.as_str());
            unit.unit.as_str().clone_into(&mut env.unit);
        }
        Source::ConfigMap(name, of) => env.config_map = Some(key(name, of)),
        Source::Secret(name, of) => env.secret = Some(key(name, of)),
    }
    env
}

/// All keys of objects as variables.
pub(super) fn whole(sources: &[EnvFrom]) -> Vec<EnvFromView> {
    let view = |from: &EnvFrom| {
        let (field, name) = match &from.source {
            Whole::ConfigMap(name) => ("configMapRef", name.to_string()),
            Whole::Secret(name) => ("secretRef", name.to_string()),
        };
        EnvFromView {
            prefix: from.prefix.as_ref().map(|prefix| prefix.to_string()),
            field,
            name,
            optional: from.optional,
        }
    };
    sources.iter().map(view).collect()
}
