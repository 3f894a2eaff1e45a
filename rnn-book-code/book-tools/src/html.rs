//! One finished page: its ids, links, headings, images, and what it loads.

use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeSet;

/// A fault of a page: what to look for in its source to find the line, and the message.
pub type Fault = (String, String);

/// A page read for checking.
#[derive(Debug, Default)]
pub struct Facts {
    /// All ids.
    pub ids: BTreeSet<String>,
    /// Targets of the links in the content.
    pub links: Vec<String>,
    /// What can be said without looking at other pages.
    pub faults: Vec<Fault>,
}

fn select<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("valid selector");
    html.select(&selector).collect()
}

fn attribute(element: &ElementRef, name: &str) -> String {
    element.value().attr(name).unwrap_or_default().trim().to_owned()
}

/// One attribute of every element.
fn all(html: &Html, selector: &str, name: &str) -> Vec<String> {
    let elements = select(html, selector);
    elements.iter().map(|e| attribute(e, name)).collect()
}

fn text(element: &ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a page. `allowed` is the one foreign address that it may load.
pub fn facts(page: &str, allowed: Option<&str>) -> Facts {
    let html = Html::parse_document(page);
    let mut facts = Facts {
        ids: all(&html, "[id]", "id").into_iter().collect(),
        links: all(&html, "main a[href]", "href"),
        faults: Vec::new(),
    };
    facts.ids = select(&html, "[id]").iter().map(|e| attribute(e, "id")).collect();
    facts.links =
        select(&html, "main a[href]").iter().map(|e| attribute(e, "href")).collect();
    ids(&html, &mut facts);
    headings(&html, &mut facts);
    images(&html, &mut facts);
    loads(&html, allowed, &mut facts);
    facts
}

fn ids(html: &Html, facts: &mut Facts) {
    let mut seen = BTreeSet::new();
    for element in select(html, "main [id]") {
        let id = attribute(&element, "id");
        if !seen.insert(id.clone()) {
            let message = format!("the id '{id}' occurs twice on the page; rename one");
            facts.faults.push((id, message));
        }
    }
}

fn headings(html: &Html, facts: &mut Facts) {
    let mut before = 0;
    for element in select(html, "main h1, main h2, main h3, main h4, main h5, main h6")
    {
        let level = element.value().name()[1..].parse().unwrap_or(0);
        if level > before + 1 {
            let title = text(&element);
            let message = format!(
                "the heading '{title}' is an h{level} but should be an h{} at most",
                before + 1
            );
            facts.faults.push((title, message));
        }
        before = level;
    }
}

fn images(html: &Html, facts: &mut Facts) {
    for element in select(html, "main img") {
        if attribute(&element, "alt").is_empty() {
            let source = attribute(&element, "src");
            let message = format!(
                "the image '{source}' has no text alternative; write `![what it shows]({source})`"
            );
            facts.faults.push((source, message));
        }
    }
    for element in select(html, "main figure svg") {
        if attribute(&element, "aria-label").is_empty()
            || attribute(&element, "role") != "img"
        {
            let message = "a figure has no text alternative; give it an `alt:` line";
            facts.faults.push(("<svg".to_owned(), message.to_owned()));
        }
    }
}

fn loads(html: &Html, allowed: Option<&str>, facts: &mut Facts) {
    let elements = select(
        html,
        "link[href], script[src], img[src], iframe[src], source[src], video[src], audio[src], embed[src], object[data]",
    );
    for element in elements {
        let address = ["href", "src", "data"]
            .iter()
            .map(|a| attribute(&element, a))
            .find(|v| !v.is_empty())
            .unwrap_or_default();
        let foreign = address.starts_with("//") || address.contains("://");
        if foreign && Some(address.as_str()) != allowed {
            let message = format!(
                "the page loads {address} from another host; keep a copy with the book, below src/"
            );
            facts.faults.push((address, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &str) -> Vec<String> {
        let page = format!("<html><body><main>{body}</main></body></html>");
        facts(&page, Some("https://ok.org/a.css"))
            .faults
            .into_iter()
            .map(|(_, message)| message)
            .collect()
    }

    #[test]
    fn clean_content_has_no_faults() {
        let body = "<h1 id=a>A</h1><h2 id=b>B</h2><img src=x.png alt=x><figure><svg role=img aria-label=x></svg></figure>";
        assert!(faults(body).is_empty());
        assert!(faults("<link href='https://ok.org/a.css'>").is_empty());
    }

    #[test]
    fn faults_are_seen() {
        assert!(faults("<p id=a></p><p id=a></p>")[0].contains("'a' occurs twice"));
        assert!(faults("<h1>A</h1><h3>B</h3>")[0].contains("is an h3"));
        assert!(faults("<img src=x.png>")[0].contains("no text alternative"));
        assert!(
            faults("<figure><svg></svg></figure>")[0].contains("no text alternative")
        );
        assert!(
            faults("<script src='//cdn.org/x.js'></script>")[0]
                .contains("another host")
        );
    }
}
