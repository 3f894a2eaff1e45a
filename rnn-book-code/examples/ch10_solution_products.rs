//! The multiplications of two scans and their levels, counted.

// ANCHOR: count
/// Multiplications of a tree over `steps` steps, and its levels down and up.
fn tree(steps: usize) -> (usize, usize) {
    if steps < 2 {
        return (steps, steps); // one product with the state, if there is a step
    }
    let pairs = steps / 2;
    let (below, levels) = tree(pairs);
    // Two for each pair on the way down, one for each state between on the way up
    (2 * pairs + below + steps.div_ceil(2), levels + 2)
}

/// The same by doubling: at each level every step is joined with the one `reach`
/// before.
fn doubling(steps: usize) -> (usize, usize) {
    let (mut products, mut levels, mut reach) = (0, 0, 1);
    while reach < steps {
        products += 2 * (steps - reach);
        levels += 1;
        reach *= 2;
    }
    (products + steps, levels + 1)
}
// ANCHOR_END: count

// ANCHOR: main
fn main() {
    println!("    T  one by one      tree, levels  doubling, levels");
    for steps in [8, 64, 1024, 16384] {
        let (tree, doubling) = (tree(steps), doubling(steps));
        println!(
            "{steps:5} {steps:11} {:9} {:7} {:9} {:7}",
            tree.0, tree.1, doubling.0, doubling.1
        );
    }
}
// ANCHOR_END: main
