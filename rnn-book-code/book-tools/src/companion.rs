//! The crate's documentation as the book's companion: its links to the sections, and the list of modules.
//!
//! `Cargo.toml` alone defines where the sources and the book are published. [`renumber`] writes both addresses, and
//! the sections' numbers, wherever they stand; [`check`] finds what does not agree.

use crate::book::{Book, Page};
use crate::comments::rust_files;
use crate::html::Facts;
use crate::inline::capitalised;
use crate::problem::Problems;
use regex::{Captures, Regex};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The list of modules, which the crate's front page includes.
const LIST: &str = "rnn-book-code/src/modules.md";

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[([^\[\]]+)\](?:: |\()(https://[^\s)]+)").expect("valid pattern")
});
static SECTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[((?:section|chapter|appendix) [0-9A-Z.]+)\]").expect("valid pattern")
});
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^(git-repository-url|edit-url-template) = "([^"]*)""#)
        .expect("valid pattern")
});

/// A link of the crate's documentation to the book.
struct Link<'a> {
    line: usize,
    text: &'a str,
    address: &'a str,
    page: Option<&'a Page>,
    fragment: &'a str,
}

impl Link<'_> {
    /// The address and, if it is a section's name, the text that would be right.
    fn right(&self, book: &Book) -> (String, String) {
        let Some(page) = self.page else {
            return (self.address.to_owned(), self.text.to_owned());
        };
        let mark = if self.fragment.is_empty() { "" } else { "#" };
        let address =
            format!("{}/{}{mark}{}", book.homepage, html_of(page), self.fragment);
        let text = match SECTION.is_match(&format!("[{}]", self.text)) {
            true => name(page),
            false => self.text.to_owned(),
        };
        (address, text)
    }
}

fn html_of(page: &Page) -> String {
    page.path.replace(".md", ".html")
}

/// `section 2.3`, `chapter 2` or `appendix E`.
fn name(page: &Page) -> String {
    let kind = match page.number.len() {
        0 => "appendix",
        1 => "chapter",
        _ => "section",
    };
    format!("{kind} {}", page.label().unwrap_or_default())
}

/// The links to the book in a text: to its address, or, at whatever address, to one of its pages.
fn links<'a>(book: &'a Book, text: &'a str) -> Vec<Link<'a>> {
    let found = LINK.captures_iter(text).map(|found| {
        let all = found.get(0).map_or(0, |m| m.start());
        let (text_, address) = (found.get(1), found.get(2));
        let address = address.map_or("", |m| m.as_str());
        let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
        let page = |page: &&Page| path.ends_with(&format!("/{}", html_of(page)));
        Link {
            line: text[..all].matches('\n').count() + 1,
            text: text_.map_or("", |m| m.as_str()),
            address,
            page: book.pages.iter().find(page),
            fragment,
        }
    });
    let whole = format!("{}/", book.homepage);
    found.filter(|l| l.page.is_some() || l.address.starts_with(&whole)).collect()
}

