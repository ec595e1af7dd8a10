//! ROC and Kaplan-Meier curves: what is drawn, nothing cut off or overlapping
//! whatever the labels, hostile input refused or drawn, never a panic.
#![allow(clippy::unwrap_used)]

mod common;

use common::{INF, LONG, NAN, assert_tidy, boxes, cause};
use figures::Error;
use figures::kaplan_meier::{self, KaplanMeier};
use figures::roc::{self, Roc};

fn height(svg: &str) -> f32 {
    boxes(svg).1.height()
}

const GOOD: roc::Curve = roc::Curve {
    label: "radiomic  0.81 (0.70–0.91)",
    points: &[(0.1, 0.5), (0.3, 0.9)],
};

fn roc(curves: &[roc::Curve]) -> Result<String, Error> {
    Roc {
        title: "Detection",
        legend_title: "AUC (95% CI)",
        curves,
        ..Roc::default()
    }
    .svg()
}

#[test]
fn a_roc_plot_has_its_curves_and_labels() {
    let svg = roc(&[GOOD, GOOD]).unwrap();
    for text in [
        "Detection",
        "1 − specificity",
        "Sensitivity",
        "0.81 (0.70–0.91)",
        "AUC (95% CI)",
    ] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text}");
    }
    for colour in ["#0072b2", "#d55e00"] {
        // The curve and its key.
        assert_eq!(svg.matches(&format!("stroke=\"{colour}\"")).count(), 2);
    }
    assert_eq!(svg, roc(&[GOOD, GOOD]).unwrap());
    assert_tidy(&svg);
}

#[test]
fn the_legend_of_a_roc_plot_gives_way() {
    let inside = height(&roc(&[GOOD]).unwrap());
    for curve in [
        roc::Curve {
            points: &[(0.9, 0.0)],
            ..GOOD
        },
        roc::Curve {
            label: LONG,
            ..GOOD
        },
    ] {
        let svg = roc(&[curve]).unwrap();
        assert!(height(&svg) > inside);
        assert_tidy(&svg);
    }
    let perfect = roc(&[roc::Curve {
        points: &[(0.0, 1.0)],
        ..GOOD
    }])
    .unwrap();
    assert_eq!(height(&perfect), inside);
}

#[test]
fn points_of_a_roc_plot_are_checked() {
    let wrong = |points| cause(roc(&[GOOD, roc::Curve { points, ..GOOD }]));
    let number = |points| match wrong(points) {
        (1, Error::Number { what, index, .. }) => (what, index),
        other => panic!("{other:?}"),
    };
    assert_eq!(number(&[(0.2, 0.2), (NAN, 0.5)]), ("1 − specificity", 1));
    assert_eq!(number(&[(0.2, 1.2)]), ("sensitivity", 0));
    assert_eq!(number(&[(0.2, 0.5), (0.1, 0.6)]), ("1 − specificity", 1));
    assert_eq!(number(&[(0.2, 0.5), (0.3, 0.4)]), ("sensitivity", 1));
    assert!(matches!(wrong(&[]), (1, Error::Nothing { .. })));
    assert!(matches!(roc(&[]), Err(Error::Nothing { .. })));
    assert!(matches!(
        roc(&[GOOD; 7]),
        Err(Error::TooMany { found: 7, .. })
    ));
    let text = roc(&[roc::Curve {
        points: &[(0.2, 1.2)],
        ..GOOD
    }])
    .unwrap_err();
    let expected = "curve 0 (counted from 0): sensitivity 0 (counted from 0) is 1.2: it must be \
                    from 0 to 1";
    assert_eq!(text.to_string(), expected);
}

const GROUP: kaplan_meier::Curve = kaplan_meier::Curve {
    label: "high risk",
    time: &[3.0, 12.0, 20.0],
    survival: &[0.8, 0.6, 0.3],
    ci_low: &[0.5, 0.3, NAN],
    ci_high: &[0.9, 0.8, NAN],
    censored: &[14.0, 40.0],
    all_times: &[3.0, 12.0, 14.0, 20.0, 40.0],
};

