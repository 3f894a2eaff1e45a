//! Files: what is written comes back; what is wrong with a file is said, and changes
//! nothing.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    char_rnn::CharRnn,
    checkpoint::{Checkpoint, NamedArrays, save},
    linear::Linear,
    parameters::{Parameters, prefixed},
};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::tempdir;

fn model(seed: u64) -> CharRnn {
    CharRnn::new(5, 4, &mut Rng::seed_from_u64(seed))
}

fn write(path: &Path, model: &CharRnn) {
    let metadata = BTreeMap::from([("letters".to_string(), "abcde".to_string())]);
    save(path, &prefixed("model", model.parameters()), &metadata).unwrap();
}

/// What restoring from the file says; the model must not have changed.
fn complaint(path: &Path) -> String {
    let (mut ours, before) = (model(9), model(9));
    let error = Checkpoint::load(path)
        .and_then(|file| file.restore("model", &mut ours))
        .expect_err("the file is wrong")
        .to_string();
    assert_eq!(
        ours.parameters(),
        before.parameters(),
        "a failed restore changes nothing"
    );
    assert!(error.contains(&path.display().to_string()), "{error}");
    error
}

#[test]
fn what_is_written_comes_back_and_is_plain_safetensors() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    write(&path, &model(1));
    let file = Checkpoint::load(&path).unwrap();
    let mut back = model(2);
    file.restore("model", &mut back).unwrap();
    assert_eq!(back.parameters(), model(1).parameters());
    assert_eq!(file.get("letters").unwrap(), "abcde");
    let error = file.get("words").unwrap_err().to_string();
    assert!(error.contains(r#"no metadata "words", only ["letters"]"#), "{error}");
    let bytes = fs::read(&path).unwrap();
    let names = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert!(names.names().contains(&"model.cell.w_hh"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn missing_cut_off_and_foreign_files() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    assert!(complaint(&path).contains("No such file"));
    write(&path, &model(1));
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(7) {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(complaint(&path).contains("no complete safetensors file"));
    }
    for foreign in [&b"once upon a time"[..], &[0xff; 64], &[0; 9]] {
        fs::write(&path, foreign).unwrap();
        assert!(complaint(&path).contains("no complete safetensors file"));
    }
    // A flipped bit of the header may give another valid header; never a panic.
    for bit in 0..8 * 400.min(whole.len()) {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        let _ =
            Checkpoint::load(&path).map(|file| file.restore("model", &mut model(3)));
    }
}

#[test]
fn arrays_that_do_not_fit() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    let source = model(1);
    let none = BTreeMap::new();
    let without = |name: &str| -> NamedArrays {
        let list = prefixed("model", source.parameters());
        list.into_iter().filter(|(other, _)| other != name).collect()
    };
    save(&path, &without("model.out.b"), &none).unwrap();
    assert!(complaint(&path).ends_with("no array model.out.b"));

    let larger = CharRnn::new(5, 6, &mut Rng::seed_from_u64(1));
    save(&path, &prefixed("model", larger.parameters()), &none).unwrap();
    let error = complaint(&path);
    assert!(
        error.ends_with("model.cell.w_xh has the shape [5, 6]; the model needs [5, 4]")
    );

    let extra = Linear::new(2, 2, &mut Rng::seed_from_u64(1));
    let mut arrays = without("");
    arrays.extend(prefixed("model.more", extra.parameters()));
    save(&path, &arrays, &none).unwrap();
    assert!(complaint(&path).ends_with("model.more.b belongs to no part of the model"));

    let numbers: Vec<u8> = (0..20_u16).flat_map(u16::to_le_bytes).collect();
    let view = safetensors::tensor::TensorView::new(
        safetensors::Dtype::F16,
        vec![5, 4],
        &numbers,
    );
    let file =
        safetensors::serialize([("model.cell.w_xh", view.unwrap())], None).unwrap();
    fs::write(&path, file).unwrap();
    assert!(
        complaint(&path).contains("model.cell.w_xh has numbers of type F16, not F32")
    );
}

#[test]
fn nothing_is_written_that_could_not_be_used() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    write(&path, &model(1));
    let before = fs::read(&path).unwrap();
    let mut broken = model(1);
    broken.out.b[2] = f32::NAN;
    let none = BTreeMap::new();
    let error =
        save(&path, &prefixed("model", broken.parameters()), &none).unwrap_err();
    assert!(error.to_string().ends_with("model.out.b has a number that is not finite"));
    let source = model(1);
    let twice = [
        prefixed("model", source.parameters()),
        prefixed("model", source.parameters()),
    ];
    let error = save(&path, &twice.concat(), &none).unwrap_err().to_string();
    assert!(error.ends_with("two arrays have the name model.cell.w_xh"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before, "the old file still stands");

    // A folder stands where the file should go: the move fails after the writing.
    let folder = dir.path().join("folder");
    fs::create_dir_all(folder.join("something")).unwrap();
    let arrays = prefixed("model", source.parameters());
    assert!(save(&folder, &arrays, &none).is_err());
    assert!(save(dir.path().join("no/such/folder/file"), &arrays, &none).is_err());
    assert!(save("/", &arrays, &none).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
}
