//! Diagrams of boxes and arrows.

use std::fmt::Write as _;

use super::TEXT;
use super::canvas::{Anchor, Canvas, Line};
use super::palette::Color;
use super::rich::number;

/// Width of every diagram.
const WIDTH: f64 = 640.0;

/// A diagram; coordinates are the SVG's units, 640 wide, y downwards.
#[derive(Clone, Debug)]
pub struct Diagram<'a> {
    canvas: &'a Canvas,
}

impl Diagram<'_> {
    /// Draws a diagram of a height and gives its SVG, for [`crate::Record::picture`].
    pub fn picture(height: f64, draw: impl FnOnce(&Diagram)) -> String {
        Canvas::picture(WIDTH, height, |canvas| draw(&Diagram { canvas }))
    }

    /// What it is drawn on, for shapes that are not here.
    pub fn canvas(&self) -> &Canvas {
        self.canvas
    }

    /// A rounded box around a centre, tinted with a colour, with a text in it.
    pub fn node(
        &self,
        (x, y): (f64, f64),
        (w, h): (f64, f64),
        text: &str,
        color: Color,
    ) {
        let edge = Line::new(color, 1.8);
        let corner = (x - 0.5 * w, y - 0.5 * h);
        self.canvas.rectangle(corner, (w, h), 6.0, Some((color, 0.14)), Some(&edge));
        self.canvas.text((x, y), text, TEXT, Color::Ink, Anchor::Middle);
    }

    /// A circle around a centre, tinted with a colour, with a text in it.
    pub fn disc(&self, at: (f64, f64), radius: f64, text: &str, color: Color) {
        let edge = Line::new(color, 1.8);
        self.canvas.circle(at, radius, Some((color, 0.14)), Some(&edge));
        self.canvas.text(at, text, TEXT, Color::Ink, Anchor::Middle);
    }

    /// A text centred at a point.
    pub fn text(&self, at: (f64, f64), text: &str) {
        self.canvas.text(at, text, TEXT, Color::Ink, Anchor::Middle);
    }

    /// A text of any size and side.
    pub fn label(&self, at: (f64, f64), text: &str, size: f64, anchor: Anchor) {
        self.canvas.text(at, text, size, Color::Ink, anchor);
    }

    /// A line through points with an arrowhead at its last.
    pub fn arrow(&self, points: &[(f64, f64)], line: &Line) {
        let [.., before, tip] = points else { return };
        let back = self.head(*before, *tip, line);
        let mut shaft = points.to_vec();
        if let Some(last) = shaft.last_mut() {
            *last = back;
        }
        self.canvas.polyline(&shaft, line);
    }

    /// A smooth curve with an arrowhead: it starts at the first point, is pulled by the two between, and ends
    /// at the last (a cubic Bézier curve).
    pub fn curve(&self, points: [(f64, f64); 4], line: &Line) {
        let [from, pull, draw, tip] = points;
        let back = self.head(draw, tip, line);
        let mut path = format!("M{} {}C", number(from.0), number(from.1));
        for (x, y) in [pull, draw, back] {
            let _ = write!(path, "{} {} ", number(x), number(y));
        }
        self.canvas.path(path.trim_end(), line);
    }

    /// A line without an arrowhead.
    pub fn line(&self, points: &[(f64, f64)], line: &Line) {
        self.canvas.polyline(points, line);
    }

    /// The arrowhead at a tip; gives the point where the shaft ends.
    fn head(&self, from: (f64, f64), tip: (f64, f64), line: &Line) -> (f64, f64) {
        let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
        let length = dx.hypot(dy).max(1e-9);
        let (ux, uy) = (dx / length, dy / length);
        let (long, half) = (9.0, 4.2);
        let back = (tip.0 - long * ux, tip.1 - long * uy);
        let corners = [
            tip,
            (back.0 - half * uy, back.1 + half * ux),
            (back.0 + half * uy, back.1 - half * ux),
        ];
        self.canvas.polygon(&corners, line.color, 1.0, None);
        (tip.0 - 0.8 * long * ux, tip.1 - 0.8 * long * uy)
    }
}
