//! The half that writes: a recurrent layer that may look back at the encoder's states.
//!
//! Inputs `[T, B, I]` and an encoder's states `[S, B, E]` become outputs `[T, B, D]`.
//!
//! In the book: [section 7.4].
//!
//! [section 7.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/attention.html

use crate::{
    Real, Rng,
    attention::{AttentionTape, Memory, Score},
    elman::rows,
    layer::{Recurrent, State, Tape},
    linear::Linear,
    parameters::{Parameters, prefixed},
    vector::{self, slice_mut},
};
use ndarray::{
    Array2, Array3, ArrayView2, ArrayView3, ArrayViewD, ArrayViewMutD, Axis, Zip,
    concatenate, s,
};

// ANCHOR: decoder
/// When a decoder looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the step, with the state before it; the step reads what was seen
    /// (Bahdanau et al. 2015).
    Before,
    /// After the step, with the state after it; only the read-out is told (Luong et al.
    /// 2015, without what they call input feeding).
    After,
}

/// Where a decoder looks, and what becomes of what it sees.
#[derive(Clone, Debug)]
pub struct Attention {
    /// When it looks.
    pub place: Place,
    /// How states are compared.
    pub score: Score,
    /// From the state and what was seen, `D + E`, to what the read-out reads, `D`.
    pub combine: Linear,
}

/// A recurrent layer, with or without attention.
#[derive(Clone, Debug)]
pub struct Decoder<L> {
    /// Reads the token before, and what was seen if it looks before the step.
    pub layer: L,
    /// Without it, the state is all that the decoder knows of the source.
    pub attention: Option<Attention>,
}

impl<L: Recurrent> Decoder<L> {
    /// A decoder that knows the source from its first state alone.
    pub fn blind(layer: L) -> Self {
        Self { layer, attention: None }
    }

    /// A decoder that looks at states of the size `encoder`.
    ///
    /// # Panics
    /// If it looks before the step and the output is not the first array of the state.
    pub fn looking(
        layer: L,
        place: Place,
        score: Score,
        encoder: usize,
        rng: &mut Rng,
    ) -> Self {
        let (state, size) = (layer.start(1), layer.output_size());
        let first = state.arrays()[0].as_ptr() == L::output(&state).as_ptr();
        assert!(
            first || place == Place::After,
            "the output must come first in the state"
        );
        let combine = Linear::new(size + encoder, size, rng);
        Self { layer, attention: Some(Attention { place, score, combine }) }
    }

    /// How many numbers it reads a step besides what it sees.
    ///
    /// # Panics
    /// If it looks before the step and its layer has fewer inputs than the encoder has
    /// units.
    pub fn input_size(&self, encoder: usize) -> usize {
        let seen = match &self.attention {
            Some(Attention { place: Place::Before, .. }) => encoder,
            _ => 0,
        };
        let all = self.layer.input_size();
        assert!(all >= seen, "{all} inputs of the layer cannot hold the {seen} seen");
        all - seen
    }
}
// ANCHOR_END: decoder

// ANCHOR: tape
/// What the backward pass of a [`Decoder`] needs from the forward pass.
#[derive(Clone, Debug)]
pub struct DecoderTape<T> {
    /// What the read-out reads, `[T, B, D]`.
    pub out: Array3<Real>,
    /// Of the layer: one tape of all steps or, when it looks before the step, one a
    /// step.
    pub layer: Vec<T>,
    /// What was looked at.
    pub seen: Option<Seen>,
}

/// The part of a [`DecoderTape`] that is there with attention.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The states of the encoder.
    pub memory: Memory,
    /// Weights and contexts.
    pub attention: AttentionTape,
    /// State and context side by side, `[T·B, D + E]`.
    pub joined: Array2<Real>,
}
// ANCHOR_END: tape

