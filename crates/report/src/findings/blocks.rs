//! Verdicts on the blocks (markers) of correlate.

use super::{ASSOCIATION, Statement, Verdict};
use crate::numbers::{count, counted, fixed, p_is, significant};
use crate::read::correlate::{Block, Correlate, Pair, strongest_first};

/// Level of all verdicts.
const LEVEL: f64 = 0.05;

pub(super) fn statements(correlate: &Correlate) -> Vec<Statement> {
    let adjusted = holm(
        &correlate
            .blocks
            .iter()
            .map(|b| b.p_count)
            .collect::<Vec<_>>(),
    );
    let tested = adjusted.iter().flatten().count();
    let largest = holm(
        &correlate
            .blocks
            .iter()
            .map(|b| b.p_max_abs)
            .collect::<Vec<_>>(),
    );
    correlate
        .blocks
        .iter()
        .zip(adjusted.into_iter().zip(largest))
        .map(|(block, (adjusted, largest))| {
            let pairs: Vec<&Pair> = correlate
                .pairs
                .iter()
                .filter(|p| p.block == block.block && p.cohort == block.cohort)
                .filter(|p| p.rho.value.is_some())
                .collect();
            let judged = Judged {
                block,
                p: block.p_count.zip(adjusted),
                largest,
                tested,
                name: name(block, correlate.many_cohorts()),
                patients: patients(&pairs),
                pairs,
            };
            judged.statement()
        })
        .collect()
}

struct Judged<'a> {
    block: &'a Block,
    /// Permutation p of the count, as it is and after Holm.
    p: Option<(f64, f64)>,
    /// Permutation p of the largest correlation after Holm.
    largest: Option<f64>,
    /// Blocks that Holm's correction is over.
    tested: usize,
    name: String,
    patients: String,
    pairs: Vec<&'a Pair>,
}

impl Judged<'_> {
    fn statement(&self) -> Statement {
        match self.p {
            Some(p) if self.block.n_tests > 0 => self.tested(p),
            _ => self.answer(
                Verdict::NotTested,
                format!("Radiomic features and {} could not be compared.", self.name),
                "No pair could be computed: too few patients with both values, or columns that are constant (see the reasons in the table pairs).".to_owned(),
                None,
            ),
        }
    }

    fn answer(
        &self,
        verdict: Verdict,
        claim: String,
        evidence: String,
        details: impl IntoIterator<Item = String>,
    ) -> Statement {
        Statement {
            verdict,
            area: ASSOCIATION,
            claim,
            evidence,
            details: details.into_iter().collect(),
        }
    }

    fn tested(&self, (p, holm): (f64, f64)) -> Statement {
        let Self { block, name, .. } = self;
        let (tests, small) = (counted(block.n_tests, "pair"), count(block.n_p05));
        let have = have(block.n_p05);
        if holm < LEVEL && block.n_q05 > 0 {
            let by_chance = block.chance.map_or(String::new(), |chance| {
                format!(
                    ", where chance alone gives {} on average",
                    significant(chance, 2)
                )
            });
            let evidence = format!(
                "{small} of {tests} {have} p < .05{by_chance} (permutation p {}{}).",
                p_is(p),
                self.corrected(holm)
            );
            return self.answer(
                Verdict::Found,
                format!("Radiomic features are associated with {name}."),
                evidence,
                [Some(self.small_q()), self.strongest()]
                    .into_iter()
                    .flatten(),
            );
        }
        let why = if holm < LEVEL {
            format!(
                "{small} {have} p < .05, more than chance gives (permutation p {}{}), but no single pair has a false discovery rate q < .05",
                p_is(p),
                self.corrected(holm)
            )
        } else if p < LEVEL {
            format!(
                "{small} {have} p < .05 (permutation p {}), which is not told from chance after Holm's correction over {} markers (p {})",
                p_is(p),
                self.tested,
                p_is(holm)
            )
        } else {
            format!(
                "{small} {have} p < .05, a number that chance may give (permutation p {})",
                p_is(p)
            )
        };
        // Sure within the marker, and over the markers; but which feature it is
        // was chosen by these very data.
        let single = self.largest.is_some_and(|p| p < LEVEL) && block.n_q05 > 0;
        let (verdict, claim) = if single {
            (
                Verdict::Unconfirmed,
                format!("Single radiomic features go along with {name}, but not many."),
            )
        } else {
            (
                Verdict::NotFound,
                format!("No association of radiomic features with {name} was found."),
            )
        };
        self.answer(
            verdict,
            claim,
            format!(
                "{tests} {} tested in {}, and {why}.",
                if block.n_tests == 1 { "was" } else { "were" },
                self.patients
            ),
            self.single_pairs(),
        )
    }

    fn corrected(&self, holm: f64) -> String {
        match self.tested {
            1 => String::new(),
            markers => format!(
                "; p {} after Holm's correction over {markers} markers",
                p_is(holm)
            ),
        }
    }

    fn small_q(&self) -> String {
        let n = self.block.n_q05;
        let (pairs, have) = (counted(n, "pair"), have(n));
        format!("{pairs} {have} a false discovery rate q < .05 within the marker.")
    }

    /// Single pairs that stand out where the marker as a whole doesn't.
    fn single_pairs(&self) -> Option<String> {
        let n = self.block.n_q05;
        let largest = self.block.p_max_abs.map_or(String::new(), |p| {
            format!(" (permutation p of the largest correlation {})", p_is(p))
        });
        (n > 0).then(|| {
            format!(
                "{} {} q < .05 within the marker{largest}: to be confirmed in other patients, and looked at for what both sides share (centre, scanner, staining).",
                counted(n, "pair"),
                have(n)
            )
        })
    }

    /// The strongest of the pairs that pass, which is not always the one of
    /// most patients.
    fn strongest(&self) -> Option<String> {
        let passing = |pair: &&&Pair| pair.q_block.is_some_and(|q| q < LEVEL);
        let pair = *strongest_first(self.pairs.iter().filter(passing).copied()).first()?;
        Some(format!(
            "The strongest is {} with {}: Spearman's rho {}, n = {}.",
            pair.radiomic,
            pair.pathology,
            pair.rho.long(|x| fixed(x, 2)),
            pair.n
        ))
    }
}

