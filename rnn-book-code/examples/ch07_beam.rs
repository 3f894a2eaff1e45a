//! Two tokens to write: the best first one leads to a worse whole.

use ndarray::{Array2, array};
use rnn_book_code::{
    Real,
    search::{Beam, Writer},
    vocabulary::END,
};

// ANCHOR: table
/// The tokens after the special ones.
const LETTERS: [&str; 2] = ["a", "b"];

/// Probabilities of a, b and the end, which depend on what was written so far.
struct Table;

impl Writer for Table {
    type State = Vec<String>;

    fn step(
        &self,
        last: &[usize],
        before: &Vec<String>,
    ) -> (Vec<String>, Array2<Real>) {
        let letter = |id: usize| LETTERS.get(id.wrapping_sub(END + 1)).unwrap_or(&"");
        let texts: Vec<String> =
            before.iter().zip(last).map(|(t, &id)| t.clone() + letter(id)).collect();
        let mut log_p = Array2::from_elem((last.len(), END + 3), Real::NEG_INFINITY);
        for (text, mut row) in texts.iter().zip(log_p.outer_iter_mut()) {
            let [a, b, end] = match text.as_str() {
                "" => [0.5, 0.4, 0.1],
                "a" => [0.35, 0.35, 0.3],
                "b" => [0.05, 0.9, 0.05],
                "bb" => [0.1, 0.1, 0.8],
                _ => [0.3, 0.3, 0.4],
            };
            row.slice_mut(ndarray::s![END..]).assign(&array![end, a, b].mapv(Real::ln));
        }
        (texts, log_p)
    }

    fn select(&self, texts: &Vec<String>, rows: &[usize]) -> Vec<String> {
        rows.iter().map(|&k| texts[k].clone()).collect()
    }
}
// ANCHOR_END: table

// ANCHOR: main
fn main() {
    for (width, power) in [(1, 0.0), (2, 0.0), (4, 0.0), (4, 1.0)] {
        let beam = Beam { width, longest: 4, power };
        let found = beam.search(&Table, vec![String::new()]);
        let best = &found[0];
        let text: String = best.ids.iter().map(|&id| LETTERS[id - END - 1]).collect();
        println!(
            "K = {width}, power {power}: {text:4} p = {:.3}, score {:.3}",
            best.log_p.exp(),
            best.score(power)
        );
    }
}
// ANCHOR_END: main
