use super::boundary::{open_each, refine};
use super::{DetectionImage, DetectionParameters, Labels, NucleusModel};
use crate::stain::Planes;
use geometry::morphology::{self, Disc};
use geometry::{Connectivity, Grid2, blur, components, distance, holes, watershed};

/// Least rise of a maximum of the edge image over its surroundings (QuPath's tolerance).
const SEED_DYNAMICS: f32 = 1e-3;
/// Least rise, in pixels, of the distance map over a neck that is cut (ImageJ's tolerance).
const NECK_DYNAMICS: f32 = 0.5;
/// Holes up to this area are the pale middle of a nucleus; larger ones are lumina among nuclei.
const LARGEST_HOLE_UM2: f64 = 50.0;
/// Sigma, in pixels, of the edge image that refines boundaries.
const FINE_SIGMA_PX: f64 = 1.0;
/// Boundaries are refined where the coarse sigma exceeds this, in pixels.
const REFINE_ABOVE_PX: f64 = 1.5;

/// Nuclei by watershed, in the steps of QuPath's cell detection (Bankhead et
/// al. 2017, doi 10.1038/s41598-017-17204-5): subtract the background, sharpen
/// with a Laplacian of Gaussian, flood its hills, keep those dark enough, join
/// what touches, split by shape, refine the boundary, drop what is too small,
/// too large or too pale.
///
/// Pixels whose density is not finite count as glass. Parameters that do not
/// pass [`DetectionParameters::validate`], a pixel size that is not positive, or
/// planes whose length is not width x height find no nuclei, and the log says
/// so; check beforehand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WatershedCellDetection {
    /// What to look for.
    pub parameters: DetectionParameters,
}

impl NucleusModel for WatershedCellDetection {
    fn nuclei(&self, planes: &Planes, pixel_um: f64) -> Labels {
        match self.check(planes, pixel_um) {
            Ok(()) if planes.width > 0 && planes.height > 0 => self.detect(planes, pixel_um),
            Ok(()) => nothing(planes),
            Err(reason) => {
                tracing::error!("nuclei cannot be sought: {reason}");
                nothing(planes)
            }
        }
    }

    fn halo_um(&self) -> f64 {
        self.parameters.halo_um()
    }
}

impl WatershedCellDetection {
    fn check(&self, planes: &Planes, pixel_um: f64) -> Result<(), String> {
        self.parameters.validate()?;
        if !(0.05..=20.0).contains(&pixel_um) {
            return Err(format!(
                "a pixel of {pixel_um} um is not between 0.05 and 20"
            ));
        }
        let pixels = planes.width.checked_mul(planes.height);
        let lengths = [
            planes.hematoxylin.len(),
            planes.second.len(),
            planes.od_sum.len(),
        ];
        if lengths.iter().any(|&n| Some(n) != pixels) || u32::try_from(lengths[0]).is_err() {
            return Err(format!(
                "planes of {} x {} pixels hold {lengths:?} values",
                planes.width, planes.height
            ));
        }
        Ok(())
    }

    fn detect(&self, planes: &Planes, pixel_um: f64) -> Labels {
        let p = &self.parameters;
        let (image, judged) = self.above_background(planes, pixel_um);
        let sigma_px = p.sigma_um / pixel_um;
        let edges = blur::negative_laplacian(&blur::gaussian(&image, sigma_px));
        let hills = watershed::basins(&edges, &edges.map(|&e| e > 0.0), SEED_DYNAMICS);
        let dark = keep(
            &hills.labels,
            hills.count,
            &image,
            |hill| hill.judged && hill.mean() > p.threshold,
            judged.as_ref(),
        );
        let largest_hole = (LARGEST_HOLE_UM2 / pixel_um.powi(2)) as usize;
        let filled = holes::fill(&dark.map(|&l| l != 0), largest_hole);
        let mut nuclei = if p.watershed_post_process {
            watershed::basins(&distance::euclidean(&filled), &filled, NECK_DYNAMICS).labels
        } else {
            components::label(&filled, Connectivity::Four).labels
        };
        if sigma_px > REFINE_ABOVE_PX {
            refine(
                &mut nuclei,
                &blur::negative_laplacian(&blur::gaussian(&image, FINE_SIGMA_PX)),
            );
        }
        if p.smooth_boundaries {
            open_each(&mut nuclei);
        }
        let pieces = components::split(&nuclei, Connectivity::Four);
        let pixel_um2 = pixel_um * pixel_um;
        let area = p.min_area_um2 / pixel_um2..=p.max_area_um2 / pixel_um2;
        let kept = keep(
            &pieces.labels,
            pieces.count,
            &image,
            |nucleus| nucleus.mean() >= p.threshold && area.contains(&(nucleus.pixels as f64)),
            None,
        );
        let count = kept.data.iter().copied().max().unwrap_or(0);
        Labels {
            width: planes.width,
            height: planes.height,
            labels: kept.data,
            count,
        }
    }

