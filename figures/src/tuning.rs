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
    pub fn run<I: Copy + Sync, R: Send>(
        &self,
        items: &[I],
        progress: &Progress,
        score: impl Fn(&R) -> f64,
        run: impl Fn(I, f64, u64) -> R + Sync,
    ) -> Vec<(f64, Vec<R>)> {
        let trials_an_item = self.rates.len() * self.tuning_seeds.len();
        progress.steps(items.len() * (trials_an_item + self.seeds.len()));
        let run = |&(item, rate, seed): &(I, f64, u64)| {
            let result = run(item, rate, seed);
            progress.tick();
            result
        };
        let mut trials = Vec::new();
        for &item in items {
            for &rate in self.rates {
                trials.extend(self.tuning_seeds.iter().map(|&seed| (item, rate, seed)));
            }
        }
        let finite = |score: f64| if score.is_finite() { score } else { f64::MAX };
        let scores: Vec<f64> =
            parallel::map(&trials, run).iter().map(|r| finite(score(r))).collect();
        let best: Vec<f64> = scores
            .chunks(trials_an_item)
            .map(|scores| {
                let means = scores.chunks(self.tuning_seeds.len()).map(mean);
                let rated = means.zip(self.rates);
                let best = rated.min_by(|a, b| a.0.total_cmp(&b.0));
                best.map_or(f64::NAN, |(_, &rate)| rate)
            })
            .collect();
        let mut jobs = Vec::new();
        for (&item, &rate) in items.iter().zip(&best) {
            jobs.extend(self.seeds.iter().map(|&seed| (item, rate, seed)));
        }
        let mut results = parallel::map(&jobs, run).into_iter();
        let of_seeds = |rate| (rate, results.by_ref().take(self.seeds.len()).collect());
        best.into_iter().map(of_seeds).collect()
    }
}
