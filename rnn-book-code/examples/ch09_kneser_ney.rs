//! Kneser and Ney with a pencil: twelve tokens, contexts of one word at most.

use rnn_book_code::ngram::NGram;

const TEXT: &str = "the cat sat . the cat ran . the dog sat .";

// ANCHOR: main
fn main() {
    let mut words: Vec<&str> = TEXT.split(' ').collect();
    let tokens = words.clone();
    words.sort_unstable();
    words.dedup();
    let id = |word: &str| words.binary_search(&word).expect("a word of the text");
    let stream: Vec<usize> = tokens.iter().map(|word| id(word)).collect();

    println!("== counts ==");
    println!("word   times  after how many different words");
    for &word in &words {
        let times = tokens.iter().filter(|&&other| other == word).count();
        let mut before: Vec<&str> =
            tokens.windows(2).filter(|w| w[1] == word).map(|w| w[0]).collect();
        before.sort_unstable();
        before.dedup();
        println!("{word:5} {times:6} {:26}", before.len());
    }

    println!("== probabilities ==");
    // One discount of 0.5 for every count, to keep the pencil short
    let discounts = vec![[0.5; 3]; 2];
    let kn = NGram::kneser_ney(&stream, words.len(), 2).with_discounts(discounts);
    let wb = NGram::witten_bell(&stream, words.len(), 2);
    println!("word    P(w)  P(w | the)  P(w | cat)  Witten-Bell P(w | cat)");
    for &word in &words {
        let p = |context: &[usize]| kn.probability(context, id(word));
        let [alone, the, cat] = [p(&[]), p(&[id("the")]), p(&[id("cat")])];
        let other = wb.probability(&[id("cat")], id(word));
        println!("{word:5} {alone:6.4} {the:11.4} {cat:11.4} {other:23.4}");
    }
}
// ANCHOR_END: main