    /// The detection image less its background, and where it can be judged
    /// (`None`: everywhere).
    fn above_background(
        &self,
        planes: &Planes,
        pixel_um: f64,
    ) -> (Grid2<f32>, Option<Grid2<bool>>) {
        let p = &self.parameters;
        let source = match p.detection_image {
            DetectionImage::HematoxylinOd => &planes.hematoxylin,
            DetectionImage::OdSum => &planes.od_sum,
        };
        let finite = source
            .iter()
            .map(|&v| if v.is_finite() { v } else { 0.0 })
            .collect();
        let mut image = Grid2 {
            width: planes.width,
            height: planes.height,
            data: finite,
        };
        if p.median_radius_um > 0.0 {
            image = morphology::median(&image, &Disc::new(p.median_radius_um / pixel_um));
        }
        if p.exclude_dab {
            for (v, blue) in image
                .data
                .iter_mut()
                .zip(more_hematoxylin_than_dab(planes).data)
            {
                if !blue {
                    *v = 0.0;
                }
            }
        }
        if p.background_radius_um <= 0.0 {
            return (image, None);
        }
        let radius = p.background_radius_um / pixel_um;
        let eroded = morphology::erode(&image, &Disc::new(radius));
        let limit = p.max_background as f32;
        let too_dark = limit > 0.0 && eroded.data.iter().any(|&v| v > limit);
        let judged = too_dark.then(|| {
            let dark = morphology::dilate(&eroded.map(|&v| v > limit), &Disc::new(2.0 * radius));
            dark.map(|&d| !d)
        });
        let background = morphology::dilate(&eroded, &Disc::new(radius));
        for (v, b) in image.data.iter_mut().zip(background.data) {
            *v -= b;
        }
        (image, judged)
    }
}

fn nothing(planes: &Planes) -> Labels {
    let pixels = planes
        .width
        .saturating_mul(planes.height)
        .min(planes.hematoxylin.len());
    Labels {
        width: planes.width,
        height: planes.height,
        labels: vec![0; pixels],
        count: 0,
    }
}

/// Where haematoxylin prevails over DAB, smoothed by a median and widened, both by 2.5 pixels.
fn more_hematoxylin_than_dab(planes: &Planes) -> Grid2<bool> {
    let disc = Disc::new(2.5);
    let blue = planes
        .hematoxylin
        .iter()
        .zip(&planes.second)
        .map(|(h, dab)| f32::from(u8::from(h >= dab)));
    let blue = Grid2 {
        width: planes.width,
        height: planes.height,
        data: blue.collect(),
    };
    morphology::dilate(&morphology::median(&blue, &disc), &disc).map(|&b| b > 0.5)
}

/// What decides whether an object stays.
#[derive(Clone, Copy)]
struct Object {
    pixels: u32,
    sum: f64,
    judged: bool,
}

impl Object {
    fn mean(&self) -> f64 {
        self.sum / f64::from(self.pixels)
    }
}

