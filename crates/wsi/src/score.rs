//! Counts of cells -> percent positive, H-score, densities.

use serde::Serialize;

use crate::positivity::Class;

/// Cells by intensity class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ClassCounts {
    /// Cells below the first threshold.
    pub negative: u64,
    /// Weakly positive cells.
    pub one_plus: u64,
    /// Moderately positive cells.
    pub two_plus: u64,
    /// Strongly positive cells.
    pub three_plus: u64,
}

impl ClassCounts {
    /// Counts one more cell.
    pub fn add(&mut self, class: Class) {
        *match class {
            Class::Negative => &mut self.negative,
            Class::OnePlus => &mut self.one_plus,
            Class::TwoPlus => &mut self.two_plus,
            Class::ThreePlus => &mut self.three_plus,
        } += 1;
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: &Self) {
        self.negative += other.negative;
        self.one_plus += other.one_plus;
        self.two_plus += other.two_plus;
        self.three_plus += other.three_plus;
    }

    /// Cells that are 1+ or more.
    pub fn positive(&self) -> u64 {
        self.one_plus + self.two_plus + self.three_plus
    }

    /// All cells.
    pub fn total(&self) -> u64 {
        self.negative + self.positive()
    }

    /// `100 * positive / total`; `None` without cells.
    pub fn positive_percent(&self) -> Option<f64> {
        percent(self.positive(), self.total())
    }

    /// `100 * (n1 + 2 n2 + 3 n3) / total`, 0 to 300; `None` without cells.
    pub fn h_score(&self) -> Option<f64> {
        percent(
            self.one_plus + 2 * self.two_plus + 3 * self.three_plus,
            self.total(),
        )
    }
}

/// `100 * part / whole`; `None` when the whole is 0.
pub fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * part as f64 / whole as f64)
}

/// Cells per mm2; `None` when there is no area.
pub fn density(cells: u64, area_mm2: f64) -> Option<f64> {
    (area_mm2 > 0.0).then(|| cells as f64 / area_mm2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scores_by_hand() {
        let counts = ClassCounts {
            negative: 10,
            one_plus: 5,
            two_plus: 3,
            three_plus: 2,
        };
        assert_eq!((counts.positive(), counts.total()), (10, 20));
        assert_eq!(counts.positive_percent(), Some(50.0));
        assert_eq!(counts.h_score(), Some(100.0 * 17.0 / 20.0));
        assert_eq!(density(20, 0.5), Some(40.0));
    }

    #[test]
    fn nothing_gives_nothing() {
        let none = ClassCounts::default();
        assert_eq!(
            (none.positive_percent(), none.h_score(), density(3, 0.0)),
            (None, None, None)
        );
        assert_eq!(density(3, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn h_score_is_bounded(n in prop::array::uniform4(0u64..1000)) {
            let counts = ClassCounts { negative: n[0], one_plus: n[1], two_plus: n[2], three_plus: n[3] };
            if let (Some(h), Some(p)) = (counts.h_score(), counts.positive_percent()) {
                prop_assert!(h >= p - 1e-9 && h <= 3.0 * p + 1e-9);
            }
        }
    }
}
