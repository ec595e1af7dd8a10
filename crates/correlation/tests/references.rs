//! Against SciPy, R and saved permutations: data/tables/plgg_chop and
//! data/association (base_R, intervals, permutation_tests, ..._na, clustering).
#![allow(clippy::unwrap_used)]

use correlation::{Association, Column, Inputs, Options, Pair, cluster};
use serde_json::Value;

/// A table as named columns; text that is no number is a missing value.
struct Table {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Table {
    fn new(header: &[String], rows: &[&Vec<String>]) -> Self {
        let column = |c: usize| {
            rows.iter()
                .map(|row| row[c].parse().unwrap_or(f64::NAN))
                .collect()
        };
        Self {
            names: header[1..].to_vec(),
            columns: (1..header.len()).map(column).collect(),
        }
    }

    fn read(relative: &str) -> Option<Self> {
        let (header, rows) = testkit::read_csv(&testkit::data(relative)?);
        Some(Self::new(&header, &rows.iter().collect::<Vec<_>>()))
    }

    fn columns(&self) -> Vec<Column<'_>> {
        let named = self.names.iter().zip(&self.columns);
        named
            .map(|(name, values)| Column { name, values })
            .collect()
    }
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| -> Vec<f64> {
        row.as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap_or(f64::NAN))
            .collect()
    };
    value.as_array().unwrap().iter().map(row).collect()
}

fn json(relative: &str) -> Option<Value> {
    Some(testkit::read_json(&testkit::data(relative)?))
}

fn permutations(relative: &str) -> Option<Vec<Vec<u32>>> {
    let text = std::fs::read_to_string(testkit::data(relative)?).unwrap();
    let order = |line: &str| line.split(',').map(|i| i.trim().parse().unwrap()).collect();
    Some(text.lines().map(order).collect())
}

fn one_block(x: &Table, y: &Table, permutations: &[Vec<u32>]) -> Association {
    let (radiomic, pathology) = (x.columns(), y.columns());
    let blocks = vec!["all"; pathology.len()];
    let inputs = Inputs {
        radiomic: &radiomic,
        pathology: &pathology,
        blocks: &blocks,
        strata: None,
    };
    correlation::associate_permuted(&inputs, &Options::default(), permutations).unwrap()
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} against {expected}"
    );
}

fn plgg() -> Option<(Table, Table)> {
    let read = |name| Some(testkit::read_csv(&testkit::data(name)?));
    let (x_header, x_rows) = read("tables/plgg_chop/radiomics_201.csv")?;
    let (y_header, y_rows) = read("tables/plgg_chop/immune_40_measures.csv")?;
    // Cohort, the last column of the radiomics, is text.
    let numeric = x_header.iter().position(|name| name == "Cohort").unwrap();
    assert_eq!(numeric, x_header.len() - 1);
    let joined: Vec<_> = x_rows
        .iter()
        .filter_map(|x| Some((x, y_rows.iter().find(|y| y[0] == x[0])?)))
        .collect();
    let (x, y): (Vec<_>, Vec<_>) = joined.into_iter().unzip();
    Some((
        Table::new(&x_header[..numeric], &x),
        Table::new(&y_header, &y),
    ))
}

/// SciPy's spearmanr and BH on 438 x 40 columns of 150 patients. rho, p and q to
/// 1e-8 absolute (the reference is written with 8 significant digits).
#[test]
fn paediatric_glioma_of_scipy() {
    let Some((x, y)) = plgg() else { return };
    let path = testkit::data("tables/plgg_chop/spearman_plgg_radiomics_x_immune.csv.gz").unwrap();
    let (_, rows) = testkit::read_csv(&path);
    let (radiomic, pathology) = (x.columns(), y.columns());
    let inputs = Inputs {
        radiomic: &radiomic,
        pathology: &pathology,
        blocks: &["immune"; 40],
        strata: None,
    };
    let options = Options {
        permutations: 199,
        ..Options::default()
    };
    let found = correlation::associate(&inputs, &options).unwrap();
    assert_eq!(found.pairs.len(), 17_520);
    assert_eq!(rows.len(), 17_520);
    for (pair, row) in found.pairs.iter().zip(&rows) {
        let what = format!("{} x {}", x.names[pair.radiomic], y.names[pair.pathology]);
        assert_eq!(what, format!("{} x {}", row[0], row[1]));
        assert_eq!(pair.n, 150);
        let estimate = pair.result.unwrap();
        let values = [estimate.rho, estimate.p, estimate.q_all];
        for (value, text) in values.iter().zip(&row[3..]) {
            close(*value, text.parse().unwrap(), 1e-8, &what);
        }
        assert_eq!(estimate.q_block, estimate.q_all);
    }
    let block = &found.blocks[0];
    assert_eq!(
        (block.n_tests, block.n_p05, block.n_q05, block.n_strong),
        (17_520, 1639, 26, 38)
    );
    let global = block.global.unwrap();
    assert!(
        global.null_count_mean > 500.0 && global.null_count_mean < 1300.0,
        "{global:?}"
    );
}

