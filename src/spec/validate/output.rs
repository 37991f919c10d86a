//! What the layouts need that something in the cluster deploys.

use crate::decode::Decoder;
use crate::diagnostic::{Diagnostic, Text};
use crate::spec::app::Layout;
use crate::spec::{App, Space};

/// The lines that say where the files are.
pub const REPOSITORY: &str = "output:\n  repository:\n    url: https://git.example.com/team/shop";

/// What only apps can say.
pub(super) fn of_space(space: &Space, decoder: &mut Decoder<'_>) {
    let repository = space.output.repository.as_ref().map(|it| it.span);
    let store = space.output.secret_store.as_ref().map(|it| it.span);
    for (place, key) in [(repository, "repository"), (store, "store")] {
        if let Some(place) = place {
            let problem = Diagnostic::error(place, format!("a space has no `{key}`"));
            decoder.report(problem.label("say this in the output of its apps"));
        }
    }
}

pub(super) fn check(app: &App, decoder: &mut Decoder<'_>) {
    let output = &app.output;
    let layout = output.layout.value;
    let Some(place) = output.layout.place().filter(|_| layout.is_reconciled()) else { return };
    let Some(repository) = &output.repository else {
        let message = format!("the layout {} needs the address of the repository", layout.as_str());
        let problem = Diagnostic::error(place, message).label("deploys what is committed there");
        decoder.report(problem.help(Text::of_lines(REPOSITORY)));
        return;
    };
    if let (Layout::ArgoCd, Some(verify)) = (layout, &repository.verify) {
        let problem = Diagnostic::error(verify.span, "Argo CD takes keys from its own settings, not from a Secret");
        decoder.report(problem.label("take this out, and set the keys in Argo CD"));
    }
}
