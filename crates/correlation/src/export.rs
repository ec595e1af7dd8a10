//! Associations as tables, in the order of columns that the files have.

use cohort::{Error, Frame, Values};

use crate::{Association, Estimate, Inputs, Pair};

/// The table pairs: one row a pair. Columns that this analysis doesn't have
/// (adjustment, stability) are NA. `cohort` names the patients that were used.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn pairs(association: &Association, inputs: &Inputs, cohort: &str) -> Result<Frame, Error> {
    let pairs = &association.pairs;
    let text = |part: &dyn Fn(&Pair) -> String| Values::text(pairs.iter().map(part));
    let number = |part: &dyn Fn(&Estimate) -> f64| {
        Values::optional(pairs.iter().map(|pair| pair.result.ok().map(|e| part(&e))))
    };
    let empty = || Values::optional(pairs.iter().map(|_| None));
    let reason = |pair: &Pair| pair.result.err().map(|reason| reason.to_string());
    let mut frame = Frame::default();
    frame.push("method", text(&|_| "spearman".into()))?;
    frame.push("cohort", text(&|_| cohort.into()))?;
    frame.push("block", text(&|p| inputs.blocks[p.pathology].into()))?;
    frame.push(
        "radiomic",
        text(&|p| inputs.radiomic[p.radiomic].name.into()),
    )?;
    frame.push(
        "pathology",
        text(&|p| inputs.pathology[p.pathology].name.into()),
    )?;
    frame.push("n", Values::counts(pairs.iter().map(|p| p.n)))?;
    frame.push("estimate", number(&|e| e.rho))?;
    frame.push("ci_low", number(&|e| e.ci_low))?;
    frame.push("ci_high", number(&|e| e.ci_high))?;
    frame.push("p", number(&|e| e.p))?;
    frame.push("p_perm", empty())?;
    frame.push("q_block", number(&|e| e.q_block))?;
    frame.push("q_all", number(&|e| e.q_all))?;
    frame.push("q_by", number(&|e| e.q_by))?;
    frame.push("p_maxt", number(&|e| e.p_maxt))?;
    for later in ["estimate_adj", "p_adj", "n_adj", "stability"] {
        frame.push(later, empty())?;
    }
    frame.push("reason", Values::Text(pairs.iter().map(reason).collect()))?;
    Ok(frame)
}

/// The table blocks: one row a block, the counts beside the permutation p that
/// they have to be read with.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn blocks(association: &Association, cohort: &str) -> Result<Frame, Error> {
    let blocks = &association.blocks;
    let global = |part: &dyn Fn(&crate::Global) -> f64| {
        Values::optional(blocks.iter().map(|b| b.global.as_ref().map(part)))
    };
    let empty = || Values::optional(blocks.iter().map(|_| None));
    let tested = |value: f64, n_tests: usize| (n_tests > 0).then_some(value);
    let mut frame = Frame::default();
    frame.push("cohort", Values::text(blocks.iter().map(|_| cohort)))?;
    frame.push(
        "block",
        Values::text(blocks.iter().map(|b| b.block.as_str())),
    )?;
    frame.push("n_tests", Values::counts(blocks.iter().map(|b| b.n_tests)))?;
    frame.push("n_effective", empty())?;
    frame.push("n_p05", Values::counts(blocks.iter().map(|b| b.n_p05)))?;
    frame.push("n_q05", Values::counts(blocks.iter().map(|b| b.n_q05)))?;
    frame.push("p_count", global(&|g| g.p_count))?;
    frame.push("p_max_abs", global(&|g| g.p_max_abs))?;
    frame.push("p_mean_r2", global(&|g| g.p_mean_r2))?;
    frame.push("p_rv", empty())?;
    frame.push("p_mantel", empty())?;
    frame.push(
        "max_abs",
        Values::optional(blocks.iter().map(|b| tested(b.max_abs, b.n_tests))),
    )?;
    frame.push(
        "n_abs_r_03",
        Values::counts(blocks.iter().map(|b| b.n_strong)),
    )?;
    frame.push("null_count_mean", global(&|g| g.null_count_mean))?;
    frame.push("null_count_p95", global(&|g| g.null_count_p95 as f64))?;
    frame.push("permutations", global(&|g| g.permutations as f64))?;
    Ok(frame)
}
