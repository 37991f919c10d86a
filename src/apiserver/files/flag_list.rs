//! Plain lists: a flag on each line, with or without dashes, `#` for comments.

use std::sync::Arc;

use crate::apiserver::catalogue::{Component, Lookup, catalogue, flag_name};
use crate::k8s::version::Version;
use crate::yaml::FileId;

use super::add::{Add, NAME, VALUE};
use super::args;
use super::form::Form;
use super::lines;
use super::view::{List, Owner, ProgramView};
use crate::yaml::Span;
use crate::yaml::edit::Edit;

/// The program of a list: by the name of its file, or by what its flags are.
pub(super) fn program(text: &str, file: FileId, name: &Arc<str>) -> Option<ProgramView> {
    let base = name.rsplit('/').next().unwrap_or(name);
    let plain = lines::without_comments(text);
    let lines = lines::logical(&plain);
    let mut arguments = Vec::new();
    let mut first = None;
    for line in &lines {
        // lists of shell scripts name the program first, and join lines
        let words = args::words(line.text, line.start);
        if first.is_none() {
            first = words.first().and_then(|word| Component::from_name(word.text.rsplit('/').next()?));
        }
        let is_alone = words.len() == 1;
        for mut word in words {
            let (from, to) = (line.start, line.start + line.text.len());
            if let (Ok(start), Ok(end), true) = (u32::try_from(from), u32::try_from(to), is_alone) {
                word.remove = Some(Edit { span: Span { start, end }, text: "".into() });
            }
            arguments.push(word);
        }
    }
    let flags = || arguments.iter().filter(|word| word.text.starts_with("--"));
    let program = first.or_else(|| Component::from_name(base.split('.').next()?)).or_else(|| {
        let known = |word: &&args::Argument| {
            let found = catalogue().flag(Component::ApiServer, &flag_name(&word.text), Version::NEWEST);
            !matches!(found, Lookup::Unknown { .. })
        };
        let count = flags().count();
        (count > 0 && flags().filter(known).count() * 2 > count).then_some(Component::ApiServer)
    })?;
    let place = flags().next()?.span;
    let owner = Owner { kind: "Flags".to_owned(), name: base.to_owned(), ..Owner::default() };
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    let settings = args::settings(&arguments, program, file, "flags");
    // a kubelet has the rest in its configuration file
    let has_file = program == Component::Kubelet && settings.iter().any(|setting| setting.name == "config");
    Some(ProgramView {
        program,
        form: Form::Flags,
        file,
        name: Arc::clone(name),
        owner: Arc::new(owner),
        place,
        path: "flags".to_owned(),
        settings,
        version: None,
        mounts: None,
        node_mounts: None,
        probe: None,
        partial: has_file,
        list: List::Replaces,
        variables: Vec::new(),
        add: Add::text(text.len(), format!("{newline}--{NAME}={VALUE}\n")),
    })
}
