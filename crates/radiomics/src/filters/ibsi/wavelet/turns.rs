//! The turns of a band by right angles.

use std::collections::BTreeMap;

use super::super::pooling::Pooling;

/// What is done along one axis: high-pass at the last level or not, and which
/// way round the filters of all levels are.
pub(super) type Pass = (bool, Way);

/// Which way round filters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// As the bank has them.
    Straight,
    /// Turned round.
    Turned,
    /// The mean of both.
    Both,
}

/// What the turns by right angles make of a band; those that give the same
/// filters count once.
pub(super) fn turns(bands: &[bool], pooling: Pooling) -> Vec<Vec<Pass>> {
    let orders: &[(&[usize], bool)] = match bands.len() {
        2 => &[(&[0, 1], false), (&[1, 0], true)],
        _ => &[
            (&[0, 1, 2], false),
            (&[1, 2, 0], false),
            (&[2, 0, 1], false),
            (&[1, 0, 2], true),
            (&[2, 1, 0], true),
            (&[0, 2, 1], true),
        ],
    };
    let mut found = Vec::new();
    for (order, odd) in orders {
        let turn = |way: &dyn Fn(usize) -> Way| -> Vec<Pass> {
            let axes = order.iter().enumerate();
            axes.map(|(axis, from)| (bands[*from], way(axis))).collect()
        };
        // Of three letters two are the same: every order comes with the axes
        // either way round, and the mean is one along each axis.
        if pooling == Pooling::Mean && bands.len() == 3 {
            found.push(turn(&|_| Way::Both));
            continue;
        }
        for signs in 0..1_u32 << bands.len() {
            // A turn is no mirror image: an odd order needs an odd number of
            // axes turned round, an even order an even one.
            if (signs.count_ones() % 2 == 1) == *odd {
                found.push(turn(&|axis| match signs >> axis & 1 {
                    0 => Way::Straight,
                    _ => Way::Turned,
                }));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Turns by what they do along the first axis, without that.
pub(super) fn grouped(turns: &[Vec<Pass>]) -> BTreeMap<Pass, Vec<Vec<Pass>>> {
    let mut groups: BTreeMap<Pass, Vec<Vec<Pass>>> = BTreeMap::new();
    for turn in turns {
        if let Some((first, rest)) = turn.split_first() {
            groups.entry(*first).or_default().push(rest.to_vec());
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_no_mirror_images() {
        let all = |band: &str, pooling| {
            let bands: Vec<_> = band.chars().map(|letter| letter == 'H').collect();
            turns(&bands, pooling)
        };
        let count = |band: &str| all(band, Pooling::Max).len();
        let counts = ["LL", "LH", "HH", "LLL", "LHL", "HHH"].map(count);
        assert_eq!(counts, [4, 4, 4, 8, 24, 8]);
        assert_eq!(all("LHL", Pooling::Mean).len(), 3);
        let (l, h) = ((false, Way::Straight), (true, Way::Straight));
        let turned = |p: Pass| (p.0, Way::Turned);
        let found = all("LH", Pooling::Mean);
        let mut expected = [
            vec![l, h],
            vec![turned(h), l],
            vec![turned(l), turned(h)],
            vec![h, turned(l)],
        ];
        expected.sort();
        assert_eq!(found, expected);
    }
}
