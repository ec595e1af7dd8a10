//! The order of rows or columns of a heatmap: features that vary together over
//! the patients stand side by side.

use crate::input::{check_columns, check_min_n};
use crate::panel::Panel;
use crate::scan::{Scratch, scan};
use crate::{Column, Error};
use kodama::{Method, linkage};
use rayon::prelude::*;

/// Features joined one by one, and the order that shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dendrogram {
    /// Places of the columns, from one end of the heatmap to the other.
    pub order: Vec<usize>,
    /// The joins, nearest first: one fewer than there are columns.
    pub merges: Vec<Merge>,
}

/// Two clusters become one. Cluster `c` is column `c` while `c` is below the
/// number of columns, else the result of merge `c - columns` (as SciPy's
/// linkage matrix).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// The cluster with the smaller number.
    pub first: usize,
    /// The other one.
    pub second: usize,
    /// Their mean distance, 0 to 1.
    pub height: f64,
    /// Columns in the joined cluster.
    pub size: usize,
}

/// Average linkage on the distance `1 - |rho|` between the columns themselves,
/// Spearman's rho over the patients that have both values.
///
/// A pair without a rho (fewer than `min_n` patients, a constant column) has the
/// distance 1, that of unrelated columns. At each join the two sides are turned
/// so that the columns which meet are the nearest; a tie keeps them as they are,
/// the cluster with the smaller number first. No columns, no order.
///
/// # Errors
/// Columns of different lengths, infinite values, `min_n` below 4.
pub fn cluster(columns: &[Column], min_n: usize) -> Result<Dendrogram, Error> {
    check_min_n(min_n)?;
    check_columns(columns, columns.first().map_or(0, |c| c.values.len()))?;
    let n = columns.len();
    if n < 2 {
        return Ok(Dendrogram {
            order: (0..n).collect(),
            merges: Vec::new(),
        });
    }
    let distances = Distances::new(columns, min_n);
    let joined = linkage(&mut distances.condensed.clone(), n, Method::Average);
    let merges: Vec<Merge> = joined
        .steps()
        .iter()
        .map(|step| Merge {
            first: step.cluster1,
            second: step.cluster2,
            height: step.dissimilarity,
            size: step.size,
        })
        .collect();
    Ok(Dendrogram {
        order: leaves(&merges, &distances),
        merges,
    })
}

/// The order of the columns when each block is clustered on its own and blocks
/// keep the order of their first appearance.
///
/// # Errors
/// As [`cluster`]; a number of blocks that differs from that of the columns.
pub fn within_blocks(
    columns: &[Column],
    blocks: &[&str],
    min_n: usize,
) -> Result<Vec<usize>, Error> {
    if blocks.len() != columns.len() {
        return Err(Error::Blocks {
            found: blocks.len(),
            expected: columns.len(),
        });
    }
    let mut order = Vec::with_capacity(columns.len());
    for (first, block) in blocks.iter().enumerate() {
        if blocks[..first].contains(block) {
            continue;
        }
        let members: Vec<usize> = (first..blocks.len())
            .filter(|&c| blocks[c] == *block)
            .collect();
        let chosen: Vec<Column> = members.iter().map(|&c| columns[c]).collect();
        order.extend(cluster(&chosen, min_n)?.order.iter().map(|&c| members[c]));
    }
    Ok(order)
}

/// Distances of all pairs, the upper triangle row by row.
struct Distances {
    n: usize,
    condensed: Vec<f64>,
}

impl Distances {
    fn new(columns: &[Column], min_n: usize) -> Self {
        let panel = Panel::new(columns);
        let n = columns.len();
        let order: Vec<u32> = (0..columns[0].values.len() as u32).collect();
        let mut distances = Self {
            n,
            condensed: vec![1.0; n * (n - 1) / 2],
        };
        let by_group: Vec<Vec<(usize, f64)>> = panel
            .groups
            .par_iter()
            .map(|group| {
                let mut found = Vec::new();
                let group = std::slice::from_ref(group);
                scan(
                    group,
                    &panel,
                    &order,
                    &mut Scratch::default(),
                    |i, j, sums| {
                        if i < j && sums.n >= min_n {
                            let rho = sums.rho().unwrap_or(0.0);
                            found.push((distances.place(i, j), 1.0 - rho.abs()));
                        }
                    },
                );
                found
            })
            .collect();
        for (place, distance) in by_group.into_iter().flatten() {
            distances.condensed[place] = distance;
        }
        distances
    }

    fn place(&self, i: usize, j: usize) -> usize {
        let (i, j) = (i.min(j), i.max(j));
        i * (2 * self.n - i - 1) / 2 + j - i - 1
    }

    fn get(&self, i: usize, j: usize) -> f64 {
        if i == j {
            0.0
        } else {
            self.condensed[self.place(i, j)]
        }
    }
}

fn leaves(merges: &[Merge], distances: &Distances) -> Vec<usize> {
    let mut clusters: Vec<Vec<usize>> = (0..distances.n).map(|c| vec![c]).collect();
    for merge in merges {
        let mut left = std::mem::take(&mut clusters[merge.first]);
        let mut right = std::mem::take(&mut clusters[merge.second]);
        let ends = |leaves: &[usize]| (leaves[0], leaves[leaves.len() - 1]);
        let ((a, b), (c, d)) = (ends(&left), ends(&right));
        // (left turned, right turned): which ends then meet.
        let meetings = [
            (false, false, b, c),
            (false, true, b, d),
            (true, false, a, c),
            (true, true, a, d),
        ];
        let mut best = meetings[0];
        for meeting in meetings {
            if distances.get(meeting.2, meeting.3) < distances.get(best.2, best.3) {
                best = meeting;
            }
        }
        if best.0 {
            left.reverse();
        }
        if best.1 {
            right.reverse();
        }
        left.append(&mut right);
        clusters.push(left);
    }
    clusters.pop().unwrap_or_default()
}
