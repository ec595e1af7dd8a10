//! Columns ranked once, and grouped by which patients they lack.
//!
//! Columns of one group miss the same patients (a patient without a CD8 slide
//! lacks all CD8 columns), so that a pair of groups has one set of complete
//! patients. Ranks are kept as integers: twice the mid-rank, less its mean. All
//! sums of products are then exact, whatever their order.

use crate::Column;
use stats::rank::dense_ranks;
use std::collections::BTreeMap;

/// Centred doubled ranks of so many patients fit an `i16`.
pub(crate) const MAX_PATIENTS: usize = i16::MAX as usize;

/// Columns a group at most: a piece of work for a thread.
const GROUP_COLUMNS: usize = 64;

/// Rows are padded with zeros to a multiple of this, for vector instructions.
const LANES: usize = 16;

/// The ranked columns of one side.
pub(crate) struct Panel {
    pub groups: Vec<Group>,
}

/// Columns that lack the same patients.
pub(crate) struct Group {
    /// Places of the columns in the table.
    pub columns: Vec<usize>,
    /// Which patients have a value.
    pub present: Vec<bool>,
    /// How many do.
    pub n: usize,
    /// Ranks over all of them.
    pub base: Ranks,
    /// Dense ranks, a column after the other; meaningless where missing.
    dense: Vec<u16>,
    /// Number of distinct values of each column.
    levels: Vec<usize>,
}

/// Centred doubled ranks of several columns, 0 where a patient is left out.
#[derive(Default)]
pub(crate) struct Ranks {
    stride: usize,
    values: Vec<i16>,
    /// Sum of squares of each column; 0 for a constant one.
    pub squares: Vec<i64>,
}

impl Ranks {
    pub fn column(&self, c: usize) -> &[i16] {
        &self.values[c * self.stride..(c + 1) * self.stride]
    }

    fn reset(&mut self, columns: usize, patients: usize) {
        self.stride = patients.next_multiple_of(LANES);
        self.values.clear();
        self.values.resize(columns * self.stride, 0);
        self.squares.clear();
        self.squares.resize(columns, 0);
    }

    /// Row i becomes row `order[i]` of `base`.
    pub fn gather(&mut self, base: &Ranks, order: &[u32]) {
        self.reset(base.squares.len(), order.len());
        self.squares.copy_from_slice(&base.squares);
        for c in 0..base.squares.len() {
            let from = base.column(c);
            let to = &mut self.values[c * self.stride..(c + 1) * self.stride];
            for (value, &source) in to.iter_mut().zip(order) {
                *value = from[source as usize];
            }
        }
    }
}

impl Panel {
    pub fn new(columns: &[Column]) -> Self {
        let mut by_pattern: BTreeMap<Vec<bool>, Vec<usize>> = BTreeMap::new();
        for (c, column) in columns.iter().enumerate() {
            let present = column.values.iter().map(|v| !v.is_nan()).collect();
            by_pattern.entry(present).or_default().push(c);
        }
        let groups = by_pattern.iter().flat_map(|(present, members)| {
            members
                .chunks(GROUP_COLUMNS)
                .map(|chunk| Group::new(columns, chunk, present))
        });
        Self {
            groups: groups.collect(),
        }
    }

    /// Whether every patient has every value.
    pub fn complete(&self) -> bool {
        self.groups.iter().all(|g| g.n == g.present.len())
    }
}

impl Group {
    fn new(columns: &[Column], members: &[usize], present: &[bool]) -> Self {
        let patients = present.len();
        let mut dense = Vec::with_capacity(members.len() * patients);
        let mut levels = Vec::with_capacity(members.len());
        for &c in members {
            let (ranks, distinct) = dense_ranks(columns[c].values);
            dense.extend(ranks.iter().map(|rank| rank.unwrap_or(0) as u16));
            levels.push(distinct);
        }
        let rows: Vec<u32> = (0..patients as u32)
            .filter(|&i| present[i as usize])
            .collect();
        let order: Vec<u32> = (0..patients as u32).collect();
        let mut group = Self {
            columns: members.to_vec(),
            present: present.to_vec(),
            n: rows.len(),
            base: Ranks::default(),
            dense,
            levels,
        };
        let mut base = Ranks::default();
        group.rank_subset(&rows, &order, &mut Vec::new(), &mut base);
        group.base = base;
        group
    }

    /// Ranks the columns over a subset: row i, for each i of `rows`, holds
    /// patient `order[i]`. Counting the dense ranks replaces sorting.
    pub fn rank_subset(&self, rows: &[u32], order: &[u32], counts: &mut Vec<i32>, out: &mut Ranks) {
        let patients = self.present.len();
        out.reset(self.columns.len(), patients);
        for (c, &levels) in self.levels.iter().enumerate() {
            let dense = &self.dense[c * patients..(c + 1) * patients];
            let level = |row: u32| usize::from(dense[order[row as usize] as usize]);
            counts.clear();
            counts.resize(levels, 0);
            for &row in rows {
                counts[level(row)] += 1;
            }
            let (mut below, mut squares) = (0, 0);
            for count in counts.iter_mut() {
                // Twice the mid-rank is 2 below + count + 1, its mean n + 1.
                let centred = 2 * below + *count - rows.len() as i32;
                squares += i64::from(*count) * i64::from(centred) * i64::from(centred);
                below += *count;
                *count = centred;
            }
            out.squares[c] = squares;
            let values = &mut out.values[c * out.stride..(c + 1) * out.stride];
            for &row in rows {
                values[row as usize] = counts[level(row)] as i16;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subset_ranks_equal_fresh_ranks() {
        let values = [3.0, 1.0, f64::NAN, 3.0, 2.0, 9.0, 1.0];
        let panel = Panel::new(&[Column {
            name: "a",
            values: &values,
        }]);
        let group = &panel.groups[0];
        let order = [6, 5, 4, 3, 2, 1, 0];
        let rows = [0, 1, 3, 6];
        let mut ranks = Ranks::default();
        group.rank_subset(&rows, &order, &mut Vec::new(), &mut ranks);
        let picked: Vec<f64> = rows
            .iter()
            .map(|&r| values[order[r as usize] as usize])
            .collect();
        let expected = stats::rank::midranks(&picked);
        for (&row, rank) in rows.iter().zip(&expected) {
            let found = f64::from(ranks.column(0)[row as usize]);
            assert_eq!(found, 2.0 * rank - (rows.len() + 1) as f64);
        }
        let squares: f64 = expected.iter().map(|r| (2.0 * r - 5.0).powi(2)).sum();
        assert_eq!(ranks.squares[0] as f64, squares);
    }

    #[test]
    fn columns_that_lack_the_same_patients_share_a_group() {
        let full = [1.0, 2.0, 3.0];
        let hole = [1.0, f64::NAN, 3.0];
        let columns = [&full, &hole, &full].map(|values| Column { name: "", values });
        let panel = Panel::new(&columns);
        let mut members: Vec<_> = panel
            .groups
            .iter()
            .map(|g| (g.n, g.columns.clone()))
            .collect();
        members.sort();
        assert_eq!(members, [(2, vec![1]), (3, vec![0, 2])]);
        assert!(!panel.complete());
    }
}
