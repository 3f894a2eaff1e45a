//! Solution: the leak that lets half of the gradient pass over so many steps.

// ANCHOR: main
fn main() {
    for steps in [10, 100, 1000] {
        let alpha = 1.0 - 0.5_f64.powf(1.0 / f64::from(steps));
        let left = (1.0 - alpha).powi(steps);
        println!(
            "{steps:4} steps: α = {alpha:.5}, 1/α = {:6.1}, left {left:.3}",
            1.0 / alpha
        );
        assert!((left - 0.5).abs() < 1e-12);
    }
}
// ANCHOR_END: main
