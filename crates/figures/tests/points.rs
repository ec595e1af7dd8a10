//! Forest and scatter plots: what is drawn, nothing cut off or overlapping
//! whatever the labels, hostile input refused or drawn, never a panic.
#![allow(clippy::unwrap_used)]

mod common;

use common::{INF, LONG, NAN, assert_tidy, cause};
use figures::Error;
use figures::forest::{self, Forest};
use figures::scatter::Scatter;

const ROW: forest::Row = forest::Row {
    label: "radiomic",
    group: "nested",
    value: 0.7,
    low: 0.6,
    high: 0.8,
    text: "0.70 (0.60–0.80)",
};

fn forest(rows: &[forest::Row], log_scale: bool) -> Result<String, Error> {
    Forest {
        axis_label: "AUC",
        text_label: "AUC (95% CI)",
        reference: 0.5,
        rows,
        log_scale,
        ..Forest::default()
    }
    .svg()
}

#[test]
fn a_forest_has_rows_headings_and_arrowheads() {
    let rows = [
        ROW,
        forest::Row {
            low: 0.3,
            high: 1.2,
            ..ROW
        },
        forest::Row {
            group: "permuted",
            low: NAN,
            high: NAN,
            ..ROW
        },
    ];
    let limited = Forest {
        range: Some((0.4, 1.0)),
        rows: &rows,
        ..Forest::default()
    };
    let svg = limited.svg().unwrap();
    assert_eq!(svg.matches(">nested</text>").count(), 1);
    assert_eq!(svg.matches(">permuted</text>").count(), 1);
    assert_eq!(svg.matches(">radiomic</text>").count(), 3);
    // Two squares and two arrowheads; the third row is an open square.
    assert_eq!(
        svg.matches("<path fill=\"#0072b2\" fill-opacity=\"1\"")
            .count(),
        4
    );
    assert_eq!(svg.matches("fill-opacity=\".15\"").count(), 1);
    assert!(!svg.contains("stroke-dasharray"));
    let open = forest(&rows, false).unwrap();
    assert_eq!(
        open.matches("<path fill=\"#0072b2\" fill-opacity=\"1\"")
            .count(),
        2
    );
    assert_eq!(open.matches("stroke-dasharray").count(), 1);
    assert_tidy(&svg);
    assert_tidy(&open);
}

#[test]
fn hostile_forests_are_drawn_or_refused() {
    let long = forest::Row {
        label: LONG,
        group: LONG,
        text: LONG,
        ..ROW
    };
    let endless = forest::Row {
        low: 0.0,
        high: INF,
        ..ROW
    };
    let huge = forest::Row {
        value: 1e300,
        low: NAN,
        high: NAN,
        ..ROW
    };
    let tiny = forest::Row {
        value: 1e-300,
        ..huge
    };
    for rows in [
        vec![ROW],
        vec![long; 30],
        vec![endless, ROW],
        vec![huge, tiny],
        vec![huge],
        vec![tiny],
        vec![forest::Row {
            label: "",
            group: "",
            text: "",
            ..ROW
        }],
    ] {
        assert_tidy(&forest(&rows, false).unwrap());
        assert_tidy(&forest(&rows, true).unwrap());
    }
    let below = forest::Row { low: -INF, ..ROW };
    assert!(forest(&[below], false).is_ok() && forest(&[below], true).is_err());
    let refused = |row| [true, false].map(|log| cause(forest(&[ROW, row], log)).0);
    for row in [
        forest::Row { value: NAN, ..ROW },
        forest::Row { value: INF, ..ROW },
        forest::Row { low: NAN, ..ROW },
        forest::Row { low: 0.9, ..ROW },
    ] {
        assert_eq!(refused(row), [1, 1]);
    }
    assert!(forest(&[forest::Row { value: 0.0, ..ROW }], true).is_err());
    assert!(matches!(forest(&[], true), Err(Error::Nothing { .. })));
    assert!(matches!(
        forest(&[ROW; 201], true),
        Err(Error::TooMany { .. })
    ));
    let ranged = |low, high, log_scale| {
        let range = Some((low, high));
        Forest {
            rows: &[ROW],
            range,
            log_scale,
            ..Forest::default()
        }
        .svg()
    };
    for (low, high) in [(1.0, 0.0), (1.0, 1.0), (NAN, 1.0), (0.0, INF)] {
        assert!(matches!(ranged(low, high, false), Err(Error::Range { .. })));
    }
    assert!(ranged(0.0, 1.0, false).is_ok() && ranged(0.0, 1.0, true).is_err());
    assert!(ranged(-5.0, -4.0, false).is_ok());
}

#[test]
fn scatter_plots() {
    let plot = Scatter {
        title: "CT and CD8",
        note: "Spearman ρ = .62, n = 3",
        x_label: "entropy",
        y_label: "cells per mm²",
        points: &[(0.1, 1200.0), (0.2, 800.0), (0.7, 950.0)],
        groups: &[0, 1, 1],
        group_labels: &["a", "b"],
    };
    let svg = plot.svg().unwrap();
    // Points and the keys of the legend.
    assert_eq!(svg.matches("fill-opacity=\".15\"").count(), 5);
    for text in [
        "CT and CD8",
        "Spearman ρ = .62, n = 3",
        "entropy",
        "cells per mm²",
        "0.2",
        "1000",
    ] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text}");
    }
    assert_eq!(svg, plot.svg().unwrap());
    assert_tidy(&svg);

    for points in [
        [(0.0, 0.0); 3],
        [(1e300, -1e300), (-1e300, 1e300), (0.0, 5e-324)],
        [(1e9, 1e-9), (1e9 + 2.0, -1e-9), (1e9, 0.0)],
    ] {
        assert_tidy(
            &Scatter {
                points: &points,
                ..plot
            }
            .svg()
            .unwrap(),
        );
    }
    let long = Scatter {
        title: LONG,
        note: LONG,
        x_label: LONG,
        y_label: LONG,
        group_labels: &[LONG; 6],
        ..plot
    };
    assert_tidy(&long.svg().unwrap());
    for bad in [NAN, INF, 1e301] {
        let points = [(0.0, 0.0), (bad, 0.0), (1.0, 1.0)];
        let error = Scatter {
            points: &points,
            ..plot
        }
        .svg();
        assert!(matches!(error, Err(Error::Number { index: 1, .. })));
    }
    for wrong in [
        Scatter {
            points: &[],
            ..plot
        },
        Scatter {
            groups: &[0],
            ..plot
        },
        Scatter {
            groups: &[0, 1, 2],
            ..plot
        },
        Scatter {
            groups: &[0, 1, usize::MAX],
            ..plot
        },
        Scatter {
            group_labels: &[],
            ..plot
        },
        Scatter {
            group_labels: &["x"; 7],
            ..plot
        },
    ] {
        assert!(wrong.svg().is_err(), "{wrong:?}");
    }
}
