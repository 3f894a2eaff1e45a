//! Matrix products: the one kernel under every layer.
//!
//! ndarray's `dot` computes the same. This kernel is here for three reasons: it uses
//! the widest vectors that the machine has, it can read a weight matrix that was laid
//! out for it once ([`Packed`]) at every step of a sequence, and it allocates nothing
//! then.
//!
//! Every entry of a product is summed in the order of `k`, in pieces of `DEPTH`, by
//! fused multiply-adds. The result does not depend on how wide the vectors are.
//!
//! The shapes are those of `C = A B`: `[M, K]` times `[K, N]` gives `[M, N]`.
//!
//! In the book: [appendix E].
//!
//! [appendix E]: https://rnn-basics.github.io/rnn-basics-from-scratch/appendix-e.html

use crate::{
    Real,
    vector::{slice, slice_mut},
};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// How many rows of the right factor are used together: a panel of them stays in the
/// first-level cache.
const DEPTH: usize = 384;

/// How many panels are used together.
const PANELS: usize = 4;

/// How many rows of the left factor are used together.
const HEIGHT: usize = 96;

// ANCHOR: functions
/// `A B` for `a: [M, K]` and `b: [K, N]`.
pub fn matmul(a: ArrayView2<Real>, b: ArrayView2<Real>) -> Array2<Real> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    add_matmul(a, b, c.view_mut());
    c
}

/// `C += A B` for `a: [M, K]`, `b: [K, N]` and `c: [M, N]`, whose rows must be
/// contiguous; the factors may be transposed views.
///
/// # Panics
/// If the shapes do not fit each other.
pub fn add_matmul(a: ArrayView2<Real>, b: ArrayView2<Real>, c: ArrayViewMut2<Real>) {
    if a.nrows() <= 4 && b.strides()[1] == 1 {
        check(a.dim(), b.dim(), c.dim());
        walk_rows(a, b, c);
    } else {
        add_matmuls([(a, c)], b);
    }
}

/// [`add_matmul`] for several pairs of `a` and `c`: `b` is laid out once for all.
///
/// # Panics
/// If the shapes do not fit each other.
pub fn add_matmuls<const N: usize>(
    mut pairs: [(ArrayView2<Real>, ArrayViewMut2<Real>); N],
    b: ArrayView2<Real>,
) {
    let mut packed = Packed::empty();
    for k in (0..b.nrows()).step_by(DEPTH) {
        let end = b.nrows().min(k + DEPTH);
        packed.fill(b.slice(s![k..end, ..]));
        for (a, c) in &mut pairs {
            check(a.dim(), b.dim(), c.dim());
            let a = a.slice(s![.., k..end]);
            if a.strides()[1] == 1 {
                packed.add_matmul(a, c.view_mut());
            } else {
                packed.add_matmul(by_rows(a).view(), c.view_mut());
            }
        }
    }
}
// ANCHOR_END: functions

/// `X W + b` for `x: [N, I]`, `w: [I, O]` and `b: [O]`.
pub fn affine(
    x: ArrayView2<Real>,
    w: ArrayView2<Real>,
    b: ArrayView1<Real>,
) -> Array2<Real> {
    let shape = (x.nrows(), b.len());
    let mut y = b.broadcast(shape).expect("a bias for each column").to_owned();
    add_matmul(x, w, y.view_mut());
    y
}

/// A copy with contiguous rows, made in bands of eight rows, so that what is read and
/// what is written are few enough streams for the cache.
fn by_rows(a: ArrayView2<Real>) -> Array2<Real> {
    let mut copy = Array2::zeros(a.dim());
    let bands = copy.axis_chunks_iter_mut(Axis(0), 8);
    for (a, mut band) in a.axis_chunks_iter(Axis(0), 8).zip(bands) {
        let mut rows = band.outer_iter_mut().map(slice_mut);
        let mut rows: [&mut [Real]; 8] =
            std::array::from_fn(|_| rows.next().unwrap_or_default());
        for (k, column) in a.axis_iter(Axis(1)).enumerate() {
            for (row, &x) in rows.iter_mut().zip(column) {
                if let Some(to) = row.get_mut(k) {
                    *to = x;
                }
            }
        }
    }
    copy
}

