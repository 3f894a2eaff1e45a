//! Listings: a region of a source file shown, the rest of the file there but hidden.

use crate::book::Book;
use crate::source::Region;

/// What a `{{#listing …}}` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// File below `rnn-book-code/`.
    pub path: String,
    /// Anchor in the file; without one the whole file is shown.
    pub anchor: Option<String>,
    /// Caption in Markdown.
    pub caption: String,
}

impl Request {
    /// Reads `path[:anchor] | caption`.
    pub fn parse(args: &str) -> Option<Request> {
        let (place, caption) = args.split_once('|')?;
        let (path, anchor) = match place.trim().split_once(':') {
            Some((path, anchor)) => (path, Some(anchor.to_owned())),
            None => (place.trim(), None),
        };
        let caption = caption.trim().to_owned();
        (!path.is_empty() && !caption.is_empty()).then_some(Request {
            path: path.to_owned(),
            anchor,
            caption,
        })
    }

    fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".rs").unwrap_or(name)
    }

    /// The label without its kind: `elman:forward`, or `elman` for a whole file.
    pub fn label(&self) -> String {
        match &self.anchor {
            Some(anchor) => format!("{}:{anchor}", self.stem()),
            None => self.stem().to_owned(),
        }
    }

    /// The id on the page.
    pub fn id(&self) -> String {
        format!("lst-{}", self.label().replace(':', "-"))
    }
}

/// A file that a page shows, with the code as the page holds it.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Page and line of the directive.
    pub place: String,
    /// File below `rnn-book-code/`.
    pub path: String,
    /// The text of the fenced block, hidden lines and all.
    pub code: String,
}

/// Columns of a listing that a page shows without scrolling it sideways.
const COLUMNS: usize = 88;

/// Whether a page shows all columns of what is shown.
///
/// # Errors
/// A sentence that says which line is too long.
pub fn fits(path: &str, region: &Region) -> Result<(), String> {
    for line in region.lines.iter().filter(|line| line.shown) {
        let columns = line.text.chars().count();
        if columns > COLUMNS {
            return Err(format!(
                "rnn-book-code/{path}:{} has {columns} columns, and a page shows {COLUMNS}; break the line",
                line.number
            ));
        }
    }
    Ok(())
}

/// The body of the fenced block: lines outside the region are hidden in rustdoc's way.
pub fn hide(region: &Region) -> String {
    let mut code = String::new();
    for line in &region.lines {
        let text = &line.text;
        let start = text.trim_start();
        if !line.shown {
            code.push_str(if text.is_empty() { "#" } else { "# " });
        } else if start == "#" || start.starts_with("# ") || start.starts_with("##") {
            // A visible line that looks hidden: doubling its `#` shows it as it is.
            code.push_str(&text[..text.len() - start.len()]);
            code.push('#');
            code.push_str(start);
            code.push('\n');
            continue;
        }
        code.push_str(text);
        code.push('\n');
    }
    code
}

/// The file that a fenced block stands for: the inverse of [`hide`].
pub fn reveal(code: &str) -> String {
    let mut text = String::new();
    for line in code.lines() {
        let start = line.trim_start();
        if let Some(hidden) = line.strip_prefix("# ") {
            text.push_str(hidden);
        } else if start.starts_with("##") {
            text.push_str(&line[..line.len() - start.len()]);
            text.push_str(&start[1..]);
        } else if line != "#" {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

/// A fence longer than any run of backticks in `text`.
pub fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// The Markdown of a listing. `title` is its number ("Listing 2.3"), or nothing in front matter.
pub fn markdown(
    book: &Book,
    request: &Request,
    region: &Region,
    title: &str,
    caption: &str,
) -> String {
    let code = hide(region);
    let fence = fence(&code);
    let (first, last) = region.span;
    let path = &request.path;
    let (lines, fragment) = if first == last {
        (format!("line {first}"), format!("L{first}"))
    } else {
        (format!("lines {first}–{last}"), format!("L{first}-L{last}"))
    };
    let link = if book.repository.is_empty() {
        format!("<span class=\"listing-source\">rnn-book-code/{path}, {lines}</span>")
    } else {
        format!(
            "<a class=\"listing-source\" href=\"{}/blob/main/rnn-book-code/{path}#{fragment}\">rnn-book-code/{path}, {lines}</a>",
            book.repository
        )
    };
    let docs = match path.strip_prefix("src/").and_then(|p| p.strip_suffix(".rs")) {
        Some(module) if !book.homepage.is_empty() => format!(
            " <a class=\"listing-docs\" aria-label=\"docs of {module}\" href=\"{}/doc/rnn_book_code/{module}/index.html\">docs</a>",
            book.homepage
        ),
        _ => String::new(),
    };
    let number = match title {
        "" => String::new(),
        title => format!("<span class=\"label\">{title}.</span> "),
    };
    let id = request.id();
    format!(
        "<div class=\"listing\" id=\"{id}\">\n<div class=\"listing-caption\">\n\n\
         <span class=\"listing-title\">{number}{caption}</span> <span class=\"listing-place\">{link}{docs}</span>\n\n</div>\n\n\
         {fence}rust\n{code}{fence}\n\n</div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::region;

    #[test]
    fn hidden_text_is_the_file() {
        let file = "#![allow(x)]\n\n#\n//! a\n// ANCHOR: b\n#[derive(X)]\n# s\n  ## t\n// ANCHOR_END: b\n    indented\n";
        for anchor in [None, Some("b")] {
            let region = region("src/a.rs", file, anchor).unwrap();
            let expected: String = file
                .lines()
                .filter(|l| !l.contains("ANCHOR"))
                .map(|l| format!("{l}\n"))
                .collect();
            assert_eq!(reveal(&hide(&region)), expected);
        }
    }
}
