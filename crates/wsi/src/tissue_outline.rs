//! Tissue mask -> polygons: for QuPath, and for pictures.
//!
//! The outline runs along the sides of the mask's pixels, so its area is that of the
//! mask. Rings are simple: a piece that meets itself at a corner is kept in one, and
//! the gap behind that corner becomes a hole.

use std::collections::BTreeSet;

use geometry::{Connectivity, Grid2, components};

use crate::tissue::TissueMask;

/// An area with holes; each ring is closed by a line from its last point to its first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Polygon {
    /// Outer ring, um on the slide.
    pub outer: Vec<(f64, f64)>,
    /// Rings of the holes, um on the slide.
    pub holes: Vec<Vec<(f64, f64)>>,
}

/// Outlines of the fragments, by number from 1: several polygons where pieces of one
/// meet at a corner only. Empty for a mask without tissue.
pub fn outlines(mask: &TissueMask) -> Vec<Vec<Polygon>> {
    let mut fragments = vec![Vec::new(); mask.count as usize];
    let tissue = mask.fragments.map(|&f| f != 0);
    let pieces = components::label(&tissue, Connectivity::Four);
    let mut rings = vec![Polygon::default(); pieces.count as usize];
    for ring in Rings::of(&pieces.labels) {
        let (um_x, um_y) = mask.pixel_um;
        let points = ring
            .corners
            .iter()
            .map(|&(x, y)| (f64::from(x) * um_x, f64::from(y) * um_y))
            .collect();
        let polygon = &mut rings[ring.piece as usize - 1];
        if ring.is_outer {
            polygon.outer = points;
        } else {
            polygon.holes.push(points);
        }
    }
    let mut placed = vec![false; rings.len()];
    for (&piece, &fragment) in pieces.labels.data.iter().zip(&mask.fragments.data) {
        if piece != 0 && !std::mem::replace(&mut placed[piece as usize - 1], true) {
            fragments[fragment as usize - 1].push(std::mem::take(&mut rings[piece as usize - 1]));
        }
    }
    fragments
}

/// Corners of pixels, at turns alone.
struct Ring {
    piece: u32,
    corners: Vec<(u32, u32)>,
    is_outer: bool,
}

type Corner = (u32, u32);

/// The sides of pixels that bound a piece: piece, start and end, with the piece to the
/// right of the way. Two start at a corner where the piece meets itself.
struct Rings {
    sides: BTreeSet<(u32, Corner, Corner)>,
}

impl Rings {
    fn of(labels: &Grid2<u32>) -> Self {
        let at = |x: i64, y: i64| {
            let inside =
                (0..labels.width as i64).contains(&x) && (0..labels.height as i64).contains(&y);
            if inside {
                labels.row(y as usize)[x as usize]
            } else {
                0
            }
        };
        let mut sides = BTreeSet::new();
        for y in 0..labels.height as i64 {
            for x in 0..labels.width as i64 {
                let piece = at(x, y);
                if piece == 0 {
                    continue;
                }
                let corner = |dx: i64, dy: i64| ((x + dx) as u32, (y + dy) as u32);
                let four = [
                    (at(x, y - 1), corner(0, 0), corner(1, 0)),
                    (at(x + 1, y), corner(1, 0), corner(1, 1)),
                    (at(x, y + 1), corner(1, 1), corner(0, 1)),
                    (at(x - 1, y), corner(0, 1), corner(0, 0)),
                ];
                for (beyond, from, to) in four {
                    if beyond != piece {
                        sides.insert((piece, from, to));
                    }
                }
            }
        }
        Self { sides }
    }

    /// Takes the side that starts at a corner. Of two, the one that turns left:
    /// across the corner the piece holds together.
    fn take(&mut self, piece: u32, from: Corner, came: Option<Corner>) -> Option<Corner> {
        let ends: Vec<Corner> = self
            .sides
            .range((piece, from, (0, 0))..=(piece, from, (u32::MAX, u32::MAX)))
            .map(|side| side.2)
            .collect();
        let left = |to: &&Corner| came.is_some_and(|before| turn(before, from, **to) < 0);
        let end = *ends.iter().find(left).or(ends.first())?;
        self.sides.remove(&(piece, from, end));
        Some(end)
    }
}

