//! Headings: one title a page, no level skipped, and the exercises with their solutions.

use crate::parse::{Kind, Parsed};
use crate::problem::Problems;
use regex::Regex;
use std::sync::LazyLock;

static EXERCISE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Exercise ([a-z0-9-]+) \((easy|medium|hard|project)\): (.+)$")
        .expect("valid pattern")
});
static SOLUTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^Solution ([a-z0-9-]+)$").expect("valid pattern"));
static ALMOST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(Exercise [a-z0-9-]+ \(|Solution [a-z0-9-]+:)")
        .expect("valid pattern")
});

/// A heading that is an exercise or a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Slug, difficulty, title.
    Exercise(String, String, String),
    /// Slug of the exercise that it solves.
    Solution(String),
}

/// Reads `Exercise slug (easy): Title` or `Solution slug`.
pub fn task(heading: &str) -> Option<Task> {
    if let Some(found) = EXERCISE.captures(heading) {
        return Some(Task::Exercise(
            found[1].to_owned(),
            found[2].to_owned(),
            found[3].to_owned(),
        ));
    }
    let found = SOLUTION.captures(heading)?;
    Some(Task::Solution(found[1].to_owned()))
}

/// The title of every exercise, by slug.
pub fn titles(parsed: &[Parsed]) -> std::collections::BTreeMap<String, String> {
    let pieces = parsed.iter().flat_map(|p| &p.pieces);
    pieces
        .filter_map(|piece| match &piece.kind {
            Kind::Heading(_, text) => match task(text)? {
                Task::Exercise(slug, _, title) => Some((slug, title)),
                Task::Solution(_) => None,
            },
            _ => None,
        })
        .collect()
}

/// Checks the headings of a page.
pub fn check(file: &str, parsed: &Parsed, problems: &mut Problems) {
    let mut level = 0;
    let mut titles = 0;
    for piece in &parsed.pieces {
        let Kind::Heading(depth, text) = &piece.kind else {
            continue;
        };
        if *depth == 1 {
            titles += 1;
            if titles == 2 {
                problems.add(
                    file,
                    piece.line,
                    "the page has a second `# ` heading; make it `## `",
                );
            }
        }
        if *depth > level + 1 {
            let right = "#".repeat(level + 1);
            problems.add(
                file,
                piece.line,
                format!("the heading skips a level; it should begin with `{right} `"),
            );
        }
        level = *depth;
        if task(text).is_none() && ALMOST.is_match(text) {
            problems.add(
                file,
                piece.line,
                "this heading is neither exercise nor solution; write `### Exercise slug (easy|medium|hard|project): Title` or `### Solution slug`",
            );
        }
    }
    if titles == 0 {
        problems.add(file, 1, "the page has no `# ` heading; begin it with its title");
    }
}
