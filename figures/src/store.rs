//! Where records and figures lie, and how they are written: whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::record::Record;

/// The folder of this package.
pub fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `figures/records/NAME.json`.
pub fn record_path(name: &str) -> PathBuf {
    home().join("records").join(format!("{name}.json"))
}

/// `figures/svg/NAME.svg`.
pub fn svg_path(name: &str) -> PathBuf {
    home().join("svg").join(format!("{name}.svg"))
}

/// Path as a message shows it, relative to the workspace: `figures/records/NAME.json`.
pub fn shown(path: &Path) -> String {
    let inside = path.strip_prefix(home()).unwrap_or(path);
    format!("figures/{}", inside.display())
}

/// Reads a record.
///
/// # Errors
/// When the file is missing or is no record.
pub fn load(name: &str) -> Result<Record> {
    let path = record_path(name);
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "{}: the record is missing; `cargo run --release -p figures -- {name}` makes it",
            shown(&path)
        )
    })?;
    Record::from_json(&text).with_context(|| format!("{}: not a record", shown(&path)))
}

/// Reads the figure that belongs to a record.
///
/// # Errors
/// When the file is missing.
pub fn load_svg(name: &str) -> Result<String> {
    let path = svg_path(name);
    fs::read_to_string(&path).with_context(|| {
        format!(
            "{}: the figure is missing; `cargo run --release -p figures -- {name}` makes it",
            shown(&path)
        )
    })
}

/// Writes a record and its figure. When nothing but the time has changed, and the time by less than a factor
/// of two, the recorded time stays, so that an unchanged experiment makes no difference to show.
///
/// # Errors
/// When a file cannot be written.
pub fn save(record: &Record) -> Result<()> {
    let mut record = record.clone();
    if let Ok(old) = load(&record.name) {
        record.keep_seconds_of(&old);
    }
    let svg = svg_path(&record.name);
    match &record.image {
        Some(image) => write(&svg, image)?,
        None if svg.exists() => fs::remove_file(&svg)
            .with_context(|| format!("{}: could not be removed", shown(&svg)))?,
        None => {}
    }
    write(&record_path(&record.name), &record.to_json()?)
}

/// Writes beside the file and renames, so that a run that is stopped leaves the old file or the new one.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.tmp"));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&temporary, text))
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("{}: could not be written", shown(path)))
}

/// Removes what a run that was stopped in the middle of writing left behind.
pub fn sweep() {
    for folder in ["", "records", "svg"] {
        let Ok(entries) = fs::read_dir(home().join(folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') && name.ends_with(".tmp") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The names of all files with this extension in `figures/FOLDER`, sorted.
pub fn names_in(folder: &str, extension: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(home().join(folder)) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .filter_map(|path| path.file_stem().map(|s| s.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}
