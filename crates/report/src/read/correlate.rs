//! The folder correlate: pairs and blocks.

use super::run::Run;
use super::stage::{Note, Stage, numbers, text, whole};
use crate::Error;
use crate::numbers::Estimate;

/// One radiomic with one pathology feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair {
    pub cohort: String,
    pub block: String,
    pub radiomic: String,
    pub pathology: String,
    pub n: usize,
    /// Spearman's rho.
    pub rho: Estimate,
    pub p: Option<f64>,
    pub q_block: Option<f64>,
}

/// All pairs of one marker, and what chance gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub cohort: String,
    pub block: String,
    pub n_tests: usize,
    /// Pairs with p < .05; only ever shown with `p_count`.
    pub n_p05: usize,
    /// Pairs with q < .05 within the block.
    pub n_q05: usize,
    /// Permutation p of `n_p05`.
    pub p_count: Option<f64>,
    /// Permutation p of the largest |rho|.
    pub p_max_abs: Option<f64>,
    pub max_abs: Option<f64>,
    /// What `n_p05` is by chance: mean over the permutations.
    pub chance: Option<f64>,
}

/// Associations of radiology with pathology.
#[derive(Clone, Debug)]
pub(crate) struct Correlate {
    pub stage: Stage,
    pub run: Run,
    pub blocks: Vec<Block>,
    pub pairs: Vec<Pair>,
    pub notes: Vec<Note>,
}

impl Correlate {
    pub fn read(stage: Stage) -> Result<Self, Error> {
        Ok(Self {
            run: stage.run("run.toml")?,
            blocks: blocks(&stage)?,
            pairs: pairs(&stage)?,
            notes: stage.notes("notes")?,
            stage,
        })
    }

    /// Several cohorts were analysed: sentences and tables then name them.
    pub fn many_cohorts(&self) -> bool {
        self.blocks
            .iter()
            .any(|b| b.cohort != self.blocks[0].cohort)
    }
}

fn blocks(stage: &Stage) -> Result<Vec<Block>, Error> {
    let table = stage.table("blocks")?;
    let (cohort, block) = (text(&table, "cohort")?, text(&table, "block")?);
    let n_tests = whole(&table, "n_tests")?;
    let (n_p05, n_q05) = (whole(&table, "n_p05")?, whole(&table, "n_q05")?);
    let (p_count, p_max_abs) = (numbers(&table, "p_count")?, numbers(&table, "p_max_abs")?);
    let max_abs = numbers(&table, "max_abs")?;
    let chance = match table.has("null_count_mean") {
        true => numbers(&table, "null_count_mean")?,
        false => vec![None; table.rows()],
    };
    Ok((0..table.rows())
        .map(|i| Block {
            cohort: cohort[i].clone(),
            block: block[i].clone(),
            n_tests: n_tests[i],
            n_p05: n_p05[i],
            n_q05: n_q05[i],
            p_count: p_count[i],
            p_max_abs: p_max_abs[i],
            max_abs: max_abs[i],
            chance: chance[i],
        })
        .collect())
}

fn pairs(stage: &Stage) -> Result<Vec<Pair>, Error> {
    let table = stage.table("pairs")?;
    let (cohort, block) = (text(&table, "cohort")?, text(&table, "block")?);
    let (radiomic, pathology) = (text(&table, "radiomic")?, text(&table, "pathology")?);
    let (n, rho) = (whole(&table, "n")?, numbers(&table, "estimate")?);
    let (low, high) = (numbers(&table, "ci_low")?, numbers(&table, "ci_high")?);
    let (p, q_block) = (numbers(&table, "p")?, numbers(&table, "q_block")?);
    Ok((0..table.rows())
        .map(|i| Pair {
            cohort: cohort[i].clone(),
            block: block[i].clone(),
            radiomic: radiomic[i].clone(),
            pathology: pathology[i].clone(),
            n: n[i],
            rho: Estimate::new(rho[i], low[i], high[i]),
            p: p[i],
            q_block: q_block[i],
        })
        .collect())
}

/// Pairs from the strongest on; those without a rho are left out. Equal ones
/// stay in the order of the table.
pub(crate) fn strongest_first<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Vec<&'a Pair> {
    let strength = |pair: &Pair| pair.rho.value.map_or(-1.0, f64::abs);
    let mut pairs: Vec<&Pair> = pairs.filter(|pair| pair.rho.value.is_some()).collect();
    pairs.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
    pairs
}
