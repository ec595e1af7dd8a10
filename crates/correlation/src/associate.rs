//! Every radiomic column against every pathology column.

use crate::global::{self, BlockStatistics, Global};
use crate::panel::Panel;
use crate::scan::{Scratch, Sums, scan};
use crate::tests_by_n::TestsByN;
use crate::{Error, Inputs, Options};
use rayon::prelude::*;
use stats::multiplicity::{benjamini_hochberg, benjamini_yekutieli};

/// `|rho|` from which papers call a correlation strong enough to show. A filter
/// for display, never a test.
pub const STRONG: f64 = 0.3;

/// All pairs, and what the blocks amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Association {
    /// Every pair: by block in the order of first appearance, within it by
    /// radiomic column, within that by pathology column.
    pub pairs: Vec<Pair>,
    /// Every block, in the order of first appearance.
    pub blocks: Vec<BlockSummary>,
}

/// One radiomic and one pathology column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Place of the radiomic column.
    pub radiomic: usize,
    /// Place of the pathology column.
    pub pathology: usize,
    /// Patients with both values.
    pub n: usize,
    /// The correlation, or why there is none.
    pub result: Result<Estimate, Reason>,
}

/// A rank correlation and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Spearman's rho over the patients with both values, ranked anew on them.
    pub rho: f64,
    /// Lower end of the Bonett-Wright interval at confidence 1 - level.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Two-sided p, t approximation with n - 2 degrees of freedom.
    pub p: f64,
    /// Benjamini-Hochberg q among the pairs of the block.
    pub q_block: f64,
    /// Benjamini-Hochberg q among all pairs.
    pub q_all: f64,
    /// Benjamini-Yekutieli q among all pairs.
    pub q_by: f64,
    /// Single-step Westfall-Young p over the block: the share of permutations
    /// whose smallest p is as small as this one. With equal `n` throughout
    /// this is the test on the largest `|rho|`.
    pub p_maxt: f64,
}

/// Why a pair has no correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Fewer patients with both values than `min_n`.
    #[error("fewer than {min_n} patients with both values")]
    TooFewPatients {
        /// The number asked for.
        min_n: usize,
    },
    /// The radiomic column has one value on these patients.
    #[error("the radiomic column is constant on these patients")]
    ConstantRadiomic,
    /// The pathology column has one value on these patients.
    #[error("the pathology column is constant on these patients")]
    ConstantPathology,
}

/// The pairs of one block together.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockSummary {
    /// Its name.
    pub block: String,
    /// Pairs with a correlation.
    pub n_tests: usize,
    /// Those with `p < level`. Read it beside `global.p_count` only: correlated
    /// columns make large counts by chance.
    pub n_p05: usize,
    /// Those with `q_block < level`.
    pub n_q05: usize,
    /// Those with `|rho| >=` [`STRONG`].
    pub n_strong: usize,
    /// Largest `|rho|`; 0 when no pair could be tested.
    pub max_abs: f64,
    /// Mean of rho squared; 0 when no pair could be tested.
    pub mean_r2: f64,
    /// The permutation tests; `None` when no pair could be tested.
    pub global: Option<Global>,
}

/// Associates the two sides, with permutations drawn from `options.seed`.
///
/// Permutations follow the order of the patients, so that sorted patients give
/// reproducible p-values; everything else does not depend on that order.
/// Cost: `permutations x pairs x patients` products of small integers, eight at
/// a time; with holes, the ranking of every column again for every pair of
/// missing patterns and permutation on top of it.
///
/// # Errors
/// Columns that do not fit together, infinite values, options out of range.
pub fn associate(inputs: &Inputs, options: &Options) -> Result<Association, Error> {
    options.check()?;
    let patients = inputs.check()?;
    let strata = strata(inputs.strata, patients);
    let order = |b| global::permutation(options.seed, b, patients, &strata);
    run(inputs, options, patients, options.permutations, order)
}

