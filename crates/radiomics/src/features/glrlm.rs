//! Texture from the grey level run length matrix.
//!
//! Source: IBSI reference manual, section 3.7. r(i, j) is the number of runs
//! of level i and length j, ri and rj its sums over lengths and over levels,
//! Ns its sum over both, and p = r / Ns.

use crate::features::directional::{Scheme, Weighted, length_mm};
use crate::features::{Definition, both, entropy};
use crate::matrices::glrlm::{Glrlm, two_on_a_line};
use crate::matrices::offsets::directions;
use crate::matrices::{Aggregation, LevelGrid, Neighbourhood};

/// Why a feature is missing.
pub const UNDEFINED: &str = "no line of voxels in any direction holds two voxels of the region";

/// IBSI's values in the order of [`FEATURES`]; always defined.
pub fn ibsi(grid: &LevelGrid, aggregation: Aggregation) -> Vec<f64> {
    let measure = |grid: &LevelGrid, offsets: &[Weighted]| {
        Glrlm::merged(grid, offsets).map(|glrlm| Measures::of(&glrlm))
    };
    Scheme::ibsi(aggregation).means(grid, &FEATURES, |row| row.tag.is_some(), measure)
}

/// PyRadiomics' values in the order of [`FEATURES`]; NaN where no line in any
/// direction holds two voxels.
///
/// Means over the directions that have such lines, or with weights the values
/// of one matrix: the directions' matrices times d, the length of the offset
/// in mm (not exp(-d²), as for co-occurrence).
pub fn pyradiomics(grid: &LevelGrid, how: &Neighbourhood) -> Vec<f64> {
    of_windows(how, grid.size(), FEATURES.to_vec())(grid)
}

/// [`pyradiomics`] for `rows`, on boxes of this size.
pub(crate) fn of_windows(
    how: &Neighbourhood,
    size: [usize; 3],
    rows: Vec<Definition<Measures>>,
) -> impl Fn(&LevelGrid) -> Vec<f64> + use<> {
    let offsets = directions(&[1], size, how.plane_normal);
    let scheme = match how.weighting {
        None => Scheme::averaged(offsets),
        Some(norm) => Scheme::merged(offsets, |offset| {
            length_mm(offset, how.spacing_mm, norm).unwrap_or(1.0)
        }),
    };
    let measure = |grid: &LevelGrid, offsets: &[Weighted]| {
        let has_lines = |&(offset, _): &Weighted| two_on_a_line(grid, offset);
        let glrlm = if offsets.iter().all(has_lines) {
            Glrlm::merged(grid, offsets)
        } else {
            let offsets: Vec<Weighted> = offsets.iter().copied().filter(has_lines).collect();
            Glrlm::merged(grid, &offsets)
        };
        glrlm.map(|glrlm| Measures::of(&glrlm))
    };
    move |grid| scheme.means(grid, &rows, |row| row.pyradiomics.is_some(), measure)
}

/// What the features of one matrix are made of.
#[derive(Debug, Clone)]
pub struct Measures {
    /// Levels i and p(i).
    by_level: Vec<(f64, f64)>,
    /// Lengths j and p(j).
    by_length: Vec<(f64, f64)>,
    /// sum p i^a j^b for (a, b) = (-2, -2), (2, -2), (-2, 2), (2, 2).
    emphasis: [f64; 4],
    entropy: f64,
    /// Ns.
    runs: f64,
}

impl Measures {
    /// Measures one matrix.
    pub fn of(glrlm: &Glrlm) -> Self {
        let runs: f64 = glrlm.runs.iter().sum();
        let levels = || glrlm.levels.iter().map(|&level| f64::from(level));
        let mut by_level: Vec<(f64, f64)> = levels().map(|i| (i, 0.0)).collect();
        let mut by_length = Vec::new();
        let mut emphasis = [0.0; 4];
        for (length, row) in (1u32..).zip(glrlm.runs.chunks_exact(glrlm.levels.len())) {
            let j = f64::from(length);
            let (mut all, mut low, mut high) = (0.0, 0.0, 0.0);
            for (&count, (i, at_level)) in row.iter().zip(&mut by_level) {
                let p = count / runs;
                *at_level += p;
                all += p;
                low += p / (*i * *i);
                high += p * (*i * *i);
            }
            by_length.push((j, all));
            let square = j * j;
            let parts = [low / square, high / square, low * square, high * square];
            emphasis
                .iter_mut()
                .zip(parts)
                .for_each(|(sum, part)| *sum += part);
        }
        Self {
            by_level,
            by_length,
            emphasis,
            entropy: entropy(glrlm.runs.iter().map(|count| count / runs)),
            runs,
        }
    }

    /// Runs over voxels: every voxel is in one run a direction.
    fn percentage(&self) -> f64 {
        1.0 / mean(&self.by_length, |j| j)
    }
}

/// sum p f(value).
fn mean(distribution: &[(f64, f64)], f: impl Fn(f64) -> f64) -> f64 {
    distribution.iter().map(|&(value, p)| p * f(value)).sum()
}

