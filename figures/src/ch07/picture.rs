//! An encoder reads, a decoder writes, and attention looks back.

use anyhow::Result;

use crate::draw::{Anchor, Color, Diagram, Line, SMALL};
use crate::{Progress, Record};

const READ: Color = Color::Series(0);
const WRITE: Color = Color::Series(1);
const LOOK: Color = Color::Series(2);
const Y_TOKEN: f64 = 330.0;
const Y_STATE: f64 = 256.0;
const Y_WEIGHT: f64 = 176.0;
const Y_CONTEXT: f64 = 96.0;
const Y_OUT: f64 = 166.0;
const Y_WRITTEN: f64 = 96.0;

/// Draws it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut record = Record::new(&[], "three tokens read, three written");
    record.picture(Diagram::picture(366.0, draw));
    Ok(record)
}

fn draw(d: &Diagram) {
    let read = Line::new(READ, 2.0);
    let write = Line::new(WRITE, 2.0);
    let look = Line::new(LOOK, 1.8);
    let thin = Line::new(Color::Muted, 1.6);
    let xs = [50.0, 130.0, 210.0];
    let ys = [370.0, 460.0, 550.0];

    // The encoder
    for (k, &x) in xs.iter().enumerate() {
        d.arrow(&[(x, Y_TOKEN - 16.0), (x, Y_STATE + 18.0)], &thin);
        if k > 0 {
            d.arrow(&[(x - 56.0, Y_STATE), (x - 24.0, Y_STATE)], &read);
        }
        d.node((x, Y_TOKEN), (36.0, 30.0), ["c", "a", "t"][k], Color::Muted);
        d.node((x, Y_STATE), (48.0, 36.0), &format!("$\\b{{h}}_{}$", k + 1), READ);
    }
    // The bridge
    d.arrow(&[(xs[2] + 24.0, Y_STATE), (ys[0] - 24.0, Y_STATE)], &Line::new(READ, 3.4));
    d.label((290.0, Y_STATE + 18.0), "bridge", SMALL, Anchor::Middle);

    // The decoder
    for (k, &x) in ys.iter().enumerate() {
        d.arrow(&[(x, Y_TOKEN - 16.0), (x, Y_STATE + 18.0)], &thin);
        d.arrow(&[(x, Y_STATE - 18.0), (x, Y_OUT + 16.0)], &write);
        d.arrow(&[(x, Y_OUT - 16.0), (x, Y_WRITTEN + 16.0)], &write);
        if k > 0 {
            d.arrow(&[(x - 66.0, Y_STATE), (x - 24.0, Y_STATE)], &write);
            // What was written is read next
            let from = ys[k - 1] + 18.0;
            d.curve(
                [
                    (from, Y_WRITTEN),
                    (from + 44.0, Y_WRITTEN),
                    (x - 56.0, Y_TOKEN),
                    (x - 19.0, Y_TOKEN),
                ],
                &Line::new(Color::Muted, 1.4).dashed(&[4.0, 3.0]),
            );
        }
        let token = ["start", "t", "a"][k];
        d.node(
            (x, Y_TOKEN),
            (if k == 0 { 48.0 } else { 36.0 }, 30.0),
            token,
            Color::Muted,
        );
        d.node((x, Y_STATE), (48.0, 36.0), &format!("$\\b{{s}}_{}$", k + 1), WRITE);
        d.node((x, Y_OUT), (48.0, 32.0), &format!("$\\b{{p}}_{}$", k + 1), WRITE);
        d.node((x, Y_WRITTEN), (36.0, 30.0), ["t", "a", "c"][k], WRITE);
    }

    // One look, for the second step
    for (k, &x) in xs.iter().enumerate() {
        d.arrow(&[(x, Y_STATE - 18.0), (x, Y_WEIGHT + 15.0)], &look);
        d.disc((x, Y_WEIGHT), 15.0, "×", LOOK);
        d.label(
            (x + 19.0, Y_WEIGHT + 2.0),
            &format!("$α_{{2{}}}$", k + 1),
            SMALL,
            Anchor::Start,
        );
        d.arrow(
            &[(x, Y_WEIGHT - 15.0), (130.0 + 0.12 * (x - 130.0), Y_CONTEXT + 18.0)],
            &look,
        );
    }
    d.node((130.0, Y_CONTEXT), (48.0, 36.0), "$\\b{c}_2$", LOOK);
    d.arrow(
        &[
            (130.0, Y_CONTEXT - 18.0),
            (130.0, 44.0),
            (415.0, 44.0),
            (415.0, Y_STATE - 30.0),
            (437.0, Y_STATE - 12.0),
        ],
        &look,
    );
    d.label(
        (270.0, 28.0),
        "what was seen goes into the second step",
        SMALL,
        Anchor::Middle,
    );
}
