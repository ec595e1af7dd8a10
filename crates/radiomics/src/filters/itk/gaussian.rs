//! The recursive Gaussian's coefficients.

use super::recursion::{Recursion, Taps};

/// Farnebäck and Westin, "Improving Deriche-style recursive Gaussian filters",
/// 2006, table 3: two damped waves; how fast they turn and decay, and their
/// amplitudes (cosine, sine) for the Gaussian and for its second derivative.
const WAVES: [Wave; 2] = [
    Wave {
        turn: 0.6681,
        decay: -1.3932,
        gaussian: [1.3530, 1.8151],
        curvature: [-1.3563, 5.2318],
    },
    Wave {
        turn: 2.0787,
        decay: -1.3732,
        gaussian: [-0.3531, 0.0902],
        curvature: [0.3446, -2.2355],
    },
];

struct Wave {
    turn: f64,
    decay: f64,
    gaussian: [f64; 2],
    curvature: [f64; 2],
}

/// Convolution with a Gaussian of `sigma` voxels.
pub(super) fn smoothing(sigma: f64) -> Recursion {
    let phases = Phases::at(sigma);
    let feedback = phases.feedback();
    let taps = phases.causal(WAVES.map(|wave| wave.gaussian));
    let area = 2.0 * moment(&taps, 0) / loss(&feedback, 0) - taps[0];
    let scale = 1.0 / area;
    Recursion::symmetric(taps.map(|tap| tap * scale), feedback)
}

/// Convolution with the second derivative (by voxels) of a Gaussian of `sigma`
/// voxels, times `factor`.
pub(super) fn curvature(sigma: f64, factor: f64) -> Recursion {
    let phases = Phases::at(sigma);
    let feedback = phases.feedback();
    let even = phases.causal(WAVES.map(|wave| wave.gaussian));
    let taps = phases.causal(WAVES.map(|wave| wave.curvature));
    let [sd, dd, ed] = [0, 1, 2].map(|power| loss(&feedback, power));
    // So much of the Gaussian takes away the response to a constant.
    let beta = -(2.0 * moment(&taps, 0) - sd * taps[0]) / (2.0 * moment(&even, 0) - sd * even[0]);
    let [sn, dn, en] = [0, 1, 2].map(|power| moment(&taps, power) + beta * moment(&even, power));
    let response =
        (en * sd * sd - ed * sn * sd - 2.0 * dn * dd * sd + 2.0 * dd * dd * sn) / (sd * sd * sd);
    let scale = factor / response;
    let taps = std::array::from_fn(|k| (taps[k] + beta * even[k]) * scale);
    Recursion::symmetric(taps, feedback)
}

/// The waves one voxel further.
struct Phases {
    sin: [f64; 2],
    cos: [f64; 2],
    exp: [f64; 2],
}

impl Phases {
    fn at(sigma: f64) -> Self {
        Self {
            sin: WAVES.map(|wave| (wave.turn / sigma).sin()),
            cos: WAVES.map(|wave| (wave.turn / sigma).cos()),
            exp: WAVES.map(|wave| (wave.decay / sigma).exp()),
        }
    }

    /// Of results 1 to 4 voxels before.
    fn feedback(&self) -> Taps {
        let ([c1, c2], [e1, e2]) = (self.cos, self.exp);
        [
            -2.0 * (e2 * c2 + e1 * c1),
            4.0 * c2 * c1 * e1 * e2 + (e1 * e1 + e2 * e2),
            -2.0 * c1 * e1 * e2 * e2 + -2.0 * c2 * e2 * e1 * e1,
            e1 * e1 * e2 * e2,
        ]
    }

    /// Of values 0 to 3 voxels before, for waves of these amplitudes.
    fn causal(&self, [[a1, b1], [a2, b2]]: [[f64; 2]; 2]) -> Taps {
        let ([s1, s2], [c1, c2], [e1, e2]) = (self.sin, self.cos, self.exp);
        [
            a1 + a2,
            e2 * (b2 * s2 - (a2 + 2.0 * a1) * c2) + e1 * (b1 * s1 - (a1 + 2.0 * a2) * c1),
            ((a1 + a2) * c2 * c1 - (b1 * c2 * s1 + b2 * c1 * s2)) * (2.0 * e1 * e2)
                + (a2 * e1 * e1 + a1 * e2 * e2),
            e2 * e1 * e1 * (b2 * s2 - a2 * c2) + e1 * e2 * e2 * (b1 * s1 - a1 * c1),
        ]
    }
}

/// The sum of the taps, each times its distance to this power.
fn moment(taps: &[f64], power: i32) -> f64 {
    let terms = taps.iter().enumerate();
    terms.fold(0.0, |sum, (k, tap)| sum + (k as f64).powi(power) * tap)
}

/// The same of `1 + feedback`, what the recursion divides by.
fn loss(&[d1, d2, d3, d4]: &Taps, power: i32) -> f64 {
    moment(&[1.0, d1, d2, d3, d4], power)
}
