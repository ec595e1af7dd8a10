//! The outline of a region of one slice: marching squares on a binary mask.

/// Outline of pixels, its corners halfway between a pixel centre inside and a
/// neighbour's outside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contour {
    /// Enclosed area in mm².
    pub area_mm2: f64,
    /// Length of the outline in mm, holes included.
    pub perimeter_mm: f64,
    /// Every corner once, (u, v, 0) in half pixels from a pixel centre one
    /// pixel outside.
    pub corners: Vec<[i32; 3]>,
}

impl Contour {
    /// The contour of pixels in rows of `width` along u, the outside padded by
    /// one pixel. Pixels that touch at a corner are not joined.
    pub fn of(inside: &[bool], width: usize, spacing_mm: [f64; 2]) -> Self {
        let stride = width + 2;
        let height = inside.len() / width + 2;
        let mut padded = vec![false; stride * height];
        for (row, pixels) in inside.chunks_exact(width).enumerate() {
            padded[(row + 1) * stride + 1..][..width].copy_from_slice(pixels);
        }
        // Sides by direction, and the area in eighths of a square.
        let (mut along, mut slanted, mut eighths) = ([0u64; 2], 0u64, 0u64);
        let mut corners = Vec::new();
        for v in 0..height - 1 {
            for u in 0..stride - 1 {
                let at = v * stride + u;
                let [a, b, c, d] = [at, at + 1, at + stride, at + stride + 1].map(|i| padded[i]);
                match [a, b, c, d].into_iter().filter(|&pixel| pixel).count() {
                    0 => continue,
                    1 => (slanted, eighths) = (slanted + 1, eighths + 1),
                    2 if a == d => (slanted, eighths) = (slanted + 2, eighths + 2),
                    2 => {
                        along[usize::from(a != b)] += 1;
                        eighths += 4;
                    }
                    3 => (slanted, eighths) = (slanted + 1, eighths + 7),
                    _ => eighths += 8,
                }
                let (u, v) = (2 * u as i32, 2 * v as i32);
                if a != b {
                    corners.push([u + 1, v, 0]);
                }
                if a != c {
                    corners.push([u, v + 1, 0]);
                }
            }
        }
        let [du, dv] = spacing_mm;
        let straight = along[0] as f64 * du + along[1] as f64 * dv;
        Self {
            area_mm2: eighths as f64 / 8.0 * du * dv,
            perimeter_mm: straight + slanted as f64 * du.hypot(dv) / 2.0,
            corners,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contour(rows: &[&str], spacing_mm: [f64; 2]) -> Contour {
        let inside: Vec<bool> = rows.concat().bytes().map(|b| b == b'#').collect();
        Contour::of(&inside, rows[0].len(), spacing_mm)
    }

    #[test]
    fn one_pixel_is_a_rhombus() {
        let one = contour(&["#"], [3.0, 4.0]);
        assert_eq!((one.area_mm2, one.perimeter_mm), (6.0, 10.0));
        assert_eq!(one.corners.len(), 4);
    }

    #[test]
    fn rectangle_loses_its_corners() {
        let block = contour(&["###", "###"], [1.0, 2.0]);
        assert_eq!(block.area_mm2, (6.0 - 4.0 / 8.0) * 2.0);
        assert_eq!(block.perimeter_mm, 2.0 * (2.0 + 2.0) + 2.0 * 5f64.sqrt());
        assert_eq!(block.corners.len(), 10);
    }

    #[test]
    fn holes_and_pixels_that_touch_at_a_corner() {
        let ring = contour(&["###", "#.#", "###"], [1.0; 2]);
        // The hole is what a pixel is.
        assert_eq!(ring.area_mm2, 9.0 - 0.5 - 0.5);
        assert!((ring.perimeter_mm - (8.0 + 8.0 * 0.5f64.sqrt())).abs() < 1e-14);
        let (one, two) = (contour(&["#"], [1.0; 2]), contour(&["#.", ".#"], [1.0; 2]));
        assert_eq!(two.area_mm2, 2.0 * one.area_mm2);
        assert_eq!(two.perimeter_mm, 2.0 * one.perimeter_mm);
        assert_eq!(two.corners.len(), 8);
    }
}