// ANCHOR: forward
impl<L: Recurrent> Decoder<L> {
    /// Writes `T` tokens at once when all inputs are known: `y: [T, B, I]`, from the
    /// state `start`, with the states `values: [S, B, E]` of the encoder to look at.
    /// The dropout of a stack is off here.
    pub fn forward(
        &self,
        y: ArrayView3<Real>,
        start: &L::State,
        values: ArrayView3<Real>,
        lengths: &[usize],
    ) -> DecoderTape<L::Tape> {
        let Some(Attention { place, score, combine }) = &self.attention else {
            let tape = self.layer.forward(y, None, start);
            return DecoderTape {
                out: tape.output().to_owned(),
                layer: vec![tape],
                seen: None,
            };
        };
        let memory = score.memory(values, lengths);
        let (steps, batch, _) = y.dim();
        let shape = (steps, batch, self.layer.output_size());
        let (layer, states, attention) = if *place == Place::After {
            // All steps, then all looks
            let tape = self.layer.forward(y, None, start);
            let states = tape.output().to_owned();
            let mut attention = score.tape(&memory, states.clone());
            score.forward(&memory, 0..steps, &mut attention);
            (vec![tape], states, attention)
        } else {
            // One look, one step, in turn
            let mut states = Array3::zeros(shape);
            let mut attention = score.tape(&memory, Array3::zeros(shape));
            let mut layer: Vec<L::Tape> = Vec::with_capacity(steps);
            let mut state = start.clone();
            for t in 0..steps {
                let mut query = attention.queries.index_axis_mut(Axis(0), t);
                query.assign(&L::output(&state));
                score.forward(&memory, t..t + 1, &mut attention);
                let (y, seen) = (y.slice(s![t..t + 1, .., ..]), &attention.context);
                let x = beside(y, seen.slice(s![t..t + 1, .., ..]));
                let tape = self.layer.forward(x.view(), None, &state);
                states.slice_mut(s![t..t + 1, .., ..]).assign(&tape.output());
                state = tape.last();
                layer.push(tape);
            }
            (layer, states, attention)
        };
        // tanh([s | c] W_c + b_c), eq. (7.29) #seq-combine
        let joined = beside(states.view(), attention.context.view());
        let joined = rows(&joined.view()).into_owned();
        let mut out = combine.forward(joined.view());
        out.outer_iter_mut().for_each(|row| vector::tanh(slice_mut(row)));
        let out = out.into_shape_with_order(shape).unwrap();
        DecoderTape { out, layer, seen: Some(Seen { memory, attention, joined }) }
    }
}

/// Two sequences side by side, `[T, B, I + E]`.
fn beside(a: ArrayView3<Real>, b: ArrayView3<Real>) -> Array3<Real> {
    concatenate(Axis(2), &[a, b]).expect("sequences of equal length")
}
// ANCHOR_END: forward

// ANCHOR: backward
/// The gradients of what [`Decoder::forward`] read.
#[derive(Clone, Debug)]
pub struct DecoderGradient<S> {
    /// Of the inputs, `[T, B, I]`.
    pub y: Array3<Real>,
    /// Of the first state.
    pub start: S,
    /// Of the states of the encoder, `[S, B, E]`, if they were looked at.
    pub values: Option<Array3<Real>>,
}

impl<L: Recurrent> Decoder<L> {
    /// Takes the gradient `d_out: [T, B, D]` of what the read-out reads.
    pub fn backward(
        &self,
        tape: &DecoderTape<L::Tape>,
        d_out: ArrayView3<Real>,
        grad: &mut Self,
    ) -> DecoderGradient<L::State> {
        let (Some(attention), Some(seen)) = (&self.attention, &tape.seen) else {
            let (y, start) =
                self.layer.backward(&tape.layer[0], d_out, None, &mut grad.layer);
            return DecoderGradient { y, start, values: None };
        };
        let grad_a = grad.attention.as_mut().expect("a gradient of the same kind");
        let (steps, batch, size) = d_out.dim();

        // Back through tanh and W_c, then apart, eq. (7.37) #seq-d-combine
        let mut d_a = d_out.to_owned();
        Zip::from(&mut d_a).and(&tape.out).for_each(|d, &out| *d *= 1.0 - out * out);
        let d_a = d_a.into_shape_with_order((steps * batch, size)).unwrap();
        let combine = &attention.combine;
        let d_joined =
            combine.backward(seen.joined.view(), d_a.view(), &mut grad_a.combine);
        let d_joined =
            d_joined.into_shape_with_order((steps, batch, combine.w.nrows()));
        let d_joined = d_joined.unwrap();
        let mut d_s = d_joined.slice(s![.., .., ..size]).to_owned();
        let mut d_c = d_joined.slice(s![.., .., size..]).to_owned();

        let mut d_memory = seen.memory.zeros_like();
        let mut look = |at: std::ops::Range<usize>, d_c: ArrayView3<Real>| {
            let (memory, tape) = (&seen.memory, &seen.attention);
            attention.score.backward(
                memory,
                tape,
                at,
                d_c,
                &mut d_memory,
                &mut grad_a.score,
            )
        };
        let (y, start) = if attention.place == Place::After {
            // The query is the state itself, which so has another reader
            d_s += &look(0..steps, d_c.view());
            self.layer.backward(&tape.layer[0], d_s.view(), None, &mut grad.layer)
        } else {
            let input = self.input_size(d_c.dim().2);
            let mut d_y = Array3::zeros((steps, batch, input));
            let mut d_state = self.layer.start(batch);
            for t in (0..steps).rev() {
                let at = s![t..t + 1, .., ..];
                let (d_x, mut d_before) = self.layer.backward(
                    &tape.layer[t],
                    d_s.slice(at),
                    Some(&d_state),
                    &mut grad.layer,
                );
                d_y.slice_mut(at).assign(&d_x.slice(s![.., .., ..input]));
                // The context has two readers: W_c and the step
                let mut d_c = d_c.slice_mut(at);
                d_c += &d_x.slice(s![.., .., input..]);
                // The state before has one more: it asked
                let d_query = look(t..t + 1, d_c.view());
                d_before.arrays_mut()[0] += &d_query.index_axis(Axis(0), 0);
                d_state = d_before;
            }
            (d_y, d_state)
        };
        let values =
            attention.score.memory_backward(&seen.memory, d_memory, &mut grad_a.score);
        DecoderGradient { y, start, values: Some(values) }
    }
}
// ANCHOR_END: backward

