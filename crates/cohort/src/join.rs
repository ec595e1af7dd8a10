//! Two tables lined up by id.

use std::collections::BTreeMap;

/// What two lists of ids have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joined {
    /// Row of the left and of the right table, in the left table's order.
    pub pairs: Vec<(usize, usize)>,
    /// Ids that only the left table has.
    pub only_left: Vec<String>,
    /// Ids that only the right table has.
    pub only_right: Vec<String>,
}

/// Inner join of two lists of unique ids, exact and case-sensitive.
pub fn inner(left: &[String], right: &[String]) -> Joined {
    let right_rows: BTreeMap<&str, usize> = right
        .iter()
        .enumerate()
        .map(|(row, id)| (id.as_str(), row))
        .collect();
    let mut joined = Joined::default();
    let mut matched = vec![false; right.len()];
    for (row, id) in left.iter().enumerate() {
        match right_rows.get(id.as_str()) {
            Some(&other) => {
                matched[other] = true;
                joined.pairs.push((row, other));
            }
            None => joined.only_left.push(id.clone()),
        }
    }
    let unmatched = right.iter().zip(&matched).filter(|(_, m)| !**m);
    joined.only_right = unmatched.map(|(id, _)| id.clone()).collect();
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owned(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|&id| id.to_owned()).collect()
    }

    #[test]
    fn keeps_the_left_order_and_names_what_is_left_out() {
        let joined = inner(&owned(&["c", "a", "x"]), &owned(&["a", "b", "c"]));
        assert_eq!(joined.pairs, [(0, 2), (1, 0)]);
        assert_eq!(joined.only_left, ["x"]);
        assert_eq!(joined.only_right, ["b"]);
    }

    proptest! {
        #[test]
        fn nobody_is_lost(
            left in prop::collection::btree_set(0u8..60, 0..40),
            right in prop::collection::btree_set(0u8..60, 0..40),
        ) {
            let ids = |set: &std::collections::BTreeSet<u8>| {
                set.iter().rev().map(u8::to_string).collect::<Vec<_>>()
            };
            let joined = inner(&ids(&left), &ids(&right));
            prop_assert_eq!(joined.pairs.len(), left.intersection(&right).count());
            prop_assert_eq!(joined.pairs.len() + joined.only_left.len(), left.len());
            prop_assert_eq!(joined.pairs.len() + joined.only_right.len(), right.len());
        }
    }
}
