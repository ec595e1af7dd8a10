//! The sections `setting` and `voxelSetting`.

use super::filters;
use super::node::Node;
use crate::Error;
use crate::matrices::Weighting;
use crate::pyradiomics::image_types::ImageType;
use crate::pyradiomics::overrides::Overrides;
use crate::pyradiomics::settings::{ResegmentMode, Settings};
use crate::resample::itk::Interpolator;

/// Keys of older versions and of the command line that change no value.
const WITHOUT_EFFECT: [&str; 6] = [
    "enableCExtensions",
    "logging",
    "progressBar",
    "verbose",
    "verbosity",
    "voxelBased",
];

const MANY: usize = usize::MAX;

/// Reads the section `setting`.
pub(super) fn read(
    settings: &mut Settings,
    node: &Node,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let mut resampling = true;
    for (key, node) in node.entries()? {
        resampling &= key != "interpolator" || !node.is_null();
        if WITHOUT_EFFECT.contains(&key) {
            notes.push(format!("setting.{key} has no effect"));
        } else if !set(settings, key, &node)? {
            return Err(node.error("is no setting of PyRadiomics"));
        }
    }
    let listed = settings.distances.len();
    settings.distances = once(&settings.distances);
    if settings.distances.len() < listed {
        notes.push("setting.distances names a distance twice; it counts once here".to_owned());
    }
    settings.sigma = once(&settings.sigma);
    if !resampling {
        settings.resampled_pixel_spacing = None;
    }
    Ok(())
}

/// Takes over one setting; false when there is none of this name.
fn set(settings: &mut Settings, key: &str, node: &Node) -> Result<bool, Error> {
    match key {
        "minimumROIDimensions" => settings.minimum_roi_dimensions = node.whole(1, 3)?,
        "minimumROISize" => settings.minimum_roi_size = node.option(|n| n.whole(1, MANY))?,
        "geometryTolerance" => {
            let tolerance = node.option(Node::positive)?;
            settings.geometry_tolerance = tolerance.unwrap_or(settings.geometry_tolerance);
        }
        "correctMask" => settings.correct_mask = node.truth_or_nothing()?,
        "additionalInfo" => settings.additional_info = node.truth_or_nothing()?,
        "label" => settings.label = node.whole(1, u32::MAX as usize)? as u32,
        "label_channel" => settings.label_channel = node.option(|n| n.whole(0, MANY))?,
        "binWidth" => settings.bin_width = node.positive()?,
        "binCount" => settings.bin_count = node.option(|n| n.whole(1, MANY))?,
        "normalize" => settings.normalize = node.truth_or_nothing()?,
        "normalizeScale" => settings.normalize_scale = node.positive()?,
        "removeOutliers" => settings.remove_outliers = node.option(Node::positive)?,
        "resampledPixelSpacing" => settings.resampled_pixel_spacing = node.option(spacing)?,
        // Without one there is no resampling.
        "interpolator" => {
            let given = node.option(interpolator)?;
            settings.interpolator = given.unwrap_or(settings.interpolator);
        }
        "padDistance" => settings.pad_distance = node.whole(0, MANY)?,
        "distances" => settings.distances = distances(node)?,
        "force2D" => settings.force_2d = node.truth()?,
        "force2Ddimension" => settings.force_2d_dimension = node.whole(0, 2)?,
        "resegmentRange" => settings.resegment_range = node.option(range)?,
        "resegmentMode" => {
            settings.resegment_mode = node.word(&[
                ("absolute", ResegmentMode::Absolute),
                ("relative", ResegmentMode::Relative),
                ("sigma", ResegmentMode::Sigma),
            ])?;
        }
        "resegmentShape" => settings.resegment_shape = node.truth_or_nothing()?,
        "preCrop" => settings.pre_crop = node.truth_or_nothing()?,
        "voxelArrayShift" => settings.voxel_array_shift = shift(node)?,
        "symmetricalGLCM" => settings.symmetrical_glcm = node.truth_or_nothing()?,
        "weightingNorm" => settings.weighting_norm = node.option(weighting)?,
        "gldm_a" => settings.gldm_a = node.whole(0, u32::MAX as usize)? as u32,
        _ => return filters::set(settings, key, node),
    }
    Ok(true)
}

