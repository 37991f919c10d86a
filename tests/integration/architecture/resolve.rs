//! What the paths of a file lead to: through `super`, aliases, groups, globs and re-exports to the file that defines it.

use std::collections::BTreeSet;

use super::source::{Kind, ModuleId, Source, Token, Use, is_test_attribute, read_use};

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Module(ModuleId),
    /// Something that this module defines.
    Item(ModuleId),
}

/// A path of one module that leads to another.
pub struct Import {
    pub from: ModuleId,
    pub is_test: bool,
    pub line: usize,
    pub path: String,
    pub target: Target,
}

/// The names that a block brings into scope, and the block around it.
struct Scope<'s> {
    uses: Vec<Use>,
    around: Option<&'s Scope<'s>>,
}

type Seen = BTreeSet<(ModuleId, String)>;

struct Walk<'s> {
    source: &'s Source,
    module: ModuleId,
    imports: Vec<Import>,
}

/// All imports of a tree.
pub fn imports(source: &Source) -> Vec<Import> {
    let ids = 0..source.modules.len();
    ids.flat_map(|module| {
        let mut walk = Walk { source, module, imports: Vec::new() };
        let me = &source.modules[module];
        walk.tokens(&me.tokens, &Scope { uses: Vec::new(), around: None }, me.is_test);
        walk.imports
    })
    .collect()
}

