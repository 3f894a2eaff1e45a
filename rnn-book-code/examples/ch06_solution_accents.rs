//! Solution: a text without its accents.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

// ANCHOR: bare
/// Takes characters apart and drops the marks that combine.
fn bare(text: &str) -> String {
    text.nfd().filter(|&c| canonical_combining_class(c) == 0).collect()
}
// ANCHOR_END: bare

fn main() {
    // ANCHOR: main
    for text in ["Crème brûlée", "Ångström", "Việt Nam", "Łódź, Øresund, Straße"]
    {
        println!("{text}: {}", bare(text));
    }
    // ANCHOR_END: main
}
