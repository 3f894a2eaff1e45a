//! A selective state space: many small linear memories whose clock, input and read-out
//! are set by what is read. The recurrence of Mamba, without its fused kernel.
//!
//! `x: [T, B, D]` stays `[T, B, D]`; a state holds `[B, D · N]`.
//!
//! In the book: [section 10.5].
//!
//! [section 10.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch10-modern/state-space.html

use crate::{
    Real, Rng,
    elman::rows,
    layer::{Layer, Recurrent, State, Tape},
    linear::Linear,
    padding,
    parameters::{Parameters, prefixed},
    scan,
    vector::{self, slice, slice_mut},
};
use ndarray::{
    Array1, Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMut2,
    ArrayViewMutD, s,
};
use rand::RngExt;

// ANCHOR: cell
/// The selective state space (Gu & Dao 2023) with `D` channels, each with a memory of
/// `N` numbers.
#[derive(Clone, Debug)]
pub struct Selective {
    /// The logarithms of the rates of decay, `[D, N]`: `α = −exp(log_a)`.
    pub log_a: Array2<Real>,
    /// The step of each channel, `D` to `D`, through softplus.
    pub delta: Linear,
    /// How what is read is spread over a memory, `D` to `N`.
    pub write: Linear,
    /// How a memory is read, `D` to `N`.
    pub read: Linear,
    /// What goes past the memory, `[D]`.
    pub skip: Array1<Real>,
}

impl Selective {
    /// Rates 1, 2, … N in every channel; steps that start between 0.001 and 0.1, evenly
    /// in their logarithm (Gu & Dao 2023).
    pub fn new(channels: usize, memory: usize, rng: &mut Rng) -> Self {
        let mut delta = Linear::new(channels, channels, rng);
        for b in &mut delta.b {
            let step = 0.001 * (100.0 as Real).powf(rng.random());
            *b = step.exp_m1().ln(); // softplus of it is the step
        }
        Self {
            log_a: Array2::from_shape_fn((channels, memory), |(_, n)| {
                (n as Real + 1.0).ln()
            }),
            delta,
            write: Linear::new(channels, memory, rng),
            read: Linear::new(channels, memory, rng),
            skip: Array1::ones(channels),
        }
    }
}

/// `ln(1 + exp(u))`, without overflow.
fn softplus(u: Real) -> Real {
    u.max(0.0) + (-u.abs()).exp().ln_1p()
}
// ANCHOR_END: cell

// ANCHOR: state
/// What a [`Selective`] layer hands on.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectiveState {
    /// The output, `[B, D]`. No later step reads it.
    pub y: Array2<Real>,
    /// The memories, `[B, D · N]`.
    pub h: Array2<Real>,
}

impl State for SelectiveState {
    fn arrays(&self) -> Vec<ArrayView2<'_, Real>> {
        vec![self.y.view(), self.h.view()]
    }

    fn arrays_mut(&mut self) -> Vec<ArrayViewMut2<'_, Real>> {
        vec![self.y.view_mut(), self.h.view_mut()]
    }

    fn map(&self, f: &mut dyn FnMut(ArrayView2<Real>) -> Array2<Real>) -> Self {
        Self { y: f(self.y.view()), h: f(self.h.view()) }
    }
}
// ANCHOR_END: state

// ANCHOR: tape
/// What the backward pass of a [`Selective`] layer needs: `3D + 2N + 2DN` numbers for
/// each step of each example.
#[derive(Clone, Debug)]
pub struct SelectiveTape {
    /// The inputs, `[T, B, D]`.
    pub x: Array3<Real>,
    /// What was set by them.
    pub settings: Settings,
    /// The memories, `[T + 1, B, D · N]`: `h[0]` are the initial ones.
    pub h: Array3<Real>,
    /// The outputs, `[T + 1, B, D]`, that of the initial state first.
    pub y: Array3<Real>,
    /// The number of steps of each example, `[B]`.
    pub ends: Vec<usize>,
}

/// What a row of the input sets, for some rows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The steps, `[N, D]` for `N` rows.
    pub delta: Array2<Real>,
    /// How the row is written.
    pub write: Array2<Real>,
    /// How the memories are read.
    pub read: Array2<Real>,
    /// What is kept of each number of the memories: `exp(Δ A)`.
    pub keep: Array2<Real>,
}
// ANCHOR_END: tape

impl Tape for SelectiveTape {
    type State = SelectiveState;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.y.slice(s![1.., .., ..])
    }

    fn last(&self) -> SelectiveState {
        SelectiveState {
            y: padding::at_ends(self.y.view(), &self.ends),
            h: padding::at_ends(self.h.view(), &self.ends),
        }
    }
}

// ANCHOR: settings
impl Selective {
    /// The numbers of a memory, `N`.
    pub fn memory(&self) -> usize {
        self.log_a.ncols()
    }

