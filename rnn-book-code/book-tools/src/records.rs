//! Records of the figures' programs and recorded outputs of the examples.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A measured number and how the prose writes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Value {
    /// The number.
    pub value: serde_json::Value,
    /// As the prose writes it.
    pub text: String,
}

/// A recorded table.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    /// Column headings.
    pub columns: Vec<String>,
    /// `left`, `right` or `center` for each column.
    #[serde(default)]
    pub align: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<String>>,
}

/// What a program in `figures/` recorded.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// Name of the program.
    pub name: String,
    /// What is measured.
    #[serde(default)]
    pub title: String,
    /// Seeds of the runs.
    #[serde(default)]
    pub seeds: Vec<u64>,
    /// Sizes of the experiment, in words.
    #[serde(default)]
    pub sizes: String,
    /// Running time.
    #[serde(default)]
    pub seconds: f64,
    /// How close a second run must come.
    #[serde(default)]
    pub tolerance: Option<f64>,
    /// Numbers by key.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Tables by name.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    /// Whether it also drew a figure.
    #[serde(default)]
    pub svg: bool,
}

/// What the last repetitions of the experiments found.
#[derive(Debug, Default, Deserialize)]
pub struct Reproduction {
    /// Operating system, processor and cores.
    pub machine: String,
    /// By name of the record.
    pub experiments: BTreeMap<String, Repetition>,
}

/// One experiment, run again and compared.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Repetition {
    /// Running time.
    pub seconds: f64,
    /// Largest relative difference from the record.
    pub drift: f64,
}

/// All records, figures and recorded outputs, read once.
#[derive(Debug, Default)]
pub struct Records {
    root: PathBuf,
    records: BTreeMap<String, Record>,
    /// From `figures/reproduction.json`.
    pub reproduction: Reproduction,
    outputs: BTreeMap<String, Option<String>>,
    asked: Vec<PathBuf>,
}

impl Records {
    /// Reads `figures/records/*.json` below `root`.
    ///
    /// # Errors
    /// When a record cannot be read or parsed.
    pub fn load(root: &Path) -> Result<Records> {
        let mut records = BTreeMap::new();
        for file in files(&root.join("figures/records"), "json") {
            let text = std::fs::read_to_string(&file)?;
            let name = stem(&file);
            let record: Record = serde_json::from_str(&text).with_context(|| {
                format!(
                    "figures/records/{name}.json:1: this is no record; make it anew with `{}`",
                    command(&name)
                )
            })?;
            records.insert(name, record);
        }
        let reproduction = match std::fs::read_to_string(root.join("figures/reproduction.json")) {
            Ok(text) => serde_json::from_str(&text).context(
                "figures/reproduction.json:1: this is no table of repetitions; remove it, and `cargo run --release -p figures -- --check` makes it anew",
            )?,
            Err(_) => Reproduction::default(),
        };
        Ok(Records {
            root: root.to_path_buf(),
            records,
            reproduction,
            outputs: BTreeMap::new(),
            asked: Vec::new(),
        })
    }

    /// Names of all records.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Record)> {
        self.records.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// A record.
    ///
    /// # Errors
    /// A sentence that names the missing file and the command that writes it.
    pub fn get(&self, name: &str) -> Result<&Record, String> {
        self.records.get(name).ok_or_else(|| {
            format!(
                "there is no record figures/records/{name}.json; make it with `{}`",
                command(name)
            )
        })
    }

    /// The text of a figure.
    ///
    /// # Errors
    /// A sentence that names the missing file and the command that draws it.
    pub fn svg(&mut self, name: &str) -> Result<String, String> {
        let file = self.root.join(format!("figures/svg/{name}.svg"));
        self.asked.push(file.clone());
        std::fs::read_to_string(file).map_err(|_| {
            format!(
                "there is no figure figures/svg/{name}.svg; draw it with `{}`",
                command(name)
            )
        })
    }