/// The same with given permutations instead of random ones (restricted designs,
/// comparison with other programs): in permutation b, row i holds the pathology
/// of patient `permutations[b][i]`. `options.permutations` and `seed` and the
/// strata are not used.
///
/// # Errors
/// As [`associate`]; a permutation that does not name every patient once.
pub fn associate_permuted(
    inputs: &Inputs,
    options: &Options,
    permutations: &[Vec<u32>],
) -> Result<Association, Error> {
    let options = Options {
        permutations: permutations.len(),
        ..*options
    };
    options.check()?;
    let patients = inputs.check()?;
    for (index, order) in permutations.iter().enumerate() {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..patients as u32) {
            return Err(Error::Permutation { index, patients });
        }
    }
    run(inputs, &options, patients, permutations.len(), |b| {
        permutations[b].clone()
    })
}

fn run(
    inputs: &Inputs,
    options: &Options,
    patients: usize,
    permutations: usize,
    order: impl Fn(usize) -> Vec<u32> + Sync,
) -> Result<Association, Error> {
    let (x, y) = (Panel::new(inputs.radiomic), Panel::new(inputs.pathology));
    let fewest = if x.complete() && y.complete() {
        patients
    } else {
        options.min_n
    };
    // An empty range where there are too few patients for any test.
    let tests = TestsByN::new(fewest.max(options.min_n)..=patients, options.level)?;
    let blocks = Blocks::new(inputs.blocks, inputs.radiomic.len());
    let mut pairs = correlate(&x, &y, &blocks, &tests, options.min_n)?;
    correct(&mut pairs, &blocks)?;

    let identity: Vec<u32> = (0..patients as u32).collect();
    let n_blocks = blocks.names.len();
    let mut scratch = Scratch::default();
    let observed = global::statistics(
        (&x, &y),
        &identity,
        &blocks.of,
        n_blocks,
        &tests,
        &mut scratch,
    );
    let null = global::null((&x, &y), permutations, order, &blocks.of, n_blocks, &tests);
    let summaries = (0..n_blocks).map(|k| {
        let null: Vec<BlockStatistics> = null.iter().map(|blocks| blocks[k]).collect();
        let range = blocks.pairs(k);
        westfall_young(&mut pairs[range.clone()], &global::smallest_ps(&null));
        summary(
            &blocks.names[k],
            &pairs[range],
            &observed[k],
            &null,
            options.level,
        )
    });
    let summaries = summaries.collect();
    Ok(Association {
        pairs,
        blocks: summaries,
    })
}

fn strata(labels: Option<&[usize]>, patients: usize) -> Vec<Vec<u32>> {
    let Some(labels) = labels else {
        return vec![(0..patients as u32).collect()];
    };
    let mut strata = std::collections::BTreeMap::<usize, Vec<u32>>::new();
    for (patient, &label) in labels.iter().enumerate() {
        strata.entry(label).or_default().push(patient as u32);
    }
    strata.into_values().collect()
}

/// Where every pair goes.
struct Blocks {
    names: Vec<String>,
    /// Block of each pathology column.
    of: Vec<usize>,
    /// Place of each pathology column in its block.
    place: Vec<usize>,
    /// Columns of each block.
    width: Vec<usize>,
    /// First pair of each block.
    first: Vec<usize>,
    radiomic: usize,
}

impl Blocks {
    fn new(labels: &[&str], radiomic: usize) -> Self {
        let mut names: Vec<String> = Vec::new();
        let (mut of, mut place, mut width) = (Vec::new(), Vec::new(), Vec::new());
        for &label in labels {
            let block = names
                .iter()
                .position(|name| name == label)
                .unwrap_or_else(|| {
                    names.push(label.to_owned());
                    width.push(0);
                    names.len() - 1
                });
            of.push(block);
            place.push(width[block]);
            width[block] += 1;
        }
        let mut next = 0;
        let first = width.iter().map(|w| {
            let first = next;
            next += w * radiomic;
            first
        });
        Self {
            first: first.collect(),
            names,
            of,
            place,
            width,
            radiomic,
        }
    }

    fn index(&self, x: usize, y: usize) -> usize {
        let block = self.of[y];
        self.first[block] + x * self.width[block] + self.place[y]
    }

    fn pairs(&self, block: usize) -> std::ops::Range<usize> {
        self.first[block]..self.first[block] + self.width[block] * self.radiomic
    }
}

