//! Batches of unequal examples: nothing lost, nothing twice, order kept.

use proptest::{collection::vec, prelude::*, test_runner::RngSeed};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    batching::{buckets, pad, pools},
    vocabulary::PADDING,
};

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1), failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn padding_keeps_every_token_in_its_place(examples in vec(vec(0_usize..9, 0..7), 0..6)) {
        let padded = pad(&examples);
        prop_assert_eq!(padded.ids.ncols(), examples.len());
        for (b, example) in examples.iter().enumerate() {
            let column = padded.ids.column(b).to_vec();
            prop_assert_eq!(&column[..padded.lengths[b]], &example[..]);
            prop_assert!(column[padded.lengths[b]..].iter().all(|&id| id == PADDING));
        }
        let longest = examples.iter().map(Vec::len).max().unwrap_or(0);
        prop_assert_eq!(padded.ids.nrows(), longest);
    }

    #[test]
    fn buckets_deal_each_example_once(
        lengths in vec(0_usize..50, 0..800), size in 1_usize..9, seed: u64,
    ) {
        let batches = buckets(&lengths, size, &mut Rng::seed_from_u64(seed));
        let mut dealt: Vec<usize> = batches.concat();
        dealt.sort_unstable();
        prop_assert_eq!(dealt, (0..lengths.len()).collect::<Vec<_>>());
        prop_assert!(batches.iter().all(|batch| (1..=size).contains(&batch.len())));
        // One pool: the lengths of two batches overlap in their ends at most.
        if lengths.len() <= 50 * size {
            let mut ends: Vec<_> = batches
                .iter()
                .map(|batch| {
                    let of = batch.iter().map(|&example| lengths[example]);
                    (of.clone().min().unwrap(), of.max().unwrap())
                })
                .collect();
            ends.sort_unstable();
            prop_assert!(ends.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
    }

    #[test]
    fn pools_deal_each_example_once(
        lengths in vec(0_usize..50, 0..200), size in 1_usize..9, pool in 1_usize..6, seed: u64,
    ) {
        let batches = pools(&lengths, size, pool, &mut Rng::seed_from_u64(seed));
        let mut dealt: Vec<usize> = batches.concat();
        dealt.sort_unstable();
        prop_assert_eq!(dealt, (0..lengths.len()).collect::<Vec<_>>());
        prop_assert!(batches.iter().all(|batch| (1..=size).contains(&batch.len())));
        prop_assert!(batches.iter().all(|batch| batch.is_sorted_by_key(|&n| lengths[n])));
    }
}
