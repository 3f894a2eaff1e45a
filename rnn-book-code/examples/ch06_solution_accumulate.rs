//! One masked batch in parts: the mean of means, and the mean.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, batching::pad, init, loss::CrossEntropy, vocabulary::PADDING,
};

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    // A long example and three short ones
    let targets: [&[usize]; 4] = [&[1, 2, 3, 1, 2, 3, 1, 2], &[3], &[1, 1], &[2]];
    let padded = pad(&targets);
    let z = init::normal(padded.ids.len(), 4, 1.0, rng);
    let counting = CrossEntropy { ignore: Some(PADDING), label_smoothing: 0.0 };
    let flat: Vec<usize> = padded.ids.iter().copied().collect();
    let (whole, d_whole) = counting.loss_and_gradient(z.view(), &flat, None);

    // The same cells in two parts: lanes 0 and 1, lanes 2 and 3
    let total: usize = padded.lengths.iter().sum();
    let (mut of_means, mut right): (Real, Real) = (0.0, 0.0);
    let mut d_right = Array2::<Real>::zeros(z.dim());
    for part in [0..2, 2..4] {
        let own = |row: &usize| part.contains(&(row % 4));
        let rows: Vec<usize> = (0..flat.len()).filter(own).collect();
        let targets: Vec<usize> = rows.iter().map(|&row| flat[row]).collect();
        let z = z.select(ndarray::Axis(0), &rows);
        let (loss, d) = counting.loss_and_gradient(z.view(), &targets, None);
        let tokens: usize = padded.lengths[part].iter().sum();
        let share = tokens as Real / total as Real;
        of_means += loss / 2.0;
        right += share * loss;
        for (&row, d) in rows.iter().zip(d.outer_iter()) {
            d_right.row_mut(row).scaled_add(share, &d);
        }
    }
    println!("whole batch {whole:.4}");
    println!("mean of the parts' means {of_means:.4}");
    println!("parts weighted by their tokens {right:.4}");
    let off = (d_whole - d_right).mapv(Real::abs).fold(0.0, |a: Real, &b| a.max(b));
    println!("gradients agree to 1e-6: {}", off < 1e-6);
}
// ANCHOR_END: main
