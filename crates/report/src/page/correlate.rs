//! Radiology with pathology: blocks, heatmap, strongest pairs.

use serde::Serialize;

use super::grid::Grid;
use crate::Error;
use crate::figures::{Figure, Figures};
use crate::numbers::{count, counted, fixed, or_none, p_or_none, significant};
use crate::read::correlate::{Block, Correlate, Pair, strongest_first};

/// Pairs that are shown.
const SHOWN: usize = 10;

#[derive(Serialize)]
pub(crate) struct Section {
    blocks: Option<Grid>,
    heatmap: Option<Figure>,
    pairs: Option<Grid>,
}

pub(super) fn section(stage: &Correlate, figures: &mut Figures) -> Result<Section, Error> {
    let heatmap = figures.drawing(
        &stage.stage,
        "heatmap",
        "Heatmap of Spearman correlations: radiomic features in rows, pathology features in columns grouped by marker. The strongest pairs are listed in the next table.".to_owned(),
        "Spearman's rho of every radiomic feature (rows, clustered) with every pathology feature (columns, clustered within their marker). A dot: q < .05 within the marker; a ring: p < .05 only, of which chance gives many.".to_owned(),
    )?;
    Ok(Section {
        blocks: blocks(stage),
        heatmap,
        pairs: pairs(stage),
    })
}

fn blocks(stage: &Correlate) -> Option<Grid> {
    let head = [
        "Marker",
        "Pairs",
        "p < .05",
        "by chance",
        "permutation p",
        "q < .05",
        "largest |rho|",
        "its permutation p",
    ];
    let row = |block: &Block| {
        vec![
            cohort(stage, &block.block, &block.cohort),
            count(block.n_tests),
            count(block.n_p05),
            or_none(block.chance, |x| significant(x, 2)),
            p_or_none(block.p_count),
            count(block.n_q05),
            or_none(block.max_abs, |x| fixed(x, 2)),
            p_or_none(block.p_max_abs),
        ]
    };
    Grid::new("Pairs of a radiomic and a pathology feature, by marker", &head, 1)
        .rows("", stage.blocks.iter().map(row).collect())
        .note("A number of pairs with p < .05 means nothing without its permutation p: features go together, so that chance gives few or very many. By chance: mean over the permutations. Permutation p before Holm's correction.")
        .if_any()
}

fn pairs(stage: &Correlate) -> Option<Grid> {
    let strongest = strongest_first(stage.pairs.iter());
    let row = |pair: &&Pair| {
        vec![
            cohort(stage, &pair.radiomic, &pair.cohort),
            pair.pathology.clone(),
            count(pair.n),
            pair.rho.short(|x| fixed(x, 2)),
            p_or_none(pair.p),
            p_or_none(pair.q_block),
        ]
    };
    let head = [
        "Radiomic feature",
        "Pathology feature",
        "n",
        "rho (95 % interval)",
        "p",
        "q",
    ];
    Grid::new("The strongest pairs", &head, 2)
        .rows("", strongest.iter().take(SHOWN).map(row).collect())
        .note(format!(
            "{} of {}; the others are in the table pairs. The strongest of many are stronger here than they would be in other patients. q: false discovery rate within the marker.",
            SHOWN.min(strongest.len()),
            counted(strongest.len(), "pair")
        ))
        .if_any()
}

fn cohort(stage: &Correlate, name: &str, cohort: &str) -> String {
    match stage.many_cohorts() {
        true => format!("{name} ({cohort})"),
        false => name.to_owned(),
    }
}
