//! A decoder that is given the token that it is to write.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    decoder::Decoder,
    encoder_decoder::EncoderDecoder,
    gru::Gru,
    optim::{Adam, Optimizer},
    pairs::{PairBatch, TokenPair, exact_match},
    parallel::Workers,
    parameters::Parameters,
    tasks::reversing,
    tokens::{Graphemes, Tokenizer},
};

// ANCHOR: main
fn main() {
    let tokens = Graphemes::of("abcdefghijklmnopqrstuvwxyz", 1);
    let draw = |count, rng: &mut Rng| -> Vec<TokenPair> {
        let pairs = reversing(count, 1..=3, rng);
        pairs.iter().map(|pair| TokenPair::of(pair, &tokens)).collect()
    };
    for shifted in [true, false] {
        let rng = &mut Rng::seed_from_u64(1);
        let (encoder, layer) = (Gru::new(16, 32, rng), Gru::new(16, 32, rng));
        let mut model =
            EncoderDecoder::new(tokens.size(), encoder, Decoder::blind(layer), rng);
        let (mut adam, mut workers) =
            (Adam::new(&model, 0.01), Workers::new(&model, 1));
        let (mut grad, mut loss) = (model.zeros_like(), 0.0);
        for _ in 0..300 {
            let pairs = draw(32, rng);
            let mut batch = PairBatch::of(&pairs.iter().collect::<Vec<_>>());
            if !shifted {
                batch.inputs = batch.targets.clone(); // the mistake
            }
            grad.set_zero();
            loss = model.loss_and_gradient(&batch, &mut workers, &mut grad);
            adam.step(&mut model, &grad);
        }
        let exact = exact_match(&model, &draw(200, rng));
        println!(
            "== inputs are {} ~ ==",
            if shifted { "shifted" } else { "the targets" }
        );
        println!("loss of the last batch: {loss:.3} nats a token");
        println!("exact match when written without a teacher: {:.0} %", 100.0 * exact);
    }
}
// ANCHOR_END: main