fn correlate(
    x: &Panel,
    y: &Panel,
    blocks: &Blocks,
    tests: &TestsByN,
    min_n: usize,
) -> Result<Vec<Pair>, Error> {
    let patients = x.groups.first().map_or(0, |g| g.present.len());
    let identity: Vec<u32> = (0..patients as u32).collect();
    let by_group: Vec<Vec<Pair>> = x
        .groups
        .par_iter()
        .map(|group| {
            let mut found = Vec::with_capacity(group.columns.len() * blocks.of.len());
            let mut failed = None;
            let mut scratch = Scratch::default();
            scan(
                std::slice::from_ref(group),
                y,
                &identity,
                &mut scratch,
                |radiomic, pathology, sums| match estimate(&sums, tests, min_n) {
                    Ok(result) => found.push(Pair {
                        radiomic,
                        pathology,
                        n: sums.n,
                        result,
                    }),
                    Err(error) => failed = Some(error),
                },
            );
            failed.map_or(Ok(found), Err)
        })
        .collect::<Result<_, Error>>()?;
    let empty = Pair {
        radiomic: 0,
        pathology: 0,
        n: 0,
        result: Err(Reason::TooFewPatients { min_n }),
    };
    let mut pairs = vec![empty; blocks.radiomic * blocks.of.len()];
    for pair in by_group.into_iter().flatten() {
        pairs[blocks.index(pair.radiomic, pair.pathology)] = pair;
    }
    Ok(pairs)
}

/// The q and permutation fields are filled in once all pairs are known.
fn estimate(
    sums: &Sums,
    tests: &TestsByN,
    min_n: usize,
) -> Result<Result<Estimate, Reason>, Error> {
    let Some(by_n) = tests.get(sums.n) else {
        return Ok(Err(Reason::TooFewPatients { min_n }));
    };
    let Some(rho) = sums.rho() else {
        let constant = if sums.xx == 0 {
            Reason::ConstantRadiomic
        } else {
            Reason::ConstantPathology
        };
        return Ok(Err(constant));
    };
    let (ci_low, ci_high) = by_n.interval.around(rho)?;
    let p = by_n.test.p(rho);
    let later = f64::NAN;
    Ok(Ok(Estimate {
        rho,
        ci_low,
        ci_high,
        p,
        q_block: later,
        q_all: later,
        q_by: later,
        p_maxt: later,
    }))
}

fn correct(pairs: &mut [Pair], blocks: &Blocks) -> Result<(), Error> {
    let p: Vec<f64> = pairs
        .iter()
        .map(|pair| pair.result.as_ref().map_or(f64::NAN, |e| e.p))
        .collect();
    let (all, by) = (benjamini_hochberg(&p)?, benjamini_yekutieli(&p)?);
    for block in 0..blocks.names.len() {
        let range = blocks.pairs(block);
        let within = benjamini_hochberg(&p[range.clone()])?;
        for (i, q_block) in range.zip(within) {
            if let Ok(estimate) = &mut pairs[i].result {
                (estimate.q_block, estimate.q_all, estimate.q_by) = (q_block, all[i], by[i]);
            }
        }
    }
    Ok(())
}

fn westfall_young(pairs: &mut [Pair], smallest: &[f64]) {
    for estimate in pairs
        .iter_mut()
        .filter_map(|pair| pair.result.as_mut().ok())
    {
        estimate.p_maxt = global::single_step(estimate.p, smallest);
    }
}

fn summary(
    name: &str,
    pairs: &[Pair],
    observed: &BlockStatistics,
    null: &[BlockStatistics],
    level: f64,
) -> BlockSummary {
    let estimates = || pairs.iter().filter_map(|pair| pair.result.as_ref().ok());
    BlockSummary {
        block: name.to_owned(),
        n_tests: observed.n_tests,
        n_p05: observed.count,
        n_q05: estimates().filter(|e| e.q_block < level).count(),
        n_strong: estimates().filter(|e| e.rho.abs() >= STRONG).count(),
        max_abs: observed.max_abs,
        mean_r2: observed.mean_r2,
        global: global::global(observed, null),
    }
}
