//! Mid-ranks: the mean of the ranks that tied values share.

/// Ranks from 1 to n, ascending; equal values share the mean of their ranks
/// (R's `rank(ties.method = "average", na.last = "keep")`).
///
/// NaN keeps the rank NaN and the others are ranked as if it were not there.
/// Infinities rank at the ends; `-0.0` equals `0.0`. An empty slice gives an
/// empty vector.
///
/// ```
/// assert_eq!(stats::rank::midranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
/// ```
pub fn midranks(values: &[f64]) -> Vec<f64> {
    let mut ranks = vec![f64::NAN; values.len()];
    for group in tied_groups(values, &ascending(values)) {
        for &i in group.members {
            ranks[i as usize] = group.midrank();
        }
    }
    ranks
}

/// Dense ranks: 0 for the smallest value, one more for each larger distinct
/// value, and `None` for NaN; with the number of distinct values.
///
/// They keep all that ranking a subset needs: ranks of any subset follow from
/// them by counting, without another sort.
pub fn dense_ranks(values: &[f64]) -> (Vec<Option<u32>>, usize) {
    let mut ranks = vec![None; values.len()];
    let mut levels = 0;
    for group in tied_groups(values, &ascending(values)) {
        for &i in group.members {
            ranks[i as usize] = Some(levels);
        }
        levels += 1;
    }
    (ranks, levels as usize)
}

/// Indices of the values that are not NaN, ascending by value, then by place.
fn ascending(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32)
        .filter(|&i| !values[i as usize].is_nan())
        .collect();
    // Adding 0 turns -0 into 0, which total_cmp would tell apart.
    order.sort_unstable_by(|&a, &b| {
        let (x, y) = (values[a as usize] + 0.0, values[b as usize] + 0.0);
        x.total_cmp(&y).then(a.cmp(&b))
    });
    order
}

struct Group<'a> {
    /// Values that are smaller than this group's.
    below: usize,
    members: &'a [u32],
}

impl Group<'_> {
    fn midrank(&self) -> f64 {
        self.below as f64 + (self.members.len() as f64 + 1.0) / 2.0
    }
}

fn tied_groups<'a>(values: &'a [f64], order: &'a [u32]) -> impl Iterator<Item = Group<'a>> {
    let mut below = 0;
    order
        .chunk_by(|&a, &b| values[a as usize] == values[b as usize])
        .map(move |members| {
            let group = Group { below, members };
            below += members.len();
            group
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_mean_rank() {
        let values = [2.0, -0.0, 7.0, 0.0, 2.0, 2.0, f64::INFINITY];
        assert_eq!(midranks(&values), [4.0, 1.5, 6.0, 1.5, 4.0, 4.0, 7.0]);
    }

    #[test]
    fn nan_is_kept_whatever_its_sign() {
        let ranks = midranks(&[f64::NAN, 5.0, -f64::NAN, 4.0]);
        assert!(ranks[0].is_nan() && ranks[2].is_nan());
        assert_eq!((ranks[1], ranks[3]), (2.0, 1.0));
        assert!(midranks(&[]).is_empty());
    }

    #[test]
    fn dense_ranks_count_distinct_values() {
        let (ranks, levels) = dense_ranks(&[5.0, f64::NAN, 1.0, 5.0]);
        assert_eq!(ranks, [Some(1), None, Some(0), Some(1)]);
        assert_eq!(levels, 2);
    }
}
