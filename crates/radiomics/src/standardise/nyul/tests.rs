use proptest::prelude::*;

use super::*;
use crate::standardise::tests::row;

fn design(percentiles: &[f64], scale: [f64; 2]) -> Nyul {
    Nyul {
        percentiles: percentiles.to_vec(),
        scale,
    }
}

#[test]
fn landmarks_are_means_on_the_standard_scale() {
    let nyul = design(&[0.0, 50.0, 100.0], [0.0, 100.0]);
    // The medians lie at 25 % and 75 % of their ranges.
    let landmarks = nyul.fit(&[vec![10.0, 20.0, 50.0], vec![0.0, 3.0, 4.0]]);
    assert_eq!(landmarks.unwrap().landmarks(), [0.0, 50.0, 100.0]);
    let image = row(&[0.0, 8.0, 1.0, 2.0, 5.0]);
    let all = row(&[1.0; 5]);
    let measured = nyul.measure(&image, Some(&all)).unwrap();
    assert_eq!(measured, [0.0, 2.0, 8.0]);
    let landmarks = nyul.fit(&[measured]).unwrap();
    assert_eq!(landmarks.landmarks(), [0.0, 25.0, 100.0]);
    let other = row(&[100.0, 104.0, 101.0, 102.0, 103.0, 96.0]);
    let part = row(&[1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
    let found = landmarks.apply(&other, Some(&part)).unwrap();
    assert_eq!(found.values(), [0.0, 100.0, 12.5, 25.0, 62.5, -50.0]);
}

#[test]
fn a_training_image_comes_to_lie_on_the_scale() {
    let values: Vec<f64> = (0..500).map(|i| f64::from(i * i % 997)).collect();
    let image = row(&values);
    let mask = row(&vec![1.0; 500]);
    let nyul = Nyul::default();
    let measured = nyul.measure(&image, Some(&mask)).unwrap();
    let landmarks = NyulLandmarks::fit(&[measured.clone(), measured]).unwrap();
    let scaled = landmarks.apply(&image, Some(&mask)).unwrap();
    let again = nyul.measure(&scaled, Some(&mask)).unwrap();
    for (found, expected) in again.iter().zip(landmarks.landmarks()) {
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }
    assert_eq!((again.len(), landmarks.images()), (11, 2));
}

#[test]
fn degenerate_cohorts_and_images_are_refused() {
    let nyul = design(&[0.0, 50.0, 100.0], [0.0, 100.0]);
    let problem = |images: &[Vec<f64>]| nyul.fit(images).unwrap_err().to_string();
    assert!(problem(&[]).contains("no training image"));
    assert!(problem(&[vec![1.0, 2.0]]).contains("image 1: 2 values for 3"));
    assert!(problem(&[vec![1.0, 2.0, 3.0], vec![1.0, 1.0, 1.0]]).contains("image 2"));
    assert!(problem(&[vec![1.0, f64::NAN, 3.0]]).contains("NaN"));
    assert!(problem(&[vec![1.0, 0.5, 3.0]]).contains("fall"));
    assert!(problem(&[vec![-1e308, 0.5, 1e308]]).contains("1e308"));
    for bad in [
        design(&[50.0], [0.0, 1.0]),
        design(&[50.0, 50.0], [0.0, 1.0]),
        design(&[0.0, 101.0], [0.0, 1.0]),
        design(&[0.0, f64::NAN], [0.0, 1.0]),
        design(&[0.0, 100.0], [1.0, 1.0]),
        design(&[0.0, 100.0], [f64::NAN, 1.0]),
        design(&[0.0, 100.0], [-1e308, 1e308]),
    ] {
        assert!(matches!(bad.validate(), Err(Error::Settings(_))), "{bad:?}");
    }
    let flat = row(&[3.0; 5]);
    let error = nyul.measure(&flat, Some(&flat)).unwrap_err();
    assert!(error.to_string().contains("flat"), "{error}");
}

fn cohort() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let image = prop::collection::vec(-1e6..1e6_f64, 11).prop_map(|mut found| {
        found.sort_unstable_by(f64::total_cmp);
        found[10] += 1.0;
        found
    });
    prop::collection::vec(image, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn the_images_order_changes_no_bit(cohort in cohort(), seed in any::<u64>()) {
        let expected = NyulLandmarks::fit(&cohort).unwrap();
        let mut shuffled = cohort;
        stats::rng::stream(seed, "nyul", 0).shuffle(&mut shuffled);
        let found = NyulLandmarks::fit(&shuffled).unwrap();
        let bits = |learnt: &NyulLandmarks| -> Vec<u64> {
            learnt.landmarks().iter().map(|value| value.to_bits()).collect()
        };
        prop_assert_eq!(bits(&found), bits(&expected));
        prop_assert!(found.landmarks().is_sorted());
    }
}
