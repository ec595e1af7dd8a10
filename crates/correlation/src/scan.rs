//! Every pair of two panels, for one order of the second one's patients.

use crate::panel::{Group, Panel, Ranks};

/// The exact sums behind one rank correlation.
#[derive(Clone, Copy)]
pub(crate) struct Sums {
    /// Patients with both values.
    pub n: usize,
    xy: i64,
    pub xx: i64,
    pub yy: i64,
}

impl Sums {
    /// Spearman's rho, or `None` where a column is constant on these patients.
    pub fn rho(&self) -> Option<f64> {
        if self.xx == 0 || self.yy == 0 {
            return None;
        }
        // The root of a square is exact, so that full agreement gives 1.
        let rho = self.xy as f64 / (self.xx as f64 * self.yy as f64).sqrt();
        Some(rho.clamp(-1.0, 1.0))
    }
}

/// Buffers that a scan reuses.
#[derive(Default)]
pub(crate) struct Scratch {
    rows: Vec<u32>,
    identity: Vec<u32>,
    counts: Vec<i32>,
    y_gathered: Ranks,
    y_subset: Ranks,
    x_subset: Ranks,
}

/// Visits `(x column, y column, sums)` for every pair of `x` and `y` when row i
/// of `y` is patient `order[i]`, in an order that depends on the panels alone.
///
/// Cost: a product of integer matrices; where a pair of groups has holes, their
/// columns are ranked again by counting, once a pair of groups.
pub(crate) fn scan(
    x: &[Group],
    y: &Panel,
    order: &[u32],
    scratch: &mut Scratch,
    mut visit: impl FnMut(usize, usize, Sums),
) {
    let Scratch {
        rows,
        identity,
        counts,
        y_gathered,
        y_subset,
        x_subset,
    } = scratch;
    identity.clear();
    identity.extend(0..order.len() as u32);
    let chunk = overflow_free(order.len());
    for y_group in &y.groups {
        y_gathered.gather(&y_group.base, order);
        for x_group in x {
            rows.clear();
            rows.extend(identity.iter().copied().filter(|&i| {
                x_group.present[i as usize] && y_group.present[order[i as usize] as usize]
            }));
            let x_ranks = if rows.len() == x_group.n {
                &x_group.base
            } else {
                x_group.rank_subset(rows, identity, counts, x_subset);
                &*x_subset
            };
            let y_ranks = if rows.len() == y_group.n {
                &*y_gathered
            } else {
                y_group.rank_subset(rows, order, counts, y_subset);
                &*y_subset
            };
            for (i, &x_column) in x_group.columns.iter().enumerate() {
                let (a, xx) = (x_ranks.column(i), x_ranks.squares[i]);
                for (j, &y_column) in y_group.columns.iter().enumerate() {
                    let xy = dot(a, y_ranks.column(j), chunk);
                    let yy = y_ranks.squares[j];
                    visit(
                        x_column,
                        y_column,
                        Sums {
                            n: rows.len(),
                            xy,
                            xx,
                            yy,
                        },
                    );
                }
            }
        }
    }
}

/// Products of ranks of `n` patients that an `i32` can hold the sum of.
fn overflow_free(n: usize) -> usize {
    let largest = n.max(1) as i64;
    (i64::from(i32::MAX) / (largest * largest)).max(1) as usize
}

fn dot(a: &[i16], b: &[i16], chunk: usize) -> i64 {
    if chunk >= a.len() {
        return i64::from(dot_chunk(a, b));
    }
    a.chunks(chunk)
        .zip(b.chunks(chunk))
        .map(|(a, b)| i64::from(dot_chunk(a, b)))
        .sum()
}

fn dot_chunk(a: &[i16], b: &[i16]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| i32::from(a) * i32::from(b))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    /// The sum of squares of n distinct centred doubled ranks is (n^3 - n) / 3.
    #[test]
    fn thousands_of_patients_do_not_overflow() {
        for n in [1300, 2000, 32_767] {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            let panel = Panel::new(&[Column {
                name: "a",
                values: &values,
            }]);
            let order: Vec<u32> = (0..n as u32).collect();
            let n = i64::from(n);
            scan(
                &panel.groups,
                &panel,
                &order,
                &mut Scratch::default(),
                |_, _, sums| {
                    assert_eq!(sums.xy, (n * n * n - n) / 3);
                    assert_eq!(sums.rho(), Some(1.0));
                },
            );
        }
    }
}
