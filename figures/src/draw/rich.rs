//! Text with a little mathematics in it: between dollar signs letters are italic, `\b{W}` is a bold upright
//! matrix, and `_{…}` and `^{…}` lower and raise: `"$\b{W}_{hh}$"`, `"norm $‖\b{h}_t‖$"`.

use std::fmt::Write as _;

/// A text whose parts differ in style and height.
#[derive(Clone, Debug, PartialEq)]
pub struct Rich {
    spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq)]
struct Span {
    text: String,
    style: Style,
    level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    Plain,
    Italic,
    Bold,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    Line,
    Sub,
    Sup,
}

const ITALIC: &str = r#" font-family="KaTeX_Math, STIX Two Text, Times New Roman, Liberation Serif, serif" font-style="italic""#;
const BOLD: &str = r#" font-family="KaTeX_Main, STIX Two Text, Times New Roman, Liberation Serif, serif" font-weight="700""#;

impl Rich {
    /// Reads the small language above.
    pub fn parse(source: &str) -> Self {
        let mut reader =
            Reader { chars: source.chars().collect(), at: 0, spans: Vec::new() };
        let mut math = false;
        while let Some(c) = reader.next() {
            if c == '$' {
                math = !math;
            } else if math {
                reader.math(c, Level::Line);
            } else {
                reader.push(c, Style::Plain, Level::Line);
            }
        }
        Self { spans: reader.spans }
    }

    /// Width at a size of the text, near enough to lay out by. No font is asked: two machines draw alike.
    pub fn width(&self, size: f64) -> f64 {
        self.spans.iter().map(|span| span.width(size)).sum()
    }

    /// The inside of a `<text>` element.
    pub(crate) fn tspans(&self, size: f64) -> String {
        let mut out = String::new();
        let mut shift = 0.0;
        let mut before: Option<&Span> = None;
        for span in &self.spans {
            let wanted = match span.level {
                Level::Line => 0.0,
                Level::Sub => 0.26 * size,
                Level::Sup => -0.38 * size,
            };
            // Spaces at the edge of an element would be swallowed by some viewers.
            let text = escape(&span.text);
            let inner = text.trim_matches(' ');
            let edge = |n: usize| "\u{a0}".repeat(n);
            let start = text.len() - text.trim_start_matches(' ').len();
            let text = format!(
                "{}{inner}{}",
                edge(start),
                edge(text.len() - start - inner.len())
            );
            // A subscript under a superscript.
            let over = before.filter(|b| {
                b.level != span.level
                    && b.level != Level::Line
                    && span.level != Level::Line
            });
            let over = over.map(|b| b.width(size));
            before = Some(span);
            if span.style == Style::Plain && span.level == Level::Line && shift == 0.0 {
                out.push_str(&text);
                continue;
            }
            out.push_str("<tspan");
            if let Some(width) = over {
                let _ = write!(out, " dx=\"{}\"", number(-width));
            }
            if wanted != shift {
                let _ = write!(out, " dy=\"{}\"", number(wanted - shift));
                shift = wanted;
            }
            if span.scale() != 1.0 {
                let _ = write!(out, " font-size=\"{}\"", number(size * span.scale()));
            }
            match span.style {
                Style::Plain => {}
                Style::Italic => out.push_str(ITALIC),
                Style::Bold => out.push_str(BOLD),
            }
            let _ = write!(out, ">{text}</tspan>");
        }
        out
    }
}

impl Span {
    fn width(&self, size: f64) -> f64 {
        let size = size * self.scale();
        self.text.chars().map(|c| size * width_of(c, self.style)).sum()
    }

    fn scale(&self) -> f64 {
        let script = if self.level == Level::Line { 1.0 } else { 0.72 };
        // Serif letters look smaller than the sans serif around them.
        if self.style == Style::Plain { script } else { script * 1.14 }
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    spans: Vec<Span>,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += 1;
        c
    }

    fn math(&mut self, c: char, level: Level) {
        match c {
            '\\' => {
                // `\b{…}`, the one command
                self.at += 1;
                for letter in self.group() {
                    self.push(letter, Style::Bold, level);
                }
            }
            '_' | '^' => {
                let level = if c == '_' { Level::Sub } else { Level::Sup };
                let group = self.group();
                let mut inner = Reader { chars: group, at: 0, spans: Vec::new() };
                while let Some(c) = inner.next() {
                    inner.math(c, level);
                }
                for span in inner.spans {
                    for letter in span.text.chars() {
                        self.push(letter, span.style, level);
                    }
                }
            }
            '-' => self.push('−', Style::Plain, level),
            letter if letter.is_alphabetic() => self.push(letter, Style::Italic, level),
            other => self.push(other, Style::Plain, level),
        }
    }

    /// What stands in braces, or the next character.
    fn group(&mut self) -> Vec<char> {
        if self.chars.get(self.at) != Some(&'{') {
            return self.next().into_iter().collect();
        }
        self.at += 1;
        let mut depth = 1;
        let mut inside = Vec::new();
        while let Some(c) = self.next() {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            if depth == 0 {
                break;
            }
            inside.push(c);
        }
        inside
    }

    fn push(&mut self, c: char, style: Style, level: Level) {
        match self.spans.last_mut() {
            Some(last) if last.style == style && last.level == level => {
                last.text.push(c)
            }
            _ => self.spans.push(Span { text: c.to_string(), style, level }),
        }
    }
}

fn width_of(c: char, style: Style) -> f64 {
    let plain = match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.26,
        ' ' | 'f' | 't' | 'I' | '(' | ')' | '[' | ']' | '/' => 0.31,
        'r' | '-' | '‖' => 0.38,
        'm' | 'w' | 'M' | 'W' | '%' | '—' | '→' => 0.87,
        '⁰'..='⁹' | '¹' | '²' | '³' | '⁻' => 0.36,
        '\u{202f}' => 0.2,
        c if c.is_uppercase() => 0.68,
        _ => 0.57,
    };
    if style == Style::Plain { plain } else { 0.92 * plain }
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A coordinate with at most two decimals and no idle zeros.
pub(crate) fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_mathematics_becomes_spans() {
        let rich = Rich::parse("state $\\b{h}_{t-1}$ < 1");
        let inside = rich.tspans(10.0);
        assert!(inside.starts_with("state\u{a0}<tspan font-size"), "{inside}");
        assert!(inside.contains("font-weight=\"700\">h</tspan>"), "{inside}");
        assert!(
            inside.contains(">t</tspan><tspan font-size=\"7.2\">−1</tspan>"),
            "{inside}"
        );
        assert!(
            inside.ends_with("<tspan dy=\"-2.6\">\u{a0}&lt; 1</tspan>"),
            "{inside}"
        );
    }
}