fn survival(curves: &[kaplan_meier::Curve]) -> Result<String, Error> {
    KaplanMeier {
        title: "Survival",
        note: "log-rank p = .003; hazard ratio 2.7 (1.6–4.8)",
        curves,
        ..KaplanMeier::default()
    }
    .svg()
}

#[test]
fn kaplan_meier_plots_count_those_at_risk() {
    let other = kaplan_meier::Curve {
        label: "low <risk>",
        ..GROUP
    };
    let svg = survival(&[GROUP, other]).unwrap();
    // In the legend and in the table.
    assert_eq!(svg.matches(">high risk</text>").count(), 2);
    assert_eq!(svg.matches(">low &lt;risk&gt;</text>").count(), 2);
    for text in [
        "Number at risk",
        "Time (months)",
        "Overall survival probability",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let first_row: Vec<&str> = svg
        .lines()
        .filter(|line| line.contains("middle") && line.contains("#0072b2"))
        .map(|line| &line[line.find('>').unwrap()..])
        .collect();
    // Ticks at 0, 12, 24, 36 months.
    assert_eq!(
        first_row,
        [">5</text>", ">4</text>", ">1</text>", ">1</text>"]
    );
    assert_eq!(svg.matches("fill-opacity=\"0.13\"").count(), 2);
    assert_eq!(svg, survival(&[GROUP, other]).unwrap());
    assert_tidy(&svg);
}

#[test]
fn hostile_survival_is_drawn_or_refused() {
    let none = kaplan_meier::Curve {
        all_times: &[7.0],
        ..Default::default()
    };
    let at_zero = kaplan_meier::Curve {
        time: &[0.0],
        survival: &[0.0],
        all_times: &[0.0, 0.0],
        ..none
    };
    let long = kaplan_meier::Curve {
        label: LONG,
        ..GROUP
    };
    let late = kaplan_meier::Curve {
        all_times: &[1e300],
        ..GROUP
    };
    let soon = kaplan_meier::Curve {
        all_times: &[5e-324],
        ..none
    };
    for curves in [
        vec![none],
        vec![at_zero],
        vec![long; 6],
        vec![late, none],
        vec![soon],
        vec![GROUP],
    ] {
        assert_tidy(&survival(&curves).unwrap());
    }
    let named = KaplanMeier {
        title: LONG,
        note: LONG,
        time_label: LONG,
        survival_label: LONG,
        months: false,
        curves: &[long; 6],
    };
    assert_tidy(&named.svg().unwrap());

    let wrong = [
        kaplan_meier::Curve {
            all_times: &[],
            ..GROUP
        },
        kaplan_meier::Curve {
            time: &[1.0],
            ..GROUP
        },
        kaplan_meier::Curve {
            ci_low: &[],
            ..GROUP
        },
        kaplan_meier::Curve {
            time: &[3.0, 2.0, 4.0],
            ..GROUP
        },
        kaplan_meier::Curve {
            time: &[3.0, INF, 4.0],
            ..GROUP
        },
        kaplan_meier::Curve {
            survival: &[0.5, 0.6, 0.2],
            ..GROUP
        },
        kaplan_meier::Curve {
            survival: &[0.5, NAN, 0.2],
            ..GROUP
        },
        kaplan_meier::Curve {
            ci_high: &[0.5, 1.5, 0.2],
            ..GROUP
        },
        kaplan_meier::Curve {
            censored: &[-1.0],
            ..GROUP
        },
        kaplan_meier::Curve {
            all_times: &[NAN],
            ..GROUP
        },
    ];
    for curve in wrong {
        assert_eq!(cause(survival(&[GROUP, curve])).0, 1, "{curve:?}");
    }
    assert!(survival(&[]).is_err() && survival(&[GROUP; 7]).is_err());
}
