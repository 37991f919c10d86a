//! Markdown as HTML, block by block. What is HTML in it is shown as text, and links are their text: a page asks nobody.

use std::fmt::Write as _;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::diagnostic::text::escaped;

/// A block at the top of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading with its level, from 1.
    Heading(usize, String),
    /// Anything else as HTML, and about how many lines of large type it takes.
    Body(String, usize),
}

/// So many characters are a line of large type.
const LINE: usize = 88;

/// The blocks of a text.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut writer = Writer::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        writer.take(event);
    }
    writer.blocks
}

#[derive(Default)]
struct Writer {
    blocks: Vec<Block>,
    html: String,
    /// How deep it is, and in how many tables' heads.
    depth: usize,
    is_head: bool,
    is_code: bool,
    /// Characters since the last line, and lines before.
    characters: usize,
    lines: usize,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                self.start(&tag);
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                self.end(tag);
                if self.depth == 0 {
                    self.block(tag);
                }
            }
            Event::Code(text) => {
                self.characters += text.chars().count();
                // writing to a string cannot fail
                let _ = write!(self.html, "<code>{}</code>", escaped(&text));
            }
            Event::SoftBreak => self.html.push(if self.is_code { '\n' } else { ' ' }),
            Event::HardBreak => {
                self.line();
                self.html += "<br>";
            }
            Event::Rule => self.html += "<hr>",
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.html.push('\n');
                if self.is_code {
                    self.line();
                }
            }
            self.characters += line.chars().count();
            self.html += &escaped(line);
        }
    }

    fn line(&mut self) {
        self.lines += self.characters.div_ceil(LINE).max(1);
        self.characters = 0;
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.is_code = true;
                self.html += "<pre tabindex=\"0\"><code>";
            }
            Tag::List(Some(start)) => drop(write!(self.html, "<ol start=\"{start}\">")),
            Tag::TableHead => {
                self.is_head = true;
                self.html += "<thead><tr>";
            }
            tag => {
                let name = name(tag.to_end(), self.is_head);
                if !name.is_empty() {
                    let _ = write!(self.html, "<{name}>");
                }
            }
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => {
                self.is_code = false;
                let length = self.html.trim_end().len();
                self.html.truncate(length);
                self.html += "</code></pre>";
            }
            TagEnd::TableHead => {
                self.is_head = false;
                self.html += "</tr></thead>";
            }
            tag => {
                let name = name(tag, self.is_head);
                if !name.is_empty() {
                    let _ = write!(self.html, "</{name}>");
                }
            }
        }
        if matches!(tag, TagEnd::Paragraph | TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead) {
            self.line();
        }
    }

    fn block(&mut self, tag: TagEnd) {
        let html = std::mem::take(&mut self.html);
        let lines = std::mem::take(&mut self.lines);
        self.characters = 0;
        self.blocks.push(match tag {
            TagEnd::Heading(level) => Block::Heading(number(level), html),
            // and the space between blocks
            _ => Block::Body(html, lines + 1),
        });
    }
}

/// The element for a part of a text; none for what is only its text.
fn name(tag: TagEnd, is_head: bool) -> &'static str {
    match tag {
        TagEnd::Paragraph => "p",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "strong",
        TagEnd::Table => "table",
        TagEnd::TableRow => "tr",
        TagEnd::TableCell if is_head => "th",
        TagEnd::TableCell => "td",
        _ => "",
    }
}

fn number(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, blocks};

    fn body(text: &str) -> String {
        let html = blocks(text).into_iter().map(|block| match block {
            Block::Heading(level, html) => format!("<h{level}>{html}</h{level}>"),
            Block::Body(html, _) => html,
        });
        html.collect()
    }

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(body("# A *b*\n\ntext `c<d`\n"), "<h1>A <em>b</em></h1><p>text <code>c&lt;d</code></p>");
        assert_eq!(body("```console\n$ a <b>\nc\n```\n"), "<pre tabindex=\"0\"><code>$ a &lt;b&gt;\nc</code></pre>");
        assert_eq!(body("* a\n* b\n"), "<ul><li>a</li><li>b</li></ul>");
        assert_eq!(body("3. a\n4. b\n"), "<ol start=\"3\"><li>a</li><li>b</li></ol>");
        assert_eq!(
            body("| a | b |\n|---|---|\n| 1 | 2 |\n"),
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tr><td>1</td><td>2</td></tr></table>"
        );
    }

    #[test]
    fn nothing_of_it_is_markup_and_nothing_is_asked_for() {
        let text = "a <img src=x onerror=alert(1)> [b](https://x.example) ![c](https://y.example/z.png)\n\n<script>alert(1)</script>\n";
        let html = body(text);
        assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("href"), "{html}");
        assert!(html.contains("&lt;img src=x onerror=alert(1)&gt; b c"), "{html}");
    }
}
