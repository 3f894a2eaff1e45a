//! Forecasts of a series: two that need no learning, one that is linear, one that is
//! recurrent; and how they are judged.
//!
//! Forecasts are `[N, horizon]`: one row an origin.
//!
//! In the book: [section 6.6].
//!
//! [section 6.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/series.html

use crate::{
    Real,
    layer::Recurrent,
    loss::mean_squared_error,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    reader::Reader,
    series::{Preparation, Windows},
};
use ndarray::{Array1, Array2, ArrayView1, Axis};

// ANCHOR: naive
/// Says what will come.
pub trait Forecaster {
    /// The next `horizon` numbers after `past`.
    ///
    /// # Panics
    /// If the past is too short.
    fn forecast(&self, past: &[Real], horizon: usize) -> Vec<Real>;
}

/// Tomorrow is like today.
#[derive(Clone, Copy, Debug)]
pub struct Persistence;

impl Forecaster for Persistence {
    fn forecast(&self, past: &[Real], horizon: usize) -> Vec<Real> {
        vec![past[past.len() - 1]; horizon]
    }
}

/// This March is like the last one.
#[derive(Clone, Copy, Debug)]
pub struct SeasonalNaive {
    /// Steps from one season to the same of the next.
    pub period: usize,
}

impl Forecaster for SeasonalNaive {
    fn forecast(&self, past: &[Real], horizon: usize) -> Vec<Real> {
        let season = &past[past.len() - self.period..];
        season.iter().copied().cycle().take(horizon).collect()
    }
}
// ANCHOR_END: naive

// ANCHOR: windowed
/// A model that reads a window and answers with one number or several.
pub trait Answers {
    /// The answers to a window of prepared numbers.
    fn answers(&self, window: &[Real]) -> Vec<Real>;
}

/// A model with the preparation of its series.
#[derive(Clone, Debug)]
pub struct Windowed<M> {
    /// What is done to the numbers before the model sees them.
    pub preparation: Preparation,
    /// How many prepared numbers the model sees.
    pub length: usize,
    /// The model.
    pub model: M,
}

impl<M: Answers> Forecaster for Windowed<M> {
    /// A model with one answer is recursive, one with `horizon` answers or more direct.
    ///
    /// # Panics
    /// If the past is shorter than a window with its lag, or the model has more than
    /// one answer and fewer than `horizon`.
    fn forecast(&self, past: &[Real], horizon: usize) -> Vec<Real> {
        let (have, lag) = (past.len(), self.preparation.recipe.lag.unwrap_or(0));
        let need = self.length + lag;
        assert!(have >= need, "{have} numbers for a window that takes {need}");
        let mut known = self.preparation.apply(&past[have - need..]);
        let mut said = self.model.answers(&known);
        let n = said.len();
        assert!(n == 1 || n >= horizon, "{n} answers for a horizon of {horizon}");
        if n < horizon {
            // Recursive: what was said is taken for true, and the window moves on
            for _ in 1..horizon {
                known.push(said[said.len() - 1]);
                let window = &known[known.len() - self.length..];
                said.push(self.model.answers(window)[0]);
            }
        }
        said.truncate(horizon);
        self.preparation.undo(past, &said)
    }
}
// ANCHOR_END: windowed

// ANCHOR: least_squares
/// The `w: [n, m]` that minimises ‖x w − y‖² for `x: [N, n]` and `y: [N, m]`: the
/// columns of `x` are made orthogonal one after the other (Gram–Schmidt). In `f64`
/// always.
///
/// # Errors
/// If a column of `x` is a combination of those before it.
pub fn least_squares(
    mut x: Array2<f64>,
    mut y: Array2<f64>,
) -> Result<Array2<f64>, String> {
    let n = x.ncols();
    let sizes = x.map_axis(Axis(0), |column| column.dot(&column).sqrt());
    let mut r = Array2::<f64>::zeros((n, n));
    let mut w = Array2::<f64>::zeros((n, y.ncols()));
    for j in 0..n {
        let length = x.column(j).dot(&x.column(j)).sqrt();
        if length <= 1e-10 * sizes[j] {
            return Err(format!("column {j} says nothing that those before do not"));
        }
        let q = &x.column(j) / length;
        r[[j, j]] = length;
        for k in j + 1..n {
            r[[j, k]] = q.dot(&x.column(k));
            x.column_mut(k).scaled_add(-r[[j, k]], &q);
        }
        for k in 0..y.ncols() {
            w[[j, k]] = q.dot(&y.column(k));
            y.column_mut(k).scaled_add(-w[[j, k]], &q);
        }
    }
    // R w = Qᵀ y, from the last row up
    for j in (0..n).rev() {
        for k in j + 1..n {
            let below = w.row(k).to_owned();
            w.row_mut(j).scaled_add(-r[[j, k]], &below);
        }
        w.row_mut(j).mapv_inplace(|w| w / r[[j, j]]);
    }
    Ok(w)
}
// ANCHOR_END: least_squares

