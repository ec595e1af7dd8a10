//! A piecewise linear function.

/// Straight pieces between knots, the outer ones without end.
pub(super) struct Mapping {
    /// x, y and the slope to the next knot; x ascending, at least two.
    knots: Vec<[f64; 3]>,
}

impl Mapping {
    /// Through (x, y), both never falling. Where several x are equal the
    /// mapping goes through the mean of their y. None when all x are equal or
    /// a slope is beyond any number.
    pub(super) fn new(x: &[f64], y: &[f64]) -> Option<Self> {
        let mut points: Vec<[f64; 2]> = Vec::with_capacity(x.len());
        let mut rest = y;
        for same in x.chunk_by(|a, b| a == b) {
            let (these, after) = rest.split_at_checked(same.len())?;
            points.push([same[0], these.iter().sum::<f64>() / same.len() as f64]);
            rest = after;
        }
        let slopes = points
            .windows(2)
            .map(|pair| (pair[1][1] - pair[0][1]) / (pair[1][0] - pair[0][0]));
        let slopes: Vec<f64> = slopes.collect();
        if slopes.is_empty() || slopes.iter().any(|slope| !slope.is_finite()) {
            return None;
        }
        let knots = points.into_iter().zip(slopes);
        Some(Self {
            knots: knots.map(|([x, y], slope)| [x, y, slope]).collect(),
        })
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let after = self.knots.iter().take_while(|knot| knot[0] < value).count();
        let [x, y, slope] = self.knots[after.saturating_sub(1)];
        y + (value - x) * slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_straight_and_go_on() {
        let mapping = Mapping::new(&[1.0, 2.0, 4.0], &[0.0, 10.0, 14.0]).unwrap();
        for (x, y) in [
            (0.0, -10.0),
            (1.0, 0.0),
            (1.5, 5.0),
            (2.0, 10.0),
            (3.0, 12.0),
            (4.0, 14.0),
            (5.0, 16.0),
        ] {
            assert_eq!(mapping.at(x), y, "{x}");
        }
        assert!(mapping.at(f64::NAN).is_nan());
    }

    #[test]
    fn equal_knots_are_one() {
        let mapping = Mapping::new(&[1.0, 1.0, 2.0, 2.0], &[0.0, 2.0, 4.0, 8.0]).unwrap();
        assert_eq!([1.0, 1.5, 2.0].map(|x| mapping.at(x)), [1.0, 3.5, 6.0]);
        assert!(Mapping::new(&[1.0, 1.0], &[0.0, 2.0]).is_none());
        assert!(Mapping::new(&[0.0, 1e-320], &[0.0, 2.0]).is_none());
        assert!(Mapping::new(&[0.0, 1.0], &[0.0]).is_none());
    }
}
