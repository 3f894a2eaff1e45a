//! Training steps and generated tokens of a language model, and the kernels under them.
//!
//! `cargo bench --package rnn-book-code -- train/M` measures those whose name holds
//! `train/M`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use criterion::{
    Bencher, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    elman::Elman,
    gru::Gru,
    init::normal,
    language::LanguageModel,
    layer::{Layer as _, Recurrent},
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    product::Packed,
    text::Window,
    vector,
};
use std::hint::black_box;

/// The sizes of the book's table: name, lanes, steps, input, hidden, vocabulary.
const SIZES: [(&str, usize, usize, usize, usize, usize); 3] = [
    ("S", 32, 64, 64, 128, 65),
    ("M", 64, 64, 128, 256, 2000),
    ("L", 64, 100, 256, 512, 5000),
];

fn train(c: &mut Criterion) {
    for (name, lanes, steps, input, hidden, vocabulary) in SIZES {
        let mut group = c.benchmark_group(format!("train/{name}"));
        group.sample_size(10).throughput(Throughput::Elements((lanes * steps) as u64));
        let mut rng = Rng::seed_from_u64(0);
        let mut ids = || {
            let draw = || rng.random_range(0..vocabulary);
            Array2::from_shape_simple_fn((steps, lanes), draw)
        };
        let window = Window { x: ids(), y: ids() };
        let lstm = Lstm::new(input, hidden, &mut rng);
        let gru = Gru::new(input, hidden, &mut rng);
        let rnn = Elman::new(input, hidden, &mut rng);
        for threads in [1, 2] {
            let id = |cell| BenchmarkId::new(cell, format!("{threads} threads"));
            group.bench_function(id("lstm"), |b| {
                train_step(b, &window, vocabulary, threads, lstm.clone());
            });
            group.bench_function(id("gru"), |b| {
                train_step(b, &window, vocabulary, threads, gru.clone());
            });
            group.bench_function(id("rnn"), |b| {
                train_step(b, &window, vocabulary, threads, rnn.clone());
            });
        }
    }
}

fn train_step<L: Recurrent>(
    b: &mut Bencher,
    window: &Window,
    vocabulary: usize,
    threads: usize,
    layer: L,
) {
    let mut rng = Rng::seed_from_u64(1);
    let mut model = LanguageModel::new(vocabulary, layer, &mut rng);
    let start = model.layer.start(window.x.ncols());
    let mut workers = Workers::new(&model, threads);
    let mut grad = model.zeros_like();
    let mut adam = Adam::new(&model, 1e-3);
    b.iter(|| {
        grad.set_zero();
        model.loss_and_gradient(window, &start, &mut rng, &mut workers, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
    });
}

fn generate(c: &mut Criterion) {
    let mut group = c.benchmark_group("generate");
    group.throughput(Throughput::Elements(1));
    for (name, _, _, input, hidden, vocabulary) in SIZES {
        let mut rng = Rng::seed_from_u64(0);
        let layer = Lstm::new(input, hidden, &mut rng);
        let model = LanguageModel::new(vocabulary, layer, &mut rng);
        let mut state = model.layer.start(1);
        group.bench_function(BenchmarkId::new("lstm", name), |b| {
            b.iter(|| {
                let scores;
                (state, scores) = model.step(&[0], &state);
                scores
            });
        });
    }
}

fn kernels(c: &mut Criterion) {
    let mut rng = Rng::seed_from_u64(0);
    let mut group = c.benchmark_group("product");
    for (name, lanes, _, _, hidden, _) in SIZES {
        let (m, k, n) = (lanes, hidden, 4 * hidden);
        let (h, w) = (normal(m, k, 1.0, &mut rng), normal(k, n, 1.0, &mut rng));
        let mut z = Array2::zeros((m, n));
        group.throughput(Throughput::Elements((m * k * n) as u64));
        let packed = Packed::new(w.view());
        group.bench_function(BenchmarkId::new("packed", name), |b| {
            b.iter(|| packed.add_matmul(h.view(), z.view_mut()));
        });
        group.bench_function(BenchmarkId::new("ndarray", name), |b| {
            b.iter(|| black_box(h.dot(&w)));
        });
    }
    group.finish();

    let mut group = c.benchmark_group("function");
    let x = normal(1, 4096, 1.0, &mut rng).into_raw_vec_and_offset().0;
    group.throughput(Throughput::Elements(x.len() as u64));
    let mut y = x.clone();
    let mut time = |name, f: fn(&mut [f32])| {
        group.bench_function(name, |b| {
            b.iter(|| {
                y.copy_from_slice(&x);
                f(&mut y);
            });
        });
    };
    time("exp", vector::exp);
    time("tanh", vector::tanh);
    time("sigmoid", vector::sigmoid);
}

criterion_group!(benches, kernels, generate, train);
criterion_main!(benches);
