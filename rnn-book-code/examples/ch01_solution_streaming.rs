//! Solution: the running parity of a stream of bits, read in chunks of any length.
//!
//! Run it as `printf '1011\n10x1' | cargo run -q --example ch01_solution_streaming`.
//! With nothing on standard input it shows that the places of the cuts do not matter.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    elman::Elman,
    linear::Linear,
    machines::{parity, parity_start},
};
use std::{
    io::{self, Read, Write},
    process::ExitCode,
};

// ANCHOR: stream
/// All that is kept between two chunks: the state, and the place in the stream.
struct Stream {
    cell: Elman,
    read_out: Linear,
    h: Array2<Real>,
    line: u64,
    column: u64,
    /// How many more bytes belong to a bad character that has been reported.
    rest: u32,
}

impl Stream {
    fn new() -> Self {
        let (cell, read_out) = parity(10.0);
        Self { cell, read_out, h: parity_start(1), line: 1, column: 0, rest: 0 }
    }

    /// Reads a chunk. White space means nothing; any other character that is not a bit
    /// goes to `report` as a message and is skipped.
    fn feed(&mut self, chunk: &[u8], mut report: impl FnMut(String)) {
        for &byte in chunk {
            if self.rest > 0 && byte & 0b1100_0000 == 0b1000_0000 {
                self.rest -= 1; // one more byte of a character in UTF-8
                continue;
            }
            self.rest = 0;
            self.column += 1;
            match byte {
                b'0' | b'1' => {
                    let x = array![[Real::from(byte - b'0')]];
                    self.h = self.cell.step(x.view(), self.h.view());
                }
                b'\n' => (self.line, self.column) = (self.line + 1, 0),
                _ if byte.is_ascii_whitespace() => {}
                _ => {
                    let (line, column) = (self.line, self.column);
                    let what = match byte {
                        0x20..0x7f => format!("the character {:?}", char::from(byte)),
                        _ => format!("a character with the byte {byte:#04x}"),
                    };
                    report(format!(
                        "stdin:{line}:{column}: {what} is skipped; a bit is 0 or 1"
                    ));
                    self.rest = byte.leading_ones().saturating_sub(1);
                }
            }
        }
    }

    fn odd(&self) -> bool {
        self.read_out.forward(self.h.view())[[0, 0]] > 0.5
    }
}
// ANCHOR_END: stream

// ANCHOR: main
/// Reads to the end of `input` and prints the parity after each chunk. Returns whether
/// there was anything at all.
fn run(input: &mut impl Read, output: &mut impl Write) -> io::Result<bool> {
    let mut stream = Stream::new();
    let mut buffer = [0; 4096];
    let mut any = false;
    loop {
        let length = match input.read(&mut buffer) {
            Ok(0) => return Ok(any),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        any = true;
        stream.feed(&buffer[..length], |message| eprintln!("{message}"));
        writeln!(output, "{}", if stream.odd() { "odd" } else { "even" })?;
        output.flush()?;
    }
}

fn main() -> ExitCode {
    let result = match run(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(true) => Ok(()),
        Ok(false) => demonstrate(&mut io::stdout().lock()),
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the stream broke off: {error}");
            ExitCode::FAILURE
        }
    }
}
// ANCHOR_END: main

// ANCHOR: test
/// Feeds `bytes`, cut at `cuts`. Returns what is left: state, place, messages.
fn fed(bytes: &[u8], cuts: &[usize]) -> (Array2<Real>, u64, u64, Vec<String>) {
    let mut stream = Stream::new();
    let mut messages = Vec::new();
    let mut from = 0;
    for &to in cuts.iter().chain([&bytes.len()]) {
        stream.feed(&bytes[from..to], |message| messages.push(message));
        from = to;
    }
    (stream.h, stream.line, stream.column, messages)
}

fn demonstrate(output: &mut impl Write) -> io::Result<()> {
    let text = "1011\n10x1\n0é1 0011\n".repeat(20);
    let bytes = text.as_bytes();
    let whole = fed(bytes, &[]);
    for message in &whole.3[..2] {
        writeln!(output, "{message}")?;
    }

    let every_byte: Vec<usize> = (1..bytes.len()).collect();
    assert_eq!(fed(bytes, &every_byte), whole);
    let mut rng = Rng::seed_from_u64(1);
    for _ in 0..200 {
        let mut cuts: Vec<usize> =
            (0..20).map(|_| rng.random_range(0..=bytes.len())).collect();
        cuts.sort_unstable();
        assert_eq!(fed(bytes, &cuts), whole);
    }
    writeln!(
        output,
        "one chunk, single bytes, 200 random cuts: same state, same messages"
    )
}
// ANCHOR_END: test
