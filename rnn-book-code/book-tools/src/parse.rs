//! A page cut into pieces: prose, code, headings, directives, and the formulas that carry labels.

use crate::problem::Problems;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A directive that stands on lines of its own: `{{#figure NAME` … `}}`.
#[derive(Debug, Clone)]
pub struct Block {
    /// `figure` or `table`.
    pub name: String,
    /// What follows the name on the first line.
    pub args: String,
    /// `caption` and `alt`, with the line on which each begins.
    pub fields: Vec<(String, String, usize)>,
}

impl Block {
    /// The text of a field, unless it is missing or empty.
    pub fn field(&self, key: &str) -> Option<(&str, usize)> {
        let (_, text, line) = self.fields.iter().find(|(k, ..)| k == key)?;
        (!text.trim().is_empty()).then_some((text.trim(), *line))
    }
}

/// What a piece is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A line of prose, in which inline directives are expanded.
    Prose,
    /// A line of a fenced block, left alone.
    Code,
    /// A heading of this level; the text is what follows the hashes.
    Heading(usize, String),
    /// A directive alone on its line: name and arguments.
    Directive(String, String),
    /// A directive over several lines.
    Block(Block),
}

/// A line of the page, or several for a block.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Line in the page, from 1.
    pub line: usize,
    /// The line itself, without the line break.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

/// A display formula with a label.
#[derive(Debug, Clone)]
pub struct Equation {
    /// The label.
    pub label: String,
    /// Line of the page on which the label stands.
    pub line: usize,
    /// Piece and byte offset at which the formula begins.
    pub start: (usize, usize),
    /// Piece and bytes of `\label{…}`.
    pub tag: (usize, Range<usize>),
}

/// A page in pieces.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// The labelled formulas in order.
    pub equations: Vec<Equation>,
}

/// Directives that stand alone on a line.
pub const ALONE: [&str; 7] =
    ["listing", "output", "records", "bibliography", "index", "subject_index", "term"];
/// Directives that run over several lines.
pub const BLOCKS: [&str; 2] = ["figure", "table"];

static HEADING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(#{1,6})\s+(.*?)\s*$").expect("valid pattern"));
static FENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\s>]*(`{3,}|~{3,})\s*(.*?)\s*$").expect("valid pattern")
});
static OPENING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*\{\{#(\w+)(.*)$").expect("valid pattern"));
static FIELD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(caption|alt):\s*(.*)$").expect("valid pattern"));

/// Cuts `content` into pieces; faults are noted for `file`.
pub fn parse(file: &str, content: &str, problems: &mut Problems) -> Parsed {
    let mut pieces = Vec::new();
    let mut lines = content.lines().enumerate().map(|(i, l)| (i + 1, l));
    let mut fence: Option<(String, usize)> = None;
    while let Some((line, text)) = lines.next() {
        let mut push = |kind| pieces.push(Piece { line, text: text.to_owned(), kind });
        if let Some(found) = FENCE.captures(text) {
            match &fence {
                None if !(found[1].starts_with('`') && found[2].contains('`')) => {
                    check_fence(file, line, &found[2], problems);
                    fence = Some((found[1].to_owned(), line));
                    push(Kind::Code);
                    continue;
                }
                Some((mark, _))
                    if found[1].starts_with(mark) && found[2].is_empty() =>
                {
                    fence = None;
                    push(Kind::Code);
                    continue;
                }
                _ => {}
            }
        }
        if fence.is_some() {
            push(Kind::Code);
        } else if let Some(found) = HEADING.captures(text) {
            push(Kind::Heading(found[1].len(), found[2].to_owned()));
        } else if let Some((name, rest)) = opening(text) {
            if let Some(args) = rest.trim_end().strip_suffix("}}") {
                push(match BLOCKS.contains(&name) {
                    true => Kind::Block(Block {
                        name: name.to_owned(),
                        args: args.trim().to_owned(),
                        fields: Vec::new(),
                    }),
                    false => Kind::Directive(name.to_owned(), args.trim().to_owned()),
                });
            } else if BLOCKS.contains(&name) {
                let mut block = Block {
                    name: name.to_owned(),
                    args: rest.trim().to_owned(),
                    fields: Vec::new(),
                };
                if !fields(&mut block, &mut lines) {
                    problems.add(
                        file,
                        line,
                        format!(
                            "the {name} is never closed; end it with a line `}}}}`"
                        ),
                    );
                }
                push(Kind::Block(block));
            } else {
                problems.add(
                    file,
                    line,
                    format!("{{{{#{name}}}}} is not closed on its line; end the line with `}}}}`"),
                );
            }
        } else {
            push(Kind::Prose);
        }
    }
    if let Some((_, line)) = fence {
        problems.add(
            file,
            line,
            "this fenced block is never closed; add the closing fence",
        );
    }
    let equations = equations(file, &pieces, problems);
    Parsed { pieces, equations }
}

/// The directive that a line consists of, if it is of the kinds that stand alone.
fn opening(text: &str) -> Option<(&str, &str)> {
    let found = OPENING.captures(text)?;
    let (name, rest) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    (ALONE.contains(&name) || BLOCKS.contains(&name)).then_some((name, rest))
}

fn fields<'a>(
    block: &mut Block,
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> bool {
    for (line, text) in lines.by_ref() {
        if text.trim() == "}}" {
            return true;
        }
        if let Some(found) = FIELD.captures(text) {
            block.fields.push((found[1].to_owned(), found[2].to_owned(), line));
        } else if let Some((_, field, _)) = block.fields.last_mut() {
            field.push(' ');
            field.push_str(text.trim());
        }
    }
    false
}

/// A fence of the prose may hold anything but Rust.
fn check_fence(file: &str, line: usize, info: &str, problems: &mut Problems) {
    let words: Vec<&str> =
        info.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).collect();
    if words.contains(&"ignore") {
        problems.add(
            file,
            line,
            "a block marked `ignore` is never compiled; show the code with {{#listing file:anchor | caption}}",
        );
    } else if words.contains(&"rust") || words.contains(&"rs") {
        problems.add(
            file,
            line,
            "Rust is typed into the prose; put it in a file of rnn-book-code and show it with {{#listing file:anchor | caption}}",
        );
    }
}

/// Bytes of the inline code spans of one line, and of escaped characters before a dollar sign or brace.
pub fn code_spans(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let run = |from: usize| bytes[from..].iter().take_while(|&&b| b == b'`').count();
    let (mut at, mut spans) = (0, Vec::new());
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at] == b'`' {
            let (begin, len) = (at, run(at));
            at += len;
            let mut look = at;
            while look < bytes.len() {
                let n = run(look);
                if n == len {
                    spans.push(begin..look + n);
                    at = look + n;
                    break;
                }
                look += n.max(1);
            }
        } else {
            at += 1;
        }
    }
    spans
}

