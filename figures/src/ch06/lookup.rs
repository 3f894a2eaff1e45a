//! Rows of a table go out by number, and their gradients come back to the rows.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, SMALL, TEXT};
use crate::{Progress, Record};

const OUT: Color = Color::Series(0);
const BACK: Color = Color::Series(1);
const TOKENS: [&str; 5] = ["a", "cat", "saw", "the", "dog"];
/// The places of the tokens of "the cat saw the dog".
const IDS: [usize; 5] = [3, 1, 2, 3, 4];

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "V = 5, T = 5");
    record.picture(Diagram::picture(575.0, |d| {
        draw(d, 0.0, "forward: look up", true);
        draw(d, 290.0, "backward: scatter and add", false);
    }));
    Ok(record)
}

fn draw(d: &Diagram, top: f64, title: &str, forward: bool) {
    let color = if forward { OUT } else { BACK };
    d.label((14.0, top + 12.0), title, TEXT, Anchor::Start);
    let row = |v: usize| top + 72.0 + 44.0 * v as f64;
    let name = if forward { "$\\b{E}$" } else { "$∂L/∂\\b{E}$" };
    d.label((175.0, top + 34.0), name, TEXT, Anchor::Middle);
    let side = if forward { "$\\b{x}_t$" } else { "$∂L/∂\\b{x}_t$" };
    d.label((505.0, top + 34.0), side, TEXT, Anchor::Middle);
    for (v, token) in TOKENS.iter().enumerate() {
        let used = IDS.contains(&v);
        d.label((100.0, row(v)), token, SMALL, Anchor::End);
        let shade = if used { color } else { Color::Muted };
        let sum = IDS.iter().enumerate().filter(|&(_, &id)| id == v);
        let text = match (forward, used) {
            (true, _) => format!("$\\b{{e}}_{}$", v + 1),
            (false, false) => "0".into(),
            (false, true) => {
                let list: Vec<_> =
                    sum.map(|(t, _)| format!("$\\b{{g}}_{}$", t + 1)).collect();
                list.join(" + ")
            }
        };
        d.node((175.0, row(v)), (126.0, 34.0), &text, shade);
    }
    for (t, &id) in IDS.iter().enumerate() {
        let text = if forward {
            format!("$\\b{{e}}_{}$", id + 1)
        } else {
            format!("$\\b{{g}}_{}$", t + 1)
        };
        d.node((505.0, row(t)), (80.0, 34.0), &text, color);
        d.label((556.0, row(t)), TOKENS[id], SMALL, Anchor::Start);
        let line = Line::new(color, 1.8);
        let ends = [(240.0, row(id)), (463.0, row(t))];
        let points = if forward { ends } else { [ends[1], ends[0]] };
        d.arrow(&points, &line);
    }
}
