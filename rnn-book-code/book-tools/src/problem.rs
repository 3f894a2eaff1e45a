//! What is wrong with the book, and where.

use std::fmt;

/// One fault: the file, the line in it, and a sentence that says what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path of the file, relative to the book's root.
    pub file: String,
    /// Line in the file, counted from 1.
    pub line: usize,
    /// What was wrong; what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// All faults found so far: the passes go on after the first, so that one run lists them all.
#[derive(Debug, Default, Clone)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Notes a fault.
    pub fn add(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.list.push(Problem {
            file: file.to_owned(),
            line,
            message: message.into(),
        });
    }

    /// Takes over the faults of another list.
    pub fn extend(&mut self, other: Problems) {
        self.list.extend(other.list);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The faults by file and line, each once.
    pub fn sorted(&self) -> Vec<Problem> {
        let mut list = self.list.clone();
        list.sort();
        list.dedup();
        list
    }

    /// Prints every fault on stderr and fails when there is one.
    ///
    /// # Errors
    /// When at least one fault was noted.
    pub fn report(&self) -> anyhow::Result<()> {
        let list = self.sorted();
        for problem in &list {
            eprintln!("error: {problem}");
        }
        match list.len() {
            0 => Ok(()),
            1 => anyhow::bail!("1 fault in the book (above)"),
            n => anyhow::bail!("{n} faults in the book (above)"),
        }
    }
}