fn check(a: (usize, usize), b: (usize, usize), c: (usize, usize)) {
    let fits = a.1 == b.0 && c == (a.0, b.1);
    assert!(fits, "the product of {a:?} and {b:?} does not fit {c:?}");
}

// ANCHOR: packed
/// The right factor of a product, laid out in the order in which the kernel reads it:
/// pieces of `DEPTH` rows, each cut into panels as wide as two vectors.
#[derive(Clone, Debug)]
pub struct Packed {
    data: Vec<Real>,
    start: usize, // the first entry at a multiple of 64 bytes
    shape: (usize, usize),
}

impl Packed {
    /// Lays out `b: [K, N]`.
    pub fn new(b: ArrayView2<Real>) -> Self {
        let mut packed = Self::empty();
        packed.fill(b);
        packed
    }

    fn empty() -> Self {
        Self { data: Vec::new(), start: 0, shape: (0, 0) }
    }

    fn fill(&mut self, b: ArrayView2<Real>) {
        const LINE: usize = 64 / size_of::<Real>();
        let (depth, columns) = b.dim();
        let width = panel_width();
        let len = depth * columns.next_multiple_of(width);
        if self.data.len() < len + LINE {
            self.data = vec![0.0; len + LINE];
            self.start = self.data.as_ptr().align_offset(64).min(LINE);
        }
        self.shape = b.dim();

        let mut rest = &mut self.data[self.start..];
        for piece in b.axis_chunks_iter(Axis(0), DEPTH) {
            let depth = piece.nrows();
            let panels = columns.div_ceil(width);
            let data;
            (data, rest) = rest.split_at_mut(panels * depth * width);
            // Eight rows of all panels, then the next eight: rows are read in order.
            for (k, band) in piece.axis_chunks_iter(Axis(0), 8).enumerate() {
                let blocks = band.axis_chunks_iter(Axis(1), width);
                for (block, panel) in blocks.zip(data.chunks_exact_mut(depth * width)) {
                    pack(block, &mut panel[k * 8 * width..], width);
                }
            }
        }
    }
}

/// Copies a block `[K, ≤ width]` row after row, filled up with zeros.
fn pack(block: ArrayView2<Real>, panel: &mut [Real], width: usize) {
    let columns = block.ncols();
    if columns < width || block.strides()[1] != 1 {
        for to in panel.chunks_exact_mut(width) {
            to[columns..].fill(0.0);
        }
        for (j, column) in block.axis_iter(Axis(1)).enumerate() {
            for (to, &x) in panel.chunks_exact_mut(width).zip(column) {
                to[j] = x;
            }
        }
    } else {
        for (to, row) in panel.chunks_exact_mut(width).zip(block.outer_iter()) {
            let row = slice(row);
            // Eight at a time: a call for so few would cost more than the copy.
            let (to, _) = to.as_chunks_mut::<8>();
            let (row, _) = row.as_chunks::<8>();
            for (to, row) in to.iter_mut().zip(row) {
                *to = *row;
            }
        }
    }
}
// ANCHOR_END: packed

// ANCHOR: blocks
impl Packed {
    /// `C += A B` for `a: [M, K]` and `c: [M, N]`, both with contiguous rows.
    ///
    /// # Panics
    /// If the shapes do not fit each other, or a row is not contiguous.
    pub fn add_matmul(&self, a: ArrayView2<Real>, mut c: ArrayViewMut2<Real>) {
        check(a.dim(), self.shape, c.dim());
        let a_blocks = a.axis_chunks_iter(Axis(0), HEIGHT);
        let c_blocks = c.axis_chunks_iter_mut(Axis(0), HEIGHT);
        for (a, mut c) in a_blocks.zip(c_blocks) {
            let mut a_rows = a.outer_iter().map(|row| slice(row));
            let mut c_rows = c.outer_iter_mut().map(|row| slice_mut(row));
            Arch::new().dispatch(Block {
                rows: a.nrows(),
                a: std::array::from_fn(|_| a_rows.next().unwrap_or_default()),
                c: std::array::from_fn(|_| c_rows.next().unwrap_or_default()),
                packed: self,
            });
        }
    }
}

