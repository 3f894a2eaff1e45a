//! A text in three parts, and training on the first as one stream of tokens.
//!
//! In the book: [section 9.2].
//!
//! [section 9.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/model.html

use crate::{
    Real, Rng,
    layer::{Recurrent, State},
    next_token::NextToken,
    parallel::Workers,
    text::Window,
    train::Task,
};
use ndarray::ArrayViewMutD;
use std::{collections::BTreeMap, marker::PhantomData};

// ANCHOR: parts
/// Three parts of a text that follow each other: eight tenths of its characters to
/// learn from, one to choose by, one to judge by. They are cut at white space, or just
/// where they fall if there is none within 200 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// What a model learns from.
    pub train: &'a str,
    /// What decides about everything else: sizes, discounts, when to stop.
    pub dev: &'a str,
    /// What is looked at once.
    pub test: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts a text.
    pub fn of(text: &'a str) -> Self {
        let characters = text.chars().count();
        let cut = |tenths: usize| {
            let mut places = text.char_indices().skip(characters * tenths / 10);
            let space = places.clone().take(200).find(|(_, c)| c.is_whitespace());
            space.or_else(|| places.next()).map_or(text.len(), |(at, _)| at)
        };
        let (a, b) = (cut(8), cut(9));
        Self { train: &text[..a], dev: &text[a..b], test: &text[b..] }
    }
}
// ANCHOR_END: parts

// ANCHOR: task
/// Training a [`NextToken`] model for a number of steps on a stream in lanes, whose
/// state is carried from window to window.
#[derive(Clone, Debug)]
pub struct Stream<L> {
    /// The windows to learn from, in order.
    pub train: Vec<Window>,
    /// The windows to choose by, in order.
    pub dev: Vec<Window>,
    /// After so many steps training ends, in the middle of an epoch if need be.
    pub steps: usize,
    /// Threads that share the lanes.
    pub threads: usize,
    /// What must be the same when a run is resumed.
    pub settings: BTreeMap<String, String>,
    /// What a program needs to use the model later.
    pub metadata: BTreeMap<String, String>,
    /// The kind of layer.
    pub layer: PhantomData<L>,
}

impl<L: Recurrent> Stream<L> {
    /// How many epochs the steps take, the last perhaps in part.
    pub fn epochs(&self) -> usize {
        self.steps.div_ceil(self.train.len().max(1))
    }

    /// The mean loss of windows that follow each other, the state carried.
    pub fn mean_loss(model: &NextToken<L>, windows: &[Window]) -> Real {
        let mut state = model.layer.start(windows.first().map_or(0, |w| w.x.ncols()));
        let mut sum = 0.0;
        for window in windows {
            let loss;
            (loss, state) = model.loss(window, &state);
            sum += loss;
        }
        sum / windows.len() as Real
    }
}

/// What a [`Stream`] task carries from window to window.
#[derive(Clone, Debug)]
pub struct Carried<L: Recurrent> {
    state: L::State,
    workers: Workers<NextToken<L>>,
}

impl<L: Recurrent> Task for Stream<L> {
    type Model = NextToken<L>;
    type Batch = Window;
    type Memory = Carried<L>;

    fn batches(
        &self,
        epoch: usize,
        _rng: &mut Rng,
    ) -> Box<dyn Iterator<Item = Window> + '_> {
        let left = self.steps.saturating_sub(epoch * self.train.len());
        Box::new(self.train.iter().take(left).cloned())
    }

    fn memory(&self, model: &NextToken<L>) -> Carried<L> {
        Carried {
            state: model.layer.start(self.train.first().map_or(0, |w| w.x.ncols())),
            workers: Workers::new(model, self.threads),
        }
    }

    fn remembered<'a>(
        &self,
        memory: &'a mut Carried<L>,
    ) -> Vec<(String, ArrayViewMutD<'a, Real>)> {
        let arrays = memory.state.arrays_mut().into_iter().enumerate();
        arrays.map(|(k, a)| (k.to_string(), a.into_dyn())).collect()
    }

    fn loss_and_gradient(
        &self,
        model: &NextToken<L>,
        batch: &Window,
        memory: &mut Carried<L>,
        rng: &mut Rng,
        grad: &mut NextToken<L>,
    ) -> Real {
        let Carried { state, workers } = memory;
        let (loss, last) = model.loss_and_gradient(batch, state, rng, workers, grad);
        *state = last;
        loss
    }

    fn evaluate(&self, model: &NextToken<L>) -> Real {
        Self::mean_loss(model, &self.dev)
    }

    fn settings(&self) -> BTreeMap<String, String> {
        let mut settings = self.settings.clone();
        settings.insert("steps".into(), self.steps.to_string());
        settings.insert("threads".into(), self.threads.to_string());
        settings
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        self.metadata.clone()
    }
}
// ANCHOR_END: task
