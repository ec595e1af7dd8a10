//! What the clinical table must give and must refuse.

use super::*;

fn read(text: &str, roles: &Roles) -> Result<Clinical, Error> {
    Clinical::of(
        Table::from_csv("clinical.csv", text.as_bytes()).unwrap(),
        roles,
    )
}

fn table(text: &str) -> Clinical {
    read(text, &Roles::default()).unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, pieces: &[&str]) {
    let text = result.unwrap_err().to_string();
    for piece in pieces.iter().chain(&["clinical.csv"]) {
        assert!(text.contains(piece), "no `{piece}` in: {text}");
    }
}

#[test]
fn the_usual_columns_have_their_roles() {
    let found = table("patient_id,cohort,centre\n007,train,A\n8,test,\n");
    assert_eq!(found.ids, ["007", "8"]);
    assert_eq!(found.cohort, ["train", "test"]);
    assert_eq!(found.training, [true, false]);
    assert_eq!(found.centre, [Some("A".into()), None]);
    let plain = table("patient_id,age\n1,50\n2,60\n");
    assert_eq!(
        (plain.training, plain.centre),
        (vec![true; 2], vec![None; 2])
    );
    assert_eq!(plain.cohort, ["train", "train"]);
}

#[test]
fn named_columns_and_row_numbers() {
    let roles = Roles {
        id: ROW.into(),
        cohort_col: Some("set".into()),
        train_value: "1".into(),
        centre_col: Some("site".into()),
    };
    let found = read("set,site\n1,X\n1.0,X\n2,Y\n", &roles).unwrap();
    assert_eq!(found.ids, ["1", "2", "3"]);
    assert_eq!(found.cohort, ["1", "1", "2"]);
    assert_eq!(found.training, [true, true, false]);
    assert_eq!(
        (found.cohort_column(), found.centre_column()),
        (Some("set"), Some("site"))
    );
    let nobody = Roles {
        cohort_col: Some(NONE.into()),
        ..Roles::default()
    };
    let all = read("patient_id,cohort\n1,train\n2,test\n", &nobody).unwrap();
    assert_eq!(all.training, [true, true]);
    let named = read("row,set,site\na,1,X\n", &roles).unwrap();
    assert_eq!(named.ids, ["a"], "a column of that name goes first");
}

#[test]
fn roles_that_do_not_fit_are_refused() {
    let named = |cohort_col: &str| Roles {
        cohort_col: Some(cohort_col.into()),
        ..Roles::default()
    };
    let of = |text: &str| read(text, &Roles::default());
    refused(
        read("patient_id,cohort\n1,train\n", &named("set")),
        &["`set`"],
    );
    refused(of("id,cohort\n1,train\n"), &["`patient_id`", "id, cohort"]);
    refused(of("patient_id,x\n1,2\n,3\n"), &["row 3"]);
    refused(of("patient_id,x\n1,2\n1,3\n"), &["rows 2 and 3"]);
    refused(
        of("patient_id,cohort\n1,train\n2,\n"),
        &["row 3", "`cohort`"],
    );
    refused(
        of("patient_id,cohort\n1,dev\n2,val\n"),
        &["`train`", "`dev`, `val`", "--train-value"],
    );
    refused(of("patient_id,cohort\n"), &["no rows"]);
}

#[test]
fn binary_outcomes() {
    let found = table("patient_id,r,w,s\n1,0,no,PD\n2,1.0,yes,PR\n3,,NA,CR\n4,1,yes,PD\n");
    let expected = [Some(false), Some(true), None, Some(true)];
    assert_eq!(found.binary("r", None).unwrap(), expected);
    assert_eq!(found.binary("w", Some("yes")).unwrap(), expected);
    assert_eq!(found.binary("r", Some("1.00")).unwrap(), expected);
    refused(
        found.binary("w", None),
        &["`w`", "`no`, `yes`", "--positive"],
    );
    for positive in [None, Some("CR")] {
        refused(
            found.binary("s", positive),
            &["`PD`, `PR`, `CR`", "--positive"],
        );
    }
    refused(
        found.binary("w", Some("Yes")),
        &["`Yes`", "`no`, `yes`", "--positive"],
    );
    refused(found.binary("response", None), &["`response`"]);
}

