//! The part that all plots share: margins, grid, ticks, labels, and `plotters`' chart inside them.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::IntoDrawingArea;

use super::canvas::{Anchor, Canvas, FINE, Line, Mark, Shape};
use super::palette::Color;
use super::rich::Rich;
use super::{SMALL, TEXT};

/// A rectangle of the canvas in which a plot is drawn.
#[derive(Clone, Debug)]
pub struct Area {
    pub(crate) canvas: Canvas,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Room for the labels of the vertical axis, at least.
    pub(crate) gutter: f64,
}

impl Area {
    pub(crate) fn whole(canvas: &Canvas) -> Self {
        let (width, height) = canvas.dimensions();
        Self { canvas: canvas.clone(), x: 0.0, y: 0.0, width, height, gutter: 0.0 }
    }
}

/// What is known about an axis before the frame is laid out.
pub(crate) struct Side<'a> {
    pub(crate) label: &'a str,
    /// In placed numbers.
    pub(crate) range: (f64, f64),
    pub(crate) ticks: Vec<(f64, String)>,
    pub(crate) grid: bool,
}

impl Side<'_> {
    /// The room that the labels of the ticks take.
    pub(crate) fn gutter(&self) -> f64 {
        let wide = |(_, label): &(f64, String)| Rich::parse(label).width(SMALL);
        self.ticks.iter().map(wide).fold(0.0, f64::max).ceil()
    }
}

/// A laid-out plot with its chart.
pub(crate) struct Frame {
    pub(crate) chart:
        ChartContext<'static, Canvas, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    x: (f64, f64),
    y: (f64, f64),
}

/// Room that a plot needs around its frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Room {
    pub(crate) above: f64,
    pub(crate) right: f64,
}

impl Frame {
    pub(crate) fn new(
        area: &Area,
        title: &str,
        x: &Side,
        y: &Side,
        room: Room,
    ) -> Self {
        let last =
            x.ticks.last().map_or(0.0, |(_, l)| 0.5 * Rich::parse(l).width(SMALL));
        let left = area.x + y.gutter().max(area.gutter) + 12.0;
        let right = area.x + area.width - room.right.max(last).max(8.0) - 2.0;
        let canvas = &area.canvas;
        let mut top = area.y + 8.0;
        if !title.is_empty() {
            canvas.text(
                (area.x + 2.0, top + 8.0),
                title,
                TEXT,
                Color::Ink,
                Anchor::Start,
            );
            top += 26.0;
        }
        if !y.label.is_empty() {
            canvas.text(
                (area.x + 2.0, top + 8.0),
                y.label,
                SMALL,
                Color::Ink,
                Anchor::Start,
            );
            top += 28.0;
        }
        top += room.above;
        let below = if x.label.is_empty() { 28.0 } else { 50.0 };
        let bottom = area.y + area.height - below;

        let (width, height) = canvas.dimensions();
        let fine = |d: f64| (d * FINE).round() as i32;
        let inner = canvas.clone().into_drawing_area().margin(
            fine(top),
            fine(height - bottom),
            fine(left),
            fine(width - right),
        );
        let chart = ChartBuilder::on(&inner)
            .build_cartesian_2d(x.range.0..x.range.1, y.range.0..y.range.1)
            .expect("a chart without labels always fits its area");
        let frame = Self { chart, left, right, top, bottom, x: x.range, y: y.range };
        frame.axes(canvas, x, y);
        frame
    }

    fn axes(&self, canvas: &Canvas, x: &Side, y: &Side) {
        let grid = Line::new(Color::Grid, 1.0);
        for (at, label) in &y.ticks {
            let py = self.at(self.x.0, *at).1;
            if y.grid {
                canvas.polyline(&[(self.left, py), (self.right, py)], &grid);
            }
            canvas.text((self.left - 7.0, py), label, SMALL, Color::Ink, Anchor::End);
        }
        let tick = Line::new(Color::Muted, 1.0);
        for (at, label) in &x.ticks {
            let px = self.at(*at, self.y.0).0;
            if x.grid {
                canvas.polyline(&[(px, self.top), (px, self.bottom)], &grid);
            }
            canvas.polyline(&[(px, self.bottom), (px, self.bottom + 5.0)], &tick);
            canvas.text(
                (px, self.bottom + 16.0),
                label,
                SMALL,
                Color::Ink,
                Anchor::Middle,
            );
        }
        canvas.polyline(
            &[(self.left, self.bottom), (self.right, self.bottom)],
            &Line::new(Color::Muted, 1.2),
        );
        let middle = 0.5 * (self.left + self.right);
        canvas.text(
            (middle, self.bottom + 38.0),
            x.label,
            SMALL,
            Color::Ink,
            Anchor::Middle,
        );
    }

    /// Where placed numbers stand on the canvas.
    pub(crate) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (px, py) = self.chart.backend_coord(&(x, y));
        (f64::from(px) / FINE, f64::from(py) / FINE)
    }

    /// Draws a shape at placed numbers.
    pub(crate) fn draw(&mut self, points: Vec<(f64, f64)>, shape: Shape) {
        let drawn = self.chart.draw_series([Mark::new(points, shape)]);
        drawn.expect("drawing to memory does not fail");
    }

    /// The pieces of a line that lie within the frame.
    pub(crate) fn clip(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        for pair in points.windows(2) {
            let Some((a, b)) = self.clip_segment(pair[0], pair[1]) else {
                continue;
            };
            match pieces.last_mut() {
                Some(piece) if piece.last() == Some(&a) => piece.push(b),
                _ => pieces.push(vec![a, b]),
            }
        }
        pieces
    }

    pub(crate) fn holds(&self, (x, y): (f64, f64)) -> bool {
        let within = |v: f64, (low, high): (f64, f64)| {
            let slack = 1e-9 * (high - low);
            v >= low - slack && v <= high + slack
        };
        within(x, self.x) && within(y, self.y)
    }

    /// Keeps a placed ordinate within the frame.
    pub(crate) fn clamp(&self, y: f64) -> f64 {
        y.clamp(self.y.0, self.y.1)
    }

    /// Liang and Barsky's clipping of one segment.
    fn clip_segment(
        &self,
        a: (f64, f64),
        b: (f64, f64),
    ) -> Option<((f64, f64), (f64, f64))> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (p, q) in [
            (-dx, a.0 - self.x.0),
            (dx, self.x.1 - a.0),
            (-dy, a.1 - self.y.0),
            (dy, self.y.1 - a.1),
        ] {
            if p == 0.0 {
                if q < 0.0 {
                    return None;
                }
            } else if p < 0.0 {
                enter = enter.max(q / p);
            } else {
                leave = leave.min(q / p);
            }
        }
        if enter > leave {
            return None;
        }
        let point = |t: f64| {
            if t == 0.0 {
                a
            } else if t == 1.0 {
                b
            } else {
                (a.0 + t * dx, a.1 + t * dy)
            }
        };
        Some((point(enter), point(leave)))
    }
}
