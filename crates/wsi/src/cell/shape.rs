use geometry::components::Region;
use geometry::{Grid2, hull, outline};

/// Shape of a nucleus or a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// Area, um2: number of pixels x area of a pixel.
    pub area_um2: f32,
    /// Length of the smoothed outline, um.
    pub perimeter_um: f32,
    /// `min(1, 4 pi area / perimeter^2)`, both of the smoothed outline: 1 for a disc.
    pub circularity: f32,
    /// Largest diameter (max caliper of the smoothed outline), um.
    pub max_diameter_um: f32,
    /// Smallest diameter (min caliper of the smoothed outline), um.
    pub min_diameter_um: f32,
    /// Length of the major axis of the ellipse with the same second moments, um.
    pub major_axis_um: f32,
    /// Length of its minor axis, um.
    pub minor_axis_um: f32,
    /// Eccentricity of that ellipse, `sqrt(1 - (minor / major)^2)`: 0 for a disc, towards 1 for a line.
    pub eccentricity: f32,
}

/// Shape and outline (px) of a label that lies within `region`.
pub(super) fn measure(
    labels: &Grid2<u32>,
    label: u32,
    region: &Region,
    pixel_um: f64,
) -> (Shape, Vec<(f32, f32)>) {
    let (columns, rows) = ((region.left, region.right), (region.top, region.bottom));
    let corners =
        outline::first_pixel(labels, label, columns, rows).map_or_else(Vec::new, |start| {
            outline::trace(labels.width, labels.height, start, |x, y| {
                labels.data[y * labels.width + x] == label
            })
        });
    let corners: Vec<(f64, f64)> = corners
        .iter()
        .map(|&(x, y)| (f64::from(x), f64::from(y)))
        .collect();
    let smooth = outline::smooth(&corners);
    let perimeter = outline::perimeter(&smooth);
    let enclosed = outline::signed_area(&smooth).abs();
    let (widest, narrowest) = hull::calipers(&hull::convex(&smooth));
    let (major, minor) = axes(labels, label, region);
    let um = |px: f64| (px * pixel_um) as f32;
    let shape = Shape {
        area_um2: (region.area as f64 * pixel_um * pixel_um) as f32,
        perimeter_um: um(perimeter),
        circularity: (4.0 * std::f64::consts::PI * enclosed / perimeter.powi(2)).min(1.0) as f32,
        max_diameter_um: um(widest),
        min_diameter_um: um(narrowest),
        major_axis_um: um(major),
        minor_axis_um: um(minor),
        eccentricity: (1.0 - (minor / major).powi(2)).max(0.0).sqrt() as f32,
    };
    // Every second point: the steps are half a pixel to a pixel, far below what the smoothing leaves.
    let thinned = smooth
        .iter()
        .step_by(2)
        .map(|&(x, y)| (x as f32, y as f32))
        .collect();
    (shape, thinned)
}

/// Axes, px, of the ellipse with the same second central moments; each pixel
/// counts as a unit square (1/12 added), as in MATLAB's `regionprops`.
fn axes(labels: &Grid2<u32>, label: u32, region: &Region) -> (f64, f64) {
    let n = region.area as f64;
    let (x0, y0) = (region.sum_x as f64 / n, region.sum_y as f64 / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for y in region.top..region.bottom {
        let dy = y as f64 - y0;
        for (x, &l) in labels.row(y)[region.left..region.right].iter().enumerate() {
            if l == label {
                let dx = (region.left + x) as f64 - x0;
                xx += dx * dx;
                yy += dy * dy;
                xy += dx * dy;
            }
        }
    }
    let (xx, yy, xy) = (xx / n + 1.0 / 12.0, yy / n + 1.0 / 12.0, xy / n);
    let spread = (xx - yy).hypot(2.0 * xy);
    let axis = |square: f64| (8.0 * square.max(0.0)).sqrt();
    (axis(xx + yy + spread), axis(xx + yy - spread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geometry::components::regions;

    #[test]
    fn axes_of_an_ellipse() {
        let (a, b, angle) = (14.0f64, 6.0f64, 0.6f64);
        let labels = Grid2::from_fn(40, 40, |x, y| {
            let (dx, dy) = (x as f64 - 19.6, y as f64 - 20.2);
            let (u, v) = (
                dx * angle.cos() + dy * angle.sin(),
                dy * angle.cos() - dx * angle.sin(),
            );
            u32::from((u / a).powi(2) + (v / b).powi(2) <= 1.0)
        });
        let region = regions(&labels, 1)[0];
        let (shape, outline) = measure(&labels, 1, &region, 0.25);
        let near = |found: f32, expected: f64, part: f64| {
            assert!(
                (f64::from(found) - expected).abs() < part * expected,
                "{found} {expected}"
            );
        };
        near(shape.major_axis_um, 7.0, 0.01);
        near(shape.minor_axis_um, 3.0, 0.01);
        near(shape.eccentricity, (1.0 - (b / a).powi(2)).sqrt(), 0.01);
        near(shape.max_diameter_um, 7.0, 0.03);
        near(shape.min_diameter_um, 3.0, 0.05);
        // Ramanujan's formula for the circumference.
        let h = ((a - b) / (a + b)).powi(2);
        let circumference =
            std::f64::consts::PI * (a + b) * (1.0 + 3.0 * h / (10.0 + (4.0 - 3.0 * h).sqrt()));
        near(shape.perimeter_um, 0.25 * circumference, 0.03);
        assert!(outline.len() > 20);
    }

    #[test]
    fn a_single_pixel_is_finite() {
        let labels = Grid2 {
            width: 1,
            height: 1,
            data: vec![1],
        };
        let (shape, _) = measure(&labels, 1, &regions(&labels, 1)[0], 0.5);
        assert_eq!((shape.area_um2, shape.eccentricity), (0.25, 0.0));
        assert!(shape.perimeter_um > 0.0 && shape.circularity <= 1.0 && shape.circularity > 0.5);
    }
}
