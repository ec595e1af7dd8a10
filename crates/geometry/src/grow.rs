use crate::Grid2;

/// Grows every label by up to `radius` pixels into the background.
///
/// A pixel goes to the label of the nearest labelled pixel (centre to centre,
/// at most `radius`); at equal distance to the one reached first in reading
/// order. Growth passes from pixel to side-neighbour, nearest first, so that
/// every grown label is connected if it was so before. Where the way is
/// winding the distance can exceed the straight one, by less than a pixel in
/// practice.
///
/// A radius below 1 (or not a number) changes nothing.
pub fn expand(labels: &Grid2<u32>, radius: f64) -> Grid2<u32> {
    if radius.is_nan() || radius < 1.0 || labels.is_empty() {
        return labels.clone();
    }
    let diagonal = labels.width.pow(2) + labels.height.pow(2);
    let limit = (radius * radius).min(diagonal as f64) as usize;
    let mut front = Front::new(labels, limit);
    for distance in 1..=limit {
        front.advance(distance);
    }
    Grid2 {
        width: labels.width,
        height: labels.height,
        data: (1..=labels.height)
            .flat_map(|y| &front.grown[y * front.stride + 1..][..labels.width])
            .copied()
            .collect(),
    }
}

/// A pixel that has been reached, and how far it lies from its source.
#[derive(Clone, Copy)]
struct Arrival {
    pixel: u32,
    label: u32,
    dx: i32,
    dy: i32,
}

/// Growth in progress, within a frame one pixel wide that nothing grows into.
struct Front {
    stride: usize,
    grown: Vec<u32>,
    /// Arrivals by squared distance, in order.
    queues: Vec<Vec<Arrival>>,
}

impl Front {
    fn new(labels: &Grid2<u32>, limit: usize) -> Self {
        let stride = labels.width + 2;
        let mut grown = vec![u32::MAX; stride * (labels.height + 2)];
        for y in 0..labels.height {
            grown[(y + 1) * stride + 1..][..labels.width].copy_from_slice(labels.row(y));
        }
        let mut front = Self {
            stride,
            grown,
            queues: vec![Vec::new(); limit + 1],
        };
        for y in 1..=labels.height {
            for pixel in y * stride + 1..y * stride + 1 + labels.width {
                let label = front.grown[pixel];
                if label != 0 {
                    front.spread(
                        Arrival {
                            pixel: pixel as u32,
                            label,
                            dx: 0,
                            dy: 0,
                        },
                        1,
                    );
                }
            }
        }
        front
    }

    /// Takes every pixel that waits at `distance`, and spreads from it.
    fn advance(&mut self, distance: usize) {
        let mut next = 0;
        while let Some(&arrival) = self.queues[distance].get(next) {
            next += 1;
            let grown = &mut self.grown[arrival.pixel as usize];
            if *grown == 0 {
                *grown = arrival.label;
                self.spread(arrival, distance);
            }
        }
        self.queues[distance] = Vec::new();
    }

    /// Queues the free side-neighbours; one that lies nearer to the source than
    /// the pixel itself (behind a corner) waits at the present distance.
    fn spread(&mut self, from: Arrival, present: usize) {
        for (step_x, step_y) in [(0, -1), (-1, 0), (1, 0), (0, 1)] {
            let offset = step_y as isize * self.stride as isize + step_x as isize;
            let pixel = (from.pixel as usize).wrapping_add_signed(offset);
            if self.grown[pixel] == 0 {
                let (dx, dy) = (from.dx + step_x, from.dy + step_y);
                let distance = (dx * dx + dy * dy) as usize;
                if let Some(queue) = self.queues.get_mut(distance.max(present)) {
                    queue.push(Arrival {
                        pixel: pixel as u32,
                        label: from.label,
                        dx,
                        dy,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::{Connectivity, split};
    use proptest::prelude::*;

    #[test]
    fn a_point_grows_to_a_disc() {
        let mut labels = Grid2::filled(11, 11, 0u32);
        labels.data[5 * 11 + 5] = 4;
        let grown = expand(&labels, 3.0);
        for y in 0..11usize {
            for x in 0..11usize {
                let inside = x.abs_diff(5).pow(2) + y.abs_diff(5).pow(2) <= 9;
                assert_eq!(grown.get(x, y), Some(if inside { 4 } else { 0 }));
            }
        }
    }

    #[test]
    fn neighbours_share_the_space() {
        let mut labels = Grid2::filled(9, 1, 0u32);
        (labels.data[0], labels.data[8]) = (1, 2);
        assert_eq!(expand(&labels, 20.0).data, [1, 1, 1, 1, 1, 2, 2, 2, 2]);
        assert_eq!(expand(&labels, 2.0).data, [1, 1, 1, 0, 0, 0, 2, 2, 2]);
        assert_eq!(expand(&labels, f64::NAN), labels);
        assert_eq!(expand(&labels, f64::INFINITY).data[4], 1);
    }

    proptest! {
        #[test]
        fn pixels_go_to_the_nearest_and_stay_connected(
            spots in prop::collection::vec((0usize..30, 0usize..30), 1..12),
            radius in 1.0f64..9.0,
        ) {
            let mut labels = Grid2::filled(30, 30, 0u32);
            for (i, &(x, y)) in spots.iter().enumerate() {
                labels.data[y * 30 + x] = i as u32 + 1;
            }
            let grown = expand(&labels, radius);
            let sources: Vec<(usize, usize, u32)> = (0..900)
                .filter(|&i| labels.data[i] != 0)
                .map(|i| (i % 30, i / 30, labels.data[i]))
                .collect();
            for i in 0..900usize {
                let distance = |s: &(usize, usize, u32)| {
                    ((s.0.abs_diff(i % 30).pow(2) + s.1.abs_diff(i / 30).pow(2)) as f64).sqrt()
                };
                let nearest = sources.iter().map(distance).fold(f64::INFINITY, f64::min);
                if grown.data[i] == 0 {
                    prop_assert!(nearest > radius - 1.0, "left out at {nearest}");
                } else {
                    let own = sources.iter().find(|s| s.2 == grown.data[i]).map(distance).unwrap();
                    prop_assert!(own <= radius && own < nearest + 1.0, "{own} {nearest}");
                }
            }
            prop_assert_eq!(split(&grown, Connectivity::Four).count as usize, sources.len());
        }
    }
}
