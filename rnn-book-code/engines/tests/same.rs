//! The book's LSTM and GPT, written to files and read by candle, compute the same.

use candle_core::{Device, Tensor};
use ndarray::{Array2, ArrayView3, Axis};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    checkpoint::save,
    gpt::{Gpt, GptSizes},
    init,
    layer::{Layer, Tape},
    lstm::Lstm,
    parameters::Parameters,
    positions::Positions,
    torch_names::{gpt_to_torch, lstm_to_torch},
};
use rnn_book_engines::{Gpt as Engine, Sizes, outputs, read_lstm};
use std::collections::BTreeMap;

/// Batch first, as engines have it.
fn batch_first(x: ArrayView3<f32>) -> candle_core::Result<Tensor> {
    let x = x.permuted_axes([1, 0, 2]).as_standard_layout().into_owned();
    Tensor::from_iter(x.iter().copied(), &Device::Cpu)?.reshape(x.dim())
}

fn assert_same(ours: ArrayView3<f32>, theirs: &Tensor) {
    let theirs = theirs.to_vec3::<f32>().expect("three axes of f32");
    for (b, lane) in ours.axis_iter(Axis(1)).enumerate() {
        for ((t, d), ours) in lane.indexed_iter() {
            let theirs = theirs[b][t][d];
            assert!(
                (ours - theirs).abs() < 1e-5,
                "{ours} and {theirs} at {t}, {b}, {d}"
            );
        }
    }
}

#[test]
fn an_lstm() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut Rng::seed_from_u64(1);
    let mut lstm = Lstm::new(5, 7, rng);
    for (_, mut p) in lstm.parameters_mut() {
        p.mapv_inplace(|p| p + rng.random_range(-0.3..0.3));
    }
    let x = init::normal(9 * 3, 5, 1.0, rng).into_shape_with_order((9, 3, 5))?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("lstm.safetensors");
    save(&path, &lstm_to_torch("", &lstm).views(), &BTreeMap::new())?;

    let theirs = outputs(&read_lstm(&path, 5, 7)?, &batch_first(x.view())?)?;
    let tape = lstm.forward(x.view(), None, &lstm.start(3));
    assert_same(tape.output(), &theirs);
    Ok(())
}

#[test]
fn a_gpt() -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut Rng::seed_from_u64(2);
    let sizes = GptSizes {
        vocabulary: 11,
        context: 16,
        size: 8,
        heads: 2,
        blocks: 2,
        positions: Positions::Learned,
    };
    let mut gpt = Gpt::new(&sizes, rng);
    // Biases are 0 and scales 1 at the start: shake them, so that a mistake would show.
    for (_, mut p) in gpt.parameters_mut() {
        p.mapv_inplace(|p| p + rng.random_range(-0.3..0.3));
    }
    let ids = Array2::from_shape_simple_fn((12, 3), || rng.random_range(0..11_usize));
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gpt.safetensors");
    save(&path, &gpt_to_torch(&gpt).views(), &BTreeMap::new())?;

    let sizes = Sizes { vocabulary: 11, context: 16, size: 8, heads: 2, blocks: 2 };
    let engine = Engine::read(&path, sizes)?;
    let by_lane = ids.t().iter().map(|&id| id as u32).collect::<Vec<_>>();
    let by_lane = Tensor::from_vec(by_lane, (3, 12), &Device::Cpu)?;
    assert_same(gpt.scores(ids.view()).view(), &engine.scores(&by_lane)?);
    Ok(())
}
