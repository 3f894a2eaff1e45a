//! The layers that are scans against PyTorch's autograd, and a checkpoint that PyTorch
//! wrote: `fixtures/torch_scans.json` and `torch_lstm.safetensors`, both written by
//! `make_torch_scans.py`.

mod common;

use common::{array, assert_close};
use ndarray::{Array2, Array3, ArrayView3};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    checkpoint::{Checkpoint, save},
    gpt::{Gpt, GptSizes},
    layer::{Layer, State, Tape},
    lstm::Lstm,
    min_gru::MinGru,
    min_lstm::MinLstm,
    parameters::Parameters,
    positions::Positions,
    selective::Selective,
    torch_names::{gpt_to_torch, lstm_from_torch, lstm_to_torch},
};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

fn case<L: Layer>(name: &str, mut layer: L) {
    let text = include_str!("fixtures/torch_scans.json");
    let case = &serde_json::from_str::<Value>(text).unwrap()[name];
    for (name, mut value) in layer.parameters_mut() {
        value.assign(&array(&case["parameters"][&name]));
    }
    let sequence = |key: &str| -> Array3<Real> {
        array(&case[key]).into_dimensionality().unwrap()
    };
    let (x, d_h) = (sequence("x"), sequence("d_output"));
    let mut start = layer.start(x.dim().1);
    let memory: Array2<Real> = array(&case["start"]).into_dimensionality().unwrap();
    // The state that later steps read is the last matrix
    start.arrays_mut().last_mut().unwrap().assign(&memory);
    let tape = layer.forward(x.view(), None, &start);
    assert_close(name, tape.output().into_dyn(), &case["output"]);
    let mut grad = layer.zeros_like();
    let (d_x, d_start) = layer.backward(&tape, d_h.view(), None, &mut grad);
    for (parameter, value) in grad.parameters() {
        assert_close(
            &format!("{name} {parameter}"),
            value,
            &case["gradients"][&parameter],
        );
    }
    assert_close(name, d_x.view().into_dyn(), &case["d_x"]);
    let d_start = d_start.arrays().pop().unwrap().to_owned();
    assert_close(name, d_start.view().into_dyn(), &case["d_start"]);
}

#[test]
fn scanned_layers() {
    let rng = &mut Rng::seed_from_u64(0);
    case("min_gru", MinGru::new(3, 4, rng));
    case("min_lstm", MinLstm::new(3, 4, rng));
    case("selective", Selective::new(3, 2, rng));
}

fn fixture() -> Checkpoint {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    Checkpoint::load(folder.join("torch_lstm.safetensors")).unwrap()
}

fn outputs(lstm: &Lstm, x: ArrayView3<Real>) -> Array3<Real> {
    lstm.forward(x, None, &lstm.start(x.dim().1)).output().to_owned()
}

#[test]
fn a_checkpoint_from_pytorch_and_back() {
    let file = fixture();
    let lstm = lstm_from_torch(&file, "").unwrap();
    let x = file.array("x").unwrap().into_dimensionality().unwrap();
    let theirs = file.array("output").unwrap();
    let ours = outputs(&lstm, x);
    assert!((&ours.view().into_dyn() - &theirs).iter().all(|d| d.abs() < 1e-6));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lstm.safetensors");
    save(&path, &lstm_to_torch("rnn.", &lstm).views(), &BTreeMap::new()).unwrap();
    let again = lstm_from_torch(&Checkpoint::load(&path).unwrap(), "rnn.").unwrap();
    assert_eq!(ours, outputs(&again, x));
    let missing = lstm_from_torch(&Checkpoint::load(&path).unwrap(), "").unwrap_err();
    assert!(missing.to_string().contains("no array weight_ih_l0"), "{missing}");
}

#[test]
#[should_panic(expected = "rotary positions have no names")]
fn a_rotary_gpt_has_no_names() {
    let sizes = GptSizes {
        vocabulary: 5,
        context: 7,
        size: 4,
        heads: 2,
        blocks: 1,
        positions: Positions::Rotary,
    };
    gpt_to_torch(&Gpt::new(&sizes, &mut Rng::seed_from_u64(0)));
}

#[test]
fn the_names_of_a_gpt() {
    let sizes = GptSizes {
        vocabulary: 5,
        context: 7,
        size: 4,
        heads: 2,
        blocks: 2,
        positions: Positions::Learned,
    };
    let gpt = Gpt::new(&sizes, &mut Rng::seed_from_u64(0));
    let dict = gpt_to_torch(&gpt);
    let count: usize = dict.0.iter().map(|(_, array)| array.len()).sum();
    assert_eq!(count, gpt.count());
    let shape = |name: &str| {
        let found = dict.0.iter().find(|(known, _)| known == name);
        found.map(|(_, array)| array.shape().to_vec())
    };
    assert_eq!(shape("blocks.1.self_attn.in_proj_weight"), Some(vec![12, 4]));
    assert_eq!(shape("blocks.0.linear1.weight"), Some(vec![16, 4]));
    assert_eq!(shape("places.weight"), Some(vec![7, 4]));
}
