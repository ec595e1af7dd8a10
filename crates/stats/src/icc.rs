//! Intraclass correlation: how much of the variance of repeated measurements
//! is between the subjects, and how far repetitions differ within one.

use crate::Error;
use crate::distribution::f_quantile;

/// A correlation and its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The correlation, at most 1; below 0 where repetitions differ more within
    /// than between subjects.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The two correlations of single measurements, as Shrout and Fleiss (1979)
/// number them. McGraw and Wong (1996) call them ICC(A,1) and ICC(C,1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intraclass {
    /// ICC(2,1), absolute agreement: `(R - E) / (R + (k - 1) E + k (C - E) / n)`
    /// with the mean squares `R` of subjects, `C` of raters and `E` of the rest.
    /// A rater who is always higher lowers it.
    pub agreement: Estimate,
    /// ICC(3,1), consistency: `(R - E) / (R + (k - 1) E)`. A rater who is always
    /// higher by the same amount makes no difference.
    pub consistency: Estimate,
}

/// Measurements of `n` subjects, each by the same `k` raters (or in `k`
/// perturbed images), none missing.
#[derive(Clone, Debug)]
pub struct Repeated<'a> {
    values: &'a [f64],
    raters: usize,
    /// A power of 2: what is divided by it can be squared.
    unit: f64,
}

/// Mean squares of the two-way analysis of variance.
struct MeanSquares {
    subjects: f64,
    raters: f64,
    rest: f64,
}

