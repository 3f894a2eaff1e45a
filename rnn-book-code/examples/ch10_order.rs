//! What attention knows of order: nothing, until somebody tells it.

use ndarray::{Array3, Axis, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    init::normal,
    positions::{PositionTable, Rotary},
    self_attention::SelfAttention,
};

fn row(x: &Array3<Real>, t: usize) -> String {
    x.slice(s![0, t, ..]).iter().map(|x| format!("{x:8.4}")).collect()
}

fn main() {
    let mut rng = Rng::seed_from_u64(1);
    // ANCHOR: shuffle
    let layer = SelfAttention::new(4, 2, false, &mut rng);
    let x = normal(3, 4, 1.0, &mut rng).insert_axis(Axis(0)); // one lane, three places
    let shuffled = x.select(Axis(1), &[2, 0, 1]);
    println!("== shuffle ==");
    let (y, z) =
        (layer.forward(x.view(), None).0, layer.forward(shuffled.view(), None).0);
    for (t, from) in [2, 0, 1].into_iter().enumerate() {
        println!("place {from} before:  {}", row(&y, from));
        println!("  as place {t} now:{}", row(&z, t));
    }
    // ANCHOR_END: shuffle

    // ANCHOR: told
    println!("== told ==");
    let places = PositionTable::sinusoidal(3, 4, 1.0);
    let told = |x: &Array3<Real>| {
        let mut x = x.clone();
        places.add_to(&mut x);
        layer.forward(x.view(), None).0
    };
    println!("place 2 before:  {}", row(&told(&x), 2));
    println!("  as place 0 now:{}", row(&told(&shuffled), 0));
    // ANCHOR_END: told

    // ANCHOR: rotary
    println!("== rotary ==");
    let rotary = Rotary::new(200, 8);
    let q = normal(1, 8, 1.0, &mut rng).into_raw_vec_and_offset().0;
    let k = normal(1, 8, 1.0, &mut rng).into_raw_vec_and_offset().0;
    let product = |t: usize, s: usize| -> Real {
        let (mut q, mut k) = (q.clone(), k.clone());
        rotary.turn(t, &mut q);
        rotary.turn(s, &mut k);
        q.iter().zip(&k).map(|(q, k)| q * k).sum()
    };
    for distance in [0, 1, 5] {
        let numbers =
            [10, 50, 150].map(|t| format!("{:9.4}", product(t, t - distance)));
        println!("{distance} apart, t = 10, 50, 150:{}", numbers.concat());
    }
    // ANCHOR_END: rotary
}
