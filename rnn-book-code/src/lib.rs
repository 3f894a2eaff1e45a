//! Recurrent neural networks from scratch, on [`ndarray`]: the code that the book
//! *RNN Basics From Scratch, in Rust* builds, chapter by chapter.
//!
//! Conventions, everywhere: an example is a **row** vector, a batch is a matrix
//! `[B, D]`, and a sequence is time-major, `[T, B, D]`, so that one step is one
//! contiguous `[B, D]` view. A layer's `forward` returns a *tape*, which holds what its
//! `backward` needs; `backward` adds the gradients of the parameters to a value of the
//! layer's own type and returns the gradient of its inputs. There is no automatic
//! differentiation: deriving each backward pass is the point of the book.
//!
//! The modules stand in the order in which the chapters introduce them.

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

// Appendix E: the kernels under every layer
pub mod vector;
pub mod product;
pub mod activation;

// Chapter 1
pub mod parameters;
pub mod init;
pub mod bag;
pub mod window;
pub mod elman;
pub mod jordan;
pub mod linear;
pub mod machines;
pub mod tiny;
pub mod spectral;

// Chapter 2
pub mod loss;
pub mod gradcheck;
pub mod optim;
pub mod text;
pub mod sampling;
pub mod char_rnn;
pub mod recompute;
pub mod rtrl;

// Chapters 3 to 5: the cells, by shared traits
pub mod layer;
pub mod padding;
pub mod elman_layer;
pub mod problems;
pub mod reader;
pub mod flow;
pub mod leaky;
pub mod skip;
pub mod normed;
pub mod lstm;
pub mod lstm_gates;
pub mod lstm_variants;
pub mod brackets;
pub mod gru;
pub mod original_gru;
pub mod dropout;
pub mod layer_norm;
pub mod bidirectional;
pub mod stacked;
pub mod embedding;
pub mod read_out;
pub mod parallel;
pub mod language;

// Chapter 6: from text to batches
pub mod vocabulary;
pub mod tokens;
pub mod bpe;
pub mod lines;
pub mod skip_gram;
pub mod word_vectors;
pub mod principal;
pub mod world;
pub mod batching;
pub mod splits;
pub mod balance;
pub mod series;
pub mod forecast;

// Chapter 7: both directions, depth, from a sequence to a sequence
pub mod residual;
pub mod tagger;
pub mod tasks;
pub mod dates;
pub mod attention;
pub mod decoder;
pub mod encoder_decoder;
pub mod pairs;
pub mod scheduled;
pub mod search;
pub mod translating;

// Chapter 8: a classifier of texts
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

// Chapter 9: the next word
pub mod ngram;
pub mod next_token;
pub mod stream;
pub mod saved;
pub mod decoding;
pub mod suggest;
pub mod grammar;
pub mod adaptive;

// Chapter 10: the Transformer
pub mod positions;
pub mod self_attention;
pub mod gelu;
pub mod transformer;
pub mod gpt;

// Chapter 10: the return of recurrence
pub mod scan;
pub mod gated_mean;
pub mod min_gru;
pub mod min_lstm;
pub mod selective;
pub mod mixer;
pub mod recall;
pub mod torch_names;

// What every application shares
pub mod schedule;
pub mod checkpoint;
pub mod train;
