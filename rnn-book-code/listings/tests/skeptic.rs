//! One test for every source file that the book shows: it compiles. The tests are written by `build.rs`.
#![allow(clippy::useless_format)]

include!(concat!(env!("OUT_DIR"), "/skeptic-tests.rs"));
