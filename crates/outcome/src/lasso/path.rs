//! A sequence of penalties, each fit starting from the one before.

use super::columns::Columns;
use super::descent::Descent;
use super::likelihood::Likelihood;
use super::screen::Screen;
use super::step::Penalty;
use super::{Fit, Lambdas, Path, PathOptions};
use crate::Error;

/// A path that chooses its own penalties ends beyond this deviance ratio.
const EXPLAINED: f64 = 0.999;

/// Fewest fits of such a path.
const FEWEST: usize = 5;

pub(super) fn path<L: Likelihood>(
    columns: Columns,
    likelihood: L,
    options: &PathOptions,
) -> Result<Path, Error> {
    check(&columns, options)?;
    let (rows, n_columns) = (columns.rows(), columns.len());
    let mut model = Descent::new(columns, likelihood, options.tolerance, options.max_sweeps);
    let mut gradient = vec![0.0; n_columns];
    model.gradient(&mut gradient);
    let steepest = gradient.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
    let first = steepest / options.l1_ratio.max(1e-3);
    let (lambdas, may_stop) = match &options.lambdas {
        Lambdas::Given(lambdas) => (lambdas.clone(), false),
        Lambdas::Auto { count, min_ratio } => {
            let usual = if rows < n_columns { 1e-2 } else { 1e-4 };
            (falling(first, min_ratio.unwrap_or(usual), *count), true)
        }
    };
    let mut path = Path {
        fits: Vec::with_capacity(lambdas.len()),
        null_deviance: model.null_deviance(),
    };
    let mut screen = Screen::new(n_columns);
    let mut previous = first;
    for lambda in lambdas {
        let l1 = lambda * options.l1_ratio;
        let penalty = Penalty {
            l1,
            l2: lambda - l1,
        };
        // Rounding must not let a column in at the very penalty that keeps all out.
        if l1 > 0.0 && l1 >= steepest * (1.0 - 4.0 * f64::EPSILON) {
            model.return_to_null();
            model.gradient(&mut gradient);
        } else if !(model.is_perfect() && lambda <= previous) {
            let likely = options.l1_ratio * (2.0 * lambda - previous);
            screen.start(&gradient, model.coefficients(), likely);
            let solved = loop {
                if let Err(error) = model.solve(&screen.columns, penalty) {
                    break Err(error);
                }
                model.gradient(&mut gradient);
                if !screen.add_violators(&gradient, l1) {
                    break Ok(());
                }
            };
            // As glmnet does it: the penalties down to this one are good.
            match solved {
                Err(Error::NotConverged { .. }) if !path.fits.is_empty() => break,
                other => other?,
            }
        }
        previous = lambda;
        path.fits.push(fit(&model, lambda));
        let ratio = model.deviance_ratio();
        let enough = path.fits.len() >= FEWEST && (ratio > EXPLAINED || L::stalled(&path.fits));
        if may_stop && enough {
            break;
        }
    }
    Ok(path)
}

fn check(columns: &Columns, options: &PathOptions) -> Result<(), Error> {
    if columns.len() == 0 {
        return Err(Error::NoColumns);
    }
    let setting = |what, value, fits: bool, must| {
        let refused = Error::Setting { what, value, must };
        if fits { Ok(()) } else { Err(refused) }
    };
    let (ratio, tolerance) = (options.l1_ratio, options.tolerance);
    let share = (0.0..=1.0).contains(&ratio);
    setting("the L1 ratio", ratio, share, "lie between 0 and 1")?;
    let positive = tolerance > 0.0 && tolerance.is_finite();
    setting("the tolerance", tolerance, positive, "be above 0")?;
    match &options.lambdas {
        Lambdas::Given(lambdas) => lambdas.iter().try_for_each(|&lambda| {
            let fits = lambda >= 0.0 && lambda.is_finite();
            setting("a penalty", lambda, fits, "be 0 or more")
        }),
        Lambdas::Auto {
            min_ratio: Some(ratio),
            ..
        } => {
            let fits = *ratio > 0.0 && *ratio < 1.0;
            setting(
                "the smallest penalty's ratio",
                *ratio,
                fits,
                "lie between 0 and 1",
            )
        }
        Lambdas::Auto { .. } => Ok(()),
    }
}

