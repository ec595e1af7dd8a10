//! What a block would show by chance: the patients' rows of the pathology table
//! are permuted together, so that the correlations within either side stay.

use crate::panel::Panel;
use crate::scan::{Scratch, scan};
use crate::tests_by_n::TestsByN;
use rayon::prelude::*;

/// Statistics that are equal but for rounding count as equal.
const ROUNDING: f64 = 1e-12;

/// The three statistics of a block and their permutation p, each
/// `(1 + #{T* >= T}) / (B + 1)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Global {
    /// Permutations made (B).
    pub permutations: usize,
    /// P of the number of pairs with `p < level`.
    pub p_count: f64,
    /// Mean of that number over the permutations: what chance alone gives.
    pub null_count_mean: f64,
    /// Its 95th percentile over the permutations (the smallest count that at
    /// least 95 % of them do not exceed).
    pub null_count_p95: usize,
    /// P of the largest `|rho|`. Where pairs differ in their number of
    /// patients, those with few patients weigh most.
    pub p_max_abs: f64,
    /// P of the mean squared rho.
    pub p_mean_r2: f64,
}

/// The statistics of one block under one order of the patients.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockStatistics {
    pub n_tests: usize,
    pub count: usize,
    pub max_abs: f64,
    pub mean_r2: f64,
    pub min_p: f64,
}

/// The statistics of every block, for one order of the patients.
pub(crate) fn statistics(
    (x, y): (&Panel, &Panel),
    order: &[u32],
    block_of: &[usize],
    n_blocks: usize,
    tests: &TestsByN,
    scratch: &mut Scratch,
) -> Vec<BlockStatistics> {
    let mut blocks = vec![
        BlockStatistics {
            min_p: 1.0,
            ..Default::default()
        };
        n_blocks
    ];
    // The smallest p needs the largest |r| of each number of patients only.
    let mut max_by_n = vec![0.0_f64; n_blocks * tests.len()];
    scan(&x.groups, y, order, scratch, |_, y_column, sums| {
        let (Some(place), Some(rho)) = (tests.place(sums.n), sums.rho()) else {
            return;
        };
        let block = block_of[y_column];
        let r = rho.abs();
        let statistics = &mut blocks[block];
        statistics.n_tests += 1;
        statistics.count += usize::from(r >= tests.critical_at(place));
        statistics.mean_r2 += r * r;
        let largest = &mut max_by_n[block * tests.len() + place];
        *largest = largest.max(r);
    });
    for (block, largest) in blocks.iter_mut().zip(max_by_n.chunks(tests.len().max(1))) {
        block.mean_r2 /= block.n_tests.max(1) as f64;
        for (place, &r) in largest.iter().enumerate() {
            block.max_abs = block.max_abs.max(r);
            if r > 0.0 {
                block.min_p = block.min_p.min(tests.p_at(place, r));
            }
        }
    }
    blocks
}

/// A random order of the patients, each within its stratum.
pub(crate) fn permutation(
    seed: u64,
    index: usize,
    patients: usize,
    strata: &[Vec<u32>],
) -> Vec<u32> {
    let mut stream = stats::rng::stream(seed, "permutation", index as u64);
    let mut order: Vec<u32> = (0..patients as u32).collect();
    for stratum in strata {
        let mut shuffled = stratum.clone();
        stream.shuffle(&mut shuffled);
        for (&place, patient) in stratum.iter().zip(shuffled) {
            order[place as usize] = patient;
        }
    }
    order
}

/// The statistics of every block (inner) under every permutation (outer).
/// Memory is permutations times blocks, never permutations times pairs.
pub(crate) fn null(
    panels: (&Panel, &Panel),
    permutations: usize,
    order: impl Fn(usize) -> Vec<u32> + Sync,
    block_of: &[usize],
    n_blocks: usize,
    tests: &TestsByN,
) -> Vec<Vec<BlockStatistics>> {
    (0..permutations)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, b| {
            statistics(panels, &order(b), block_of, n_blocks, tests, scratch)
        })
        .collect()
}

/// The global tests of one block; `None` when no pair could be tested.
pub(crate) fn global(observed: &BlockStatistics, null: &[BlockStatistics]) -> Option<Global> {
    if observed.n_tests == 0 || null.is_empty() {
        return None;
    }
    let p = |at_least: &dyn Fn(&BlockStatistics) -> bool| {
        let reached = null.iter().filter(|s| at_least(s)).count();
        (1 + reached) as f64 / (1 + null.len()) as f64
    };
    let mut counts: Vec<usize> = null.iter().map(|s| s.count).collect();
    counts.sort_unstable();
    Some(Global {
        permutations: null.len(),
        p_count: p(&|s| s.count >= observed.count),
        null_count_mean: counts.iter().sum::<usize>() as f64 / null.len() as f64,
        null_count_p95: counts[(null.len() * 95).div_ceil(100) - 1],
        p_max_abs: p(&|s| s.max_abs >= observed.max_abs - ROUNDING),
        p_mean_r2: p(&|s| s.mean_r2 >= observed.mean_r2 - ROUNDING),
    })
}

/// The smallest p of the block under each permutation, ascending.
pub(crate) fn smallest_ps(null: &[BlockStatistics]) -> Vec<f64> {
    let mut ps: Vec<f64> = null.iter().map(|s| s.min_p).collect();
    ps.sort_unstable_by(f64::total_cmp);
    ps
}

/// Single-step Westfall-Young p of one pair: how often the smallest p of a
/// permuted block is as small as this `p`.
pub(crate) fn single_step(p: f64, smallest: &[f64]) -> f64 {
    let reached = smallest.partition_point(|&null| null <= p * (1.0 + 1e-9));
    (1 + reached) as f64 / (1 + smallest.len()) as f64
}
