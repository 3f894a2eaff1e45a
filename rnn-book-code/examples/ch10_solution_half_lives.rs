//! How long the new recurrences remember before they have learned anything.

use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, linear::Linear, min_gru::MinGru, min_lstm::MinLstm, selective::Selective,
};

// ANCHOR: lives
/// The steps after which half is left, if each keeps `keep`.
fn half_life(keep: Real) -> Real {
    0.5_f32.ln() / keep.ln()
}

fn sigmoid(u: Real) -> Real {
    1.0 / (1.0 + (-u).exp())
}
// ANCHOR_END: lives

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    // For an input of zero a gate is σ of its bias.
    let bias = |gate: &Linear| gate.b[0];
    let gru = MinGru::new(4, 4, rng);
    println!("minGRU:  {:6.1}", half_life(1.0 - sigmoid(bias(&gru.gate))));
    let lstm = MinLstm::new(4, 4, rng);
    let (f, i) = (sigmoid(bias(&lstm.forget)), sigmoid(bias(&lstm.input)));
    println!("minLSTM: {:6.1}", half_life(f / (f + i)));
    let selective = Selective::new(64, 8, rng);
    let mut lives: Vec<Real> = Vec::new();
    for (rates, &u) in selective.log_a.outer_iter().zip(&selective.delta.b) {
        let delta = u.exp().ln_1p();
        lives.extend(rates.iter().map(|log_a| half_life((-delta * log_a.exp()).exp())));
    }
    lives.sort_by(Real::total_cmp);
    for (name, share) in [("shortest", 0.0), ("median", 0.5), ("longest", 1.0)] {
        let place = (share * (lives.len() - 1) as Real) as usize;
        println!("state space, {name:8}: {:6.1}", lives[place]);
    }
    // What it takes to cover a thousand steps with gates
    for steps in [10.0_f32, 100.0, 1000.0] {
        let keep = 0.5_f32.powf(1.0 / steps);
        println!("half-life {steps:4}: bias {:5.2}", ((1.0 - keep) / keep).ln());
    }
}
// ANCHOR_END: main
