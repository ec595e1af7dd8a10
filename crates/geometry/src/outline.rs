use crate::Grid2;

/// The outer boundary of the object that holds pixel `start`, along the sides
/// of its pixels: corners of pixels at unit steps, clockwise on the screen,
/// the first not repeated.
///
/// `inside` tells which pixels belong; `start` must be the first pixel of the
/// object in reading order. Pixels that touch at a corner only are separate,
/// so the polygon has no double points of that kind. Empty when `start` is not
/// inside.
pub fn trace(
    width: usize,
    height: usize,
    start: (usize, usize),
    inside: impl Fn(usize, usize) -> bool,
) -> Vec<(u32, u32)> {
    let belongs = |x: i64, y: i64| {
        x >= 0
            && y >= 0
            && (x as usize) < width
            && (y as usize) < height
            && inside(x as usize, y as usize)
    };
    let first = (start.0 as i64, start.1 as i64);
    let mut corners = Vec::new();
    if !belongs(first.0, first.1) {
        return corners;
    }
    // The object lies to the right of the way; directions: right, down, left, up.
    const STEPS: [(i64, i64); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];
    // The pixel ahead on the right and on the left, seen from a corner.
    const RIGHT: [(i64, i64); 4] = [(0, 0), (-1, 0), (-1, -1), (0, -1)];
    const LEFT: [(i64, i64); 4] = [(0, -1), (0, 0), (-1, 0), (-1, -1)];
    let (mut at, mut direction) = (first, 0usize);
    loop {
        corners.push((at.0 as u32, at.1 as u32));
        at = (at.0 + STEPS[direction].0, at.1 + STEPS[direction].1);
        if at == first {
            return corners;
        }
        let ahead =
            |side: [(i64, i64); 4]| belongs(at.0 + side[direction].0, at.1 + side[direction].1);
        if !ahead(RIGHT) {
            direction = (direction + 1) % 4;
        } else if ahead(LEFT) {
            direction = (direction + 3) % 4;
        }
    }
}

/// The first pixel of `label` in reading order within rows `top..bottom` and
/// columns `left..right`.
pub fn first_pixel(
    labels: &Grid2<u32>,
    label: u32,
    (left, right): (usize, usize),
    (top, bottom): (usize, usize),
) -> Option<(usize, usize)> {
    (top..bottom.min(labels.height)).find_map(|y| {
        let row = labels.row(y).get(left..right.min(labels.width))?;
        row.iter().position(|&l| l == label).map(|x| (left + x, y))
    })
}

/// A closed polygon with each point replaced by the mean of itself and its two
/// neighbours, twice: takes the stairs out of a traced outline. Discs of a
/// radius of 4 to 20 pixels then measure within 3 % of their true perimeter.
pub fn smooth(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    mean_of_three(&mean_of_three(points))
}

fn mean_of_three(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    let after = points.iter().copied().skip(1).chain([first]);
    let mut before = last;
    points
        .iter()
        .zip(after)
        .map(|(&here, after)| {
            let mean = (
                (before.0 + here.0 + after.0) / 3.0,
                (before.1 + here.1 + after.1) / 3.0,
            );
            before = here;
            mean
        })
        .collect()
}

/// Length of a closed polygon; 0 below 2 points.
pub fn perimeter(points: &[(f64, f64)]) -> f64 {
    edges(points)
        .map(|(a, b)| ((b.0 - a.0) * (b.0 - a.0) + (b.1 - a.1) * (b.1 - a.1)).sqrt())
        .sum()
}

/// Area of a closed polygon (shoelace): positive when it runs clockwise on a
/// screen whose y points down, as [`trace`] does.
pub fn signed_area(points: &[(f64, f64)]) -> f64 {
    edges(points)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum::<f64>()
        / 2.0
}

fn edges(points: &[(f64, f64)]) -> impl Iterator<Item = ((f64, f64), (f64, f64))> + '_ {
    points
        .iter()
        .copied()
        .zip(points.iter().copied().cycle().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn polygon(mask: &Grid2<bool>) -> Vec<(f64, f64)> {
        let first = mask.data.iter().position(|&m| m).unwrap();
        let start = (first % mask.width, first / mask.width);
        trace(mask.width, mask.height, start, |x, y| {
            mask.data[y * mask.width + x]
        })
        .iter()
        .map(|&(x, y)| (f64::from(x), f64::from(y)))
        .collect()
    }

    #[test]
    fn one_pixel_is_a_square() {
        let square = trace(3, 3, (1, 1), |x, y| (x, y) == (1, 1));
        assert_eq!(square, [(1, 1), (2, 1), (2, 2), (1, 2)]);
        assert!(trace(3, 3, (0, 0), |_, _| false).is_empty());
        assert!(trace(0, 0, (0, 0), |_, _| true).is_empty());
    }

    #[test]
    fn discs_measure_as_circles() {
        for radius in [4.0f64, 6.0, 8.5, 12.0, 20.0] {
            let mask = Grid2::from_fn(50, 50, |x, y| {
                (x as f64 - 24.3).hypot(y as f64 - 24.6) <= radius
            });
            let points = polygon(&mask);
            assert_eq!(
                signed_area(&points),
                mask.data.iter().filter(|&&m| m).count() as f64
            );
            let found = perimeter(&smooth(&points)) / (std::f64::consts::TAU * radius);
            assert!((found - 1.0).abs() < 0.03, "radius {radius}: {found}");
        }
    }

    #[test]
    fn finding_the_first_pixel() {
        let labels = Grid2::from_vec(3, 2, vec![0, 0, 1, 2, 1, 1]).unwrap();
        assert_eq!(first_pixel(&labels, 1, (0, 3), (0, 2)), Some((2, 0)));
        assert_eq!(first_pixel(&labels, 1, (0, 2), (0, 2)), Some((1, 1)));
        assert_eq!(first_pixel(&labels, 5, (0, 9), (0, 9)), None);
    }

    #[test]
    fn no_points_have_no_measure() {
        assert_eq!(
            (perimeter(&[]), signed_area(&[]), smooth(&[]).len()),
            (0.0, 0.0, 0)
        );
    }

    proptest! {
        #[test]
        fn the_outline_encloses_the_filled_piece(data in prop::collection::vec(any::<bool>(), 64)) {
            prop_assume!(data.contains(&true));
            let mask = Grid2 { width: 8, height: 8, data };
            let pieces = crate::components::label(&mask, crate::Connectivity::Four);
            let piece = pieces.labels.map(|&l| l == 1);
            let filled = crate::holes::fill(&piece, 64);
            // A hole is a 4-connected background piece: background that meets only at corners ends it,
            // and the outline passes such corners on the object's side.
            let area = signed_area(&polygon(&piece));
            let outer = pieces.labels.map(|&l| l != 1);
            let background = crate::components::label(&outer, crate::Connectivity::Eight);
            let enclosed = crate::components::regions(&background.labels, background.count)
                .iter()
                .filter(|r| r.left > 0 && r.top > 0 && r.right < 8 && r.bottom < 8)
                .map(|r| r.area)
                .sum::<usize>();
            let own = piece.data.iter().filter(|&&m| m).count();
            prop_assert_eq!(area as usize, own + enclosed);
            prop_assert!(area as usize <= filled.data.iter().filter(|&&m| m).count());
        }
    }
}