    /// What the rows of `x: [R, D]` set, eq. (10.40) #modern-selective-settings.
    fn settings(&self, x: ArrayView2<Real>) -> Settings {
        let memory = self.memory();
        let delta = self.delta.forward(x).mapv_into(softplus);
        let rates = self.log_a.mapv(|log_a| -log_a.exp());
        let mut keep = Array2::zeros((x.nrows(), rates.len()));
        for (mut keep, delta) in keep.outer_iter_mut().zip(delta.outer_iter()) {
            let keep = slice_mut(keep.view_mut());
            let channels = keep.chunks_exact_mut(memory).zip(&delta);
            for ((keep, &delta), rates) in channels.zip(rates.outer_iter()) {
                keep.iter_mut().zip(rates).for_each(|(k, &rate)| *k = delta * rate);
            }
            vector::exp(keep);
        }
        Settings {
            delta,
            write: self.write.forward(x),
            read: self.read.forward(x),
            keep,
        }
    }

    /// `Δ x` spread over the memories, eq. (10.41) #modern-selective, into
    /// `h: [D · N]`.
    fn write_row(&self, x: &[Real], set: &Settings, row: usize, h: &mut [Real]) {
        let (delta, write) = (slice(set.delta.row(row)), slice(set.write.row(row)));
        for ((h, &x), &delta) in h.chunks_exact_mut(write.len()).zip(x).zip(delta) {
            h.iter_mut().zip(write).for_each(|(h, &write)| *h = delta * x * write);
        }
    }

    /// `y = C h + skip ⊙ x`, eq. (10.41) #modern-selective, into `y: [D]`.
    fn read_row(&self, x: &[Real], read: &[Real], h: &[Real], y: &mut [Real]) {
        let channels = h.chunks_exact(read.len()).zip(x).zip(&self.skip);
        for (y, ((h, &x), &skip)) in y.iter_mut().zip(channels) {
            *y = skip * x + h.iter().zip(read).map(|(h, c)| h * c).sum::<Real>();
        }
    }
}
// ANCHOR_END: settings

impl Layer for Selective {
    type State = SelectiveState;
    type Tape = SelectiveTape;

    fn input_size(&self) -> usize {
        self.skip.len()
    }

    fn output_size(&self) -> usize {
        self.skip.len()
    }

    fn start(&self, batch: usize) -> SelectiveState {
        SelectiveState {
            y: Array2::zeros((batch, self.skip.len())),
            h: Array2::zeros((batch, self.log_a.len())),
        }
    }

