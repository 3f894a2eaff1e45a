//! What context costs: a window pays for every word that it sees, a state does not.

use rand::SeedableRng;
use rnn_book_code::{
    Rng, elman::Elman, linear::Linear, parameters::Parameters, window::WindowMlp,
};

// ANCHOR: main
fn main() {
    let (input, hidden, output) = (64, 128, 64);
    let mut rng = Rng::seed_from_u64(1);

    for k in [1, 2, 3, 4, 8, 16, 32, 64] {
        let window = WindowMlp::new(k, input, hidden, output, &mut rng);
        println!("window of {k:2}: {:7} parameters", window.count());
    }
    let cell = Elman::new(input, hidden, &mut rng);
    let out = Linear::new(hidden, output, &mut rng);
    println!("recurrent:    {:7} parameters", cell.count() + out.count());
    for (name, value) in cell.parameters() {
        println!("  {name}: {:?}", value.shape());
    }
}
// ANCHOR_END: main