/// Whether `at` lies in one of `spans`.
pub fn inside(spans: &[Range<usize>], at: usize) -> bool {
    spans.iter().any(|s| s.contains(&at))
}

static MATHS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\label\{([^}]*)\}|\\.|\$\$").expect("valid pattern")
});
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[A-Za-z0-9][A-Za-z0-9_-]*$").expect("valid pattern")
});

type OpenFormula = ((usize, usize), usize, Option<(String, usize, Range<usize>)>);

fn equations(file: &str, pieces: &[Piece], problems: &mut Problems) -> Vec<Equation> {
    let mut found = Vec::new();
    let mut open: Option<OpenFormula> = None;
    for (index, piece) in pieces.iter().enumerate() {
        if !matches!(piece.kind, Kind::Prose) {
            if let Some((_, line, _)) =
                open.take_if(|_| !matches!(piece.kind, Kind::Code))
            {
                problems.add(
                    file,
                    line,
                    "the formula is never closed; end it with `$$` before the next heading or directive",
                );
            }
            continue;
        }
        let spans = code_spans(&piece.text);
        for token in MATHS.captures_iter(&piece.text) {
            let range = token.get(0).expect("whole match").range();
            if inside(&spans, range.start) {
                continue;
            }
            if &token[0] == "$$" {
                match open.take() {
                    None => open = Some(((index, range.start), piece.line, None)),
                    Some((start, _, Some((label, tag_piece, tag)))) => {
                        found.push(Equation {
                            label,
                            line: pieces[tag_piece].line,
                            start,
                            tag: (tag_piece, tag),
                        })
                    }
                    Some(_) => {}
                }
            } else if let Some(label) = token.get(1) {
                let label = label.as_str();
                match &mut open {
                    _ if !LABEL.is_match(label) => problems.add(
                        file,
                        piece.line,
                        format!("the equation label '{label}' is not a name; use letters, digits and '-'"),
                    ),
                    None => problems.add(
                        file,
                        piece.line,
                        format!("\\label{{{label}}} stands outside a display formula; move it between `$$` and `$$`"),
                    ),
                    Some((.., Some((first, ..)))) => problems.add(
                        file,
                        piece.line,
                        format!("the formula has two labels, '{first}' and '{label}'; keep one"),
                    ),
                    Some((.., slot)) => *slot = Some((label.to_owned(), index, range)),
                }
            }
        }
    }
    if let Some((_, line, _)) = open {
        problems.add(file, line, "the formula is never closed; end it with `$$`");
    }
    found
}