// ANCHOR: autoregression
/// A linear function of the window, eq. (6.24) #data-ar.
#[derive(Clone, Debug)]
pub struct AutoRegression {
    /// One row for each number of the window, the oldest first, `[p, horizon]`.
    pub w: Array2<Real>,
    /// The bias, `[horizon]`.
    pub b: Array1<Real>,
}

impl AutoRegression {
    /// The least-squares fit to all windows.
    ///
    /// # Errors
    /// If they do not determine it.
    pub fn fit(windows: &Windows) -> Result<Self, String> {
        let (order, count, _) = windows.x.dim();
        if count <= order {
            return Err(format!("{count} windows for {order} weights and a bias"));
        }
        let x = Array2::from_shape_fn((count, order + 1), |(n, t)| {
            if t < order { windows.x[[t, n, 0]] as f64 } else { 1.0 }
        });
        let y = windows.y.mapv(|y| y as f64);
        let w = least_squares(x, y)
            .map_err(|e| format!("the windows do not determine {order} weights: {e}"))?
            .mapv(|w| w as Real);
        let (w, b) = w.view().split_at(Axis(0), order);
        Ok(Self { w: w.to_owned(), b: b.row(0).to_owned() })
    }
}

impl Answers for AutoRegression {
    fn answers(&self, window: &[Real]) -> Vec<Real> {
        (ArrayView1::from(window).dot(&self.w) + &self.b).to_vec()
    }
}
// ANCHOR_END: autoregression

// ANCHOR: recurrent
impl<L: Recurrent> Answers for Reader<L> {
    fn answers(&self, window: &[Real]) -> Vec<Real> {
        let x = ArrayView1::from(window).insert_axis(Axis(1)).insert_axis(Axis(2));
        self.answer(x).into_iter().collect()
    }
}

/// Fits `model` to all windows at once, by Adam, with clipping at norm 1. `watch` sees
/// the model after each epoch.
pub fn fit_recurrent<L: Recurrent>(
    model: &mut Reader<L>,
    windows: &Windows,
    rate: Real,
    epochs: usize,
    mut watch: impl FnMut(usize, &Reader<L>),
) {
    let mut adam = Adam::new(model, rate);
    let mut grad = model.zeros_like();
    for epoch in 1..=epochs {
        grad.set_zero();
        let loss = |y: ndarray::ArrayView2<Real>| {
            mean_squared_error(y, windows.y.view(), None)
        };
        model.loss_and_gradient(windows.x.view(), None, loss, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.step(model, &grad);
        watch(epoch, model);
    }
}
// ANCHOR_END: recurrent

// ANCHOR: rolling
/// Forecasts from every origin of a stretch: row `n` is made after
/// `values[..first + n]` and says the next `horizon` numbers. History is always the
/// true one.
///
/// # Panics
/// If the stretch is shorter than the horizon.
pub fn rolling(
    forecaster: &impl Forecaster,
    values: &[Real],
    first: usize,
    horizon: usize,
) -> Array2<Real> {
    let have = values.len();
    assert!(have >= first + horizon, "{have} values from {first} for {horizon} steps");
    let origins = first..=have - horizon;
    let mut said = Array2::zeros((origins.clone().count(), horizon));
    for (origin, mut row) in origins.zip(said.outer_iter_mut()) {
        let forecast = forecaster.forecast(&values[..origin], horizon);
        row.assign(&ArrayView1::from(&forecast));
    }
    said
}

/// The mean absolute error one step ahead, two, … of the forecasts that [`rolling`]
/// made.
pub fn errors(said: &Array2<Real>, values: &[Real], first: usize) -> Vec<Real> {
    let (origins, horizon) = said.dim();
    let off = |h: usize| {
        let each = (0..origins).map(|n| (said[[n, h]] - values[first + n + h]).abs());
        each.sum::<Real>() / origins as Real
    };
    (0..horizon).map(off).collect()
}
// ANCHOR_END: rolling
