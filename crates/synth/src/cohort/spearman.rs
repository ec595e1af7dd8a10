//! Rank correlation of the truth; kept apart from the statistics of radpath,
//! so that what they are tested on does not rest on them.

/// Spearman's rho: Pearson's correlation of mid-ranks. NaN for fewer than two
/// pairs and where either side is constant.
pub(crate) fn rho(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (ranks(x), ranks(y));
    let n = x.len().min(y.len());
    let mean = (n as f64 + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(p, q)| (p - mean) * (q - mean)).sum()
    };
    product(&x, &y) / (product(&x, &x) * product(&y, &y)).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |v: f64| values.iter().filter(|&&w| w < v).count() as f64;
    let equal = |v: f64| values.iter().filter(|&&w| w == v).count() as f64;
    values
        .iter()
        .map(|&v| below(v) + (equal(v) + 1.0) / 2.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::rho;

    /// R: cor(c(1, 2, 2, 4, 5), c(2, 1, 3, 5, 4), method = "spearman") by hand:
    /// ranks 1 2.5 2.5 4 5 and 2 1 3 5 4; covariance 7.5, variances 9.5 and 10.
    #[test]
    fn ties_take_the_mean_rank() {
        let found = rho(&[1.0, 2.0, 2.0, 4.0, 5.0], &[2.0, 1.0, 3.0, 5.0, 4.0]);
        assert!((found - 7.0 / 95f64.sqrt()).abs() < 1e-12, "{found}");
        assert_eq!(rho(&[1.0, 2.0, 3.0], &[9.0, 4.0, 1.0]), -1.0);
        assert!(rho(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
        assert!(rho(&[], &[]).is_nan());
    }
}