/// R's cor.test and the Bonett-Wright intervals, 96 pairs, complete and with
/// holes: n equal, rho 1e-12, p 1e-10 relative, interval 1e-12.
#[test]
fn base_r_with_and_without_holes() {
    let (Some(r), Some(intervals)) = (
        json("association/expected/base_R.json"),
        json("association/expected/intervals.json"),
    ) else {
        return;
    };
    let names = |na: bool| if na { ("X_na", "Y_na") } else { ("X", "Y") };
    for na in [false, true] {
        let (x, y) = names(na);
        let x = Table::read(&format!("association/data/{x}.csv")).unwrap();
        let y = Table::read(&format!("association/data/{y}.csv")).unwrap();
        let (rho, p) = if na {
            (
                &r["na_variant"]["spearman_pairwise_reranked"],
                &r["na_variant"]["p_t"],
            )
        } else {
            (&r["spearman"], &r["spearman_p_t"])
        };
        let prefix = if na { "na_variant_" } else { "" };
        let end = |end: &str| matrix(&intervals[format!("{prefix}bonett_wright_{end}")]);
        let (rho, p, low, high) = (matrix(rho), matrix(p), end("lo"), end("hi"));
        let n = matrix(&r["na_variant"]["n"]);
        let orders = permutations("association/data/perm_free.csv").unwrap();
        let mut missing = 0;
        for pair in one_block(&x, &y, &orders).pairs {
            let (i, j) = (pair.radiomic, pair.pathology);
            assert_eq!(pair.n as f64, if na { n[i][j] } else { 60.0 });
            let Ok(estimate) = pair.result else {
                assert!(pair.n < 10);
                missing += 1;
                continue;
            };
            close(estimate.rho, rho[i][j], 1e-12, "rho");
            assert!(testkit::relative_error(estimate.p, p[i][j]) < 1e-10);
            close(estimate.ci_low, low[i][j], 1e-12, "lower end");
            close(estimate.ci_high, high[i][j], 1e-12, "upper end");
        }
        assert_eq!(missing, if na { 8 } else { 0 });
    }
}

/// Saved permutations, free and within centre: all p exact, mean r^2 to 1e-12.
#[test]
fn global_tests_with_saved_permutations() {
    let Some(reference) = json("association/expected/permutation_tests.json") else {
        return;
    };
    let x = Table::read("association/data/X.csv").unwrap();
    let y = Table::read("association/data/Y.csv").unwrap();
    for design in ["free", "strat"] {
        let expected = &reference[format!("spearman_{design}")];
        let orders = permutations(&format!("association/data/perm_{design}.csv")).unwrap();
        let found = one_block(&x, &y, &orders);
        let block = &found.blocks[0];
        let global = block.global.unwrap();
        let number = |key: &str| expected[key].as_f64().unwrap();
        assert_eq!(block.n_p05 as f64, number("T1_count_p_lt_.05"));
        assert_eq!(global.p_count, number("T1_p"));
        close(
            global.null_count_mean,
            number("T1_null_mean"),
            1e-12,
            "mean count",
        );
        close(block.max_abs, number("T2_max_abs_r"), 1e-12, "max");
        assert_eq!(global.p_max_abs, number("T2_p"));
        close(block.mean_r2, number("T3_mean_r2"), 1e-12, "mean r2");
        assert_eq!(global.p_mean_r2, number("T3_p"));
        let single_step = matrix(&expected["maxT_single_step_p"]);
        for Pair {
            radiomic,
            pathology,
            result,
            ..
        } in found.pairs
        {
            assert_eq!(result.unwrap().p_maxt, single_step[radiomic][pathology]);
        }
    }
}

/// The same with holes: rows of Y move with their holes, pairs are ranked again
/// on the complete patients. The smallest p's single step is the first of the
/// reference's step-down, and no other can be below its step-down p.
#[test]
fn global_tests_with_holes() {
    let Some(reference) = json("association/expected/permutation_tests_na.json") else {
        return;
    };
    let x = Table::read("association/data/X_na.csv").unwrap();
    let y = Table::read("association/data/Y_na.csv").unwrap();
    for design in ["free", "strat"] {
        let expected = &reference[design];
        let orders = permutations(&format!("association/data/perm_{design}.csv")).unwrap();
        let found = one_block(&x, &y, &orders);
        let block = &found.blocks[0];
        let global = block.global.unwrap();
        assert_eq!(block.n_p05 as u64, expected["T1"].as_u64().unwrap());
        let counts = expected["T1_perm_counts"].as_array().unwrap();
        let mean = counts.iter().map(|c| c.as_f64().unwrap()).sum::<f64>() / counts.len() as f64;
        close(global.null_count_mean, mean, 1e-12, "mean count");
        assert_eq!(global.p_count, expected["T1_p"].as_f64().unwrap());
        close(
            block.mean_r2,
            expected["T3"].as_f64().unwrap(),
            1e-12,
            "mean r2",
        );
        assert_eq!(global.p_mean_r2, expected["T3_p"].as_f64().unwrap());
        let step_down = matrix(&expected["minP_stepdown_p_on_t_p_values"]);
        let computed = found.pairs.iter().filter_map(|p| Some((p, p.result.ok()?)));
        let smallest = computed
            .clone()
            .min_by(|a, b| a.1.p.total_cmp(&b.1.p))
            .unwrap();
        assert_eq!(
            smallest.1.p_maxt,
            step_down[smallest.0.radiomic][smallest.0.pathology]
        );
        for (pair, estimate) in computed {
            assert!(estimate.p_maxt >= step_down[pair.radiomic][pair.pathology]);
        }
    }
}

/// SciPy's average linkage on 1 - |rho|: the same joins, heights to 1e-12.
#[test]
fn linkage_of_scipy() {
    let Some(reference) = json("association/expected/clustering.json") else {
        return;
    };
    for side in ["X", "Y"] {
        let table = Table::read(&format!("association/data/{side}.csv")).unwrap();
        let found = cluster::cluster(&table.columns(), 10).unwrap();
        let expected = matrix(&reference[side]["linkage"]);
        assert_eq!(found.merges.len(), expected.len());
        for (merge, expected) in found.merges.iter().zip(expected) {
            let joined = [merge.first as f64, merge.second as f64, merge.size as f64];
            assert_eq!(joined, [expected[0], expected[1], expected[3]]);
            close(merge.height, expected[2], 1e-12, "height");
        }
    }
}
