//! Batches by a budget of cells: few long examples, or many short ones.

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rnn_book_code::{Rng, batching::buckets};

// ANCHOR: budget
/// Deals the examples into batches of at most `cells` cells, padding included, those of
/// like length together; an example that is longer is a batch of its own.
fn by_budget(lengths: &[usize], cells: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.shuffle(rng); // so that equal lengths come in another order each epoch
    order.sort_by_key(|&n| lengths[n]);
    let mut batches: Vec<Vec<usize>> = vec![Vec::new()];
    for n in order {
        // Sorted, so that the newest is the longest
        let batch = batches.last_mut().expect("there is always one");
        if !batch.is_empty() && (batch.len() + 1) * lengths[n] > cells {
            batches.push(vec![n]);
        } else {
            batch.push(n);
        }
    }
    batches.shuffle(rng);
    batches
}
// ANCHOR_END: budget

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let lengths: Vec<usize> = (0..1000)
        .map(|n| if n % 50 == 0 { 200 } else { rng.random_range(3..30) })
        .collect();
    let longest =
        |batch: &[usize]| batch.iter().map(|&n| lengths[n]).max().unwrap_or(0);
    let report = |name: &str, batches: &[Vec<usize>]| {
        let cells: Vec<usize> = batches.iter().map(|b| b.len() * longest(b)).collect();
        let most = cells.iter().max().copied().unwrap_or(0);
        let all: usize = cells.iter().sum();
        let examples: usize = batches.iter().map(Vec::len).sum();
        let count = batches.len();
        println!(
            "{name}: {examples} examples, {count} batches, {all} cells, most {most}"
        );
    };
    println!("{} tokens", lengths.iter().sum::<usize>());
    report("32 examples a batch", &buckets(&lengths, 32, rng));
    report("at most 640 cells  ", &by_budget(&lengths, 640, rng));
}
// ANCHOR_END: main
