//! Two classifiers on ten texts: the same accuracy, different macro-F1.

use rnn_book_code::scores::Confusion;

fn main() {
    // ANCHOR: main
    let names = ["neutral", "joy", "fear"];
    let right = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2];
    let lazy = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let eager = [0, 0, 0, 0, 0, 1, 2, 1, 0, 2];
    for (name, answers) in [("lazy", lazy), ("eager", eager)] {
        let confusion = Confusion::of(&right, &answers, 3);
        println!("{name}: accuracy {:.2}", confusion.accuracy());
        for (c, label) in names.iter().enumerate() {
            let s = confusion.of_label(c);
            println!(
                "  {label:<8} precision {:.2}  recall {:.2}  F1 {:.2}",
                s.precision, s.recall, s.f1
            );
        }
        println!("  macro-F1 {:.2}", confusion.macro_f1());
    }
    // ANCHOR_END: main
}
