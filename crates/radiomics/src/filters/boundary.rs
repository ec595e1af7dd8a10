//! What lies beyond the border of an image.

use serde::{Deserialize, Serialize};

/// How an image goes on beyond its border (IBSI 2, section 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// With zeros.
    Zero,
    /// With its outermost voxel: `a a a | a b c`.
    Nearest,
    /// From the other side: `b c d | a b c d | a b c`.
    Periodic,
    /// Mirrored with the outermost voxel doubled: `c b a | a b c`.
    Mirror,
}

impl Boundary {
    /// The position in 0..n that stands for position `at` of an axis of `n`
    /// voxels; none for a zero, and none where the axis is empty.
    pub fn source(self, at: isize, n: usize) -> Option<usize> {
        let n = isize::try_from(n).ok().filter(|n| *n > 0)?;
        let inside = match self {
            Self::Zero => Some(at).filter(|at| (0..n).contains(at)),
            Self::Nearest => Some(at.clamp(0, n - 1)),
            Self::Periodic => Some(at.rem_euclid(n)),
            Self::Mirror => {
                let at = at.rem_euclid(2 * n);
                Some(at.min(2 * n - 1 - at))
            }
        };
        inside.and_then(|at| usize::try_from(at).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_go_on_as_named() {
        let around = |boundary: Boundary| {
            let find = |at| boundary.source(at, 3).map_or('0', |i| ['a', 'b', 'c'][i]);
            (-4..7).map(find).collect::<String>()
        };
        assert_eq!(around(Boundary::Zero), "0000abc0000");
        assert_eq!(around(Boundary::Nearest), "aaaaabccccc");
        assert_eq!(around(Boundary::Periodic), "cabcabcabca");
        assert_eq!(around(Boundary::Mirror), "ccbaabccbaa");
        assert_eq!(Boundary::Mirror.source(0, 0), None);
    }
}