/// The files whose documentation leads to the book, with their texts.
fn files(book: &Book) -> Vec<(String, String)> {
    let mut paths = rust_files(&book.root.join("rnn-book-code/src"));
    paths.push(book.root.join("rnn-book-code/README.md"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        let path = path.strip_prefix(&book.root).unwrap_or(&path);
        Some((crate::book::slashes(path), text))
    };
    paths.into_iter().filter_map(read).collect()
}

/// Finds addresses that are not Cargo.toml's, sections whose number is another one, modules that lead to no
/// section, and a list of modules that is not the modules' own.
pub fn check(book: &Book, problems: &mut Problems) {
    if book.homepage.is_empty() {
        problems.add("Cargo.toml", 1, "there is no `homepage = \"https://…\"` in it, the address where the book is published");
        return;
    }
    for (file, text) in files(book) {
        for link in links(book, &text) {
            let (address, name) = link.right(book);
            if link.page.is_none() {
                let message =
                    format!("the link '{}' leads to no page of the book", link.address);
                problems.add(&file, link.line, message);
            } else if address != link.address || name != link.text {
                let message = format!(
                    "the link '[{}]: {}' should be '[{name}]: {address}'; run `book-tools renumber`",
                    link.text, link.address
                );
                problems.add(&file, link.line, message);
            }
        }
    }
    match list(book) {
        Err((file, line, message)) => problems.add(&file, line, message),
        Ok(list) => {
            let listed =
                std::fs::read_to_string(book.root.join(LIST)).unwrap_or_default();
            if listed != list {
                let same = |(a, b): &(&str, &str)| a == b;
                let line = listed.lines().zip(list.lines()).take_while(same).count();
                problems.add(LIST, line + 1, "the list differs from the modules' documentation; run `book-tools renumber`");
            }
        }
    }
    if let Some((line, message)) = settings_fault(book) {
        problems.add("book.toml", line, message);
    }
}

fn settings_fault(book: &Book) -> Option<(usize, String)> {
    let text = std::fs::read_to_string(book.root.join("book.toml")).ok()?;
    let found = SETTING
        .captures_iter(&text)
        .find(|found| found[2] != setting(book, &found[1]))?;
    let line = text[..found.get(0)?.start()].matches('\n').count() + 1;
    let right = setting(book, &found[1]);
    Some((
        line,
        format!("{} should be \"{right}\"; run `book-tools renumber`", &found[1]),
    ))
}

fn setting(book: &Book, key: &str) -> String {
    let repository = &book.published;
    match key {
        "edit-url-template" => format!("{repository}/edit/main/{{path}}"),
        _ => repository.clone(),
    }
}

/// Writes the addresses, the numbers of the sections, and the list of modules; says which files changed.
///
/// # Errors
/// When a file cannot be written, or a module leads to no section.
pub fn renumber(book: &Book) -> anyhow::Result<Vec<String>> {
    let mut changed = Vec::new();
    let mut write = |file: &str, before: &str, after: &str| {
        if before != after {
            changed.push(file.to_owned());
            std::fs::write(book.root.join(file), after)?;
        }
        anyhow::Ok(())
    };
    for (file, text) in files(book) {
        let (mut after, mut names) = (text.clone(), BTreeMap::new());
        for link in links(book, &text) {
            let (address, name) = link.right(book);
            after = after.replace(link.address, &address);
            names.insert(link.text.to_owned(), name);
        }
        let renamed = SECTION.replace_all(&after, |found: &Captures| {
            let name = names.get(&found[1]).map_or(&found[1], String::as_str);
            format!("[{name}]")
        });
        write(&file, &text, &renamed)?;
    }
    let list = list(book)
        .map_err(|(file, line, message)| anyhow::anyhow!("{file}:{line}: {message}"))?;
    let listed = std::fs::read_to_string(book.root.join(LIST)).unwrap_or_default();
    write(LIST, &listed, &list)?;
    let config = std::fs::read_to_string(book.root.join("book.toml"))?;
    let right = SETTING.replace_all(&config, |found: &Captures| {
        format!("{} = \"{}\"", &found[1], setting(book, &found[1]))
    });
    write("book.toml", &config, &right)?;
    Ok(changed)
}

/// The modules below the chapters that the comments of `lib.rs` name: the first paragraph of each, and its sections.
fn list(book: &Book) -> Result<String, (String, usize, String)> {
    const ROOT: &str = "rnn-book-code/src/lib.rs";
    let root = std::fs::read_to_string(book.root.join(ROOT)).unwrap_or_default();
    let (mut out, mut chapter) = (String::new(), false);
    for (number, line) in root.lines().enumerate() {
        let heading = line.strip_prefix("// ").and_then(|heading| {
            book.pages
                .iter()
                .find(|p| p.number.len() < 2 && capitalised(&name(p)) == heading)
        });
        if let Some(page) = heading {
            let name = capitalised(&name(page));
            let title = page.title.trim_start_matches(&format!("{name}: "));
            let address = format!("{}/{}", book.homepage, html_of(page));
            out += if chapter { "\n" } else { "" };
            out += &format!("## [{name}]({address}): {title}\n\n");
            chapter = true;
        }
        let module = line.strip_prefix("pub mod ").and_then(|m| m.strip_suffix(';'));
        let Some(module) = module else { continue };
        if !chapter {
            let message = format!(
                "the module '{module}' stands under no chapter; write `// Chapter N` above it"
            );
            return Err((ROOT.to_owned(), number + 1, message));
        }
        let file = format!("rnn-book-code/src/{module}.rs");
        let text = std::fs::read_to_string(book.root.join(&file)).unwrap_or_default();
        let docs: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(str::trim)
            .collect();
        let first: Vec<&str> =
            docs.iter().take_while(|l| !l.is_empty()).copied().collect();
        let sections: Vec<String> = links(book, &text)
            .iter()
            .filter_map(|link| link.page.map(|page| (page, link.right(book).0)))
            .map(|(page, address)| {
                format!("[{}]({address})", page.label().unwrap_or_default())
            })
            .collect();
        if first.is_empty() || sections.is_empty() {
            let message = "the module should say what it teaches, then lead to its section: `[section N.M]: https://…`";
            return Err((file, 1, message.to_owned()));
        }
        // What a module's own page can link to by a short name, the front page cannot.
        let first = first.join(" ").replace("[`", "`").replace("`]", "`");
        out += &format!("- [`{module}`] ({}): {first}\n", sections.join(", "));
    }
    Ok(out)
}

/// Every link must lead to a page and a place on it, among the built `pages`.
pub fn check_built(
    book: &Book,
    pages: &BTreeMap<String, Facts>,
    problems: &mut Problems,
) {
    for (file, text) in files(book) {
        for link in links(book, &text) {
            let page = link.page.and_then(|page| pages.get(&html_of(page)));
            let there = page.is_some_and(|page| {
                link.fragment.is_empty() || page.ids.contains(link.fragment)
            });
            if !there {
                let message = format!(
                    "the link '{}' leads to no place in the built book",
                    link.address
                );
                problems.add(&file, link.line, message);
            }
        }
    }
}