/// Renumbers the objects that `wanted` accepts, in order, and clears the others.
fn keep(
    labels: &Grid2<u32>,
    count: u32,
    image: &Grid2<f32>,
    wanted: impl Fn(&Object) -> bool,
    judged: Option<&Grid2<bool>>,
) -> Grid2<u32> {
    let mut objects = vec![
        Object {
            pixels: 0,
            sum: 0.0,
            judged: true
        };
        count as usize + 1
    ];
    for (index, (&label, &value)) in labels.data.iter().zip(&image.data).enumerate() {
        let object = &mut objects[label as usize];
        object.pixels += 1;
        object.sum += f64::from(value);
        object.judged &= judged.is_none_or(|mask| mask.data[index]);
    }
    let mut next = 0;
    let numbers: Vec<u32> = objects
        .iter()
        .enumerate()
        .map(|(label, object)| {
            if label == 0 || !wanted(object) {
                return 0;
            }
            next += 1;
            next
        })
        .collect();
    labels.map(|&label| numbers[label as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Soft-edged discs of a density over glass: (x, y, radius) in pixels.
    fn discs(width: usize, height: usize, discs: &[(f64, f64, f64)]) -> Planes {
        let value = |x: usize, y: usize| {
            let depth = |&(cx, cy, r): &(f64, f64, f64)| {
                r - (x as f64 + 0.5 - cx).hypot(y as f64 + 0.5 - cy)
            };
            let deepest = discs.iter().map(depth).fold(f64::NEG_INFINITY, f64::max);
            (0.05 + 0.5 * (deepest + 0.5).clamp(0.0, 1.0)) as f32
        };
        let hematoxylin = Grid2::from_fn(width, height, value).data;
        let od_sum = hematoxylin.iter().map(|h| 1.5 * h).collect();
        Planes {
            width,
            height,
            second: vec![0.0; width * height],
            hematoxylin,
            od_sum,
        }
    }

    fn found(planes: &Planes) -> Labels {
        WatershedCellDetection::default().nuclei(planes, 0.5)
    }

    #[test]
    fn single_nuclei_are_found_with_their_area() {
        let planes = discs(
            120,
            80,
            &[(30.0, 40.0, 5.0), (60.3, 40.2, 6.0), (95.0, 35.0, 7.0)],
        );
        let labels = found(&planes);
        assert_eq!(labels.count, 3);
        let grid = Grid2 {
            width: 120,
            height: 80,
            data: labels.labels,
        };
        let areas: Vec<f64> = components::regions(&grid, 3)
            .iter()
            .map(|r| r.area as f64)
            .collect();
        // Reading order: the third disc begins on the highest row.
        for (area, radius) in areas.iter().zip([7.0f64, 6.0, 5.0]) {
            let expected = std::f64::consts::PI * radius * radius;
            assert!(
                (area / expected - 1.0).abs() < 0.25,
                "radius {radius}: {area} of {expected} px"
            );
        }
    }

    #[test]
    fn touching_nuclei_are_split() {
        let pair = discs(80, 60, &[(33.0, 30.0, 6.0), (44.0, 30.0, 6.0)]);
        assert_eq!(found(&pair).count, 2);
        let joined = WatershedCellDetection {
            parameters: DetectionParameters {
                watershed_post_process: false,
                ..Default::default()
            },
        };
        assert!(joined.nuclei(&pair, 0.5).count <= 2);
    }

    #[test]
    fn specks_sheets_and_pale_spots_are_no_nuclei() {
        assert_eq!(found(&discs(60, 60, &[(30.0, 30.0, 1.2)])).count, 0);
        let mut pale = discs(60, 60, &[(30.0, 30.0, 6.0)]);
        pale.hematoxylin.iter_mut().for_each(|h| *h *= 0.1);
        assert_eq!(found(&pale).count, 0);
        let even = Planes {
            width: 50,
            height: 50,
            hematoxylin: vec![0.7; 2500],
            second: vec![0.0; 2500],
            od_sum: vec![1.0; 2500],
        };
        assert_eq!(found(&even).count, 0);
    }

    #[test]
    fn too_dark_a_region_is_not_judged() {
        let mut planes = discs(160, 80, &[(30.0, 40.0, 6.0), (120.0, 40.0, 6.0)]);
        for y in 20..60 {
            for x in 90..150 {
                planes.hematoxylin[y * 160 + x] += 2.5;
            }
        }
        let labels = found(&planes);
        assert_eq!(labels.count, 1);
        assert!(labels.labels[40 * 160 + 30] == 1);
    }

    #[test]
    fn dab_can_be_left_out() {
        let mut planes = discs(120, 60, &[(30.0, 30.0, 6.0), (90.0, 30.0, 6.0)]);
        for y in 15..45 {
            planes.second[y * 120 + 75..y * 120 + 105].fill(0.9);
        }
        let parameters = DetectionParameters {
            exclude_dab: true,
            ..Default::default()
        };
        assert_eq!(found(&planes).count, 2);
        assert_eq!(
            WatershedCellDetection { parameters }
                .nuclei(&planes, 0.5)
                .count,
            1
        );
    }

    #[test]
    fn a_nucleus_does_not_depend_on_where_the_block_is_cut() {
        let mut random = stats::rng::stream(11, "blocks", 0);
        let scene: Vec<(f64, f64, f64)> = (0..150)
            .map(|_| {
                (
                    random.between(0.0, 500.0),
                    random.between(0.0, 360.0),
                    random.between(4.0, 8.0),
                )
            })
            .collect();
        let model = WatershedCellDetection::default();
        let halo = (model.halo_um() / 0.5).ceil() as usize;
        let whole = discs(500, 360, &scene);
        let (left, top, width, height) = (67, 41, 400, 300);
        let cut = |plane: &[f32]| -> Vec<f32> {
            (top..top + height)
                .flat_map(|y| plane[y * 500 + left..][..width].iter().copied())
                .collect()
        };
        let part = Planes {
            width,
            height,
            hematoxylin: cut(&whole.hematoxylin),
            second: cut(&whole.second),
            od_sum: cut(&whole.od_sum),
        };
        let centres = |labels: Labels, dx: usize, dy: usize| {
            let grid = Grid2 {
                width: labels.width,
                height: labels.height,
                data: labels.labels,
            };
            let core = (left + halo) as f64..(left + width - halo) as f64;
            let rows = (top + halo) as f64..(top + height - halo) as f64;
            let mut all: Vec<(usize, u64, u64)> = components::regions(&grid, labels.count)
                .iter()
                .map(|r| {
                    let n = r.area as u64;
                    (r.area, r.sum_x + n * dx as u64, r.sum_y + n * dy as u64)
                })
                .filter(|&(n, x, y)| {
                    core.contains(&(x as f64 / n as f64)) && rows.contains(&(y as f64 / n as f64))
                })
                .collect();
            all.sort_unstable();
            all
        };
        let expected = centres(model.nuclei(&whole, 0.5), 0, 0);
        assert!(expected.len() > 5, "{} nuclei in the core", expected.len());
        assert_eq!(centres(model.nuclei(&part, 0.5), left, top), expected);
    }

    #[test]
    fn hostile_input_finds_nothing() {
        let mut planes = discs(60, 60, &[(30.0, 30.0, 6.0)]);
        assert_eq!(
            WatershedCellDetection::default()
                .nuclei(&planes, f64::NAN)
                .count,
            0
        );
        assert_eq!(
            WatershedCellDetection::default().nuclei(&planes, 0.0).count,
            0
        );
        let parameters = DetectionParameters {
            sigma_um: f64::NAN,
            ..Default::default()
        };
        assert_eq!(
            WatershedCellDetection { parameters }
                .nuclei(&planes, 0.5)
                .count,
            0
        );
        assert_eq!(found(&Planes::default()), Labels::default());
        planes.hematoxylin[5] = f32::NAN;
        planes.hematoxylin[7] = f32::INFINITY;
        assert_eq!(found(&planes).count, 1);
        planes.hematoxylin.pop();
        assert_eq!(found(&planes).count, 0);
    }
}
