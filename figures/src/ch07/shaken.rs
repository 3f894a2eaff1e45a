//! Dropout on the state between one step and the next: what Zaremba's recipe leaves out.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, s};
use rand::RngExt;
use rnn_book_code::{
    Real, Rng,
    layer::{Layer, Recurrent, State, Tape},
    parameters::Parameters,
};

/// What is dropped on the way from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Where {
    /// Nothing.
    Nowhere,
    /// The output part of the state, other units at every step.
    Output,
    /// The output part of the state, the same units at every step of a window.
    OutputAlike,
    /// All of the state, other units at every step.
    All,
}

/// A layer whose state is shaken by dropout between steps while training. Without lengths.
#[derive(Clone, Debug)]
pub struct Shaken<L> {
    /// The layer.
    pub layer: L,
    /// What is dropped.
    pub place: Where,
    /// How often.
    pub rate: Real,
}

/// Tapes of one stretch after the other, and the mask before each.
pub struct ShakenTape<T: Tape> {
    parts: Vec<(Option<T::State>, T)>,
    h: Array3<Real>,
}

impl<T: Tape> Tape for ShakenTape<T> {
    type State = T::State;

    fn output(&self) -> ArrayView3<'_, Real> {
        self.h.view()
    }

    fn last(&self) -> T::State {
        self.parts.last().expect("at least one stretch").1.last()
    }
}

/// One state times another, entry by entry.
fn times<S: State>(state: &S, mask: &S) -> S {
    let mut k = 0;
    state.map(&mut |a| {
        k += 1;
        &a * &mask.arrays()[k - 1]
    })
}

impl<L: Layer> Shaken<L> {
    /// Factors 0 and 1 / (1 − rate) for what is dropped, 1 for the rest.
    fn mask(&self, state: &L::State, rng: &mut Rng) -> L::State {
        let mut first = true;
        state.map(&mut |a: ArrayView2<Real>| {
            let dropped = first || self.place == Where::All;
            first = false;
            if !dropped {
                return Array2::ones(a.dim());
            }
            Array2::from_shape_simple_fn(a.dim(), || {
                let drop = rng.random_bool(f64::from(self.rate));
                if drop { 0.0 } else { 1.0 / (1.0 - self.rate) }
            })
        })
    }
}

impl<L: Layer> Layer for Shaken<L> {
    type State = L::State;
    type Tape = ShakenTape<L::Tape>;

    fn input_size(&self) -> usize {
        self.layer.input_size()
    }

    fn output_size(&self) -> usize {
        self.layer.output_size()
    }

    fn start(&self, batch: usize) -> L::State {
        self.layer.start(batch)
    }

    fn forward(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &L::State,
    ) -> Self::Tape {
        let tape = self.layer.forward(x, lengths, start);
        ShakenTape { h: tape.output().to_owned(), parts: vec![(None, tape)] }
    }

    fn forward_training(
        &self,
        x: ArrayView3<Real>,
        lengths: Option<&[usize]>,
        start: &L::State,
        rng: &mut Rng,
    ) -> Self::Tape {
        if self.place == Where::Nowhere {
            return self.forward(x, lengths, start);
        }
        let (steps, batch, _) = x.dim();
        let mut h = Array3::zeros((steps, batch, self.output_size()));
        let mut parts: Vec<(Option<L::State>, L::Tape)> = Vec::new();
        for t in 0..steps {
            let state = parts.last().map_or(start.clone(), |(_, tape)| tape.last());
            let mask = match parts.first() {
                Some((Some(mask), _)) if self.place == Where::OutputAlike => {
                    mask.clone()
                }
                _ => self.mask(&state, rng),
            };
            let x = x.slice(s![t..=t, .., ..]);
            let tape = self.layer.forward(x, None, &times(&state, &mask));
            h.slice_mut(s![t..=t, .., ..]).assign(&tape.output());
            parts.push((Some(mask), tape));
        }
        ShakenTape { parts, h }
    }

    fn backward(
        &self,
        tape: &Self::Tape,
        d_h: ArrayView3<Real>,
        d_last: Option<&L::State>,
        grad: &mut Self,
    ) -> (Array3<Real>, L::State) {
        let (steps, batch, _) = d_h.dim();
        let mut d_x = Array3::zeros((steps, batch, self.input_size()));
        let mut d_state = d_last.cloned();
        let mut end = steps;
        for (mask, part) in tape.parts.iter().rev() {
            let begin = end - part.output().len_of(Axis(0));
            let d_h = d_h.slice(s![begin..end, .., ..]);
            let (d, before) =
                self.layer.backward(part, d_h, d_state.as_ref(), &mut grad.layer);
            d_x.slice_mut(s![begin..end, .., ..]).assign(&d);
            d_state = Some(mask.as_ref().map_or(before.clone(), |m| times(&before, m)));
            end = begin;
        }
        (d_x, d_state.unwrap_or_else(|| self.start(batch)))
    }
}

impl<L: Recurrent> Recurrent for Shaken<L> {
    fn step(&self, x: ArrayView2<Real>, state: &L::State) -> L::State {
        self.layer.step(x, state)
    }

    fn output(state: &L::State) -> ArrayView2<'_, Real> {
        L::output(state)
    }
}

impl<L: Parameters> Parameters for Shaken<L> {
    fn parameters(&self) -> Vec<(String, ndarray::ArrayViewD<'_, Real>)> {
        self.layer.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<(String, ndarray::ArrayViewMutD<'_, Real>)> {
        self.layer.parameters_mut()
    }
}
