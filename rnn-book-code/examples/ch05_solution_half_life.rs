//! Solution: how long a constant update gate remembers, and which bias that is.

// ANCHOR: main
fn main() {
    println!("    z  half-life    b_z");
    for z in [0.5_f64, 0.9, 0.99, 0.999] {
        let half_life = 0.5_f64.ln() / z.ln();
        let bias = (z / (1.0 - z)).ln();
        println!("{z:5.3} {half_life:10.1} {bias:6.2}");
    }
    println!("  b_z      z  half-life");
    for bias in [-1.0_f64, 0.0, 1.0, 3.0, 5.0] {
        let z = 1.0 / (1.0 + (-bias).exp());
        println!("{bias:5.1} {z:6.3} {:10.1}", 0.5_f64.ln() / z.ln());
    }
}
// ANCHOR_END: main
