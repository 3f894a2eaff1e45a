//! Several plots in one figure.

use super::frame::Area;
use super::{Plot, WIDTH};
use crate::record::Series;

/// Plots in rows, each with a title of its own.
pub struct Panels {
    columns: usize,
    height: f64,
    panels: Vec<(String, Box<dyn Plot>)>,
}

impl Panels {
    /// An empty figure with so many plots a row, each row so high.
    pub fn new(columns: usize, row_height: f64) -> Self {
        Self { columns: columns.max(1), height: row_height, panels: Vec::new() }
    }

    /// Adds a plot; `key` tells its series from those of the other panels in the record.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, plot: impl Plot + 'static) -> Self {
        self.panels.push((key.into(), Box::new(plot)));
        self
    }
}

impl Plot for Panels {
    fn size(&self) -> (f64, f64) {
        (WIDTH, self.height * self.panels.len().div_ceil(self.columns) as f64)
    }

    fn draw(&self, area: &Area) {
        let gap = 18.0;
        let width =
            (area.width - gap * (self.columns - 1) as f64) / self.columns as f64;
        let height = self.height - 6.0;
        for (i, (_, plot)) in self.panels.iter().enumerate() {
            // Frames one below the other begin at one place.
            let below = self.panels.iter().skip(i % self.columns).step_by(self.columns);
            let gutter = below.map(|(_, plot)| plot.gutter(height)).fold(0.0, f64::max);
            let (row, column) = (i / self.columns, i % self.columns);
            plot.draw(&Area {
                canvas: area.canvas.clone(),
                x: area.x + (width + gap) * column as f64,
                y: area.y + self.height * row as f64,
                width,
                height,
                gutter,
            });
        }
    }

    fn data(&self) -> Vec<(String, Series)> {
        let named = |(key, plot): &(String, Box<dyn Plot>)| {
            let key = key.clone();
            plot.data()
                .into_iter()
                .map(move |(name, series)| (format!("{key}: {name}"), series))
        };
        self.panels.iter().flat_map(named).collect()
    }
}
