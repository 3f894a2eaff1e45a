//! One input, then silence: how long does the state remember that something happened?

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    elman::Elman,
    init,
    spectral::{spectral_radius, with_radius},
};

// ANCHOR: main
fn main() {
    let hidden = 100;
    for radius in [0.5, 0.9, 1.0, 1.2] {
        let mut rng = Rng::seed_from_u64(1);
        let mut cell = Elman::new(1, hidden, &mut rng);
        // So small that the tanh is a line
        cell.w_xh = init::normal(1, hidden, 1e-6, &mut rng);
        cell.w_hh = with_radius(hidden, radius, &mut rng);

        let mut h =
            cell.step(Array2::ones((1, 1)).view(), Array2::zeros((1, hidden)).view());
        let first = norm(&h);
        print!("radius {:.2}:", spectral_radius(cell.w_hh.view()));
        for t in 1..=40 {
            h = cell.step(Array2::zeros((1, 1)).view(), h.view());
            if t % 10 == 0 {
                print!("  {:9.2e}", norm(&h) / first);
            }
        }
        println!();
    }
}

fn norm(h: &Array2<Real>) -> Real {
    (h * h).sum().sqrt()
}
// ANCHOR_END: main
