//! Time of an embedding's pass and update: by one-hot product, by look-up, dense and sparse.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use ndarray::{Array2, Array3};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    embedding::{Embedding, SparseAdam},
    init,
    optim::{Adam, Optimizer},
    parameters::Parameters,
    product::matmul,
};

use crate::stats::median;
use crate::text::significant;
use crate::{Progress, Record};

const SIZES: [usize; 3] = [1000, 10_000, 100_000];
const D: usize = 64;
const STEPS: usize = 32;
const LANES: usize = 16;
const ROUNDS: usize = 9;
const SEED: u64 = 1;
/// A one-hot matrix beyond this many columns is left out.
const ONE_HOT: usize = 10_000;

fn clocked<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let result = black_box(work());
    let time = 1e3 * start.elapsed().as_secs_f64();
    drop(result);
    time
}

/// Times it.
///
/// # Errors
/// When two ways do not agree.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(SIZES.len());
    let mut r = Record::new(
        &[SEED],
        format!(
            "D = {D}, {} tokens drawn evenly, Adam, one thread, median of {ROUNDS} rounds in turn",
            STEPS * LANES
        ),
    );
    for vocabulary in SIZES {
        let mut rng = Rng::seed_from_u64(SEED);
        let mut dense = Embedding::new(vocabulary, D, &mut rng);
        let mut sparse = dense.clone();
        let ids = Array2::from_shape_simple_fn((STEPS, LANES), || {
            rng.random_range(0..vocabulary)
        });
        let d_x = init::normal(STEPS * LANES, D, 1.0, &mut rng);
        let d_x: Array3<Real> = d_x.into_shape_with_order((STEPS, LANES, D))?;
        let mut adam = Adam::new(&dense, 1e-3);
        let mut sparse_adam = SparseAdam::new(&sparse, 1e-3);
        let mut grad = dense.zeros_like();
        let mut times = [const { Vec::new() }; 4];
        for _ in 0..ROUNDS {
            if vocabulary <= ONE_HOT {
                times[0].push(clocked(|| {
                    let mut one_hot = Array2::zeros((STEPS * LANES, vocabulary));
                    ids.iter().enumerate().for_each(|(n, &id)| one_hot[[n, id]] = 1.0);
                    matmul(one_hot.view(), dense.w.view())
                }));
            }
            times[1].push(clocked(|| dense.forward(ids.view())));
            times[2].push(clocked(|| {
                grad.set_zero();
                dense.backward(ids.view(), d_x.view(), &mut grad);
                adam.step(&mut dense, &grad);
            }));
            times[3].push(clocked(|| {
                let rows = sparse.sparse_gradient(ids.view(), d_x.view());
                sparse_adam.step(&mut sparse, &rows);
            }));
        }
        let same = (&dense.w - &sparse.w).iter().all(|d| d.abs() < 1e-4);
        anyhow::ensure!(same, "with the same gradient at each step both Adams agree");
        let [one_hot, look_up, dense, sparse] = times;
        let (look_up, dense, sparse) =
            (median(&look_up), median(&dense), median(&sparse));
        let key = format!("v{vocabulary}");
        if !one_hot.is_empty() {
            let one_hot = median(&one_hot);
            r.timed_value(&format!("one-hot-{key}"), one_hot, significant(one_hot, 2));
        }
        r.timed_value(&format!("look-up-{key}"), look_up, significant(look_up, 2));
        r.timed_value(&format!("dense-{key}"), dense, significant(dense, 2));
        r.timed_value(&format!("sparse-{key}"), sparse, significant(sparse, 2));
        r.timed_value(
            &format!("ratio-{key}"),
            dense / sparse,
            significant(dense / sparse, 2),
        );
        progress.tick();
    }
    Ok(r)
}
