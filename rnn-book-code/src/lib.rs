#![doc = include_str!("../README.md")]
//!
//! # Conventions
//!
//! An example is a **row** vector, a batch is a matrix `[B, D]`, and a sequence is
//! time-major, `[T, B, D]`, so that one step is one contiguous `[B, D]` view. A layer's
//! `forward` returns a *tape*, which holds what its `backward` needs; `backward` adds the
//! gradients of the parameters to a value of the layer's own type and returns the
//! gradient of its inputs. There is no automatic differentiation: deriving each backward
//! pass is the point of the book.
//!
//! Shapes that do not fit each other, and a token that is not below the vocabulary's
//! size, are faults of the program, and panic. Whatever comes from outside, a file or a
//! text, gives an error that says what is wrong, and where.
//!
//! In formulas `⊙` is the product entry by entry, `ᵀ` the transpose, `σ` the logistic
//! function and `d_x` the gradient of the loss by `x`. A reference such as
//! eq. (1.3) #elman gives an equation's number in the book and its name there.
//!
//! # The modules, in the book's order
//!
#![doc = include_str!("modules.md")]

/// The number type of the whole crate: `f32` here, `f64` when the same sources are
/// compiled for gradient checks (feature `f64`).
#[cfg(not(feature = "f64"))]
pub type Real = f32;
/// The number type of the whole crate: `f32` here, `f64` when the same sources are
/// compiled for gradient checks (feature `f64`).
#[cfg(feature = "f64")]
pub type Real = f64;

/// The one random number generator of the book, always seeded by the program that uses
/// it. The algorithm is fixed, so a seed gives the same numbers on every machine.
pub type Rng = rand::rngs::Xoshiro256PlusPlus;

// Chapter 1
pub mod bag;
pub mod window;
pub mod parameters;
pub mod elman;
pub mod activation;
pub mod linear;
pub mod tiny;
pub mod jordan;
pub mod machines;
pub mod spectral;

// Chapter 2
pub mod loss;
pub mod gradcheck;
pub mod recompute;
pub mod rtrl;
pub mod optim;
pub mod text;
pub mod sampling;
pub mod char_rnn;

// Chapter 3
pub mod layer;
pub mod elman_layer;
pub mod flow;
pub mod init;
pub mod leaky;
pub mod skip;
pub mod layer_norm;
pub mod normed;
pub mod problems;
pub mod reader;

// Chapter 4
pub mod lstm;
pub mod lstm_gates;
pub mod lstm_variants;
pub mod brackets;

// Chapter 5
pub mod gru;
pub mod original_gru;
pub mod language;

// Chapter 6
pub mod vocabulary;
pub mod tokens;
pub mod bpe;
pub mod embedding;
pub mod skip_gram;
pub mod word_vectors;
pub mod lines;
pub mod principal;
pub mod world;
pub mod batching;
pub mod padding;
pub mod splits;
pub mod balance;
pub mod series;
pub mod forecast;

// Chapter 7
pub mod bidirectional;
pub mod tagger;
pub mod dropout;
pub mod stacked;
pub mod residual;
pub mod encoder_decoder;
pub mod pairs;
pub mod scheduled;
pub mod search;
pub mod attention;
pub mod decoder;
pub mod tasks;
pub mod dates;
pub mod translating;

// Chapter 8
pub mod labelled;
pub mod goemotions;
pub mod hold_out;
pub mod emotions;
pub mod scores;
pub mod bag_of_words;
pub mod subwords;
pub mod pooling;
pub mod no_layer;
pub mod classifier;
pub mod classifying;
pub mod pretrained;
pub mod calibration;
pub mod emotion_model;
pub mod program;

// Chapter 9
pub mod ngram;
pub mod next_token;
pub mod read_out;
pub mod schedule;
pub mod stream;
pub mod grammar;
pub mod adaptive;
pub mod decoding;
pub mod suggest;
pub mod saved;

// Chapter 10
pub mod self_attention;
pub mod positions;
pub mod gelu;
pub mod transformer;
pub mod gpt;
pub mod scan;
pub mod gated_mean;
pub mod min_gru;
pub mod min_lstm;
pub mod mixer;
pub mod selective;
pub mod recall;
pub mod torch_names;
pub mod checkpoint;

// Appendix E
pub mod vector;
pub mod product;
pub mod parallel;
pub mod train;
