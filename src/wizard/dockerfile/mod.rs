//! What a Dockerfile says about the image that it makes: the port, the user, the health check. What cannot be known is said.

mod accounts;
mod health;
mod stage;
mod syntax;
mod taken;
#[cfg(test)]
mod tests;
mod variables;

pub(super) use taken::Taken;

use stage::{Base, Stage};
use variables::Variables;

/// Reads a Dockerfile; its last stage makes the image.
pub(super) fn read(text: &str) -> Taken {
    let script = syntax::read(text);
    let mut global = Variables::new();
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in &script.instructions {
        if instruction.word == "FROM" {
            stages.push(from(&instruction.rest, &stages, &global, script.escape));
            continue;
        }
        match stages.last_mut() {
            Some(stage) => stage.apply(instruction, &global, script.escape),
            None if instruction.word == "ARG" => stage::argument(&instruction.rest, &mut global, None, script.escape),
            None => {}
        }
    }
    stages.last().map(taken::of).unwrap_or_default()
}

/// `FROM [--platform=...] image [AS name]`: a stage goes on from another one, or from an image.
fn from(rest: &str, stages: &[Stage], global: &Variables, escape: char) -> Stage {
    let mut words = rest.split_whitespace().skip_while(|word| word.starts_with("--"));
    let image = words.next().unwrap_or_default();
    let name = words.nth(1).map(str::to_lowercase);
    let Ok(image) = variables::expand(image, global, escape) else {
        return Stage { name, base: Base::Unknown(image.to_owned()), ..Stage::default() };
    };
    let earlier = stages.iter().rev().find(|stage| stage.name.as_deref() == Some(&*image.to_lowercase()));
    match earlier {
        Some(stage) => Stage { name, ..stage.clone() },
        None => Stage { name, base: Base::Image(image), ..Stage::default() },
    }
}