/// Reads the section `voxelSetting`.
pub(super) fn read_voxel(
    settings: &mut Settings,
    node: &Node,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let voxel = &mut settings.voxel;
    for (key, node) in node.entries()? {
        match key {
            "kernelRadius" => voxel.kernel_radius = node.whole(1, MANY)?,
            "maskedKernel" => voxel.masked_kernel = node.truth()?,
            // `nan` is text in YAML, and a number in Python.
            "initValue" => {
                voxel.init_value = match node.text() {
                    Ok("nan" | "NaN") => f64::NAN,
                    _ => node.number()?,
                }
            }
            "voxelBatch" => {
                voxel.voxel_batch = Some(node.whole(1, MANY)?);
                notes.push("voxelSetting.voxelBatch has no effect".to_owned());
            }
            _ => return Err(node.error("is no voxel setting of PyRadiomics")),
        }
    }
    Ok(())
}

/// Notes which settings of filters (of the section `setting`) no image type
/// has use for.
pub(super) fn note_unused(
    settings: &Settings,
    node: &Node,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    for (key, _) in node.entries()? {
        let user = filters::user(key);
        if user.is_some_and(|user| !settings.image_types.contains_key(&user)) {
            notes.push(format!(
                "setting.{key} has no effect: no image type uses it"
            ));
        }
    }
    Ok(())
}

/// Reads the settings of one image type.
pub(super) fn read_overrides(
    image_type: ImageType,
    settings: &Settings,
    node: &Node,
    notes: &mut Vec<String>,
) -> Result<Overrides, Error> {
    let mut own = Overrides::default();
    for (key, node) in node.entries()? {
        let mut read = settings.clone();
        if !set(&mut read, key, &node)? {
            return Err(node.error("is no setting of PyRadiomics"));
        }
        if node.is_null() {
            return Err(node.error("has no value"));
        }
        if let Some(user) = filters::user(key) {
            if user == image_type {
                read.sigma = once(&read.sigma);
                filters::keep(&mut own, key, read);
            } else {
                notes.push(format!("{} has no effect on this image type", node.place()));
            }
            continue;
        }
        match key {
            "binWidth" => own.bin_width = Some(read.bin_width),
            "binCount" => own.bin_count = read.bin_count,
            "voxelArrayShift" => own.voxel_array_shift = Some(read.voxel_array_shift),
            "force2D" => own.force_2d = Some(read.force_2d),
            "force2Ddimension" => own.force_2d_dimension = Some(read.force_2d_dimension),
            "distances" => own.distances = Some(read.distances),
            "weightingNorm" => own.weighting_norm = read.weighting_norm,
            "symmetricalGLCM" => own.symmetrical_glcm = Some(read.symmetrical_glcm),
            "gldm_a" => own.gldm_a = Some(read.gldm_a),
            "label" => {
                return Err(node.error("can't differ between image types; set it in `setting`"));
            }
            _ => notes.push(format!(
                "{} has no effect: it counts before images are made, set it in `setting`",
                node.place()
            )),
        }
    }
    Ok(own)
}

fn spacing(node: &Node) -> Result<[f64; 3], Error> {
    let valid = |v: f64| v >= 0.0 && v.is_finite();
    let read = |item: &Node| item.number_that(valid, "a finite number, 0 or more");
    let numbers: Vec<f64> = node.items()?.iter().map(read).collect::<Result<_, _>>()?;
    numbers
        .try_into()
        .map_err(|_| node.error("must hold three numbers (x, y, z)"))
}

fn interpolator(node: &Node) -> Result<Interpolator, Error> {
    if let Ok(number) = node.whole(1, 10) {
        return Ok(Interpolator::ALL[number - 1]);
    }
    node.word(&Interpolator::ALL.map(|i| (i.name(), i)))
}

fn weighting(node: &Node) -> Result<Weighting, Error> {
    node.word(&[
        ("euclidean", Weighting::Euclidean),
        ("manhattan", Weighting::Manhattan),
        ("infinity", Weighting::Infinity),
        ("no_weighting", Weighting::NoWeighting),
    ])
}

fn distances(node: &Node) -> Result<Vec<usize>, Error> {
    let items = node.items()?;
    items.iter().map(|item| item.whole(1, MANY)).collect()
}

fn once<T: PartialEq + Copy>(listed: &[T]) -> Vec<T> {
    let new = |i: &usize| !listed[..*i].contains(&listed[*i]);
    (0..listed.len()).filter(new).map(|i| listed[i]).collect()
}

fn range(node: &Node) -> Result<Vec<f64>, Error> {
    let items = node.items()?;
    if !(1..=2).contains(&items.len()) {
        return Err(node.error("must hold one or two numbers"));
    }
    let read = |item: &Node| item.number_that(|v| !v.is_nan(), "a number");
    items.iter().map(read).collect()
}

fn shift(node: &Node) -> Result<f64, Error> {
    let whole = |v: f64| v.fract() == 0.0 && v.is_finite();
    node.number_that(whole, "a whole number")
}
