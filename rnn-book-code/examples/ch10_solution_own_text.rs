//! A GPT trained on a text of one's own, by the trainer that all applications share.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    gpt::{Gpt, GptSizes, SeparateWindows},
    optim::Adam,
    positions::Positions,
    sampling::sample,
    text::{CharVocabulary, windows},
    train::Trainer,
};
use std::{collections::BTreeMap, error::Error};

const TEXT: &str = include_str!("../data/prose.txt");
const CONTEXT: usize = 32;

// ANCHOR: train
fn main() -> Result<(), Box<dyn Error>> {
    let text: String = TEXT.chars().take(9000).collect();
    let vocabulary = CharVocabulary::of(&text);
    let stream = vocabulary.encode(&text)?;
    let (train, dev) = stream.split_at(stream.len() * 9 / 10);
    let task = SeparateWindows {
        train: windows(train, 8, CONTEXT)?,
        dev: windows(dev, 2, CONTEXT)?,
        threads: 1,
        settings: BTreeMap::from([("context".into(), CONTEXT.to_string())]),
        metadata: BTreeMap::new(),
    };
    let rng = Rng::seed_from_u64(1);
    let sizes = GptSizes {
        vocabulary: vocabulary.len(),
        context: CONTEXT,
        size: 32,
        heads: 4,
        blocks: 2,
        positions: Positions::Rotary,
    };
    let mut model = Gpt::new(&sizes, &mut rng.clone());
    let mut adam = Adam::new(&model, 0.01);
    let mut trainer = Trainer::new(4, 0.01);
    trainer.clip = Some(1.0);
    // trainer.checkpoint = Some("gpt.safetensors".into()); goes on where it stopped
    let report = trainer.run(&task, &mut model, &mut adam, rng)?;
    println!("== epochs ~ ==");
    for point in &report.history {
        println!(
            "epoch {}: train {:.2}, dev {:.2}",
            point.epoch, point.train, point.dev
        );
    }
    let best = report.best.unwrap_or(model);
    let mut dice = Rng::seed_from_u64(2);
    let prompt = vocabulary.encode("The ")?;
    let drawn = best.generate(&prompt, CONTEXT - 4, |z| sample(z, 0.7, &mut dice));
    println!("sample: {:?}", vocabulary.decode(&drawn));
    Ok(())
}
// ANCHOR_END: train
