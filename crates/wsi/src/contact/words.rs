//! Flags and numbers in words.

use crate::overlay::grouped;
use crate::quantify::Summary;

/// What a flag of the table slides means; of one that is not listed its name.
pub fn flag(name: &str) -> String {
    let known = match name {
        "no_tissue" => "no tissue found",
        "small_tissue" => "less than 1 mm² of tissue",
        "no_glass" => "no glass seen: white point assumed",
        "no_colour" => "a grey picture: stains cannot be told apart",
        "no_cells" => "no cells found",
        "few_cells" => "fewer than 500 cells",
        "coarse_pixels" => "pixels coarser than asked for",
        "mpp_from_objective" => "pixel size guessed from the objective",
        "uncalibrated_thresholds" => "thresholds not calibrated for this laboratory",
        other => return other.replace('_', " "),
    };
    known.to_owned()
}

/// Name and value, with its unit, of what is known.
pub(super) fn numbers(summary: &Summary) -> Vec<(&'static str, String)> {
    let density = |d: f64| format!("{} /mm²", grouped(d.round().max(0.0) as u64));
    let calibration = match summary
        .qc_flags
        .iter()
        .any(|flag| flag == super::UNCALIBRATED)
    {
        true => " (uncalibrated)",
        false => "",
    };
    let mut all = vec![
        ("tissue", format!("{:.2} mm²", summary.tissue_mm2)),
        ("analysed", format!("{:.2} mm²", summary.analysed_mm2)),
        ("cells", grouped(summary.n_cells)),
    ];
    let scores = [
        ("positive", summary.n_positive.map(grouped)),
        (
            "positive share",
            summary.positive_percent.map(|p| format!("{p:.1} %")),
        ),
        ("density", summary.density_all_mm2.map(density)),
        (
            "positive density",
            summary.density_positive_mm2.map(density),
        ),
        (
            "positive area",
            summary.area_positive_percent.map(|p| format!("{p:.1} %")),
        ),
        ("H-score", summary.h_score.map(|h| format!("{h:.0}"))),
        (
            "threshold",
            summary.threshold.map(|t| format!("{t:.3} OD{calibration}")),
        ),
    ];
    all.extend(
        scores
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let source = match summary.mpp_source.as_ref() {
        "override" => "given".to_owned(),
        other => other.replace('_', " "),
    };
    let mpp = format!("{:.4} µm ({source})", summary.mpp);
    all.push(("pixel", mpp));
    if !summary.reason.is_empty() {
        all.push(("no score", summary.reason.to_string()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units() {
        let summary = Summary {
            n_cells: 1_234_567,
            positive_percent: Some(12.345),
            mpp: 0.25,
            mpp_source: "objective_power".into(),
            ..Default::default()
        };
        let all = numbers(&summary);
        let of = |name: &str| all.iter().find(|n| n.0 == name).map(|n| n.1.as_str());
        assert_eq!(of("cells"), Some("1\u{202f}234\u{202f}567"));
        assert_eq!(of("positive share"), Some("12.3 %"));
        assert_eq!(of("pixel"), Some("0.2500 µm (objective power)"));
        assert_eq!((of("H-score"), of("positive")), (None, None));
    }
}
