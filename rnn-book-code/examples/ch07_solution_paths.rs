//! Solution: the gradient of a residual stack as a sum over ways.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, init, product::matmul};

// ANCHOR: main
fn main() {
    let (depth, size, rng) = (10, 8, &mut Rng::seed_from_u64(1));
    // Jacobians of ten layers, each about a third as long as what it is given
    let one = Array2::<Real>::eye(size);
    let layers: Vec<Array2<Real>> = (0..depth)
        .map(|_| init::normal(size, size, 0.35 / (size as Real).sqrt(), rng))
        .collect();
    // sums[k]: the sum over all ways that go through exactly k of the layers so far
    let mut sums = vec![one.clone()];
    let mut product = one.clone();
    for layer in &layers {
        product = matmul(product.view(), (&one + layer).view());
        sums.push(Array2::zeros((size, size)));
        for k in (1..sums.len()).rev() {
            let through = matmul(sums[k - 1].view(), layer.view());
            sums[k] += &through;
        }
    }
    let norm = |a: &Array2<Real>| a.iter().map(|a| a * a).sum::<Real>().sqrt();
    let mut ways = 1;
    for (k, sum) in sums.iter().enumerate() {
        println!(
            "through {k:2} layers: {ways:3} ways, norm of their sum {:.5}",
            norm(sum)
        );
        ways = ways * (depth - k) / (k + 1);
    }
    let all = sums.iter().fold(Array2::zeros((size, size)), |a, b| a + b);
    println!("sum of all is the product: {}", norm(&(all - product)) < 1e-5);
}
// ANCHOR_END: main
