use crate::components::{label, regions};
use crate::{Connectivity, Grid2};

/// Fills the holes of a mask that have at most `max_area` pixels.
///
/// A hole is a 4-connected piece of background that does not touch the edge of
/// the grid. The bound keeps a lumen that a ring of objects encloses open, and
/// the answer local.
pub fn fill(mask: &Grid2<bool>, max_area: usize) -> Grid2<bool> {
    let background = label(&mask.map(|&inside| !inside), Connectivity::Four);
    let fills: Vec<bool> = regions(&background.labels, background.count)
        .iter()
        .map(|hole| {
            hole.area <= max_area
                && hole.left > 0
                && hole.top > 0
                && hole.right < mask.width
                && hole.bottom < mask.height
        })
        .collect();
    background
        .labels
        .map(|&piece| piece == 0 || fills[piece as usize - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(size: usize, side: usize) -> Grid2<bool> {
        Grid2::from_fn(size, size, |x, y| {
            let inner = |v: usize| v > 2 && v < 3 + side;
            (2..=3 + side).contains(&x) && (2..=3 + side).contains(&y) && !(inner(x) && inner(y))
        })
    }

    #[test]
    fn small_holes_close_and_large_ones_stay() {
        let open = ring(12, 3);
        let filled = fill(&open, 9);
        assert_eq!(filled.data.iter().filter(|&&m| m).count(), 25);
        assert_eq!(fill(&open, 8), open);
    }

    #[test]
    fn a_bay_at_the_edge_is_no_hole() {
        let bay = Grid2::from_fn(5, 5, |x, y| (x, y) != (0, 2));
        assert_eq!(fill(&bay, 100), bay);
        assert!(fill(&Grid2::filled(0, 0, false), 9).is_empty());
    }
}
