//! The style sheet and fonts of the formulas: served with the book where npm is there, else linked.

use anyhow::{Context, Result, ensure};
use regex::Regex;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The version that mdbook-katex 0.10.0 renders with.
pub const VERSION: &str = "0.16.4";
/// Stands in the pages' head until this pass (see `theme/head.hbs`).
pub const PLACEHOLDER: &str = "<!--katex-stylesheet-->";
/// Set to `cdn` to link the sheet even where npm is there.
pub const VARIABLE: &str = "KATEX_ASSETS";
/// Host of the linked sheet.
pub const CDN: &str = "https://cdn.jsdelivr.net/npm/katex@0.16.4/dist/katex.min.css";
/// Hash of `dist/katex.min.css` in the npm package.
const INTEGRITY: &str =
    "sha384-vKruj+a13U8yHIkAyGgK1J3ArTLzrFGBbBc0tDp4ad/EyewESeXE/Iv67Aj8gKZ0";

const PACKAGE: &str = include_str!("../katex/package.json");
const LOCK: &str = include_str!("../katex/package-lock.json");

static OTHER_FONTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#",url\([^)]*\.(woff|ttf)\) format\("(woff|truetype)"\)"#)
        .expect("valid pattern")
});

/// Where the pages take the sheet from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From the book itself.
    Local,
    /// From the CDN, checked by its hash; without it the browser's own MathML is shown.
    Cdn,
}

/// Puts sheet and fonts into `html/katex`, or says on stderr why the pages link them instead.
pub fn provide(root: &Path, html: &Path) -> Source {
    let outcome = if std::env::var(VARIABLE).is_ok_and(|v| v == "cdn") {
        Err(anyhow::anyhow!("{VARIABLE}=cdn is set"))
    } else {
        copy(root, html)
    };
    match outcome {
        Ok(()) => {
            eprintln!(
                "formulas: KaTeX {VERSION}'s style sheet and fonts are served with the book"
            );
            Source::Local
        }
        Err(error) => {
            eprintln!(
                "formulas: the pages link KaTeX {VERSION}'s style sheet at cdn.jsdelivr.net and show MathML without it ({error:#})"
            );
            Source::Cdn
        }
    }
}

fn copy(root: &Path, html: &Path) -> Result<()> {
    let cache = root.join("target/katex");
    let package = cache.join("node_modules/katex");
    if !is_there(&package) {
        install(&cache)?;
        ensure!(is_there(&package), "npm installed another version of katex");
    }
    let dist = package.join("dist");
    let to = html.join("katex");
    std::fs::create_dir_all(to.join("fonts"))?;
    let sheet = std::fs::read_to_string(dist.join("katex.min.css"))?;
    // Every browser that shows the book reads woff2.
    std::fs::write(
        to.join("katex.min.css"),
        OTHER_FONTS.replace_all(&sheet, "").as_bytes(),
    )?;
    for font in crate::records::files(&dist.join("fonts"), "woff2") {
        let name = font.file_name().unwrap_or_default();
        std::fs::copy(&font, to.join("fonts").join(name))?;
    }
    Ok(())
}

fn is_there(package: &Path) -> bool {
    let text =
        std::fs::read_to_string(package.join("package.json")).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    value["version"] == VERSION && package.join("dist/katex.min.css").exists()
}

fn install(cache: &Path) -> Result<()> {
    std::fs::create_dir_all(cache)?;
    std::fs::write(cache.join("package.json"), PACKAGE)?;
    std::fs::write(cache.join("package-lock.json"), LOCK)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--fetch-retries=1", "--fetch-timeout=20000"])
        .current_dir(cache)
        .stdin(Stdio::null())
        .output()
        .context("npm is not installed")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|l| l.contains("error"));
    ensure!(output.status.success(), "npm ci failed: {}", last.unwrap_or("no message"));
    Ok(())
}

/// What replaces [`PLACEHOLDER`] in a page that lies `depth` folders below the book's root.
pub fn head(source: Source, depth: usize) -> String {
    match source {
        Source::Local => {
            format!(
                "<link rel=\"stylesheet\" href=\"{}katex/katex.min.css\">",
                "../".repeat(depth)
            )
        }
        Source::Cdn => format!(
            "<link rel=\"stylesheet\" href=\"{CDN}\" integrity=\"{INTEGRITY}\" crossorigin=\"anonymous\" \
             onload=\"document.documentElement.classList.add('katex-css')\">\n\
             <style>html:not(.katex-css) .katex .katex-html {{ display: none !important; }}\n\
             html:not(.katex-css) .katex .katex-mathml {{ position: static !important; clip: auto !important; \
             width: auto !important; height: auto !important; overflow: visible !important; }}</style>"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_pins_the_version_by_its_hash() {
        let lock: serde_json::Value = serde_json::from_str(LOCK).unwrap();
        let package = &lock["packages"]["node_modules/katex"];
        assert_eq!(package["version"], VERSION);
        assert!(package["integrity"].as_str().unwrap().starts_with("sha512-"));
        assert!(!LOCK.contains("\"resolved\""));
    }

    #[test]
    fn pages_reach_the_sheet_from_their_depth() {
        assert!(head(Source::Local, 2).contains("\"../../katex/katex.min.css\""));
        assert!(head(Source::Cdn, 2).contains(INTEGRITY));
    }
}
