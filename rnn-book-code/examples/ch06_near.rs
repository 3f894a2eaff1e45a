//! Finding texts that are nearly the same, and keeping them on one side.

use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    splits::{by_group, clusters, near_duplicates},
};

// ANCHOR: main
fn main() {
    let reviews = [
        "The service was slow but the soup was very good.",
        "Never again! We waited an hour for a cold soup.",
        "the service was slow, but the soup was very good",
        "The service was slow but the soup was very good. We will be back.",
        "A quiet place with a view of the river.",
        "Never again. We waited an hour for a cold soup!",
    ];
    let pairs = near_duplicates(&reviews, 3, 0.3);
    for pair in &pairs {
        println!("{} and {}: {:.2}", pair.a, pair.b, pair.similarity);
    }
    let groups = clusters(reviews.len(), &pairs);
    println!("groups {groups:?}");
    let split = by_group(&groups, 0.0, 0.3, &mut Rng::seed_from_u64(1));
    println!("train {:?}, test {:?}", split.train, split.test);
}
// ANCHOR_END: main
