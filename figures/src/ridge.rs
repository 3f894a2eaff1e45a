//! Linear read-outs by ridge regression: normal equations, solved by Cholesky's factorisation.

use anyhow::{Result, bail, ensure};
use ndarray::{Array2, ArrayView2, s};

/// Solves `a · x = b` for symmetric positive definite `a: [n, n]` and `b: [n, m]`.
///
/// # Errors
/// When the shapes do not fit or `a` is not positive definite.
pub fn cholesky_solve(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Result<Array2<f64>> {
    let n = a.nrows();
    ensure!(
        a.ncols() == n && b.nrows() == n,
        "a is {:?} and b is {:?}",
        a.dim(),
        b.dim()
    );
    let mut l = Array2::<f64>::zeros((n, n));
    for j in 0..n {
        for i in j..n {
            let inner = l.slice(s![i, ..j]).dot(&l.slice(s![j, ..j]));
            let rest = a[[i, j]] - inner;
            if i > j {
                l[[i, j]] = rest / l[[j, j]];
            } else if rest > 0.0 {
                l[[i, i]] = rest.sqrt();
            } else {
                bail!("the matrix is not positive definite: pivot {i} is {rest:e}");
            }
        }
    }
    let mut x = b.to_owned();
    for i in 0..n {
        let (done, mut rest) = x.view_mut().split_at(ndarray::Axis(0), i);
        let mut row = rest.row_mut(0);
        row -= &l.slice(s![i, ..i]).dot(&done);
        row /= l[[i, i]];
    }
    for i in (0..n).rev() {
        let (mut head, done) = x.view_mut().split_at(ndarray::Axis(0), i + 1);
        let mut row = head.row_mut(i);
        row -= &l.slice(s![i + 1.., i]).dot(&done);
        row /= l[[i, i]];
    }
    Ok(x)
}

/// Ridge regression: the `w: [n, m]` that minimises `‖x·w − y‖² + penalty·‖w‖²` for `x: [T, n]`, `y: [T, m]`.
///
/// # Errors
/// When the shapes do not fit, or the penalty is too small for `x` to be of full rank in `f64`.
pub fn ridge(
    x: ArrayView2<f64>,
    y: ArrayView2<f64>,
    penalty: f64,
) -> Result<Array2<f64>> {
    let mut gram = x.t().dot(&x);
    gram.diag_mut().mapv_inplace(|d| d + penalty);
    cholesky_solve(gram.view(), x.t().dot(&y).view())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_small_system_is_solved() {
        let a = array![[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let x = array![[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]];
        let solved = cholesky_solve(a.view(), a.dot(&x).view()).unwrap();
        assert!((&solved - &x).iter().all(|d| d.abs() < 1e-12), "{solved}");
        let indefinite = array![[1.0, 2.0], [2.0, 1.0]];
        let error = cholesky_solve(indefinite.view(), indefinite.view()).unwrap_err();
        assert!(error.to_string().contains("pivot 1"));
    }

    #[test]
    fn without_noise_and_penalty_the_weights_come_back() {
        let x = array![[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0], [2.0, 0.3]];
        let w = array![[0.7], [-1.2]];
        let found = ridge(x.view(), x.dot(&w).view(), 0.0).unwrap();
        assert!((&found - &w).iter().all(|d| d.abs() < 1e-12), "{found}");
    }
}
