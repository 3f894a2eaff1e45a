//! One gradient on several threads: each takes some lanes of the batch.
//!
//! The `B` lanes of a batch are shared out; every thread sees whole sequences.
//!
//! In the book: [appendix E].
//!
//! [appendix E]: https://rnn-basics.github.io/rnn-basics-from-scratch/appendix-e.html

use crate::parameters::Parameters;
use std::{ops::Range, thread};

// ANCHOR: parallel
/// Where the gradients of the other threads are added up. Keep it from step to step.
#[derive(Clone, Debug)]
pub struct Workers<M> {
    gradients: Vec<M>,
}

impl<M: Parameters + Send + Sync> Workers<M> {
    /// For `threads` threads, this one among them.
    ///
    /// # Panics
    /// If `threads` is 0.
    pub fn new(model: &M, threads: usize) -> Self {
        assert!(threads > 0, "at least one thread must work");
        Self { gradients: vec![model.zeros_like(); threads - 1] }
    }

    /// Cuts `lanes` lanes into one group a thread, and calls `work` for each group with
    /// a gradient to add to. The sum of all is added to `grad`. Returns what each
    /// thread returned, in the order of the lanes.
    pub fn run<R: Send>(
        &mut self,
        lanes: usize,
        grad: &mut M,
        work: impl Fn(Range<usize>, &mut M) -> R + Sync,
    ) -> Vec<R> {
        let groups = (self.gradients.len() + 1).min(lanes.max(1));
        let group = |k: usize| k * lanes / groups..(k + 1) * lanes / groups;
        let others = &mut self.gradients[..groups - 1];
        let work = &work;
        let results = thread::scope(|scope| {
            let handles: Vec<_> = others
                .iter_mut()
                .enumerate()
                .map(|(k, grad)| {
                    scope.spawn(move || {
                        grad.set_zero();
                        work(group(k + 1), grad)
                    })
                })
                .collect();
            let mut results = vec![work(group(0), grad)];
            for handle in handles {
                match handle.join() {
                    Ok(result) => results.push(result),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            results
        });
        for other in others {
            for ((_, mut sum), (_, part)) in
                grad.parameters_mut().into_iter().zip(other.parameters())
            {
                sum += &part;
            }
        }
        results
    }
}
// ANCHOR_END: parallel
