//! Scales of MR images against intensity-normalization.

#![allow(clippy::unwrap_used)]

use radiomics::standardise::{Method, Nyul, NyulLandmarks, Sequence, n4, white_stripe, zscore};
use radiomics::{Volume, io};

/// Largest relative difference: the order of float sums.
const TOLERANCE: f64 = 1e-11;

fn brains() -> Option<[Volume; 2]> {
    let image = |name: &str| {
        let path = testkit::data(&format!("radiomics/pyradiomics/{name}_image.nrrd"))?;
        Some(io::read(path).unwrap())
    };
    Some([image("brain1")?, image("brain2")?])
}

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (&found, &expected) in found.iter().zip(expected) {
        let error = testkit::relative_error(found, expected);
        assert!(error < TOLERANCE, "{found} {expected}");
    }
}

/// `ZScoreNormalizer` and `WhiteStripeNormalizer` of intensity-normalization
/// 3.0.1, their `mean` and `std` with the mask `image > image.mean()`.
#[test]
fn scales_are_those_of_intensity_normalization() {
    let Some(brains) = brains() else { return };
    let expected = [
        [
            [718.9040598727456, 316.45364909870955],
            [563.9809518926332, 8.914957540797296],
            [555.1016844541597, 8.935000144692584],
            [563.9809518926332, 8.914957540797296],
        ],
        [
            [465.99889381771686, 204.58899914853768],
            [875.7114729642244, 61.418968518332626],
            [367.44745660377356, 3.426858611940384],
            [361.5143898322804, 3.4406100003131836],
        ],
    ];
    for (image, expected) in brains.iter().zip(expected) {
        let scales = [
            zscore(image, None),
            white_stripe(image, None, Sequence::T1),
            white_stripe(image, None, Sequence::T2),
            white_stripe(image, None, Sequence::Pd),
        ];
        for (scale, expected) in scales.into_iter().zip(expected) {
            let scale = scale.unwrap();
            assert_near(&[scale.mean, scale.sd], &expected);
        }
    }
}

/// `NyulNormalizer(output_min_value=0)` fitted on both, with the same mask;
/// then voxels (x, y, z) = (100, 100, 10), (0, 0, 0) and (128, 60, 20) of
/// brain1.
#[test]
fn landmarks_are_those_of_intensity_normalization() {
    let Some(brains) = brains() else { return };
    let measured = brains
        .each_ref()
        .map(|image| Nyul::default().measure(image, None).unwrap());
    let learnt = NyulLandmarks::fit(&measured).unwrap();
    assert_near(
        learnt.landmarks(),
        &[
            0.0,
            5.386538604351808,
            8.91062455132807,
            11.285491496893332,
            13.270478005792508,
            15.255464514691685,
            18.066316805703394,
            26.591702354135208,
            41.95020669851722,
            64.79874743173998,
            100.0,
        ],
    );
    let scaled = Method::Nyul(learnt).apply(&brains[0], None).unwrap();
    let voxels = [[10, 100, 100], [0, 0, 0], [20, 60, 128]].map(|index| scaled.voxels()[index]);
    assert_near(
        &voxels,
        &[6.404607877922729, -39.20203095389372, 21.655952826095735],
    );
}

/// SimpleITK 2.5.7: `N4BiasFieldCorrectionImageFilter().Execute` on image and
/// `OtsuThreshold(image, 0, 1, 200)`, both `Shrink`ed by 4; then the
/// exponential of `GetLogBiasFieldAsImage`. It computes in single precision.
#[test]
fn bias_fields_are_those_of_simple_itk() {
    let Some([image, _]) = brains() else { return };
    let settings = n4::N4 {
        shrink: 4,
        ..n4::N4::default()
    };
    let field = n4::bias_field(&image, None, &settings).unwrap();
    for (index, expected) in [
        ([12, 128, 128], 0.875_837_64),
        ([5, 80, 100], 0.722_066_06),
        ([20, 150, 170], 1.020_940_46),
    ] {
        let found = field.voxels()[index];
        assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected}");
    }
}
