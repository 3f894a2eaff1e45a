//! What a gate costs: parameters of the LSTM beside Elman's cell.

use rand::SeedableRng;
use rnn_book_code::{Rng, elman::Elman, lstm::Lstm, parameters::Parameters};

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(0);
    for (input, hidden) in [(2, 32), (64, 128), (256, 256)] {
        let elman = Elman::new(input, hidden, &mut rng).count();
        let lstm = Lstm::new(input, hidden, &mut rng).count();
        // The largest LSTM with no more parameters than Elman's cell
        let equal = (1..hidden)
            .rev()
            .find(|&units| Lstm::new(input, units, &mut rng).count() <= elman);
        println!(
            "D = {input:3}, H = {hidden:3}: Elman {elman:6}, LSTM {lstm:6}; \
             an LSTM of {} units has as many as Elman's",
            equal.expect("at least one unit")
        );
    }
}
// ANCHOR_END: main