#[test]
fn survival_outcomes() {
    let found = table("patient_id,t,e,k\n1,5,1,dead\n2,0,0,alive\n3,,1,lost\n4,2.5,NA,dead\n");
    let expected = [Some((5.0, true)), Some((0.0, false)), None, None];
    assert_eq!(found.survival("t", "e", None).unwrap(), expected);
    let cause = found.survival("t", "k", Some("dead")).unwrap();
    assert_eq!(cause[3], Some((2.5, true)));
    assert_eq!(cause[1], Some((0.0, false)));
    refused(
        found.survival("t", "k", None),
        &["`k`", "`dead`, `alive`, `lost`", "--event-value"],
    );
    refused(
        found.survival("t", "k", Some("DEAD")),
        &["`DEAD`", "--event-value"],
    );
    refused(found.survival("k", "e", None), &["row 2", "`k`", "`dead`"]);
    refused(found.survival("t", "t", None), &["`t`"]);
    let negative = table("patient_id,t,e\n1,5,1\n2,-1.5,0\n");
    refused(
        negative.survival("t", "e", None),
        &["row 3", "`t`", "`-1.5`"],
    );
}

#[test]
fn covariates_are_numbers_or_levels() {
    let found = table("patient_id,age,sex,cohort,r\n1,50,F,train,1\n2,NA,,train,0\n3,61.5,M,x,0\n");
    let names = |list: &[&str]| list.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
    let covariates = found.covariates(&names(&["sex", "age"]), &["r"]).unwrap();
    let expected = CovariateValues::Levels(vec![Some("F".into()), None, Some("M".into())]);
    assert_eq!(
        (covariates[0].name.as_str(), &covariates[0].values),
        ("sex", &expected)
    );
    match &covariates[1].values {
        CovariateValues::Numbers(age) => {
            assert!(age[0] == 50.0 && age[1].is_nan() && age[2] == 61.5);
        }
        levels @ CovariateValues::Levels(_) => panic!("{levels:?}"),
    }
    for (list, piece) in [
        (&["grade"][..], "`grade`"),
        (&["age", "age"], "twice"),
        (&["r"], "outcome"),
        (&["cohort"], "`cohort`"),
        (&["patient_id"], "`patient_id`"),
    ] {
        refused(found.covariates(&names(list), &["r"]), &[piece]);
    }
}

#[test]
fn mixed_and_broken_covariates_name_the_row() {
    let of = |cells: [&str; 3]| {
        let rows: String = (1..)
            .zip(cells)
            .map(|(i, cell)| format!("{i};{cell}\n"))
            .collect();
        table(&format!("patient_id;x\n{rows}")).covariates(&["x".into()], &[])
    };
    refused(of(["1", "2", "high"]), &["row 4", "`high`", "row 2"]);
    refused(of(["I", "II", "3"]), &["row 2", "`I`", "row 4"]);
    refused(of(["1", "0,5", "2"]), &["row 3", "decimal comma"]);
    refused(of(["1", "inf", "2"]), &["row 3", "infinite"]);
}

#[test]
fn levels_unite_the_ways_to_write_a_number() {
    let found = table("patient_id,stage\n1,1\n2,1.0\n3,II\n4,\n");
    let levels = found.levels("stage").unwrap();
    assert_eq!(
        levels,
        [Some("1".into()), Some("1".into()), Some("II".into()), None]
    );
}

#[test]
fn feature_tables_may_be_radpaths_own() {
    let of = |text: &str, id: &str| {
        let table = Table::from_csv("clinical.csv", text.as_bytes()).unwrap();
        features(&table, id).map(|(ids, features)| (ids, features.names))
    };
    let expected = (vec!["7".to_owned(), "8".to_owned()], vec!["a".to_owned()]);
    assert_eq!(of("ID,a\n7,1\n8,2\n", "ID").unwrap(), expected);
    assert_eq!(of("patient_id,a\n7,1\n8,2\n", "ID").unwrap(), expected);
    let by_row = of("patient_id,a\n7,1\n8,2\n", ROW).unwrap();
    assert_eq!(
        (by_row.0.join(" "), by_row.1.join(" ")),
        ("1 2".into(), "a".into())
    );
    refused(of("name,a\nx,1\n", "ID"), &["`ID`"]);
}
