//! A checkpoint that PyTorch wrote, read into the LSTM of chapter 4, and the other way.

use ndarray::{Array3, Ix3};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    checkpoint::Checkpoint,
    gpt::{Gpt, GptSizes},
    layer::{Layer, Tape},
    positions::Positions,
    torch_names::{gpt_to_torch, lstm_from_torch, lstm_to_torch},
};
use std::{error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: read
    println!("== read ==");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let file = Checkpoint::load(folder.join("torch_lstm.safetensors"))?;
    let lstm = lstm_from_torch(&file, "")?;
    println!(
        "an LSTM of {} inputs and {} units",
        lstm.input_size(),
        lstm.output_size()
    );
    // What torch.nn.LSTM computed from x before it was saved
    let x = file.array("x")?.into_dimensionality::<Ix3>()?;
    let theirs = file.array("output")?.into_dimensionality::<Ix3>()?;
    let tape = lstm.forward(x, None, &lstm.start(x.dim().1));
    let apart: Array3<f32> = &tape.output() - &theirs;
    println!(
        "outputs differ by less than 1e-6: {}",
        apart.iter().all(|d| d.abs() < 1e-6)
    );
    println!("theirs: {:.4}", theirs.slice(ndarray::s![5, 0, ..]));
    println!("ours:   {:.4}", tape.output().slice(ndarray::s![5, 0, ..]));
    if let Err(error) = lstm_from_torch(&file, "rnn.") {
        let text = error.to_string();
        println!("with a wrong prefix: {}", text.rsplit(": ").next().unwrap_or(&text));
    }
    // ANCHOR_END: read

    // ANCHOR: names
    println!("== names ==");
    let sizes = GptSizes {
        vocabulary: 50,
        context: 32,
        size: 16,
        heads: 4,
        blocks: 1,
        positions: Positions::Learned,
    };
    let gpt = Gpt::new(&sizes, &mut Rng::seed_from_u64(1));
    for (name, array) in
        lstm_to_torch("rnn.", &lstm).0.iter().chain(&gpt_to_torch(&gpt).0)
    {
        println!("{name:36} {:?}", array.shape());
    }
    // ANCHOR_END: names
    Ok(())
}