    // ANCHOR: forward
    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &SelectiveState,
    ) -> SelectiveTape {
        let (steps, batch, channels) = x.dim();
        let ends = padding::ends(lengths, x.dim());
        let x_rows = rows(&x);
        let settings = self.settings(x_rows.view());
        let size = self.log_a.len();
        // What is written at each step, then one scan over all memories
        let mut h = Array2::zeros(((steps + 1) * batch, size));
        h.slice_mut(s![..batch, ..]).assign(&start.h);
        for (r, x) in x_rows.outer_iter().enumerate() {
            self.write_row(slice(x), &settings, r, slice_mut(h.row_mut(batch + r)));
        }
        let shape = (steps + 1, batch * size);
        let mut h = h.into_shape_with_order(shape).expect("all memories");
        let keep = settings.keep.to_shape((steps, batch * size)).expect("all steps");
        scan::sequential(keep.view(), h.view_mut());
        let shape = (steps + 1, batch, size);
        let h = h.into_shape_with_order(shape).expect("all memories");
        // Every step reads its own memories
        let mut y = Array3::zeros((steps + 1, batch, channels));
        y.slice_mut(s![0, .., ..]).assign(&start.y);
        for (r, x) in x_rows.outer_iter().enumerate() {
            let (t, b) = (r / batch, r % batch);
            let h = h.slice(s![t + 1, b, ..]);
            let y = slice_mut(y.slice_mut(s![t + 1, b, ..]));
            self.read_row(slice(x), slice(settings.read.row(r)), slice(h), y);
        }
        padding::clear(y.slice_mut(s![1.., .., ..]), &ends);
        SelectiveTape { x: x.to_owned(), settings, h, y, ends }
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    fn backward(
        &self,
        tape: &SelectiveTape,
        d_h: ArrayView3<Real>,
        d_last: Option<&SelectiveState>,
        grad: &mut Selective,
    ) -> (Array3<Real>, SelectiveState) {
        let (steps, batch, channels) = d_h.dim();
        let (memory, size) = (self.memory(), self.log_a.len());
        let set = &tape.settings;
        let d_last_y = d_last.map(|d_last| d_last.y.view());
        let d_y = padding::with_last(d_h, d_last_y, &tape.ends);
        // From the outputs to the memories: C d_y, eq. (10.42) #modern-selective-back
        let mut d = Array3::zeros((steps, batch, size));
        for (r, read) in set.read.outer_iter().enumerate() {
            let (t, b) = (r / batch, r % batch);
            let d = slice_mut(d.slice_mut(s![t, b, ..]));
            let d_y = d_y.slice(s![t, b, ..]);
            for (d, &d_y) in d.chunks_exact_mut(memory).zip(d_y) {
                d.iter_mut().zip(read).for_each(|(d, &read)| *d = read * d_y);
            }
        }
        let d_last_h = d_last.map(|d_last| d_last.h.view());
        let d = padding::with_last(d.view(), d_last_h, &tape.ends).into_owned();
        // Along the memories, back in time
        let flat = (steps, batch * size);
        let mut d = d.into_shape_with_order(flat).expect("all memories");
        let keep = set.keep.to_shape(flat).expect("all steps");
        let h = tape.h.to_shape((steps + 1, batch * size)).expect("all memories");
        let (d_keep, d_start) = scan::backward(keep.view(), h.view(), d.view_mut());
        let by_rows = |m: Array2<Real>| {
            m.into_shape_with_order((steps * batch, size)).expect("all rows")
        };
        let (d, d_keep) = (by_rows(d), by_rows(d_keep));

        // From the memories to what was set, row by row
        let mut d_x = Array2::zeros((steps * batch, channels));
        let mut d_delta = Array2::zeros(d_x.dim());
        let mut d_write = Array2::zeros(set.write.dim());
        let mut d_read = Array2::zeros(set.read.dim());
        for r in 0..steps * batch {
            let (t, b) = (r / batch, r % batch);
            for c in 0..channels {
                let (x, d_y) = (tape.x[[t, b, c]], d_y[[t, b, c]]);
                let delta = set.delta[[r, c]];
                let (mut along, mut through) = (0.0, 0.0);
                for n in 0..memory {
                    let k = c * memory + n;
                    let a = -self.log_a[[c, n]].exp();
                    // keep = exp(Δ A): what reaches Δ A
                    let d_product = d_keep[[r, k]] * set.keep[[r, k]];
                    along += d_product * a;
                    grad.log_a[[c, n]] += d_product * delta * a;
                    through += d[[r, k]] * set.write[[r, n]];
                    d_write[[r, n]] += d[[r, k]] * delta * x;
                    d_read[[r, n]] += d_y * tape.h[[t + 1, b, k]];
                }
                d_x[[r, c]] = delta * through + self.skip[c] * d_y;
                grad.skip[c] += x * d_y;
                // softplus' = σ(u) = 1 − exp(−Δ)
                d_delta[[r, c]] = (along + x * through) * -(-delta).exp_m1();
            }
        }
        let x = tape.x.view();
        let x = rows(&x);
        d_x += &self.delta.backward(x.view(), d_delta.view(), &mut grad.delta);
        d_x += &self.write.backward(x.view(), d_write.view(), &mut grad.write);
        d_x += &self.read.backward(x.view(), d_read.view(), &mut grad.read);

        let d_start = d_start.into_shape_with_order((batch, size));
        let d_start = d_start.expect("a row an example");
        let mut d_start = SelectiveState { h: d_start, ..self.start(batch) };
        if let Some(d_last) = d_last {
            padding::add_ending(&mut d_start.y, d_last.y.view(), &tape.ends, 0);
            padding::add_ending(&mut d_start.h, d_last.h.view(), &tape.ends, 0);
        }
        (d_x.into_shape_with_order(tape.x.dim()).expect("all rows"), d_start)
    }
    // ANCHOR_END: backward
}

// ANCHOR: step
impl Recurrent for Selective {
    fn step(&self, x: ArrayView2<Real>, state: &SelectiveState) -> SelectiveState {
        let set = self.settings(x);
        let mut next = state.clone();
        let mut written = vec![0.0; self.log_a.len()];
        for b in 0..x.nrows() {
            let row = x.row(b).to_vec();
            self.write_row(&row, &set, b, &mut written);
            let h = slice_mut(next.h.row_mut(b));
            for ((h, &keep), &written) in
                h.iter_mut().zip(set.keep.row(b)).zip(&written)
            {
                *h = keep * *h + written;
            }
            let y = slice_mut(next.y.row_mut(b));
            self.read_row(&row, slice(set.read.row(b)), h, y);
        }
        next
    }

    fn output(state: &SelectiveState) -> ArrayView2<'_, Real> {
        state.y.view()
    }
}
// ANCHOR_END: step

impl Parameters for Selective {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = vec![("log_a".into(), self.log_a.view().into_dyn())];
        list.extend(prefixed("delta", self.delta.parameters()));
        list.extend(prefixed("write", self.write.parameters()));
        list.extend(prefixed("read", self.read.parameters()));
        list.push(("skip".into(), self.skip.view().into_dyn()));
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = vec![("log_a".into(), self.log_a.view_mut().into_dyn())];
        list.extend(prefixed("delta", self.delta.parameters_mut()));
        list.extend(prefixed("write", self.write.parameters_mut()));
        list.extend(prefixed("read", self.read.parameters_mut()));
        list.push(("skip".into(), self.skip.view_mut().into_dyn()));
        list
    }
}
