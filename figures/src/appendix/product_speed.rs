//! The book's matrix product beside ndarray's, at the shapes of a recurrent step.

use std::time::Instant;

use anyhow::Result;
use ndarray::{Array2, linalg::general_mat_mul};
use rand::SeedableRng;
use rnn_book_code::{
    Rng, init,
    product::{Packed, add_matmul},
};

use crate::text::fixed;
use crate::{Progress, Record};

/// Key, rows, depth and columns: the state times the recurrent weight of an LSTM, and the read-out.
const SHAPES: [(&str, usize, usize, usize); 4] = [
    ("s", 32, 128, 512),
    ("m", 64, 256, 1024),
    ("l", 64, 512, 2048),
    ("read-out", 384, 256, 2000),
];
const ROUNDS: usize = 25;
const SEED: u64 = 1;

/// Measures billions of additions and multiplications a second.
///
/// # Errors
/// When the products differ.
pub fn run(progress: &Progress) -> Result<Record> {
    let mut r = Record::new(
        &[SEED],
        format!("one thread, f32, fastest of {ROUNDS} rounds, taken in turn"),
    );
    progress.steps(SHAPES.len());
    for (key, m, k, n) in SHAPES {
        let mut rng = Rng::seed_from_u64(SEED);
        let (a, b) =
            (init::normal(m, k, 1.0, &mut rng), init::normal(k, n, 1.0, &mut rng));
        let packed = Packed::new(b.view());
        let mut c =
            [const { None }; 3].map(|_: Option<()>| Array2::<f32>::zeros((m, n)));
        let mut best = [f64::INFINITY; 3];
        let calls = (2e8 / (2 * m * k * n) as f64).ceil() as usize;
        for _ in 0..ROUNDS {
            let mut clock = |way: usize, work: &mut dyn FnMut(&mut Array2<f32>)| {
                let start = Instant::now();
                for _ in 0..calls {
                    work(&mut c[way]);
                }
                best[way] = best[way].min(start.elapsed().as_secs_f64());
            };
            clock(0, &mut |c| packed.add_matmul(a.view(), c.view_mut()));
            clock(1, &mut |c| add_matmul(a.view(), b.view(), c.view_mut()));
            clock(2, &mut |c| general_mat_mul(1.0, &a, &b, 1.0, c));
        }
        let apart = (&c[0] - &c[2]).iter().fold(0.0_f32, |m, d| m.max(d.abs()));
        let size = c[2].iter().fold(0.0_f32, |m, x| m.max(x.abs()));
        anyhow::ensure!(
            apart < 1e-4 * size,
            "the products differ by {apart} of {size}"
        );
        let work = (2 * m * k * n * calls) as f64 / 1e9;
        for (way, seconds) in ["packed", "once", "ndarray"].into_iter().zip(best) {
            r.timed_value(
                &format!("{way}-{key}"),
                work / seconds,
                fixed(work / seconds, 0),
            );
        }
        progress.tick();
    }
    Ok(r)
}
