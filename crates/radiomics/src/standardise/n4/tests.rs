use ndarray::Array3;

use super::*;
use crate::Geometry;

const SIZE: [usize; 3] = [40, 36, 20];

/// Two tissues in a ball with noise, and the bias that they are multiplied by.
fn biased() -> (Volume, Volume, Vec<f64>) {
    let mut random = stats::rng::stream(4, "n4", 0);
    let [nx, ny, nz] = SIZE;
    let at = |i: usize, n: usize| 2.0 * i as f64 / (n - 1) as f64 - 1.0;
    let place = |(z, y, x): (usize, usize, usize)| [at(x, nx), at(y, ny), at(z, nz)];
    let radius = |p: [f64; 3]| p.iter().map(|v| v * v).sum::<f64>();
    let bias = Array3::from_shape_fn((nz, ny, nx), |index| {
        let [x, y, z] = place(index);
        (0.3 * x - 0.2 * y * y + 0.1 * x * z).exp()
    });
    let image = Array3::from_shape_fn((nz, ny, nx), |index| {
        let r = radius(place(index));
        let tissue = if r < 0.3 {
            100.0
        } else if r < 0.9 {
            200.0
        } else {
            0.0
        };
        bias[index] * tissue * (1.0 + 0.02 * random.normal()) + random.uniform()
    });
    let mask = Array3::from_shape_fn((nz, ny, nx), |index| {
        f64::from(u8::from(radius(place(index)) < 0.9))
    });
    let geometry = Geometry::aligned(SIZE, [1.0, 1.0, 2.0]);
    let bias = bias.into_iter().collect();
    let image = Volume::new(image, geometry.clone()).unwrap();
    (image, Volume::new(mask, geometry).unwrap(), bias)
}

/// Standard deviation of the log ratio of found and true field in the mask.
fn unevenness(field: &Volume, bias: &[f64], mask: &Volume) -> f64 {
    let pairs = field.values().iter().zip(bias).zip(mask.values());
    let inside = pairs.filter(|(_, m)| **m > 0.0);
    let ratios: Vec<f64> = inside.map(|((f, b), _)| (f / b).ln()).collect();
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    (ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[test]
fn known_fields_are_found() {
    let (image, mask, bias) = biased();
    let none = Volume::new(
        Array3::ones((SIZE[2], SIZE[1], SIZE[0])),
        image.geometry().clone(),
    );
    let before = unevenness(&none.unwrap(), &bias, &mask);
    for (mask_given, shrink) in [(Some(&mask), 1), (None, 1), (Some(&mask), 2)] {
        let settings = N4 {
            shrink,
            ..N4::default()
        };
        let field = bias_field(&image, mask_given, &settings).unwrap();
        let after = unevenness(&field, &bias, &mask);
        assert!(before > 0.1 && after < 0.2 * before, "{before} {after}");
    }
}

#[test]
fn images_without_a_field_are_refused() {
    let (image, mask, _) = biased();
    let settings = N4::default();
    let like = |value: f64| image.clone().map(|_| value);
    let problem = |image: &Volume, mask: Option<&Volume>| {
        bias_field(image, mask, &settings).unwrap_err().to_string()
    };
    assert!(problem(&like(5.0), Some(&mask)).contains("all have the value 5"));
    assert!(problem(&like(5.0), None).contains("needs a mask"));
    assert!(problem(&like(-5.0), Some(&mask)).contains("above 0"));
    assert!(problem(&image, Some(&like(0.0))).contains("empty"));
    assert!(problem(&like(f64::NAN), Some(&mask)).contains("NaN"));
    let coarse = N4 {
        shrink: 30,
        ..N4::default()
    };
    assert!(bias_field(&image, None, &coarse).is_err());
    for bad in [
        N4 {
            iterations: vec![],
            ..N4::default()
        },
        N4 {
            iterations: vec![1; 40],
            ..N4::default()
        },
        N4 {
            control_points: [4, 3, 4],
            ..N4::default()
        },
        N4 {
            bins: 1,
            ..N4::default()
        },
        N4 {
            noise: 0.0,
            ..N4::default()
        },
        N4 {
            shrink: 0,
            ..N4::default()
        },
    ] {
        assert!(matches!(bad.validate(), Err(Error::Settings(_))), "{bad:?}");
    }
}

#[test]
fn shrinking_is_centred() {
    let picked = |n, step| Shrink::new(n, step).indices().collect::<Vec<_>>();
    assert_eq!(picked(5, 1), [0, 1, 2, 3, 4]);
    assert_eq!(picked(6, 2), [1, 3, 5]);
    assert_eq!(picked(7, 2), [1, 3, 5]);
    assert_eq!(picked(9, 4), [2, 6]);
    assert_eq!(picked(3, 9), [1]);
}
