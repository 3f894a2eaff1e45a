//! The version of mdBook that calls us.

use anyhow::{Context, Result, bail};
use semver::{Version, VersionReq};
use serde_json::Value;

/// The versions that the book is written for.
pub const WANTED: &str = "^0.5.4";

/// Checks the version in a preprocessor's input (`[context, book]`) or a renderer's (`context`),
/// before anything else of it is read: another version may have another format.
///
/// # Errors
/// When the version is missing or another one; the message says how to install the right one.
pub fn check(input: &Value) -> Result<()> {
    let context = input.get(0).unwrap_or(input);
    let found = context
        .get("mdbook_version")
        .or_else(|| context.get("version"))
        .and_then(Value::as_str)
        .context("the input is not mdBook's; build the book with `mdbook build`")?;
    let wanted = VersionReq::parse(WANTED)?;
    if Version::parse(found).is_ok_and(|version| wanted.matches(&version)) {
        return Ok(());
    }
    bail!(
        "this is mdBook {found}, but the book needs {WANTED}; install it with `cargo install --locked mdbook@0.5.4 mdbook-katex@0.10.0`"
    );
}