impl Walk<'_> {
    fn tokens(&mut self, tokens: &[Token], scope: &Scope<'_>, is_test: bool) {
        let mut item_is_test = is_test;
        let mut at = 0;
        while at < tokens.len() {
            item_is_test |= is_test_attribute(tokens, at);
            if let Some((uses, end)) = read_use(tokens, at) {
                uses.iter().for_each(|each| self.using(each, scope, item_is_test));
                at = end;
            } else if let Kind::Group(_, inner) = &tokens[at].kind {
                let scope = Scope { uses: uses_of(inner), around: Some(scope) };
                self.tokens(inner, &scope, item_is_test);
            } else if tokens[at].word().is_some() {
                at = self.path(tokens, at, scope, item_is_test);
            }
            if tokens.get(at).is_some_and(|token| token.is_sign(';') || token.group('{').is_some()) {
                item_is_test = is_test;
            }
            at += 1;
        }
    }

    fn using(&mut self, each: &Use, scope: &Scope<'_>, is_test: bool) {
        for target in self.path_in_scope(&each.path, scope) {
            // whoever imports what is re-exported depends on it, not who re-exports it; the module's table sees both
            let target = match target {
                Target::Item(module) if each.is_public => Target::Module(module),
                Target::Module(module) if each.name.is_none() && !each.is_public => Target::Item(module),
                target => target,
            };
            self.import(target, each.line, each.shown(), is_test);
        }
        if let Some(target) = self.module_on_the_way(&each.path, scope) {
            self.import(target, each.line, each.shown(), is_test);
        }
    }

    /// Reads a path from its first word on; gives where its last word is.
    fn path(&mut self, tokens: &[Token], at: usize, scope: &Scope<'_>, is_test: bool) -> usize {
        let mut words: Vec<String> = tokens[at].word().map(str::to_owned).into_iter().collect();
        let mut end = at;
        while let [sep, next, ..] = &tokens[end + 1..] {
            let Some(word) = next.word().filter(|_| sep.is_sep()) else { break };
            words.push(word.to_owned());
            end += 2;
        }
        let follows_sep = at > 0 && tokens[at - 1].is_sep();
        // a method or field, but not the end of a range
        let follows_dot = at > 0 && tokens[at - 1].is_sign('.') && !(at > 1 && tokens[at - 2].is_sign('.'));
        let is_field = words.len() == 1 && tokens.get(end + 1).is_some_and(|next| next.is_sign(':'));
        if follows_sep || follows_dot || is_field {
            return end;
        }
        let comes = words.len() > 1 || self.comes_by_itself(&words[0], scope);
        let mut targets = if comes { self.path_in_scope(&words, scope) } else { Vec::new() };
        if targets.is_empty() && tokens.get(end + 1).is_some_and(|next| next.is_sign('!')) {
            targets.extend(self.macro_above(&words));
        }
        for target in targets.into_iter().chain(self.module_on_the_way(&words, scope)) {
            self.import(target, tokens[at].line, words.join("::"), is_test);
        }
        end
    }

    /// Whether a single word may come from somewhere that no private `use` names: from a re-export or a glob.
    fn comes_by_itself(&self, name: &str, scope: &Scope<'_>) -> bool {
        let me = &self.source.modules[self.module];
        let scopes = || std::iter::successors(Some(scope), |scope| scope.around);
        let named = |each: &Use| each.name.as_deref() == Some(name);
        if scopes().any(|scope| scope.uses.iter().any(named))
            || me.uses.iter().any(|each| named(each) && !each.is_public)
        {
            return false;
        }
        let is_glob = |each: &Use| each.name.is_none();
        let is_here = me.items.contains(name) || me.children.contains_key(name);
        me.uses.iter().any(named)
            || (!is_here && (me.uses.iter().any(is_glob) || scopes().any(|scope| scope.uses.iter().any(is_glob))))
    }

    /// The last module that a path names before its end: the path needs it, whoever defines what it leads to.
    fn module_on_the_way(&self, path: &[String], scope: &Scope<'_>) -> Option<Target> {
        let shorter = (1..path.len()).rev().map(|length| self.path_in_scope(&path[..length], scope));
        shorter.flatten().find(|target| matches!(target, Target::Module(_)))
    }

    /// The module around this one whose macro is in scope without a `use`.
    fn macro_above(&self, words: &[String]) -> Option<Target> {
        let [name] = words else { return None };
        let around = (1..=self.source.modules[self.module].path.len()).flat_map(|steps| self.above(self.module, steps));
        let holds =
            |target: &Target| matches!(*target, Target::Module(id) if self.source.modules[id].macros.contains(name));
        let found =
            around.filter(holds).find_map(|target| if let Target::Module(id) = target { Some(id) } else { None });
        found.map(Target::Item)
    }

    fn import(&mut self, target: Target, line: usize, path: String, is_test: bool) {
        self.imports.push(Import { from: self.module, is_test, line, path, target });
    }

    fn path_in_scope(&self, path: &[String], scope: &Scope<'_>) -> Vec<Target> {
        let Some(first) = path.first() else { return Vec::new() };
        for scope in std::iter::successors(Some(scope), |scope| scope.around) {
            let found = self.name_in_block(first, scope);
            if !found.is_empty() {
                return self.walk(found, &path[1..], &mut Seen::new());
            }
        }
        self.path_in_module(self.module, path, &mut Seen::new())
    }

    fn name_in_block(&self, name: &str, scope: &Scope<'_>) -> Vec<Target> {
        let around = scope.around.unwrap_or(scope);
        let named = scope.uses.iter().find(|each| each.name.as_deref() == Some(name));
        if let Some(each) = named {
            // in `use yaml;` the name is that of something outside the block
            let is_outside = each.path.first().is_some_and(|first| first == name);
            return self.path_in_scope(&each.path, if is_outside { around } else { scope });
        }
        let globs = scope.uses.iter().filter(|each| each.name.is_none());
        let from: Vec<Target> = globs.flat_map(|each| self.path_in_scope(&each.path, around)).collect();
        self.through_globs(&from, name, &mut Seen::new())
    }

    fn path_in_module(&self, module: ModuleId, path: &[String], seen: &mut Seen) -> Vec<Target> {
        let Some(first) = path.first() else { return Vec::new() };
        let supers = path.iter().skip(usize::from(first == "self")).take_while(|word| *word == "super").count();
        match first.as_str() {
            "crate" | "tightship" => self.walk(vec![Target::Module(0)], &path[1..], seen),
            "self" => self.walk(self.above(module, supers), &path[1 + supers..], seen),
            "super" => self.walk(self.above(module, supers), &path[supers..], seen),
            "::" | "Self" => Vec::new(),
            name => {
                let found = self.name(module, name, seen);
                self.walk(found, &path[1..], seen)
            }
        }
    }

    fn above(&self, module: ModuleId, steps: usize) -> Vec<Target> {
        let above = (0..steps).try_fold(module, |module, _| self.source.modules[module].parent);
        above.map(Target::Module).into_iter().collect()
    }

    /// Follows the rest of a path.
    fn walk(&self, mut found: Vec<Target>, rest: &[String], seen: &mut Seen) -> Vec<Target> {
        for name in rest {
            let mut next = Vec::new();
            for target in &found {
                let Target::Module(module) = *target else { continue };
                let is_new = !seen.contains(&(module, name.clone()));
                let named = self.name(module, name, seen);
                // what no keyword defines is made by a macro
                let made = (named.is_empty() && is_new).then_some(Target::Item(module));
                next.extend(named.into_iter().chain(made));
            }
            if next.is_empty() {
                // a variant or function of a type
                found.retain(|target| matches!(target, Target::Item(_)));
                return found;
            }
            found = next;
        }
        found
    }

    /// What a name means inside a module.
    fn name(&self, module: ModuleId, name: &str, seen: &mut Seen) -> Vec<Target> {
        let key = (module, name.to_owned());
        if !seen.insert(key.clone()) {
            return Vec::new();
        }
        let me = &self.source.modules[module];
        let mut found: Vec<Target> = me.children.get(name).map(|&child| Target::Module(child)).into_iter().collect();
        for each in me.uses.iter().filter(|each| each.name.as_deref() == Some(name)) {
            found.extend(self.path_in_module(module, &each.path, seen));
        }
        found.extend(me.items.contains(name).then_some(Target::Item(module)));
        for each in me.uses.iter().filter(|each| each.name.is_none()) {
            if found.is_empty() {
                let from = self.path_in_module(module, &each.path, seen);
                found = self.through_globs(&from, name, seen);
            }
        }
        seen.remove(&key);
        found
    }

    fn through_globs(&self, from: &[Target], name: &str, seen: &mut Seen) -> Vec<Target> {
        let modules = from.iter().filter_map(|target| if let Target::Module(id) = target { Some(*id) } else { None });
        modules.collect::<Vec<_>>().into_iter().flat_map(|module| self.name(module, name, seen)).collect()
    }
}

/// The `use`s that stand directly in a block.
fn uses_of(tokens: &[Token]) -> Vec<Use> {
    (0..tokens.len()).filter_map(|at| read_use(tokens, at)).flat_map(|(uses, _)| uses).collect()
}