/// Above 0 for a turn to the right on the screen, below for one to the left.
fn turn(a: Corner, b: Corner, c: Corner) -> i64 {
    let step = |p: Corner, q: Corner| {
        (
            i64::from(q.0) - i64::from(p.0),
            i64::from(q.1) - i64::from(p.1),
        )
    };
    let ((ux, uy), (vx, vy)) = (step(a, b), step(b, c));
    ux * vy - uy * vx
}

impl Iterator for Rings {
    type Item = Ring;

    fn next(&mut self) -> Option<Ring> {
        let &(piece, start, _) = self.sides.first()?;
        let mut corners = vec![start];
        let (mut before, mut at) = (start, self.take(piece, start, None)?);
        while at != start {
            corners.push(at);
            let next = self.take(piece, at, Some(before))?;
            (before, at) = (at, next);
        }
        let n = corners.len();
        let corners: Vec<Corner> = (0..n)
            .filter(|&i| turn(corners[(i + n - 1) % n], corners[i], corners[(i + 1) % n]) != 0)
            .map(|i| corners[i])
            .collect();
        let twice_area: i64 = corners
            .iter()
            .zip(corners.iter().cycle().skip(1))
            .map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1))
            .sum();
        Some(Ring {
            piece,
            corners,
            is_outer: twice_area > 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geometry::outline::signed_area;
    use proptest::prelude::*;

    fn mask(width: usize, height: usize, tissue: &[u8]) -> TissueMask {
        let whole = Grid2 {
            width,
            height,
            data: tissue.iter().map(|&t| t == 1).collect(),
        };
        let pieces = components::label(&whole, Connectivity::Eight);
        TissueMask {
            fragments: pieces.labels,
            count: pieces.count,
            pixel_um: (8.0, 4.0),
            threshold: 0.05,
        }
    }

    #[test]
    fn a_frame_has_a_hole() {
        let found = outlines(&mask(4, 3, &[1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0]));
        let outer = vec![(0.0, 0.0), (24.0, 0.0), (24.0, 12.0), (0.0, 12.0)];
        let [fragment] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((fragment.len(), &fragment[0].outer), (1, &outer));
        assert_eq!(fragment[0].holes.len(), 1);
        assert_eq!(signed_area(&fragment[0].holes[0]), -32.0);
        assert!(outlines(&mask(2, 1, &[0, 0])).is_empty());
    }

    /// A ring of tissue that closes at a corner: its hole touches the outside there,
    /// and no ring passes the corner twice.
    #[test]
    fn a_corner_is_passed_once() {
        let found = outlines(&mask(3, 3, &[1, 1, 1, 1, 0, 1, 1, 1, 0]));
        let [fragment] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((fragment.len(), fragment[0].holes.len()), (1, 1));
        let mut corners = fragment[0].outer.clone();
        corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
        corners.dedup();
        assert_eq!(corners.len(), fragment[0].outer.len());
    }

    proptest! {
        /// The polygons have the mask's area, and no ring passes a corner twice.
        #[test]
        fn area_is_kept(tissue in prop::collection::vec(0u8..2, 80)) {
            let mask = mask(10, 8, &tissue);
            let mut area = 0.0;
            for polygon in outlines(&mask).iter().flatten() {
                for ring in [&polygon.outer].into_iter().chain(&polygon.holes) {
                    area += signed_area(ring);
                    let mut corners = ring.clone();
                    corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
                    corners.dedup();
                    prop_assert_eq!(corners.len(), ring.len());
                }
                prop_assert!(signed_area(&polygon.outer) > 0.0);
            }
            let pixels = tissue.iter().filter(|&&t| t == 1).count();
            prop_assert_eq!(area, 32.0 * pixels as f64);
        }
    }
}