/// `CD8`; `pathology features` for the block of those without a marker.
fn name(block: &Block, many_cohorts: bool) -> String {
    let name = match block.block.as_str() {
        "all" | "" => "pathology features",
        marker => marker,
    };
    match many_cohorts {
        true => format!("{name} in the cohort “{}”", block.cohort),
        false => name.to_owned(),
    }
}

fn have(n: usize) -> &'static str {
    if n == 1 { "has" } else { "have" }
}

/// `60 patients`, `41 to 60 patients`.
fn patients(pairs: &[&Pair]) -> String {
    let numbers = || pairs.iter().map(|pair| pair.n);
    match (numbers().min(), numbers().max()) {
        (Some(few), Some(many)) if few == many => counted(many, "patient"),
        (Some(few), Some(many)) => format!("{} to {}", count(few), counted(many, "patient")),
        _ => "an unknown number of patients".to_owned(),
    }
}

/// Holm's step-down p-values over those that are there.
fn holm(ps: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> = (0..ps.len())
        .filter_map(|i| ps[i].map(|p| (p, i)))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut adjusted = vec![None; ps.len()];
    let mut largest = 0.0_f64;
    for (rank, &(p, i)) in order.iter().enumerate() {
        largest = largest.max(p * (order.len() - rank) as f64).min(1.0);
        adjusted[i] = Some(largest);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Estimate;
    use crate::read::run::Run;
    use crate::read::stage::Stage;

    fn block(name: &str, n_p05: usize, n_q05: usize, p_count: Option<f64>) -> Block {
        Block {
            cohort: "all".into(),
            block: name.into(),
            n_tests: if p_count.is_some() { 504 } else { 0 },
            n_p05,
            n_q05,
            p_count,
            p_max_abs: Some(0.02),
            max_abs: Some(0.5),
            chance: Some(25.2),
        }
    }

    fn pair(block: &str, rho: f64, q: f64, n: usize) -> Pair {
        Pair {
            cohort: "all".into(),
            block: block.into(),
            radiomic: format!("texture{n}"),
            pathology: "density".into(),
            n,
            rho: Estimate::new(Some(rho), Some(rho - 0.1), Some(rho + 0.1)),
            p: Some(q / 2.0),
            q_block: Some(q),
        }
    }

    fn judged(blocks: Vec<Block>, pairs: Vec<Pair>) -> Vec<(Verdict, String)> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("correlate")).unwrap();
        let stage = Stage::open(folder.path(), "correlate", tables::Format::Csv).unwrap();
        let correlate = Correlate {
            stage,
            run: Run::default(),
            blocks,
            pairs,
            notes: vec![],
        };
        statements(&correlate)
            .into_iter()
            .map(super::super::Finding::from)
            .map(|f| (f.verdict, f.text))
            .collect()
    }

    /// By hand: the smallest of three times 3, and never below an earlier one.
    #[test]
    fn holm_by_hand() {
        let ps = [Some(0.04), None, Some(0.01), Some(0.03)];
        let expected = [Some(0.06), None, Some(0.03), Some(0.06)];
        assert_eq!(holm(&ps), expected);
        assert_eq!(holm(&[Some(0.9), Some(0.8)]), [Some(1.0), Some(1.0)]);
    }

    #[test]
    fn found_names_the_strongest_pair_that_passes() {
        let pairs = vec![
            pair("CD8", -0.6, 0.01, 60),
            pair("CD8", 0.7, 0.2, 12),
            pair("CD8", 0.5, 0.02, 58),
        ];
        let blocks = vec![
            block("CD8", 273, 264, Some(0.0005)),
            block("HE", 5, 0, Some(0.5)),
        ];
        let found = judged(blocks, pairs);
        let (verdict, text) = &found[0];
        assert_eq!(*verdict, Verdict::Found);
        for part in [
            "273 of 504 pairs have p < .05, where chance alone gives 25 on average (permutation p < .001; p = .0010 after Holm's correction over 2 markers)",
            "264 pairs have a false discovery rate q < .05",
            "texture60 with density: Spearman's rho −0.60 (95 % interval −0.70 to −0.50), n = 60",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(found[1].0, Verdict::NotFound);
    }

    #[test]
    fn a_count_alone_finds_nothing() {
        let pairs = || vec![pair("CD45RO", 0.3, 0.4, 60), pair("CD45RO", 0.1, 0.9, 41)];
        let one = |block| judged(vec![block], pairs()).remove(0);
        let (verdict, text) = one(block("CD45RO", 36, 0, Some(0.43)));
        assert_eq!(verdict, Verdict::NotFound);
        assert!(
            text.contains("504 pairs were tested in 41 to 60 patients, and 36 have p < .05, a number that chance may give (permutation p = .43)"),
            "{text}"
        );
        let (verdict, text) = one(block("CD45RO", 136, 0, Some(0.01)));
        assert_eq!(verdict, Verdict::NotFound, "no pair with a small q");
        assert!(text.contains("more than chance gives"), "{text}");
        let (verdict, text) = one(block("CD45RO", 36, 3, Some(0.43)));
        assert_eq!(
            verdict,
            Verdict::Unconfirmed,
            "the largest is beyond chance"
        );
        assert!(text.contains("3 pairs have q < .05"), "{text}");
    }

    #[test]
    fn holm_decides_not_the_bare_p() {
        let blocks = vec![block("A", 99, 2, Some(0.04)), block("B", 3, 0, Some(0.6))];
        let found = judged(blocks, vec![pair("A", 0.5, 0.01, 40)]);
        assert_ne!(found[0].0, Verdict::Found);
        assert!(
            found[0]
                .1
                .contains("after Holm's correction over 2 markers (p = .080)"),
            "{}",
            found[0].1
        );
    }

    #[test]
    fn a_block_without_tests_is_not_tested_and_costs_nothing() {
        let blocks = vec![block("A", 99, 2, Some(0.04)), block("B", 0, 0, None)];
        let found = judged(blocks, vec![pair("A", 0.5, 0.01, 40)]);
        assert_eq!(found[0].0, Verdict::Found);
        assert!(!found[0].1.contains("Holm"), "{}", found[0].1);
        assert_eq!(found[1].0, Verdict::NotTested);
    }
}
