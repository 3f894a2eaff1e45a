//! The three scans, timed on this machine's cores.

use std::time::Instant;

use anyhow::Result;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{Rng, init, scan};

use crate::draw::{Axis, Legend, Lines, Trace};
use crate::text::{fixed, significant};
use crate::{Progress, Record};

const SEED: u64 = 1;
const WIDTH: usize = 512;
const LENGTHS: [usize; 4] = [64, 256, 1024, 4096];
const ROUNDS: usize = 7;

type Scan = fn(ArrayView2<f32>, ArrayViewMut2<f32>);

const SCANS: [(&str, &str, Scan); 4] = [
    ("sequential", "one step after the other", scan::sequential),
    ("one", "in 1 block", |a, h| scan::blocks(a, h, 1)),
    ("two", "in 2 blocks, 2 threads", |a, h| scan::blocks(a, h, 2)),
    ("tree", "as a tree, 1 thread", scan::tree),
];

/// Times the scans, and compares what they give.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let mut rng = Rng::seed_from_u64(SEED);
    progress.steps(LENGTHS.len());
    let mut r = Record::new(
        &[SEED],
        format!("rows of {WIDTH} numbers, f32; time: best of {ROUNDS} rounds in turn"),
    )
    .tolerance(0.5);
    let mut times = vec![Vec::new(); SCANS.len()];
    let mut apart: f32 = 0.0;
    for steps in LENGTHS {
        let a =
            Array2::from_shape_simple_fn((steps, WIDTH), || rng.random_range(0.8..1.0));
        let b = init::normal(steps + 1, WIDTH, 1.0, &mut rng);
        let mut best = [f64::INFINITY; SCANS.len()];
        let mut right = b.clone();
        scan::sequential(a.view(), right.view_mut());
        let size = right.fold(0.0f32, |m, h| m.max(h.abs()));
        for _ in 0..ROUNDS {
            for ((_, _, scan), best) in SCANS.iter().zip(&mut best) {
                let mut h = b.clone();
                let clock = Instant::now();
                scan(a.view(), h.view_mut());
                *best = best.min(clock.elapsed().as_secs_f64());
                let worst =
                    h.iter().zip(&right).fold(0.0f32, |m, (a, b)| m.max((a - b).abs()));
                apart = apart.max(worst / size);
            }
        }
        for (times, best) in times.iter_mut().zip(best) {
            times.push((steps as f64, 1e9 * best / (steps * WIDTH) as f64));
        }
        progress.tick();
    }
    r.value("apart", f64::from(apart), significant(f64::from(apart), 1));
    let mut plot = Lines::new(Axis::log("steps, T"), Axis::log("time of a state (ns)"))
        .height(380.0);
    let longest = LENGTHS[LENGTHS.len() - 1];
    for (i, ((key, name, _), points)) in SCANS.iter().zip(&times).enumerate() {
        let last = points[points.len() - 1].1;
        let share = last / times[0][points.len() - 1].1;
        r.timed_value(&format!("{key}-ns"), last, fixed(last, 2));
        r.timed_value(&format!("{key}-share"), share, fixed(share, 2));
        plot = plot.with(Trace::new(*name, points.clone()).style(i));
    }
    r.value("longest", longest as f64, longest.to_string());
    r.timed_plot(&plot.legend(Legend::Above));
    Ok(r)
}
