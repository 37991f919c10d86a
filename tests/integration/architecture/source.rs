//! The modules of a source tree, as the compiler finds them: what each declares, imports and defines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A word, sign or group of a file, and its line.
pub struct Token {
    pub line: usize,
    pub kind: Kind,
}

pub enum Kind {
    /// An identifier or keyword; `$crate` is `crate`.
    Word(String),
    /// `::`
    Sep,
    Sign(char),
    /// What stands between brackets; the sign is the opening one.
    Group(char, Vec<Token>),
    /// A literal, a lifetime, or a variable of a macro.
    Other,
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        if let Kind::Word(word) = &self.kind { Some(word) } else { None }
    }

    pub fn is(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub fn is_sign(&self, sign: char) -> bool {
        matches!(self.kind, Kind::Sign(it) if it == sign)
    }

    pub fn is_sep(&self) -> bool {
        matches!(self.kind, Kind::Sep)
    }

    pub fn group(&self, open: char) -> Option<&[Token]> {
        match &self.kind {
            Kind::Group(it, tokens) if *it == open => Some(tokens),
            _ => None,
        }
    }
}

/// Reads the tokens of a file. Comments are gone, and so are texts.
fn tokens(stream: TokenStream) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let kind = match tree {
            TokenTree::Group(group) => {
                let open = match group.delimiter() {
                    Delimiter::Brace => '{',
                    Delimiter::Bracket => '[',
                    Delimiter::Parenthesis | Delimiter::None => '(',
                };
                Kind::Group(open, tokens(group.stream()))
            }
            TokenTree::Ident(word) => Kind::Word(word.to_string()),
            TokenTree::Literal(_) => Kind::Other,
            TokenTree::Punct(sign) => match (sign.as_char(), trees.peek()) {
                (':', Some(TokenTree::Punct(next))) if sign.spacing() == Spacing::Joint && next.as_char() == ':' => {
                    trees.next();
                    Kind::Sep
                }
                ('\'', Some(TokenTree::Ident(_))) => {
                    trees.next();
                    Kind::Other
                }
                ('$', Some(TokenTree::Ident(word))) if word != "crate" => {
                    trees.next();
                    Kind::Other
                }
                ('$', Some(TokenTree::Ident(_))) => continue,
                (sign, _) => Kind::Sign(sign),
            },
        };
        out.push(Token { line, kind });
    }
    out
}

/// A name that a `use` brings into a module or block.
pub struct Use {
    /// The path, from its first word on.
    pub path: Vec<String>,
    /// Its name here; none if it brings all names.
    pub name: Option<String>,
    pub is_public: bool,
    pub line: usize,
}

impl Use {
    pub fn shown(&self) -> String {
        let path = self.path.join("::");
        if self.name.is_none() { format!("{path}::*") } else { path }
    }
}

/// Reads the tree of a `use` from the word on; gives what it brings, and where it ends.
pub fn read_use(tokens: &[Token], at: usize) -> Option<(Vec<Use>, usize)> {
    let after = tokens.get(at + 1)?;
    let starts = after.word().is_some() || after.is_sep() || after.group('{').is_some();
    // `use<'a>` is a bound
    if !tokens[at].is("use") || !starts {
        return None;
    }
    let end = at + tokens[at..].iter().position(|token| token.is_sign(';')).unwrap_or(tokens.len() - at);
    let is_public = (0..at).rev().find(|&before| tokens[before].group('(').is_none());
    let is_public = is_public.is_some_and(|before| tokens[before].is("pub"));
    let mut uses = Vec::new();
    for branch in tokens[at + 1..end].split(|token| token.is_sign(',')) {
        read_branch(branch, &[], &mut uses);
    }
    for each in &mut uses {
        each.is_public = is_public;
    }
    Some((uses, end))
}

fn read_branch(tokens: &[Token], before: &[String], uses: &mut Vec<Use>) {
    let mut path = before.to_vec();
    let mut name = None;
    let mut words = tokens.iter();
    let Some(first) = tokens.first() else { return };
    if first.is_sep() && before.is_empty() {
        // another crate, whatever is called like it here
        path.push("::".to_owned());
    }
    while let Some(token) = words.next() {
        match &token.kind {
            Kind::Word(word) if word == "as" => name = words.next().and_then(Token::word).map(str::to_owned),
            Kind::Word(word) if word == "self" && !path.is_empty() => {}
            Kind::Word(word) => path.push(word.clone()),
            Kind::Group(_, inner) => {
                return inner.split(|token| token.is_sign(',')).for_each(|branch| read_branch(branch, &path, uses));
            }
            Kind::Sign('*') => {
                return uses.push(Use { path, name: None, is_public: false, line: token.line });
            }
            _ => {}
        }
    }
    let name = name.or_else(|| path.last().cloned());
    uses.push(Use { path, name, is_public: false, line: first.line });
}

pub type ModuleId = usize;

