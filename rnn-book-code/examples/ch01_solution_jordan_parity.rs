//! Solution: parity by Jordan's network, and what a state can do that an output cannot.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng, activation::Activation, elman::Elman, jordan::Jordan, linear::Linear,
};

// ANCHOR: parity
/// The parity machine with the output fed back in place of the two units.
fn jordan_parity(gain: Real) -> Jordan {
    Jordan {
        hidden: Linear { w: array![[gain, gain]], b: array![-0.5 * gain, -1.5 * gain] },
        w_yh: array![[gain, gain]],
        out: Linear { w: array![[0.5], [-0.5]], b: array![0.0] },
    }
}

fn parity(bits: &[bool]) {
    let net = jordan_parity(10.0);
    let (mut y, mut odd) = (Array2::zeros((1, 1)), false);
    for &bit in bits {
        odd ^= bit;
        y = net.step(array![[Real::from(u8::from(bit))]].view(), y.view());
        assert_eq!(y[[0, 0]] > 0.5, odd);
    }
    println!("parity by Jordan's network: right for all of {} bits", bits.len());
}
// ANCHOR_END: parity

// ANCHOR: previous
/// Two Elman units whose read-out is the bit before the present one, exactly.
fn previous_bit() -> (Elman, Linear) {
    let cell = Elman {
        w_xh: array![[1.0, 0.0]],
        w_hh: array![[0.0, 1.0], [0.0, 0.0]],
        b_h: array![0.0, 0.0],
        phi: Activation::Tanh,
    };
    let one = (1.0 as Real).tanh().tanh(); // what a 1 has become after two steps
    (cell, Linear { w: array![[0.0], [1.0 / one]], b: array![0.0] })
}

fn previous(bits: &[bool]) {
    let (cell, read_out) = previous_bit();
    let (mut h, mut before, mut worst) = (Array2::zeros((1, 2)), 0.0, 0.0);
    for &bit in bits {
        let x = Real::from(u8::from(bit));
        h = cell.step(array![[x]].view(), h.view());
        worst = Real::max(worst, (read_out.forward(h.view())[[0, 0]] - before).abs());
        before = x;
    }
    println!("previous bit by two Elman units: error below 1e-6: {}", worst < 1e-6);
    assert!(worst < 1e-6);
}
// ANCHOR_END: previous

// ANCHOR: smuggler
/// A Jordan network that hides the present bit in the first decimal of its answer:
/// y_t = x_{t-1} + x_t / 10. Three units ask the old output whether its decimal is set.
fn smuggler() -> Jordan {
    let gain = 200.0;
    let one = (1.0 as Real).tanh();
    Jordan {
        hidden: Linear {
            w: array![[0.0, 0.0, 0.0, 1.0]],
            b: array![-0.05 * gain, -0.55 * gain, -1.05 * gain, 0.0],
        },
        w_yh: array![[gain, gain, gain, 0.0]],
        out: Linear { w: array![[0.5], [-0.5], [0.5], [0.1 / one]], b: array![0.5] },
    }
}

fn smuggle(bits: &[bool]) {
    let net = smuggler();
    let (mut y, mut before, mut worst) = (Array2::zeros((1, 1)), 0.0, 0.0);
    for &bit in bits {
        let x = Real::from(u8::from(bit));
        y = net.step(array![[x]].view(), y.view());
        worst = Real::max(worst, (y[[0, 0]] - before).abs());
        assert_eq!(y[[0, 0]] > 0.5, before > 0.5);
        before = x;
    }
    println!("previous bit by a Jordan network that smuggles: worst error {worst:.3}");
}
// ANCHOR_END: smuggler

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let bits: Vec<bool> = (0..1000).map(|_| rng.random()).collect();
    parity(&bits);
    previous(&bits);
    smuggle(&bits);
}
