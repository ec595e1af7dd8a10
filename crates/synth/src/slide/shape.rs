//! A nucleus's outline: an ellipse, slightly irregular.

use super::CellClass;
use stats::rng::Stream;

/// An outline in the cell's own axes: `1 + sum_k a_k cos k(angle) + b_k sin k(angle)`
/// times the ellipse, for k = 2, 3, 4.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub semi_axes_um: [f32; 2],
    pub turn: [f32; 2],
    harmonics: [[f32; 2]; 3],
}

impl Shape {
    pub(crate) fn new(class: CellClass, stream: &mut Stream) -> Self {
        let (diameter, stretch, rough) = match class {
            CellClass::Tumour => (stream.between(9.0, 12.0), stream.between(1.0, 1.35), 0.035),
            CellClass::Lymphocyte => (stream.between(6.0, 7.0), stream.between(1.0, 1.12), 0.02),
            CellClass::Macrophage => (stream.between(7.0, 8.5), stream.between(1.1, 1.5), 0.045),
            CellClass::Fibroblast => (stream.between(5.4, 6.8), stream.between(2.2, 3.6), 0.03),
        };
        let angle = stream.between(0.0, std::f64::consts::TAU);
        let radius = 0.5 * diameter;
        Self {
            semi_axes_um: [radius * stretch.sqrt(), radius / stretch.sqrt()].map(|a| a as f32),
            turn: [angle.cos(), angle.sin()].map(|a| a as f32),
            harmonics: [(); 3].map(|()| [(); 2].map(|()| (rough * stream.normal()) as f32)),
        }
    }

    /// Points the long axis along `angle` (radians).
    pub(crate) fn turned(mut self, angle: f32) -> Self {
        self.turn = [angle.cos(), angle.sin()];
        self
    }

    /// The radius of the circle with the ellipse's area.
    pub(crate) fn radius_um(&self) -> f32 {
        (self.semi_axes_um[0] * self.semi_axes_um[1]).sqrt()
    }

    /// Where an offset from the centre lies: its reach (0 at the centre, 1 on
    /// the outline) and its signed distance from the outline in um, negative
    /// inside (exact for a circle, close to it for an ellipse).
    ///
    /// Harmonics are powers of a unit complex number: no angle is computed.
    pub(crate) fn locate(&self, dx_um: f32, dy_um: f32) -> (f32, f32) {
        let u = (dx_um * self.turn[0] + dy_um * self.turn[1]) / self.semi_axes_um[0];
        let v = (dy_um * self.turn[0] - dx_um * self.turn[1]) / self.semi_axes_um[1];
        let rho = (u * u + v * v).sqrt();
        if rho < 1e-6 {
            return (0.0, -self.radius_um());
        }
        let (cos, sin) = (u / rho, v / rho);
        let (mut re, mut im) = (cos, sin);
        let mut outline = 1.0;
        for [a, b] in self.harmonics {
            (re, im) = (re * cos - im * sin, re * sin + im * cos);
            outline += a * re + b * im;
        }
        let reach = rho / outline.max(0.5);
        let length = (dx_um * dx_um + dy_um * dy_um).sqrt();
        (reach, length * (1.0 - 1.0 / reach))
    }
}
