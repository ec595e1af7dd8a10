//! The picture of one region: three planes through its middle, and slices from
//! its first to its last.

use anyhow::{Result, bail};
use figures::montage::{Montage, Panel};
use geometry::{Grid2, border};
use radiomics::align::canonical;
use radiomics::io::{Loaded, Modality};
use radiomics::plane::Plane;
use radiomics::{Roi, Volume};

/// Slices in the lower rows.
const SLICES: usize = 10;
/// Slices a row.
const A_ROW: usize = 5;
/// Tissue shown around the region in slices, in mm, and as a share of its size.
const AROUND_MM: f64 = 15.0;
const AROUND: f64 = 0.4;

/// A picture in the making.
struct Shown {
    title: String,
    grey: Grid2<u8>,
    pixel_mm: (f64, f64),
    outline: Vec<[(f64, f64); 2]>,
    edges: [&'static str; 4],
}

/// Draws a region as PNG.
///
/// # Errors
/// A mask without the label, or on another grid than the image.
pub fn draw(
    title: &str,
    loaded: &Loaded,
    mask: &Volume,
    label: u32,
    window: Option<[f64; 2]>,
) -> Result<Vec<u8>> {
    let (size, mask_size) = (loaded.volume.geometry().size, mask.geometry().size);
    radiomics::grid::check_grid(loaded.volume.geometry(), mask.geometry(), super::TOLERANCE)?;
    if size != mask_size {
        bail!("the mask has {mask_size:?} voxels, the image {size:?}");
    }
    let (image, mask) = (canonical(&loaded.volume), canonical(mask));
    let roi = Roi::select(&mask, label)?;
    let window = window.unwrap_or_else(|| default_window(&image, &roi, loaded.modality));
    let whole = [
        [0, image.geometry().size[0]],
        [0, image.geometry().size[1]],
        [0, image.geometry().size[2]],
    ];
    let show = |plane: Plane, index: usize, part: [[usize; 2]; 3]| {
        shown(&image, &mask, label, plane, index, part, window)
    };
    let middle = largest_sections(&roi);
    let planes = [Plane::Axial, Plane::Coronal, Plane::Sagittal];
    let overview = planes.map(|plane| show(plane, middle[plane.normal()], whole));
    let around = surroundings(&image, &roi);
    let slices: Vec<Shown> = slices(&roi)
        .into_iter()
        .map(|index| show(Plane::Axial, index, around))
        .collect();
    let mut rows = vec![overview.iter().map(panel).collect::<Vec<_>>()];
    rows.extend(
        slices
            .chunks(A_ROW)
            .map(|row| row.iter().map(panel).collect()),
    );
    let volume_ml = roi.count() as f64 * image.geometry().voxel_volume_mm3() / 1000.0;
    let [low, high] = window.map(|value| format!("{value:.4}"));
    let trim = |text: &str| text.trim_end_matches('0').trim_end_matches('.').to_owned();
    let [x, y, z] = image.geometry().spacing_mm;
    let note = format!(
        "{} voxels of {x:.3} x {y:.3} x {z:.3} mm, {volume_ml:.2} ml; black {}, white {}",
        roi.count(),
        trim(&low),
        trim(&high)
    );
    let montage = Montage {
        title,
        note: &note,
        rows: &rows,
    };
    Ok(montage.png()?)
}

fn panel(shown: &Shown) -> Panel<'_> {
    Panel {
        title: &shown.title,
        width: shown.grey.width,
        height: shown.grey.height,
        grey: &shown.grey.data,
        pixel_mm: shown.pixel_mm,
        outline: &shown.outline,
        edges: shown.edges,
    }
}

