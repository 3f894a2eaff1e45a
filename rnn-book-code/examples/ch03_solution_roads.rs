//! Solution: how many roads lead back, and what they carry together.

// ANCHOR: main
/// What arrives after 0 to `n` steps, when a step over 1 costs the factor `w` and a
/// step over `s` the factor `v`.
fn carried(n: usize, s: usize, w: f64, v: f64) -> Vec<f64> {
    let mut g = vec![1.0];
    for k in 1..=n {
        let long = if k >= s { v * g[k - s] } else { 0.0 };
        g.push(w * g[k - 1] + long);
    }
    g
}

fn main() {
    for n in [10, 50, 100] {
        let roads = carried(n, 10, 1.0, 1.0)[n];
        let plain = carried(n, 10, 0.5, 0.0)[n];
        let skipping = carried(n, 10, 0.5, 0.25)[n];
        let fastest = 0.25_f64.powf(n as f64 / 10.0);
        println!(
            "{n:3} steps: {roads:8.0} roads, plain {plain:.0e}, \
             fastest road {fastest:.0e}, all roads {skipping:.0e}"
        );
    }
}
// ANCHOR_END: main
