//! Slides to patients: several slides of one stain become one value.
//!
//! Counts and areas are added up first and divided once, so that a large slide
//! weighs more than a small one (ratio of sums, not mean of ratios).

use std::collections::BTreeMap;

use cohort::{Error, Frame, Values};

use crate::export::SlideRow;
use crate::nuclear::{self, NuclearMeans};
use crate::score;

/// Sums over the slides of one stain of one patient.
#[derive(Default)]
struct Pool {
    analysed_mm2: f64,
    positive_area_mm2: Option<f64>,
    n_cells: u64,
    n_positive: Option<u64>,
    grades: Option<u64>,
    nuclear: NuclearMeans,
}

impl Pool {
    fn add(&mut self, row: &SlideRow) {
        let slide = &row.summary;
        self.analysed_mm2 += slide.analysed_mm2;
        self.n_cells += slide.n_cells;
        self.nuclear.merge(&row.nuclear);
        if let Some(n) = slide.n_positive {
            *self.n_positive.get_or_insert(0) += n;
        }
        if let (Some(one), Some(two), Some(three)) = (slide.n_1plus, slide.n_2plus, slide.n_3plus) {
            *self.grades.get_or_insert(0) += one + 2 * two + 3 * three;
        }
        if let Some(percent) = slide.area_positive_percent {
            *self.positive_area_mm2.get_or_insert(0.0) += percent / 100.0 * slide.analysed_mm2;
        }
    }

    /// Name and value of every column; `None` where it can't be told, or
    /// where the stain has no such quantity.
    fn values(&self) -> Vec<(&'static str, Option<f64>)> {
        let positive_area = self.positive_area_mm2.filter(|_| self.analysed_mm2 > 0.0);
        let mut values = vec![
            (
                "density_all_mm2",
                score::density(self.n_cells, self.analysed_mm2),
            ),
            (
                "density_positive_mm2",
                self.n_positive
                    .and_then(|n| score::density(n, self.analysed_mm2)),
            ),
            (
                "positive_percent",
                self.n_positive
                    .and_then(|n| score::percent(n, self.n_cells)),
            ),
            (
                "area_positive_percent",
                positive_area.map(|area| 100.0 * area / self.analysed_mm2),
            ),
            (
                "h_score",
                self.grades
                    .and_then(|sum| score::percent(sum, self.n_cells)),
            ),
        ];
        values.extend(nuclear::NAMES.into_iter().zip(self.nuclear.values()));
        values
    }

    fn is_scored(&self) -> bool {
        self.n_positive.is_some()
    }
}

/// Columns that only a scored stain (one with DAB) has.
const SCORED: [&str; 4] = [
    "density_positive_mm2",
    "positive_percent",
    "area_positive_percent",
    "h_score",
];

/// The table patients: one row a patient in the order of first appearance,
/// columns `<stain>_<quantity>` with the stains in alphabetical order. A
/// patient without slides of a stain has NA there.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn pool(rows: &[SlideRow]) -> Result<Frame, Error> {
    let mut patients: Vec<&str> = Vec::new();
    let mut stains: BTreeMap<&str, BTreeMap<&str, Pool>> = BTreeMap::new();
    for row in rows {
        if !patients.contains(&row.patient_id.as_str()) {
            patients.push(&row.patient_id);
        }
        let of_stain = stains.entry(&row.summary.stain).or_default();
        of_stain.entry(&row.patient_id).or_default().add(row);
    }
    let mut frame = Frame::default();
    frame.push("patient_id", Values::text(patients.iter().copied()))?;
    for (stain, pools) in &stains {
        let scored = pools.values().any(Pool::is_scored);
        let tables: Vec<Option<Vec<_>>> = patients
            .iter()
            .map(|p| pools.get(p).map(Pool::values))
            .collect();
        for (i, (name, _)) in Pool::default().values().into_iter().enumerate() {
            if !scored && SCORED.contains(&name) {
                continue;
            }
            let column = tables
                .iter()
                .map(|values| values.as_ref().and_then(|v| v[i].1));
            frame.push(format!("{stain}_{name}"), Values::optional(column))?;
        }
    }
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantify::Summary;

    fn slide(patient: &str, stain: &str, area: f64, cells: u64, positive: Option<u64>) -> SlideRow {
        let summary = Summary {
            stain: stain.into(),
            analysed_mm2: area,
            n_cells: cells,
            n_positive: positive,
            area_positive_percent: positive.map(|_| 10.0 * area),
            n_1plus: positive,
            n_2plus: positive.map(|_| 0),
            n_3plus: positive.map(|_| 0),
            ..Summary::default()
        };
        let nuclear = NuclearMeans::default();
        SlideRow {
            patient_id: patient.into(),
            slide_id: format!("{patient}-{cells}"),
            summary,
            nuclear,
        }
    }

    fn value(frame: &Frame, column: &str, row: usize) -> f64 {
        match &frame.column(column).unwrap().values {
            Values::Float(v) => v[row],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sums_are_divided_once() {
        let rows = [
            slide("b", "CD8", 1.0, 100, Some(10)),
            slide("b", "CD8", 3.0, 100, Some(50)),
            slide("a", "HE", 2.0, 500, None),
        ];
        let frame = pool(&rows).unwrap();
        // Not the mean of 10 and 16.7 a mm2.
        assert_eq!(value(&frame, "CD8_density_positive_mm2", 0), 15.0);
        assert_eq!(value(&frame, "CD8_positive_percent", 0), 30.0);
        assert_eq!(value(&frame, "CD8_h_score", 0), 30.0);
        // 10 % of 1 mm2 and 30 % of 3 mm2.
        assert!((value(&frame, "CD8_area_positive_percent", 0) - 25.0).abs() < 1e-12);
        assert!(value(&frame, "CD8_density_all_mm2", 1).is_nan());
        assert_eq!(value(&frame, "HE_density_all_mm2", 1), 250.0);
        assert!(frame.column("HE_h_score").is_none());
        assert!(value(&frame, "CD8_nucleus_area_um2_mean", 0).is_nan());
    }

    #[test]
    fn no_area_and_no_cells_give_no_number() {
        let frame = pool(&[slide("a", "CD8", 0.0, 0, Some(0))]).unwrap();
        for column in [
            "density_all_mm2",
            "positive_percent",
            "h_score",
            "area_positive_percent",
        ] {
            assert!(
                value(&frame, &format!("CD8_{column}"), 0).is_nan(),
                "{column}"
            );
        }
    }
}
