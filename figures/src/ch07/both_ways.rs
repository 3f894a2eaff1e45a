//! Two directions over one sequence: each gets its part of the gradient, and the input has two readers.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, TEXT};
use crate::{Progress, Record};

const AHEAD: Color = Color::Series(0);
const BACK: Color = Color::Series(1);
const Y_OUT: f64 = 40.0;
const Y_BACK: f64 = 122.0;
const Y_AHEAD: f64 = 200.0;
const Y_IN: f64 = 284.0;
const LEFT: f64 = 150.0;
const APART: f64 = 150.0;

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "T = 3");
    record.picture(Diagram::picture(318.0, draw));
    Ok(record)
}

fn draw(d: &Diagram) {
    let value = |color| Line::new(color, 2.2);
    let x_of = |t: i32| LEFT + APART * f64::from(t - 1);
    d.node((x_of(0) + 40.0, Y_AHEAD), (46.0, 34.0), "$\\b{0}$", Color::Muted);
    d.node((x_of(4) - 40.0, Y_BACK), (46.0, 34.0), "$\\b{0}$", Color::Muted);
    for t in 1..=3 {
        let x = x_of(t);
        let (a, b) = (x - 24.0, x + 24.0);
        // From state to state
        let from = if t == 1 { x_of(0) + 64.0 } else { x_of(t - 1) + 8.0 };
        d.arrow(&[(from, Y_AHEAD), (a - 32.0, Y_AHEAD)], &value(AHEAD));
        let from = if t == 3 { x_of(4) - 64.0 } else { x_of(t + 1) - 8.0 };
        d.arrow(&[(from, Y_BACK), (b + 32.0, Y_BACK)], &value(BACK));
        // From the input to both
        d.arrow(&[(x - 8.0, Y_IN - 18.0), (a, Y_AHEAD + 19.0)], &value(Color::Muted));
        d.arrow(&[(x + 8.0, Y_IN - 18.0), (b, Y_BACK + 19.0)], &value(Color::Muted));
        // From both to the output
        d.arrow(&[(a, Y_AHEAD - 19.0), (x - 14.0, Y_OUT + 20.0)], &value(AHEAD));
        d.arrow(&[(b, Y_BACK - 19.0), (x + 14.0, Y_OUT + 20.0)], &value(BACK));
        d.disc((x, Y_IN), 19.0, &format!("$\\b{{x}}_{t}$"), Color::Muted);
        d.node((a, Y_AHEAD), (60.0, 34.0), &format!("$\\b{{h}}_{t}$ →"), AHEAD);
        d.node((b, Y_BACK), (60.0, 34.0), &format!("← $\\b{{h}}_{t}$"), BACK);
        d.node((x, Y_OUT), (70.0, 34.0), &format!("$\\b{{h}}_{t}$"), Color::Muted);
    }
    d.label((8.0, Y_AHEAD + 34.0), "forward", TEXT, Anchor::Start);
    d.label((632.0, Y_BACK + 34.0), "backward", TEXT, Anchor::End);
}
