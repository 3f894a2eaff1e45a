//! Choosing a learning rate for each contestant on seeds of their own, and running the chosen one.

use crate::stats::mean;
use crate::{Progress, parallel};

/// Which rates compete, on which seeds, and which seeds are reported.
#[derive(Clone, Copy, Debug)]
pub struct Tuning<'a> {
    /// The rates to choose from.
    pub rates: &'a [f64],
    /// The seeds on which a rate is chosen.
    pub tuning_seeds: &'a [u64],
    /// The seeds that are reported.
    pub seeds: &'a [u64],
}

impl Tuning<'_> {
    /// For each item: the rate with the lowest mean score on the tuning seeds, and what the reported seeds
    /// gave with it. A score that is not finite counts as the worst.
    ///
    /// # Panics
    /// When there is no rate, or no tuning seed.
    pub fn run<I: Copy + Sync, R: Send>(
        &self,
        items: &[I],
        progress: &Progress,
        score: impl Fn(&R) -> f64 + Sync,
        run: impl Fn(I, f64, u64) -> R + Sync,
    ) -> Vec<(f64, Vec<R>)> {
        self.run_after_trials(items, progress, score, &run, &run)
    }

    /// The same where a trial is not the run that is reported but, say, a shorter one.
    ///
    /// # Panics
    /// When there is no rate, or no tuning seed.
    pub fn run_after_trials<I: Copy + Sync, R: Send>(
        &self,
        items: &[I],
        progress: &Progress,
        score: impl Fn(&R) -> f64 + Sync,
        trial: impl Fn(I, f64, u64) -> R + Sync,
        run: impl Fn(I, f64, u64) -> R + Sync,
    ) -> Vec<(f64, Vec<R>)> {
        let trials = self.rates.len() * self.tuning_seeds.len();
        progress.steps(items.len() * (trials + self.seeds.len()));
        let best = choose(self.rates, self.tuning_seeds, items, |item, rate, seed| {
            let result = trial(item, rate, seed);
            progress.tick();
            score(&result)
        });
        let mut jobs = Vec::new();
        for (&item, &rate) in items.iter().zip(&best) {
            jobs.extend(self.seeds.iter().map(|&seed| (item, rate, seed)));
        }
        let results = parallel::map(&jobs, |&(item, rate, seed)| {
            let result = run(item, rate, seed);
            progress.tick();
            result
        });
        let mut results = results.into_iter();
        let of_seeds = |rate| (rate, results.by_ref().take(self.seeds.len()).collect());
        best.into_iter().map(of_seeds).collect()
    }
}

/// For each item: the rate with the lowest mean score on the seeds, the first of several equal ones. A score
/// that is not finite counts as the worst.
///
/// # Panics
/// When there is no rate, or no seed.
pub fn choose<I: Copy + Sync>(
    rates: &[f64],
    seeds: &[u64],
    items: &[I],
    score: impl Fn(I, f64, u64) -> f64 + Sync,
) -> Vec<f64> {
    let mut trials = Vec::new();
    for &item in items {
        for &rate in rates {
            trials.extend(seeds.iter().map(|&seed| (item, rate, seed)));
        }
    }
    let scores = parallel::map(&trials, |&(item, rate, seed)| {
        let score = score(item, rate, seed);
        if score.is_finite() { score } else { f64::MAX }
    });
    let best_of = |scores: &[f64]| {
        let rated = scores.chunks(seeds.len()).map(mean).zip(rates);
        let best = rated.min_by(|a, b| a.0.total_cmp(&b.0));
        *best.expect("a rate to choose").1
    };
    scores.chunks(rates.len() * seeds.len()).map(best_of).collect()
}
