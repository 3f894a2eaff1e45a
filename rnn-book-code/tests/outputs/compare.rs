//! Compares what a program printed with its record, word by word.
//!
//! White space only separates. Words and whole numbers must be equal. A number with a decimal point or an
//! exponent may differ, since another processor rounds differently: by 1e-6, by a thousandth of the
//! recorded number, or by one unit of its last printed digit, whichever is most.
//!
//! In a section headed `== NAME ~ ==`, up to the next such heading, only the form counts: as many lines, blank
//! ones in the same places, and the same words before a colon. A sample drawn from a model is such a text.

const ABSOLUTE: f64 = 1e-6;
const RELATIVE: f64 = 1e-3;

/// A piece of a line.
#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
}

/// The first difference: its line in the record, and a sentence.
pub fn compare(recorded: &str, printed: &str) -> Result<(), (usize, String)> {
    let mut printed_lines = printed.trim_end().lines();
    let mut last = 0;
    let mut only_form = false;
    for (index, expected) in recorded.trim_end().lines().enumerate() {
        last = index + 1;
        let Some(found) = printed_lines.next() else {
            return Err((
                last,
                format!(
                    "the record says '{expected}', but the program prints nothing more"
                ),
            ));
        };
        if let Some(name) = heading(expected) {
            only_form = name.ends_with('~');
        } else if only_form && form(expected) == form(found) {
            continue;
        }
        let (expected_tokens, found_tokens) = (tokens(expected), tokens(found));
        let pairs = expected_tokens.iter().zip(&found_tokens);
        let same_length = expected_tokens.len() == found_tokens.len();
        if let Some((a, b)) = pairs.into_iter().find(|(a, b)| !agree(a, b)) {
            let (Token::Word(a) | Token::Number(a), Token::Word(b) | Token::Number(b)) =
                (a, b);
            return Err((
                last,
                format!(
                    "the record says '{a}', but the program prints '{b}' (in '{found}')"
                ),
            ));
        }
        if !same_length {
            return Err((
                last,
                format!(
                    "the record says '{expected}', but the program prints '{found}'"
                ),
            ));
        }
    }
    match printed_lines.next() {
        Some(more) => Err((
            last + 1,
            format!("the record ends, but the program also prints '{more}'"),
        )),
        None => Ok(()),
    }
}

/// The name in `== NAME ==`.
fn heading(line: &str) -> Option<&str> {
    line.trim().strip_prefix("== ")?.strip_suffix(" ==")
}

/// Whether a line is blank, and what stands before its colon.
fn form(line: &str) -> (bool, Option<&str>) {
    (line.trim().is_empty(), line.split_once(':').map(|(key, _)| key))
}

fn agree(recorded: &Token, printed: &Token) -> bool {
    match (recorded, printed) {
        (Token::Word(a), Token::Word(b)) => a == b,
        (Token::Number(a), Token::Number(b)) => numbers_agree(a, b),
        _ => false,
    }
}

fn numbers_agree(recorded: &str, printed: &str) -> bool {
    let whole = |s: &str| !s.contains(['.', 'e', 'E']);
    if whole(recorded) && whole(printed) {
        return recorded == printed;
    }
    let (Ok(a), Ok(b)) = (recorded.parse::<f64>(), printed.parse::<f64>()) else {
        return recorded == printed;
    };
    // A hair more, since the difference itself is rounded.
    let tolerance = ABSOLUTE.max(RELATIVE * a.abs()).max(1.000_001 * unit(recorded));
    (a - b).abs() <= tolerance
}

/// One unit of the last printed digit: 0.01 for `1.25`, 1e-7 for `1.2e-6`.
fn unit(number: &str) -> f64 {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let digits = mantissa.split_once('.').map_or(0, |(_, d)| d.len());
    let exponent: i32 = exponent.parse().unwrap_or(0);
    10f64.powi(exponent - i32::try_from(digits).unwrap_or(0))
}

/// Cuts a line into numbers and what stands between them. Digits within a word (`f32`, `w_1`) belong to it.
fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for word in line.split_whitespace() {
        let (mut start, mut at) = (0, 0);
        while at < word.len() {
            let after_name = word[..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
            let length = if after_name { 0 } else { number(&word[at..]) };
            if length == 0 {
                at += word[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            if start < at {
                tokens.push(Token::Word(&word[start..at]));
            }
            tokens.push(Token::Number(&word[at..at + length]));
            at += length;
            start = at;
        }
        if start < word.len() {
            tokens.push(Token::Word(&word[start..]));
        }
    }
    tokens
}

/// Length of the number at the beginning of `text`, or 0.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits(sign);
    if whole == 0 {
        return 0;
    }
    let mut end = sign + whole;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let power = digits(end + 1 + signed);
        if power > 0 {
            end += 1 + signed + power;
        }
    }
    end
}

#[test]
fn a_changed_number_is_caught() {
    let fault = compare("a\nloss: 0.1234 (step 3)\n", "a\nloss: 0.1239 (step 3)\n")
        .unwrap_err();
    assert_eq!(fault.0, 2);
    assert!(fault.1.contains("'0.1234'") && fault.1.contains("'0.1239'"));
    assert!(compare("step 3", "step 4").is_err());
    assert!(compare("-0.5", "0.5").is_err());
    assert!(compare("[1.0, 2.0]", "[1.0, 2.5]").is_err());
}

#[test]
fn a_changed_word_is_caught() {
    let fault = compare("the net learns\n", "the net forgets\n").unwrap_err();
    assert_eq!(fault.0, 1);
    assert!(fault.1.contains("'learns'") && fault.1.contains("'forgets'"));
    assert!(compare("a f32", "a f64").is_err());
    assert!(compare("a b", "a").is_err());
    assert!(compare("a", "a\nb").is_err());
    assert!(compare("a\nb", "a").is_err());
}

#[test]
fn rounding_is_tolerated() {
    compare("x = 0.12345678", "x = 0.12345601").unwrap();
    compare("x = 1000.5,  y=0.12", "x =  1001.1, y=0.13").unwrap();
    compare("1.2e-6 0.0", "1.3e-6 -0.0").unwrap();
}

#[test]
fn of_a_sample_only_the_form_counts() {
    let record = "== a ~ ==\nsample: to be\n\n== b ==\nx\n";
    compare(record, "== a ~ ==\nsample: or not\n\n== b ==\nx\n").unwrap();
    assert_eq!(
        compare(record, "== a ~ ==\nsmple: to be\n\n== b ==\nx\n").unwrap_err().0,
        2
    );
    assert_eq!(
        compare(record, "== a ~ ==\nsample: to be\ny\n== b ==\nx\n").unwrap_err().0,
        3
    );
    assert_eq!(
        compare(record, "== a ~ ==\nsample: to be\n\n== b ==\ny\n").unwrap_err().0,
        5
    );
}
