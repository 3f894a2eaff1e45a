//! Heat maps with a colour bar.

use std::fmt::Write as _;

use super::canvas::{Anchor, Line};
use super::frame::{Area, Frame, Room, Side};
use super::palette::{Color, cividis};
use super::rich::number;
use super::{Axis, Plot, SMALL, WIDTH};
use crate::record::Series;

/// A heat map: `cells[row][column]`, row 0 at the bottom.
#[derive(Clone, Debug)]
pub struct Heat {
    x: Axis,
    y: Axis,
    scale: Axis,
    cells: Vec<Vec<f64>>,
    extent: Option<((f64, f64), (f64, f64))>,
    title: String,
    height: f64,
}

/// Shades that are told apart.
const SHADES: usize = 64;

impl Heat {
    /// A heat map; `scale` labels the colour bar, and may be logarithmic or have a range.
    ///
    /// # Panics
    /// When the rows differ in length.
    pub fn new(x: Axis, y: Axis, scale: Axis, cells: Vec<Vec<f64>>) -> Self {
        let width = cells.first().map_or(0, Vec::len);
        assert!(cells.iter().all(|row| row.len() == width), "rows of one length");
        Self { x, y, scale, cells, extent: None, title: String::new(), height: 400.0 }
    }

    /// What the cells cover: from the outer edge of the first to that of the last, along x and along y. Where
    /// nothing is said, cell `i` covers `i − 0.5 … i + 0.5`. Linear axes only.
    #[must_use]
    pub fn extent(mut self, x: (f64, f64), y: (f64, f64)) -> Self {
        self.extent = Some((x, y));
        self
    }

    /// A title, for a panel among others.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Height of the figure.
    #[must_use]
    pub fn height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    fn edges(&self) -> ((f64, f64), (f64, f64)) {
        let count = |n: usize| (-0.5, n as f64 - 0.5);
        let columns = self.cells.first().map_or(1, Vec::len);
        self.extent.unwrap_or((count(columns), count(self.cells.len())))
    }
}

impl Plot for Heat {
    fn size(&self) -> (f64, f64) {
        (WIDTH, self.height)
    }

    fn draw(&self, area: &Area) {
        let (x_range, y_range) = self.edges();
        let wanted = (((area.height - 100.0) / 48.0) as usize).clamp(3, 7);
        let wanted_x = (((area.width - 110.0) / 75.0) as usize).clamp(3, 8);
        let x = Side {
            label: &self.x.label,
            range: x_range,
            ticks: self.x.marks(x_range, wanted_x),
            grid: false,
        };
        let y = Side {
            label: &self.y.label,
            range: y_range,
            ticks: self.y.marks(y_range, wanted),
            grid: false,
        };
        let frame =
            Frame::new(area, &self.title, &x, &y, Room { above: 0.0, right: 96.0 });
        let canvas = &area.canvas;

        // Runs of one shade in a row are one rectangle, and all rectangles of a shade one path.
        let all = self.cells.iter().flatten().copied();
        let scale = self.scale.fit(all, 0.0);
        let shade = |v: f64| {
            let placed = self.scale.place(v).unwrap_or(scale.0);
            let t = ((placed - scale.0) / (scale.1 - scale.0)).clamp(0.0, 1.0);
            (t * (SHADES - 1) as f64).round() as usize
        };
        let mut paths = vec![String::new(); SHADES];
        let rows = self.cells.len() as f64;
        for (r, row) in self.cells.iter().enumerate() {
            let columns = row.len() as f64;
            let x_at =
                |c: usize| frame.left + (frame.right - frame.left) * c as f64 / columns;
            let y_at =
                |r: usize| frame.bottom - (frame.bottom - frame.top) * r as f64 / rows;
            let mut c = 0;
            while c < row.len() {
                let level = shade(row[c]);
                let run = row[c..].iter().take_while(|v| shade(**v) == level).count();
                let (left, right) = (number(x_at(c)), number(x_at(c + run)));
                let (low, high) = (number(y_at(r)), number(y_at(r + 1)));
                let _ = write!(paths[level], "M{left} {low}H{right}V{high}H{left}Z");
                c += run;
            }
        }
        let color = |level: usize| cividis(level as f64 / (SHADES - 1) as f64);
        for (level, path) in
            paths.iter().enumerate().filter(|(_, path)| !path.is_empty())
        {
            canvas.cells(path, color(level));
        }

        let (left, wide) = (frame.right + 18.0, 14.0);
        let tall = frame.bottom - frame.top;
        for level in 0..SHADES {
            let low = number(frame.bottom - tall * level as f64 / SHADES as f64);
            let high = number(frame.bottom - tall * (level + 1) as f64 / SHADES as f64);
            let (l, r) = (number(left), number(left + wide));
            canvas.cells(&format!("M{l} {low}H{r}V{high}H{l}Z"), color(level));
        }
        for (at, label) in self.scale.marks(scale, wanted) {
            let y = frame.bottom - tall * (at - scale.0) / (scale.1 - scale.0);
            let tick = Line::new(Color::Muted, 1.0);
            canvas.polyline(&[(left + wide, y), (left + wide + 4.0, y)], &tick);
            canvas.text(
                (left + wide + 8.0, y),
                &label,
                SMALL,
                Color::Ink,
                Anchor::Start,
            );
        }
        let at = (area.x + area.width - 2.0, frame.top - 18.0);
        canvas.text(at, &self.scale.label, SMALL, Color::Ink, Anchor::End);
    }

    fn data(&self) -> Vec<(String, Series)> {
        let row = |(r, row): (usize, &Vec<f64>)| {
            let x = (0..row.len()).map(|c| c as f64).collect();
            (format!("row {r:04}"), Series { x, y: row.clone(), ..Series::default() })
        };
        // The record keeps a digest of a large map: its mean along either side.
        if self.cells.iter().map(Vec::len).sum::<usize>() <= 400 {
            return self.cells.iter().enumerate().map(row).collect();
        }
        let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len().max(1) as f64;
        let rows: Vec<f64> = self.cells.iter().map(|r| mean(r)).collect();
        let columns = (0..self.cells[0].len())
            .map(|c| mean(&self.cells.iter().map(|r| r[c]).collect::<Vec<_>>()))
            .collect::<Vec<_>>();
        let series = |y: Vec<f64>| Series {
            x: (0..y.len()).map(|i| i as f64).collect(),
            y,
            ..Series::default()
        };
        vec![
            ("mean of each row".into(), series(rows)),
            ("mean of each column".into(), series(columns)),
        ]
    }
}
