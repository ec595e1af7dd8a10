use crate::Grid2;

/// The sides of pixels between inside and outside, joined to straight pieces:
/// from corner to corner of pixels, horizontal pieces first. Holes and all
/// parts have theirs; beyond the grid is outside.
pub fn border(inside: &Grid2<bool>) -> Vec<[(f64, f64); 2]> {
    let (width, height) = (inside.width, inside.height);
    let at = |x: usize, y: usize| x < width && y < height && inside.data[y * width + x];
    let mut pieces = Vec::new();
    for y in 0..=height {
        let side = |x: usize| at(x, y) != (y > 0 && at(x, y - 1));
        runs(width, side, |from, to| {
            pieces.push([(from, y as f64), (to, y as f64)])
        });
    }
    for x in 0..=width {
        let side = |y: usize| at(x, y) != (x > 0 && at(x - 1, y));
        runs(height, side, |from, to| {
            pieces.push([(x as f64, from), (x as f64, to)])
        });
    }
    pieces
}

/// Calls `found` for each run of positions where `side` holds.
fn runs(n: usize, side: impl Fn(usize) -> bool, mut found: impl FnMut(f64, f64)) {
    let mut start = None;
    for i in 0..=n {
        match (start, i < n && side(i)) {
            (None, true) => start = Some(i),
            (Some(from), false) => {
                found(from as f64, i as f64);
                start = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_have_two_borders() {
        let ring = Grid2::from_fn(5, 5, |x, y| {
            let far = x.abs_diff(2).max(y.abs_diff(2));
            far == 1
        });
        let pieces = border(&ring);
        let length: f64 = pieces
            .iter()
            .map(|[a, b]| (a.0 - b.0).abs() + (a.1 - b.1).abs())
            .sum();
        assert_eq!((pieces.len(), length), (8, 12.0 + 4.0));
        assert_eq!(pieces[0], [(1.0, 1.0), (4.0, 1.0)]);
        let full = Grid2::from_fn(2, 1, |_, _| true);
        assert_eq!(border(&full).len(), 4);
    }
}