/// A module: a file, or an inline module of one.
#[derive(Default)]
pub struct Module {
    pub parent: Option<ModuleId>,
    pub path: Vec<String>,
    /// The file from `src` on.
    pub file: String,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
    /// What it defines by a keyword; macros may define more.
    pub items: BTreeSet<String>,
    /// Those of them that are macros: modules below see them without a `use`.
    pub macros: BTreeSet<String>,
    pub children: BTreeMap<String, ModuleId>,
    pub uses: Vec<Use>,
    pub tokens: Vec<Token>,
}

impl Module {
    /// The name that the table has for it.
    pub fn top(&self) -> &str {
        if self.file == "lib.rs" { "lib" } else { self.path.first().map_or("lib", String::as_str) }
    }
}

/// The modules of a crate. The first is its root.
pub struct Source {
    pub modules: Vec<Module>,
    files: BTreeMap<String, String>,
}

/// The words after which a name is defined.
const ITEMS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "static", "const", "union"];

impl Source {
    /// Reads the tree of a folder.
    pub fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        read_folder(folder, "", &mut files);
        Self::new(files)
    }

    /// A tree of these files: the path from `src` on, and the text.
    pub fn new(files: BTreeMap<String, String>) -> Self {
        let mut source = Self { modules: Vec::new(), files };
        source.load(Vec::new(), "lib.rs", false);
        if source.files.contains_key("main.rs") {
            source.load(vec!["main".to_owned()], "main.rs", false);
        }
        source
    }

    /// The files that no module declares.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let is_read = |file: &str| self.modules.iter().any(|module| module.file == file);
        self.files.keys().map(String::as_str).filter(move |file| !is_read(file))
    }

    fn load(&mut self, path: Vec<String>, file: &str, is_test: bool) -> ModuleId {
        let text = &self.files[file];
        let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("src/{file}: {error}"));
        self.add(path, file.to_owned(), is_test, tokens(stream))
    }

    fn add(&mut self, path: Vec<String>, file: String, is_test: bool, mut tokens: Vec<Token>) -> ModuleId {
        let id = self.modules.len();
        self.modules.push(Module { path, file, is_test, ..Module::default() });
        self.declare(id, &mut tokens);
        self.modules[id].tokens = tokens;
        id
    }

    /// Notes what a module declares. Inline modules take their tokens with them.
    fn declare(&mut self, id: ModuleId, tokens: &mut [Token]) {
        let mut is_test = false;
        let mut at = 0;
        while at < tokens.len() {
            if let Some((uses, end)) = read_use(tokens, at) {
                self.modules[id].uses.extend(uses);
                at = end;
            } else if let Some(name) = item(tokens, at) {
                if tokens[at].is("macro_rules") {
                    self.modules[id].macros.insert(name.clone());
                }
                self.modules[id].items.insert(name);
            } else if tokens[at].is("mod") {
                self.declare_module(id, &mut tokens[at..], is_test);
                at += 2;
            }
            is_test |= is_test_attribute(tokens, at);
            if tokens.get(at).is_some_and(|token| token.is_sign(';') || token.group('{').is_some()) {
                is_test = false;
            }
            at += 1;
        }
    }

    fn declare_module(&mut self, parent: ModuleId, tokens: &mut [Token], is_test: bool) {
        let [_, name, body, ..] = tokens else { return };
        let Some(name) = name.word().map(str::to_owned) else { return };
        let is_test = is_test || self.modules[parent].is_test;
        let mut path = self.modules[parent].path.clone();
        path.push(name.clone());
        let child = if let Kind::Group(_, inner) = &mut body.kind {
            let inner = std::mem::take(inner);
            self.add(path, self.modules[parent].file.clone(), is_test, inner)
        } else {
            let stem = path.join("/");
            let file =
                [format!("{stem}.rs"), format!("{stem}/mod.rs")].into_iter().find(|it| self.files.contains_key(it));
            let Some(file) = file else { return };
            self.load(path, &file, is_test)
        };
        self.modules[parent].children.insert(name, child);
        self.modules[child].parent = Some(parent);
    }
}

fn item(tokens: &[Token], at: usize) -> Option<String> {
    let [word, next, rest @ ..] = &tokens[at..] else { return None };
    if word.is("macro_rules") && next.is_sign('!') {
        return rest.first()?.word().map(str::to_owned);
    }
    let name = next.word().filter(|_| word.word().is_some_and(|word| ITEMS.contains(&word)))?;
    // `const fn name`, `static mut NAME`
    if name == "fn" || name == "mut" { None } else { Some(name.to_owned()) }
}

/// Whether here is the group of a `#[cfg(test)]`.
pub fn is_test_attribute(tokens: &[Token], at: usize) -> bool {
    let Some([cfg, condition]) = tokens.get(at).and_then(|token| token.group('[')) else { return false };
    cfg.is("cfg") && condition.group('(').is_some_and(|inner| matches!(inner, [word] if word.is("test")))
}

fn read_folder(folder: &Path, before: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            read_folder(&path, &format!("{before}{name}/"), files);
        } else if name.ends_with(".rs") {
            files.insert(format!("{before}{name}"), std::fs::read_to_string(&path).unwrap());
        }
    }
}