/// Evenly spaced logarithms from `first` down to `ratio * first`.
fn falling(first: f64, ratio: f64, count: usize) -> Vec<f64> {
    let steps = count.saturating_sub(1).max(1) as f64;
    let at = |i: usize| first * ratio.powf(i as f64 / steps);
    (0..count).map(at).collect()
}

fn fit<L: Likelihood>(model: &Descent<L>, lambda: f64) -> Fit {
    let all = model.coefficients().iter().copied().enumerate();
    Fit {
        lambda,
        intercept: model.intercept(),
        coefficients: all.filter(|&(_, value)| value != 0.0).collect(),
        deviance_ratio: model.deviance_ratio(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{cox, logistic};
    use super::*;
    use crate::FollowUp;

    /// Correlated columns of mean 0 and standard deviation 1, the last one 0,
    /// and a follow-up with ties that depends on the first three.
    fn example(n: usize, n_columns: usize) -> (Vec<Vec<f64>>, Vec<bool>, FollowUp) {
        let mut stream = stats::rng::stream(5, "lasso", n as u64);
        let common: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mut columns: Vec<Vec<f64>> = (0..n_columns)
            .map(|_| {
                let raw: Vec<f64> = common.iter().map(|c| c + stream.normal()).collect();
                let mean = raw.iter().sum::<f64>() / n as f64;
                let square: f64 = raw.iter().map(|x| (x - mean).powi(2)).sum();
                let sd = (square / n as f64).sqrt();
                raw.iter().map(|x| (x - mean) / sd).collect()
            })
            .collect();
        columns.push(vec![0.0; n]);
        let risk: Vec<f64> = (0..n)
            .map(|row| columns[0][row] - columns[1][row] + 0.5 * columns[2][row])
            .collect();
        let positive = risk.iter().map(|r| r + stream.normal() > 0.2).collect();
        let mut time = |r: &f64| (10.0 * stream.exponential() * (-r).exp()).ceil();
        let times = risk.iter().map(&mut time).collect();
        let event = (0..n).map(|row| row % 3 != 0).collect();
        (columns, positive, FollowUp::new(times, event).unwrap())
    }

    /// The slope of the log likelihood by n, from differences of it.
    fn slope(
        fit: &Fit,
        columns: &[Vec<f64>],
        column: usize,
        log_likelihood: impl Fn(&[f64]) -> f64,
    ) -> f64 {
        let step = 1e-5;
        let moved = |sign: f64| {
            let mut linear = fit.linear(columns);
            for (linear, x) in linear.iter_mut().zip(&columns[column]) {
                *linear += fit.intercept + sign * step * x;
            }
            log_likelihood(&linear)
        };
        (moved(1.0) - moved(-1.0)) / (2.0 * step * columns[column].len() as f64)
    }

    /// The conditions of a minimum (Karush, Kuhn and Tucker), from differences
    /// of the log likelihood: to 1e-9.
    fn check_minimum(
        fit: &Fit,
        ratio: f64,
        columns: &[Vec<f64>],
        log_likelihood: impl Fn(&[f64]) -> f64,
    ) {
        let (l1, l2) = (fit.lambda * ratio, fit.lambda * (1.0 - ratio));
        for column in 0..columns.len() {
            let place = fit.coefficients.iter().find(|(c, _)| *c == column);
            let slope = slope(fit, columns, column, &log_likelihood);
            match place {
                Some((_, b)) => {
                    let off = slope - l1 * b.signum() - l2 * b;
                    assert!(
                        off.abs() < 1e-9,
                        "lambda {} column {column}: {off}",
                        fit.lambda
                    );
                }
                None => assert!(slope.abs() < l1 + 1e-9, "column {column}: {slope}"),
            }
        }
    }

    #[test]
    fn fits_are_minima() {
        for (n, n_columns) in [(60, 100), (90, 12)] {
            let (columns, positive, outcome) = example(n, n_columns);
            for l1_ratio in [1.0, 0.5, 0.0] {
                let options = PathOptions {
                    l1_ratio,
                    tolerance: 1e-22,
                    lambdas: Lambdas::Given(vec![0.2, 0.1, 0.03, 0.3]),
                    ..Default::default()
                };
                let path = logistic::path(&columns, &positive, &options).unwrap();
                for fit in &path.fits {
                    let log_likelihood = |l: &[f64]| -0.5 * logistic::deviance(l, &positive);
                    check_minimum(fit, l1_ratio, &columns, log_likelihood);
                }
                let path = cox::path(&columns, &outcome, &options).unwrap();
                for fit in &path.fits {
                    let log_likelihood = |l: &[f64]| cox::log_likelihood(l, &outcome);
                    check_minimum(fit, l1_ratio, &columns, log_likelihood);
                }
            }
        }
    }

    /// Classes and orders that a column separates: paths end, fits stay finite.
    #[test]
    fn separation_ends_well() {
        let x: Vec<f64> = (0..40).map(|i| (f64::from(i) - 19.5) / 11.5).collect();
        let positive: Vec<bool> = x.iter().map(|&x| x > 0.0).collect();
        let time = (0..40).map(|i| 41.0 - f64::from(i)).collect();
        let outcome = FollowUp::new(time, vec![true; 40]).unwrap();
        let columns = vec![x];
        for lambdas in [
            PathOptions::default().lambdas,
            Lambdas::Given(vec![0.1, 1e-6, 0.0]),
            Lambdas::Given(vec![0.0]),
        ] {
            let options = PathOptions {
                lambdas,
                ..Default::default()
            };
            for path in [
                logistic::path(&columns, &positive, &options).unwrap(),
                cox::path(&columns, &outcome, &options).unwrap(),
            ] {
                let last = path.fits.last().unwrap();
                assert!(last.deviance_ratio > 0.99 && last.deviance_ratio <= 1.0);
                assert!(last.coefficients[0].1.is_finite());
                if let Lambdas::Given(lambdas) = &options.lambdas {
                    assert_eq!(path.fits.len(), lambdas.len());
                }
            }
        }
    }

    #[test]
    fn refuses_what_has_no_path() {
        let options = PathOptions::default();
        let positive = [true, false];
        let path = |columns: &[Vec<f64>]| logistic::path(columns, &positive, &options);
        assert_eq!(path(&[]), Err(Error::NoColumns));
        assert!(path(&[vec![1.0]]).is_err());
        assert!(path(&[vec![1.0, f64::NAN]]).is_err());
        assert!(logistic::path(&[vec![1.0, 2.0]], &[true; 2], &options).is_err());
        let cox = |event| {
            let outcome = FollowUp::new(vec![1.0; 2], vec![event; 2]).unwrap();
            cox::path(&[vec![1.0, -1.0]], &outcome, &options)
        };
        assert_eq!(cox(false), Err(Error::NoEvents { n: 2 }));
        assert_eq!(cox(true), Err(Error::NoComparablePair));
        for bad in [f64::NAN, -0.1, 1.1] {
            let options = PathOptions {
                l1_ratio: bad,
                ..Default::default()
            };
            assert!(logistic::path(&[vec![1.0, 2.0]], &positive, &options).is_err());
        }
    }

    /// A column that says nothing gets nothing, at every penalty.
    #[test]
    fn nothing_to_learn() {
        let columns = [vec![0.0; 4]];
        let path = logistic::path(
            &columns,
            &[true, false, true, false],
            &PathOptions::default(),
        );
        assert!(
            path.unwrap()
                .fits
                .iter()
                .all(|fit| fit.coefficients.is_empty())
        );
    }
}