/// At most [`HEIGHT`] rows of a product.
struct Block<'a> {
    rows: usize,
    a: [&'a [Real]; HEIGHT],
    c: [&'a mut [Real]; HEIGHT],
    packed: &'a Packed,
}

impl WithSimd for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (depth, columns) = self.packed.shape;
        let width = 2 * simd::lanes::<S>();
        // As many rows at once as there are registers for their sums, all tiles about
        // equally high.
        let highest = if S::REGISTER_COUNT >= 32 { 12 } else { 6 };
        let tiles = self.rows.div_ceil(highest);

        let mut rest = &self.packed.data[self.packed.start..];
        for k in (0..depth).step_by(DEPTH) {
            let k = k..depth.min(k + DEPTH);
            // A few panels, which stay in the second-level cache, by every tile: so the
            // rows of the result are written in runs long enough to be fetched ahead.
            for n in (0..columns).step_by(PANELS * width) {
                let end = columns.min(n + PANELS * width);
                let panels;
                let len = (end - n).div_ceil(width) * k.len() * width;
                (panels, rest) = rest.split_at(len);
                for tile in 0..tiles {
                    let m = tile * self.rows / tiles..(tile + 1) * self.rows / tiles;
                    let (a, c) = (&self.a[m.clone()], &mut self.c[m]);
                    for (j, panel) in panels.chunks_exact(k.len() * width).enumerate() {
                        let n = n + j * width..end.min(n + (j + 1) * width);
                        add_rows(simd, a, panel, c, k.clone(), n);
                    }
                }
            }
        }
    }
}

/// A tile of as many rows as `a` has.
#[inline(always)]
fn add_rows<S: Simd>(
    simd: S,
    a: &[&[Real]],
    panel: &[Real],
    c: &mut [&mut [Real]],
    k: Range<usize>,
    n: Range<usize>,
) {
    match a.len() {
        1 => add_tile::<S, 1>(simd, a, panel, c, k, n),
        2 => add_tile::<S, 2>(simd, a, panel, c, k, n),
        3 => add_tile::<S, 3>(simd, a, panel, c, k, n),
        4 => add_tile::<S, 4>(simd, a, panel, c, k, n),
        5 => add_tile::<S, 5>(simd, a, panel, c, k, n),
        6 => add_tile::<S, 6>(simd, a, panel, c, k, n),
        7 => add_tile::<S, 7>(simd, a, panel, c, k, n),
        8 => add_tile::<S, 8>(simd, a, panel, c, k, n),
        9 => add_tile::<S, 9>(simd, a, panel, c, k, n),
        10 => add_tile::<S, 10>(simd, a, panel, c, k, n),
        11 => add_tile::<S, 11>(simd, a, panel, c, k, n),
        _ => add_tile::<S, 12>(simd, a, panel, c, k, n),
    }
}

/// The sums of `R` rows and two vectors of columns stay in registers for the whole
/// panel.
#[inline(always)]
fn add_tile<S: Simd, const R: usize>(
    simd: S,
    a: &[&[Real]],
    panel: &[Real],
    c: &mut [&mut [Real]],
    k: Range<usize>,
    n: Range<usize>,
) {
    let a: [&[Real]; R] = std::array::from_fn(|r| &a[r][k.clone()]);
    let (panel, _) = simd::vectors::<S>(panel).as_chunks::<2>();
    let panel = &panel[..k.len()];

    let mut left = [simd::splat(simd, 0.0); R];
    let mut right = [simd::splat(simd, 0.0); R];
    for k in 0..panel.len() {
        let [b_0, b_1] = panel[k];
        for r in 0..R {
            let a = simd::splat(simd, a[r][k]);
            left[r] = simd::mul_add(simd, a, b_0, left[r]);
            right[r] = simd::mul_add(simd, a, b_1, right[r]);
        }
    }

    for ((c, left), right) in c.iter_mut().zip(left).zip(right) {
        let c = &mut c[n.clone()];
        if c.len() == 2 * simd::lanes::<S>() {
            let c = simd::vectors_mut::<S>(c);
            c[0] = simd::add(simd, c[0], left);
            c[1] = simd::add(simd, c[1], right);
        } else {
            // The last panel may be narrower.
            let (c_0, c_1) = c.split_at_mut(c.len().min(simd::lanes::<S>()));
            simd::add_partly(simd, c_0, left);
            simd::add_partly(simd, c_1, right);
        }
    }
}
// ANCHOR_END: blocks

