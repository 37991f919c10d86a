//! The instructions of a Dockerfile: continued lines joined, comments left out, heredocs beside the instruction that they
//! belong to. As `BuildKit` reads them (`frontend/dockerfile/parser`).

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instruction {
    /// In upper case.
    pub(super) word: String,
    /// What follows it, on one line.
    pub(super) rest: String,
    /// The texts of its heredocs.
    pub(super) heredocs: Vec<String>,
    /// The line that it begins on, from 1.
    pub(super) line: usize,
}

/// What a Dockerfile says.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) instructions: Vec<Instruction>,
    /// The character that continues a line and takes the meaning from the next one.
    pub(super) escape: char,
}

/// Those whose words may begin a heredoc.
const WITH_HEREDOCS: [&str; 3] = ["RUN", "COPY", "ADD"];

pub(super) fn read(text: &str) -> Script {
    let escape = escape(text);
    let mut instructions = Vec::new();
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((number, line)) = lines.next() {
        if is_blank(line) {
            continue;
        }
        let mut joined = line.trim().to_owned();
        while let Some(begun) = joined.strip_suffix(escape) {
            let begun = begun.to_owned();
            // comments and empty lines do not end an instruction
            let Some((_, next)) = lines.by_ref().find(|(_, next)| !is_blank(next)) else {
                joined = begun;
                break;
            };
            joined = format!("{begun} {}", next.trim());
        }
        let (word, rest) = joined.split_once(char::is_whitespace).unwrap_or((&joined, ""));
        let word = word.to_uppercase();
        let mut heredocs = Vec::new();
        if WITH_HEREDOCS.contains(&word.as_str()) {
            for (name, strips) in heredoc_names(rest) {
                let mut body = String::new();
                for (_, line) in lines.by_ref() {
                    let line = if strips { line.trim_start_matches('\t') } else { line };
                    if line == name {
                        break;
                    }
                    body.push_str(line);
                    body.push('\n');
                }
                heredocs.push(body);
            }
        }
        instructions.push(Instruction { word, rest: rest.trim().to_owned(), heredocs, line: number });
    }
    Script { instructions, escape }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// The directive `# escape=` above everything else.
fn escape(text: &str) -> char {
    for line in text.lines() {
        let Some(comment) = line.trim().strip_prefix('#') else { break };
        let Some((key, value)) = comment.split_once('=') else { break };
        if key.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

/// The heredocs that a command begins: how they end, and whether tabs before the lines are left out.
fn heredoc_names(rest: &str) -> Vec<(String, bool)> {
    rest.split_whitespace().filter_map(heredoc_name).collect()
}

/// `<<EOF`, `<<-EOF`, `<<"EOF"`, `3<<EOF`; not `<<<word`.
fn heredoc_name(word: &str) -> Option<(String, bool)> {
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (word, strips) = word.strip_prefix('-').map_or((word, false), |word| (word, true));
    let name: String = word.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    is_name.then_some((name, strips))
}

#[cfg(test)]
mod tests {
    use super::read;

    fn words(text: &str) -> Vec<(usize, String)> {
        let instructions = read(text).instructions;
        instructions.into_iter().map(|it| (it.line, format!("{} {}", it.word, it.rest))).collect()
    }

    #[test]
    fn lines_are_joined_and_comments_are_not() {
        let text = "# syntax=x\nfrom a\nRUN one \\\n# no\n\n  two\nEXPOSE 1\\\n";
        let expected = [(2, "FROM a".to_owned()), (3, "RUN one  two".to_owned()), (7, "EXPOSE 1".to_owned())];
        assert_eq!(words(text), expected);
        assert_eq!(words("# escape=`\nRUN a `\nb\\\nUSER 1\n").len(), 2);
    }

    #[test]
    fn heredocs_are_no_instructions() {
        let text = "RUN <<-\"A\" sh <<B\n\tUSER 1\n\tA\nEXPOSE 2\nB\nUSER 3\nRUN cat <<< x\nEXPOSE 4\n";
        let script = read(text);
        assert_eq!(
            script.instructions.iter().map(|it| it.word.as_str()).collect::<Vec<_>>(),
            ["RUN", "USER", "RUN", "EXPOSE"]
        );
        assert_eq!(script.instructions[0].heredocs, ["USER 1\n", "EXPOSE 2\n"]);
    }

    #[test]
    fn only_some_instructions_have_heredocs() {
        assert_eq!(words("ENV A=<<EOF\nUSER 1\n").len(), 2);
    }
}