impl<'a> Repeated<'a> {
    /// Values subject by subject, the `raters` values of each in one order.
    ///
    /// # Errors
    /// Fewer than 2 subjects or raters; a number of values that isn't a multiple
    /// of `raters`; a value that is no finite number.
    pub fn new(values: &'a [f64], raters: usize) -> Result<Self, Error> {
        let few = |n| Error::TooFew { n, needed: 2 };
        if raters < 2 {
            return Err(few(raters));
        }
        let subjects = values.len() / raters;
        if subjects < 2 {
            return Err(few(subjects));
        }
        if !values.len().is_multiple_of(raters) {
            return Err(Error::Length {
                left: values.len(),
                right: subjects * raters,
            });
        }
        if let Some(index) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotANumber { index });
        }
        let largest = values.iter().fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
        // Without its mantissa.
        let unit = f64::from_bits(largest.to_bits() & f64::INFINITY.to_bits());
        Ok(Self {
            values,
            raters,
            unit,
        })
    }

    fn subjects(&self) -> usize {
        self.values.len() / self.raters
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.raters)
    }

    /// Both correlations with intervals of the confidence level `level`, .95 for
    /// instance: from the F distribution, that of ICC(2,1) with Satterthwaite's
    /// degrees of freedom (McGraw and Wong 1996, table 7).
    ///
    /// 1 with the interval from 1 to 1 where the raters agree exactly on subjects
    /// that differ. `None` where the subjects' means are all the same: there is
    /// nothing that a measurement could tell apart.
    ///
    /// # Errors
    /// A level that is not strictly between 0 and 1.
    pub fn intraclass(&self, level: f64) -> Result<Option<Intraclass>, Error> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::Level(level));
        }
        let tails = [0.5 - 0.5 * level, 0.5 + 0.5 * level];
        let squares = self.mean_squares();
        if squares.subjects <= 0.0 {
            return Ok(None);
        }
        let alike = self.rows().all(|row| row.iter().all(|v| *v == row[0]));
        if alike || (squares.raters <= 0.0 && squares.rest <= 0.0) {
            let exact = Estimate {
                value: 1.0,
                low: 1.0,
                high: 1.0,
            };
            return Ok(Some(Intraclass {
                agreement: exact,
                consistency: exact,
            }));
        }
        Ok(Some(Intraclass {
            agreement: self.agreement(&squares, tails)?,
            consistency: self.consistency(&squares, tails)?,
        }))
    }

    fn agreement(&self, squares: &MeanSquares, tails: [f64; 2]) -> Result<Estimate, Error> {
        let (n, k) = (self.subjects() as f64, self.raters as f64);
        let (r, c, e) = (squares.subjects, squares.raters, squares.rest);
        let errors = k * c + (k * n - k - n) * e;
        let at = |q: f64| n * (q * r - e) / (n * q * r + errors);
        let value = at(1.0);
        // The variance that the ratio q divides by is a sum of two parts.
        let sum = n * r * (n * e + errors) / (n * r + errors);
        let of_raters = k * value * c / sum;
        let of_rest = (n * (1.0 + (k - 1.0) * value) - k * value) * e / sum;
        let parts = of_raters.powi(2) + of_rest.powi(2) / (n - 1.0);
        let freedom = ((k - 1.0) / parts).max(f64::MIN_POSITIVE);
        let quantile = |tail| f_quantile(tail, freedom, n - 1.0);
        Ok(Estimate {
            value,
            low: at(quantile(tails[0])?),
            high: at(quantile(tails[1])?),
        })
    }

    fn consistency(&self, squares: &MeanSquares, tails: [f64; 2]) -> Result<Estimate, Error> {
        let (n, k) = (self.subjects() as f64, self.raters as f64);
        let (r, e) = (squares.subjects, squares.rest);
        let at = |q: f64| (q * r - e) / (q * r + (k - 1.0) * e);
        let quantile = |tail| f_quantile(tail, (n - 1.0) * (k - 1.0), n - 1.0);
        Ok(Estimate {
            value: at(1.0),
            low: at(quantile(tails[0])?),
            high: at(quantile(tails[1])?),
        })
    }

    /// In squares of the unit. Deviations are taken from the first subject and
    /// the first rater, then from means: what is equal is exactly 0.
    fn mean_squares(&self) -> MeanSquares {
        let (subjects, raters) = (self.subjects(), self.raters);
        let (n, k) = (subjects as f64, raters as f64);
        let first: Vec<f64> = self.values[..raters]
            .iter()
            .map(|v| v / self.unit)
            .collect();
        let by_rater: Vec<f64> = first.iter().map(|v| v - first[0]).collect();
        let row = |row: &[f64]| -> Vec<f64> {
            let deviation = |(v, first): (&f64, &f64)| v / self.unit - first;
            row.iter().zip(&first).map(deviation).collect()
        };
        let cells: Vec<Vec<f64>> = self.rows().map(row).collect();
        let row_means: Vec<f64> = cells
            .iter()
            .map(|row| row.iter().sum::<f64>() / k)
            .collect();
        let mean = row_means.iter().sum::<f64>() / n;
        let rater_mean = |j: usize| cells.iter().map(|row| row[j]).sum::<f64>() / n;
        let rater_means: Vec<f64> = (0..raters).map(rater_mean).collect();
        let raters_mean = rater_means.iter().zip(&by_rater).map(|(m, f)| m + f);
        let raters_mean = raters_mean.sum::<f64>() / k;
        let square = |x: f64| x * x;
        let of_subjects: f64 = row_means.iter().map(|m| square(m - mean)).sum();
        let of_raters = rater_means.iter().zip(&by_rater);
        let of_raters: f64 = of_raters.map(|(m, f)| square(m + f - raters_mean)).sum();
        let rest = |(row, m): (&Vec<f64>, &f64)| -> f64 {
            let of_rater = row.iter().zip(&rater_means);
            of_rater.map(|(v, r)| square((v - m) - (r - mean))).sum()
        };
        let of_rest: f64 = cells.iter().zip(&row_means).map(rest).sum();
        MeanSquares {
            subjects: k * of_subjects / (n - 1.0),
            raters: n * of_raters / (k - 1.0),
            rest: of_rest / ((n - 1.0) * (k - 1.0)),
        }
    }

    /// Standard deviation within subjects, in the values' unit: the root of the
    /// mean over subjects of the variance (`k - 1`) of their values. 2.77 times
    /// it is the repeatability coefficient (Bland and Altman 1999).
    pub fn sd_within(&self) -> f64 {
        let variances = self.rows().map(|row| self.within(row).1);
        self.unit * (variances.sum::<f64>() / self.subjects() as f64).sqrt()
    }

    /// Coefficient of variation within subjects (dimensionless): the root of the
    /// mean over subjects of variance over squared mean, as Bland and Altman and
    /// QIBA define it (Raunig et al. 2015). `None` unless all values have one
    /// sign: a quantity without a zero of its own has no such coefficient.
    pub fn cv_within(&self) -> Option<f64> {
        let positive = self.values.iter().all(|v| *v > 0.0);
        if !positive && !self.values.iter().all(|v| *v < 0.0) {
            return None;
        }
        let relative = self.rows().map(|row| {
            let (mean, variance) = self.within(row);
            variance / (mean * mean)
        });
        Some((relative.sum::<f64>() / self.subjects() as f64).sqrt())
    }

    /// Mean and variance of one subject's values, in units.
    fn within(&self, row: &[f64]) -> (f64, f64) {
        let k = self.raters as f64;
        let first = row[0] / self.unit;
        let deviations = || row.iter().map(|v| v / self.unit - first);
        let mean = deviations().sum::<f64>() / k;
        let squares: f64 = deviations().map(|d| (d - mean) * (d - mean)).sum();
        (first + mean, squares / (k - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shrout and Fleiss (1979), table 2: 6 targets, 4 judges.
    const SHROUT_FLEISS: [f64; 24] = [
        9.0, 2.0, 5.0, 8.0, 6.0, 1.0, 3.0, 2.0, 8.0, 4.0, 6.0, 8.0, 7.0, 1.0, 2.0, 6.0, 10.0, 5.0,
        6.0, 9.0, 6.0, 2.0, 4.0, 7.0,
    ];

    fn intraclass(values: &[f64], raters: usize) -> Intraclass {
        let repeated = Repeated::new(values, raters).unwrap();
        repeated.intraclass(0.95).unwrap().unwrap()
    }

    fn parts(found: &Intraclass) -> [f64; 6] {
        let Intraclass {
            agreement: a,
            consistency: c,
        } = found;
        [a.value, a.low, a.high, c.value, c.low, c.high]
    }

    /// `between` times a uniform number a subject, `step` a rater, and uniform
    /// noise.
    fn generated(seed: u64, n: usize, raters: usize, between: f64, step: f64) -> Vec<f64> {
        let mut state = seed;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        let mut values = Vec::new();
        for _ in 0..n {
            let subject = between * uniform();
            values.extend((0..raters).map(|j| subject + step * j as f64 + uniform()));
        }
        values
    }

    fn close(values: &[f64], raters: usize, expected: [f64; 6]) {
        for (found, expected) in parts(&intraclass(values, raters)).iter().zip(expected) {
            let difference = (found - expected).abs();
            assert!(difference < 1e-12, "{found} against {expected}");
        }
    }

    /// pingouin 0.7.0 (intraclass_corr, unrounded), confirmed by mpmath 1.4 at
    /// 40 digits: 1e-12. The first table: .29 and .71 in Shrout and Fleiss.
    #[test]
    fn correlations_and_intervals_of_pingouin() {
        close(
            &SHROUT_FLEISS,
            4,
            [
                0.289_763_779_527_559_1,
                0.018_786_513_374_711_99,
                0.761_084_369_648_952_9,
                0.714_840_714_840_714_8,
                0.342_464_765_033_925_1,
                0.945_858_259_955_359_6,
            ],
        );
        close(
            &generated(1, 40, 3, 8.0, 0.3),
            3,
            [
                0.969_851_173_064_723_7,
                0.860_056_177_459_485_2,
                0.988_942_381_143_073_7,
                0.986_866_647_855_885_2,
                0.977_939_487_320_018_6,
                0.992_585_260_696_766_7,
            ],
        );
        // Noise alone: below 0.
        close(
            &generated(4, 12, 2, 0.0, 0.0),
            2,
            [
                -0.161_612_535_359_119_35,
                -0.639_450_473_859_911_8,
                0.422_784_870_321_261_6,
                -0.168_292_948_342_912_6,
                -0.659_833_875_493_399_2,
                0.424_116_439_135_370_16,
            ],
        );
    }

    /// mpmath alone, 2,000 subjects and a rater effect: 1e-12.
    #[test]
    fn many_subjects() {
        close(
            &generated(9, 2000, 4, 6.0, 1.0),
            4,
            [
                0.634_775_971_861_089_2,
                0.126_188_209_103_029_93,
                0.839_228_025_963_2,
                0.973_688_975_035_817_2,
                0.971_795_253_734_199_5,
                0.975_489_217_074_198,
            ],
        );
    }

    /// The same in mpmath: 1e-14.
    #[test]
    fn spread_within_subjects() {
        let repeated = Repeated::new(&SHROUT_FLEISS, 4).unwrap();
        assert!((repeated.sd_within() - 2.502_776_236_280_201).abs() < 1e-14);
        let cv = repeated.cv_within().unwrap();
        assert!((cv - 0.539_042_657_190_879_6).abs() < 1e-14);
        let mixed = Repeated::new(&[1.0, -1.0, 2.0, 3.0], 2).unwrap();
        assert_eq!(mixed.cv_within(), None);
    }

    #[test]
    fn agreement_is_exact_and_sameness_tells_nothing() {
        let exact = [0.1; 3].iter().chain(&[0.7; 3]).copied();
        let exact: Vec<f64> = exact.collect();
        assert_eq!(parts(&intraclass(&exact, 3)), [1.0; 6]);
        let repeated = Repeated::new(&exact, 3).unwrap();
        assert_eq!(
            (repeated.sd_within(), repeated.cv_within()),
            (0.0, Some(0.0))
        );
        // Raters who differ by a constant are consistent and don't agree.
        let shifted = intraclass(&[1.0, 2.0, 2.0, 3.0, 5.0, 6.0], 2);
        assert_eq!(parts(&shifted)[3..], [1.0; 3]);
        assert!(shifted.agreement.value < 0.95 && shifted.agreement.low < 0.5);
        // Means that hardly differ: no error, and nothing but NaN-free ends.
        let crossed = intraclass(&[1.0, 2.0, 2.0, 1.0, 1.0, 2.0 + 1e-12], 2);
        let [value, low, high, ..] = parts(&crossed);
        assert!(-2.0 < low && low <= value && value <= high && high < 1.0);
        // All the same; and raters who differ on subjects that don't.
        for values in [[0.1; 6], [0.1, 0.7, 0.1, 0.7, 0.1, 0.7]] {
            let repeated = Repeated::new(&values, 2).unwrap();
            assert_eq!(repeated.intraclass(0.95), Ok(None));
        }
    }

    #[test]
    fn neither_the_unit_nor_the_zero_matters() {
        let values = generated(2, 20, 3, 2.0, 0.1);
        let expected = parts(&intraclass(&values, 3));
        for factor in [1e-200, 1e200] {
            let scaled: Vec<f64> = values.iter().map(|v| factor * v).collect();
            for (found, expected) in parts(&intraclass(&scaled, 3)).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{factor}");
            }
        }
        // 1e6 takes 6 of the 16 digits away.
        let moved: Vec<f64> = values.iter().map(|v| v + 1e6).collect();
        for (found, expected) in parts(&intraclass(&moved, 3)).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn refuses_what_is_no_table() {
        assert!(Repeated::new(&[1.0, 2.0], 1).is_err());
        assert!(Repeated::new(&[1.0, 2.0], 2).is_err());
        assert!(Repeated::new(&[1.0, 2.0, 3.0, 4.0, 5.0], 2).is_err());
        assert!(Repeated::new(&[1.0, 2.0, f64::NAN, 4.0], 2).is_err());
        let repeated = Repeated::new(&[1.0, 2.0, 3.0, 4.0], 2).unwrap();
        assert_eq!(repeated.intraclass(1.0), Err(Error::Level(1.0)));
    }
}