    /// The recorded output of an example, or one section of it.
    ///
    /// # Errors
    /// A sentence that says which record or section is missing.
    pub fn output(
        &mut self,
        name: &str,
        section: Option<&str>,
    ) -> Result<String, String> {
        let root = &self.root;
        let text = self.outputs.entry(name.to_owned()).or_insert_with(|| {
            let file = root.join(format!("rnn-book-code/examples/{name}.out"));
            std::fs::read_to_string(file).ok()
        });
        let Some(text) = text else {
            return Err(format!(
                "there is no recorded output rnn-book-code/examples/{name}.out; write examples/{name}.rs and run `RECORD=1 cargo test -p rnn-book-code --test outputs`"
            ));
        };
        let Some(section) = section else {
            return Ok(text.clone());
        };
        let mut lines = text.lines().skip_while(|l| header(l) != Some(section));
        if lines.next().is_none() {
            let all: Vec<&str> = text.lines().filter_map(header).collect();
            return Err(format!(
                "the output of '{name}' has no section '{section}'; it has {}",
                list(&all, section)
            ));
        }
        let body: Vec<&str> = lines.take_while(|l| header(l).is_none()).collect();
        let body = body.join("\n").trim_matches('\n').to_owned();
        if body.trim().is_empty() {
            return Err(format!(
                "section '{section}' of the output of '{name}' is empty; let the program print something below `== {section} ==`"
            ));
        }
        Ok(body + "\n")
    }

    /// What an example printed after `key:` or `key =`.
    ///
    /// # Errors
    /// A sentence that says which record or key is missing.
    pub fn printed(&mut self, name: &str, key: &str) -> Result<String, String> {
        let text = self.output(name, None)?;
        let value = text.lines().find_map(|line| {
            let rest = line.trim().strip_prefix(key)?.trim_start();
            let rest = rest.strip_prefix([':', '='])?;
            Some(rest.trim().to_owned())
        });
        value.filter(|v| !v.is_empty()).ok_or_else(|| {
            format!("the output of '{name}' has no line `{key}: …` or `{key} = …`; let the program print one")
        })
    }

    /// Files asked for so far, besides the records.
    pub fn asked(&self) -> Vec<PathBuf> {
        let outputs = self.outputs.keys();
        let outputs =
            outputs.map(|n| self.root.join(format!("rnn-book-code/examples/{n}.out")));
        outputs.chain(self.asked.iter().cloned()).collect()
    }
}

impl Record {
    /// The text of a value.
    ///
    /// # Errors
    /// A sentence that lists the keys that exist.
    pub fn value(&self, key: &str) -> Result<&str, String> {
        self.values.get(key).map(|v| v.text.as_str()).ok_or_else(|| {
            let keys: Vec<&str> = self.values.keys().map(String::as_str).collect();
            format!(
                "the record '{}' has no value '{key}'; it has {}",
                self.name,
                list(&keys, key)
            )
        })
    }

    /// A table by name, or the only one.
    ///
    /// # Errors
    /// A sentence that lists the tables that exist.
    pub fn table(&self, name: Option<&str>) -> Result<&Table, String> {
        let keys: Vec<&str> = self.tables.keys().map(String::as_str).collect();
        let found = match name {
            Some(name) => self.tables.get(name),
            None if self.tables.len() == 1 => self.tables.values().next(),
            None => self.tables.get("main"),
        };
        found.ok_or_else(|| {
            format!(
                "the record '{}' has no table '{}'; it has {}",
                self.name,
                name.unwrap_or("main"),
                list(&keys, name.unwrap_or("main"))
            )
        })
    }
}

/// The command that makes a record.
pub fn command(name: &str) -> String {
    format!("cargo run --release -p figures -- {name}")
}

/// The files of a folder with this extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

/// The file's name without its extension.
pub fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn header(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("== ")?.strip_suffix(" ==")?;
    // A tilde marks a section of which only the form is compared.
    Some(name.trim_matches(['~', ' ']))
}

/// The names that exist, or of many the six around `wanted` in the alphabet.
fn list(names: &[&str], wanted: &str) -> String {
    const MOST: usize = 6;
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let at = sorted.partition_point(|name| *name < wanted);
    let from = at.saturating_sub(MOST / 2).min(sorted.len().saturating_sub(MOST));
    let shown = &sorted[from..sorted.len().min(from + MOST)];
    let more = match sorted.len() - shown.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!("'{}'{more}", shown.join("', '"))
}