// ANCHOR: step
/// One step of a [`Decoder`].
#[derive(Clone, Debug)]
pub struct Written<S> {
    /// The state after it.
    pub state: S,
    /// What the read-out reads, `[R, D]`.
    pub out: Array2<Real>,
    /// Where it looked, `[B, R / B, S]`.
    pub weights: Option<Array3<Real>>,
}

impl<L: Recurrent> Decoder<L> {
    /// The memory of these states of the encoder, if the decoder looks.
    pub fn memory(
        &self,
        values: ArrayView3<Real>,
        lengths: &[usize],
    ) -> Option<Memory> {
        let score = self.attention.as_ref().map(|attention| &attention.score);
        score.map(|score| score.memory(values, lengths))
    }

    /// One step from `y: [R, I]`. With attention there may be several rows for each of
    /// the `B` sources of the memory: rows `b`, `B + b`, `2B + b`, … belong to source
    /// `b`. Without a memory nothing is looked at.
    ///
    /// # Panics
    /// If the decoder looks and `R` is no multiple of `B`.
    pub fn step(
        &self,
        y: ArrayView2<Real>,
        state: &L::State,
        memory: Option<&Memory>,
    ) -> Written<L::State> {
        let (Some(Attention { place, score, combine }), Some(memory)) =
            (&self.attention, memory)
        else {
            let state = self.layer.step(y, state);
            return Written { out: L::output(&state).to_owned(), state, weights: None };
        };
        let look = |state: &L::State| {
            let query = L::output(state);
            let sources = memory.lengths.len();
            let shape = (query.nrows() / sources, sources, query.ncols());
            let query = query.to_owned().into_shape_with_order(shape).unwrap();
            let mut tape = score.tape(memory, query);
            score.forward(memory, 0..shape.0, &mut tape);
            (rows(&tape.context.view()).into_owned(), tape.weights)
        };
        let beside = |a: ArrayView2<Real>, b: &Array2<Real>| {
            concatenate(Axis(1), &[a, b.view()]).expect("one row each")
        };
        let (state, (context, weights)) = if *place == Place::Before {
            let (context, weights) = look(state);
            let state = self.layer.step(beside(y, &context).view(), state);
            (state, (context, weights))
        } else {
            let state = self.layer.step(y, state);
            let seen = look(&state);
            (state, seen)
        };
        let mut out = combine.forward(beside(L::output(&state), &context).view());
        out.outer_iter_mut().for_each(|row| vector::tanh(slice_mut(row)));
        Written { state, out, weights: Some(weights) }
    }
}
// ANCHOR_END: step

impl<L: Parameters> Parameters for Decoder<L> {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("layer", self.layer.parameters());
        if let Some(Attention { score, combine, .. }) = &self.attention {
            list.extend(prefixed("score", score.parameters()));
            list.extend(prefixed("combine", combine.parameters()));
        }
        list
    }

    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("layer", self.layer.parameters_mut());
        if let Some(Attention { score, combine, .. }) = &mut self.attention {
            list.extend(prefixed("score", score.parameters_mut()));
            list.extend(prefixed("combine", combine.parameters_mut()));
        }
        list
    }
}