fn variance(distribution: &[(f64, f64)]) -> f64 {
    let centre = mean(distribution, |value| value);
    mean(distribution, |value| (value - centre).powi(2))
}

/// sum p^2.
fn uniformity(distribution: &[(f64, f64)]) -> f64 {
    distribution.iter().map(|&(_, p)| p * p).sum()
}

/// The run length features, in IBSI's order.
pub const FEATURES: [Definition<Measures>; 16] = [
    both(
        "ShortRunEmphasis",
        "rlm_sre",
        "22OV",
        "1",
        "sum p / j^2",
        |r| mean(&r.by_length, |j| 1.0 / (j * j)),
    ),
    both(
        "LongRunEmphasis",
        "rlm_lre",
        "W4KF",
        "1",
        "sum p j^2",
        |r| mean(&r.by_length, |j| j * j),
    ),
    both(
        "LowGrayLevelRunEmphasis",
        "rlm_lgre",
        "V3SW",
        "1",
        "sum p / i^2",
        |r| mean(&r.by_level, |i| 1.0 / (i * i)),
    ),
    both(
        "HighGrayLevelRunEmphasis",
        "rlm_hgre",
        "G3QZ",
        "1",
        "sum p i^2",
        |r| mean(&r.by_level, |i| i * i),
    ),
    both(
        "ShortRunLowGrayLevelEmphasis",
        "rlm_srlge",
        "HTZT",
        "1",
        "sum p / (i^2 j^2)",
        |r| r.emphasis[0],
    ),
    both(
        "ShortRunHighGrayLevelEmphasis",
        "rlm_srhge",
        "GD3A",
        "1",
        "sum p i^2 / j^2",
        |r| r.emphasis[1],
    ),
    both(
        "LongRunLowGrayLevelEmphasis",
        "rlm_lrlge",
        "IVPO",
        "1",
        "sum p j^2 / i^2",
        |r| r.emphasis[2],
    ),
    both(
        "LongRunHighGrayLevelEmphasis",
        "rlm_lrhge",
        "3KUM",
        "1",
        "sum p i^2 j^2",
        |r| r.emphasis[3],
    ),
    both(
        "GrayLevelNonUniformity",
        "rlm_glnu",
        "R5YN",
        "1",
        "sum ri^2 / Ns",
        |r| r.runs * uniformity(&r.by_level),
    ),
    both(
        "GrayLevelNonUniformityNormalized",
        "rlm_glnu_norm",
        "OVBL",
        "1",
        "sum ri^2 / Ns^2",
        |r| uniformity(&r.by_level),
    ),
    both(
        "RunLengthNonUniformity",
        "rlm_rlnu",
        "W92Y",
        "1",
        "sum rj^2 / Ns",
        |r| r.runs * uniformity(&r.by_length),
    ),
    both(
        "RunLengthNonUniformityNormalized",
        "rlm_rlnu_norm",
        "IC23",
        "1",
        "sum rj^2 / Ns^2",
        |r| uniformity(&r.by_length),
    ),
    both(
        "RunPercentage",
        "rlm_r_perc",
        "9ZK5",
        "1",
        "Ns / sum j rj",
        |r| r.percentage(),
    ),
    both(
        "GrayLevelVariance",
        "rlm_gl_var",
        "8CE5",
        "1",
        "sum (i - sum i p)^2 p",
        |r| variance(&r.by_level),
    ),
    both(
        "RunVariance",
        "rlm_rl_var",
        "SXLW",
        "1",
        "sum (j - sum j p)^2 p",
        |r| variance(&r.by_length),
    ),
    both(
        "RunEntropy",
        "rlm_rl_entr",
        "HJ9O",
        "bit",
        "-sum p log2 p",
        |r| r.entropy,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_by_hand() {
        // One voxel of level 2, three in a row of level 4.
        let measures = Measures::of(&Glrlm {
            levels: vec![2, 4],
            runs: vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0],
        });
        let expected = [
            ("rlm_sre", 5.0 / 9.0),
            ("rlm_lre", 5.0),
            ("rlm_lgre", 5.0 / 32.0),
            ("rlm_hgre", 10.0),
            ("rlm_srlge", 0.5 * (1.0 / 4.0 + 1.0 / 144.0)),
            ("rlm_srhge", 0.5 * (4.0 + 16.0 / 9.0)),
            ("rlm_lrlge", 0.5 * (1.0 / 4.0 + 9.0 / 16.0)),
            ("rlm_lrhge", 0.5 * (4.0 + 144.0)),
            ("rlm_glnu", 1.0),
            ("rlm_glnu_norm", 0.5),
            ("rlm_rlnu", 1.0),
            ("rlm_rlnu_norm", 0.5),
            ("rlm_r_perc", 0.5),
            ("rlm_gl_var", 1.0),
            ("rlm_rl_var", 1.0),
            ("rlm_rl_entr", 1.0),
        ];
        for (row, (tag, expected)) in FEATURES.iter().zip(expected) {
            let found = (row.value)(&measures);
            assert_eq!(row.tag, Some(tag));
            assert!(
                (found - expected).abs() < 1e-14,
                "{tag}: {found} {expected}"
            );
        }
    }
}