fn shown(
    image: &Volume,
    mask: &Volume,
    label: u32,
    plane: Plane,
    index: usize,
    part: [[usize; 2]; 3],
    [low, high]: [f64; 2],
) -> Shown {
    let [right, down] = plane.axes();
    let (spacing, size) = (image.geometry().spacing_mm, image.geometry().size);
    let left = part[right][0];
    // Planes with the head on top count their rows from the last slice.
    let top = if down == 2 {
        size[2] - part[down][1]
    } else {
        part[down][0]
    };
    let (width, height) = (part[right][1] - left, part[down][1] - part[down][0]);
    let (values, labels) = (plane.cut(image, index), plane.cut(mask, index));
    let at = |grid: &Grid2<f64>, x: usize, y: usize| grid.row(y + top)[x + left];
    let grey = |value: f64| (255.0 * ((value - low) / (high - low)).clamp(0.0, 1.0)) as u8;
    let name = match plane {
        Plane::Axial => "axial",
        Plane::Coronal => "coronal",
        Plane::Sagittal => "sagittal",
    };
    Shown {
        title: format!("{name}, slice {} of {}", index + 1, size[plane.normal()]),
        grey: Grid2::from_fn(width, height, |x, y| grey(at(&values, x, y))),
        pixel_mm: (spacing[right], spacing[down]),
        outline: border(&Grid2::from_fn(width, height, |x, y| {
            at(&labels, x, y) == f64::from(label)
        })),
        edges: plane.edges(),
    }
}

/// Along each axis the slice with the most voxels of the region.
fn largest_sections(roi: &Roi) -> [usize; 3] {
    let mut counts = roi.size().map(|n| vec![0_usize; n]);
    for index in roi.indices() {
        for (axis, count) in counts.iter_mut().enumerate() {
            count[index[axis]] += 1;
        }
    }
    std::array::from_fn(|axis| {
        let count = &counts[axis];
        let most = count.iter().max();
        let at = count.iter().position(|n| Some(n) == most).unwrap_or(0);
        roi.lower()[axis] + at
    })
}

/// The box around the region with tissue on all sides, as far as there is any.
fn surroundings(image: &Volume, roi: &Roi) -> [[usize; 2]; 3] {
    let geometry = image.geometry();
    let extent = |axis: usize| roi.size()[axis] as f64 * geometry.spacing_mm[axis];
    let margin_mm = AROUND_MM.max(AROUND * extent(0).max(extent(1)));
    std::array::from_fn(|axis| {
        let margin = (margin_mm / geometry.spacing_mm[axis]).ceil() as usize;
        let low = roi.lower()[axis];
        [
            low.saturating_sub(margin),
            (low + roi.size()[axis] + margin).min(geometry.size[axis]),
        ]
    })
}

/// The first and the last slice of the region and some evenly between.
fn slices(roi: &Roi) -> Vec<usize> {
    let (low, n) = (roi.lower()[2], roi.size()[2]);
    let count = n.min(SLICES);
    let last = count.max(2) - 1;
    (0..count).map(|i| low + i * (n - 1) / last).collect()
}

/// What a radiologist would set: soft tissue or lung on CT; elsewhere the 1st
/// and 99th percentile of the finite values around the region.
fn default_window(image: &Volume, roi: &Roi, modality: Modality) -> [f64; 2] {
    let mean = roi
        .intensities(image)
        .map(|values| values.iter().sum::<f64>() / values.len() as f64);
    if modality == Modality::Ct {
        return match mean {
            Ok(mean) if mean < -400.0 => [-1350.0, 150.0],
            _ => [-160.0, 240.0],
        };
    }
    let part = surroundings(image, roi);
    let voxels = image.voxels();
    let around = ndarray_part(part);
    let mut values: Vec<f64> = voxels
        .slice(around)
        .iter()
        .copied()
        .filter(|v| v.is_finite())
        .collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        values
            .get(((values.len().max(1) - 1) as f64 * share).round() as usize)
            .copied()
    };
    match (at(0.01), at(0.99)) {
        (Some(low), Some(high)) if low < high => [low, high],
        (Some(low), _) => [low - 1.0, low + 1.0],
        _ => [0.0, 1.0],
    }
}

fn ndarray_part(
    part: [[usize; 2]; 3],
) -> ndarray::SliceInfo<[ndarray::SliceInfoElem; 3], ndarray::Ix3, ndarray::Ix3> {
    let [x, y, z] = part;
    ndarray::s![z[0]..z[1], y[0]..y[1], x[0]..x[1]]
}