// ANCHOR: walk
/// The product of a few rows: a weight is used too rarely for laying it out to pay.
/// Walks down the rows of `b`, four at a time.
fn walk_rows(a: ArrayView2<Real>, b: ArrayView2<Real>, mut c: ArrayViewMut2<Real>) {
    for (a, c) in a.outer_iter().zip(c.outer_iter_mut()) {
        Arch::new().dispatch(Walk { a, b, c: slice_mut(c) });
    }
}

struct Walk<'a> {
    a: ArrayView1<'a, Real>,
    b: ArrayView2<'a, Real>,
    c: &'a mut [Real],
}

impl WithSimd for Walk<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { a, b, c } = self;
        let row = |k: usize| slice(b.index_axis_move(Axis(0), k));
        let fours = b.nrows() / 4 * 4;
        for k in (0..fours).step_by(4) {
            let a = [a[k], a[k + 1], a[k + 2], a[k + 3]];
            add_four_rows(a, [row(k), row(k + 1), row(k + 2), row(k + 3)], c);
        }
        for k in fours..b.nrows() {
            c.iter_mut().zip(row(k)).for_each(|(c, &b)| *c = a[k].mul_add(b, *c));
        }
    }
}

#[inline(always)]
fn add_four_rows(a: [Real; 4], b: [&[Real]; 4], c: &mut [Real]) {
    let b = b.map(|row| &row[..c.len()]);
    for (j, c) in c.iter_mut().enumerate() {
        let sum = a[1].mul_add(b[1][j], a[0].mul_add(b[0][j], *c));
        *c = a[3].mul_add(b[3][j], a[2].mul_add(b[2][j], sum));
    }
}
// ANCHOR_END: walk

/// The width of a panel on this machine.
fn panel_width() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            simd::lanes::<S>()
        }
    }
    2 * Arch::new().dispatch(Lanes)
}

/// The few operations of [`pulp::Simd`] that the kernel uses, on vectors of [`Real`].
macro_rules! simd_of {
    ($real:ty, $vector:ident, $lanes:ident, $splat:ident, $add:ident, $mul_add:ident,
     $as_simd:ident, $as_mut_simd:ident, $partial_load:ident, $partial_store:ident) => {
        mod simd {
            use pulp::Simd;
            #[inline(always)]
            pub fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            pub fn splat<S: Simd>(simd: S, x: $real) -> S::$vector {
                simd.$splat(x)
            }
            #[inline(always)]
            pub fn add<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }
            /// a b + c
            #[inline(always)]
            pub fn mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            /// Adds as many entries of `b` as `a` has.
            #[inline(always)]
            pub fn add_partly<S: Simd>(simd: S, a: &mut [$real], b: S::$vector) {
                let sum = simd.$add(simd.$partial_load(a), b);
                simd.$partial_store(a, sum);
            }
            #[inline(always)]
            pub fn vectors<S: Simd>(values: &[$real]) -> &[S::$vector] {
                S::$as_simd(values).0
            }
            #[inline(always)]
            pub fn vectors_mut<S: Simd>(values: &mut [$real]) -> &mut [S::$vector] {
                S::$as_mut_simd(values).0
            }
        }
    };
}

#[cfg(not(feature = "f64"))]
simd_of!(
    f32,
    f32s,
    F32_LANES,
    splat_f32s,
    add_f32s,
    mul_add_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s
);
#[cfg(feature = "f64")]
simd_of!(
    f64,
    f64s,
    F64_LANES,
    splat_f64s,
    add_f64s,
    mul_add_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s
);
