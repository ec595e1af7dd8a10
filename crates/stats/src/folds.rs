//! Rows dealt out to folds.

use crate::rng::Stream;

/// The fold, counted from 0, of each row. Every fold gets the same number of
/// rows, and of rows of each label, give or take one: the rows are dealt out
/// label after label, those of one label in random order, each label going on
/// where the one before stopped.
///
/// No fold at all counts as one.
///
/// ```
/// let labels = [0, 1, 0, 1, 0, 0, 1, 0];
/// let fold = stats::folds::stratified(&labels, 3, &mut stats::rng::stream(1, "folds", 0));
/// assert!((0..3).all(|f| (0..8).any(|row| fold[row] == f && labels[row] == 1)));
/// ```
pub fn stratified(labels: &[usize], folds: usize, random: &mut Stream) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..labels.len()).collect();
    // Stable: equal labels keep the order of the rows.
    rows.sort_by_key(|&row| labels[row]);
    for same in rows.chunk_by_mut(|&a, &b| labels[a] == labels[b]) {
        random.shuffle(same);
    }
    let mut fold = vec![0; labels.len()];
    for (place, row) in rows.into_iter().enumerate() {
        fold[row] = place % folds.max(1);
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folds_are_even(
            labels in proptest::collection::vec(0_usize..4, 0..80),
            folds in 1_usize..12,
        ) {
            let fold = stratified(&labels, folds, &mut stream(3, "test", 0));
            let even = |keep: &dyn Fn(usize) -> bool| {
                let mut counts = vec![0; folds];
                for (label, fold) in labels.iter().zip(&fold) {
                    counts[*fold] += usize::from(keep(*label));
                }
                let (least, most) = (counts.iter().min(), counts.iter().max());
                most.unwrap() - least.unwrap() <= 1
            };
            prop_assert!(even(&|_| true));
            for label in 0..4 {
                prop_assert!(even(&|l| l == label));
            }
        }
    }

    #[test]
    fn the_stream_decides() {
        let labels = [0; 30];
        let fold = |index| stratified(&labels, 5, &mut stream(3, "test", index));
        assert_eq!(fold(0), fold(0));
        assert_ne!(fold(0), fold(1));
        assert_eq!(stratified(&[1, 0], 0, &mut stream(1, "test", 0)), [0, 0]);
    }
}
