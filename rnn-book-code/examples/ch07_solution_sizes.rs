//! Solution: two directions with the parameters of one.

// ANCHOR: main
/// Parameters of an LSTM, and of a read-out of `classes` on its output.
fn lstm(input: usize, hidden: usize) -> usize {
    4 * hidden * (input + hidden + 1)
}

fn main() {
    let (input, classes) = (100, 9);
    println!("one direction, two directions: layer, read-out");
    for hidden in [50, 200, 800] {
        let (one, two) = (lstm(input, hidden), 2 * lstm(input, hidden));
        let read_out = |size: usize| classes * (size + 1);
        let budget = one + read_out(hidden);
        let all = |h: usize| 2 * lstm(input, h) + read_out(2 * h);
        let equal = (1..hidden).min_by_key(|&h| all(h).abs_diff(budget)).unwrap_or(1);
        println!(
            "H = {hidden}: {one} + {}, {two} + {}; equal parameters at H = {equal}, \
             {:.2} of H",
            read_out(hidden),
            read_out(2 * hidden),
            equal as f64 / hidden as f64
        );
    }
}
// ANCHOR_END: main
