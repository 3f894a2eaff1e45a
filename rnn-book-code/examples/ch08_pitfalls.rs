//! Two ways to get a number that is too good, or a model that is too bad.

use ndarray::{Array3, s};
use rand::{SeedableRng, seq::SliceRandom};
use rnn_book_code::{
    Real, Rng,
    bag_of_words::{Bag, BagOptions, LogisticRegression, Sparse},
    calibration::best,
    hold_out::hold_out,
    init,
    labelled::Labelled,
    pooling::{Pool, Pooling},
};

/// Texts of random words, six copies of each, with labels by turns: nothing to learn.
fn noise(rng: &mut Rng) -> Vec<Labelled> {
    let words: Vec<String> = (0..400).map(|k| format!("word{k}")).collect();
    let mut texts = Vec::new();
    for k in 0..60 {
        let mut words = words.clone();
        words.shuffle(rng);
        let labels = vec![["joy", "anger"][k % 2].to_owned()];
        let text = words[..8].join(" ");
        texts.extend((0..6).map(|_| Labelled {
            text: text.clone(),
            labels: labels.clone(),
            line: k,
        }));
    }
    texts
}

// ANCHOR: leak
/// The accuracy of a bag of words that learns from some examples, on others.
fn accuracy(all: &[Labelled], learn: &[usize], judge: &[usize]) -> f64 {
    let texts: Vec<&str> = learn.iter().map(|&k| all[k].text.as_str()).collect();
    let options = BagOptions { pairs: false, idf: false, min_texts: 1 };
    let bag = Bag::of(&texts, options);
    let label = |k: usize| usize::from(all[k].labels[0] == "joy");
    let x: Vec<Sparse> = texts.iter().map(|text| bag.features(text)).collect();
    let y: Vec<usize> = learn.iter().map(|&k| label(k)).collect();
    let weights = vec![1.0; y.len()];
    let model = LogisticRegression::fit(&x, &y, &weights, (bag.size(), 2), 1e-3, 60);
    let x: Vec<Sparse> = judge.iter().map(|&k| bag.features(&all[k].text)).collect();
    let scores = model.scores(&x);
    let answers = scores.outer_iter().map(|z| best(&z.to_vec()));
    let hits = answers.zip(judge).filter(|(answer, k)| *answer == label(**k)).count();
    hits as f64 / judge.len() as f64
}

fn leak() {
    let rng = &mut Rng::seed_from_u64(1);
    let all = noise(rng);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.shuffle(rng);
    let (judge, learn) = order.split_at(all.len() / 10);
    println!("copies on both sides:  accuracy {:.2}", accuracy(&all, learn, judge));
    let mut sum = 0.0;
    for _ in 0..10 {
        let (learn, judge) = hold_out(&all, 10, rng);
        sum += accuracy(&all, &learn, &judge);
    }
    println!("copies on one side:    accuracy {:.2} (mean of 10 splits)", sum / 10.0);
}
// ANCHOR_END: leak

// ANCHOR: mask
fn mask() {
    let rng = &mut Rng::seed_from_u64(2);
    let pooling = Pooling::new(&[Pool::Mean], 3, rng);
    let text = init::normal(4, 3, 1.0, rng); // four steps
    for padding in [0, 4, 12] {
        let mut h: Array3<Real> = Array3::zeros((4 + padding, 1, 3));
        h.slice_mut(s![..4, 0, ..]).assign(&text);
        let right = pooling.forward(h.view(), &[4]).pooled;
        let wrong = pooling.forward(h.view(), &[4 + padding]).pooled;
        println!(
            "{padding:2} steps of padding: {:.2} or {:.2}",
            right.row(0),
            wrong.row(0)
        );
    }
}
// ANCHOR_END: mask

fn main() {
    println!("== leak ==");
    leak();
    println!("== mask ==");
    mask();
}
