//! Detects the cells of the labelled fields in the reference data, for scoring by
//! centroid: `predict_cells FIELDS_DIR OUT_DIR [HE_THRESHOLD]`.
//!
//! FIELDS_DIR holds fields.csv (field, stain, mpp_assumed) and the pictures;
//! OUT_DIR receives a table x, y (px of the field), positive for each, and a
//! picture of labels beside it.

use std::error::Error;
use std::fs;
use std::path::Path;

use wsi::cell::cells;
use wsi::nuclei::{
    DetectionImage, DetectionParameters, Labels, NucleusModel, WatershedCellDetection,
};
use wsi::sampling::{Sampling, Window};
use wsi::slide::{self, Reader, mpp};
use wsi::stain::{OdTable, StainMatrix, StainSet, unmix};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, fields, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: predict_cells FIELDS_DIR OUT_DIR [HE_THRESHOLD]".into());
    };
    let he_threshold = rest.first().map_or(Ok(0.2), |text| text.parse::<f64>())?;
    let table = fs::read_to_string(Path::new(fields).join("fields.csv"))?;
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let [name, stain, mpp, ..] = columns.as_slice() else {
            continue;
        };
        let parameters = if stain.contains("DAB") {
            DetectionParameters {
                detection_image: DetectionImage::OdSum,
                ..Default::default()
            }
        } else {
            DetectionParameters {
                threshold: he_threshold,
                ..Default::default()
            }
        };
        let stains = if stain.contains("DAB") {
            StainSet::HDab
        } else {
            StainSet::HE
        };
        let picture = Path::new(fields).join(format!("{name}.png"));
        predict(
            &picture,
            mpp.parse()?,
            parameters,
            stains,
            &Path::new(out).join(name),
        )?;
    }
    Ok(())
}

fn predict(
    picture: &Path,
    mpp_um: f64,
    parameters: DetectionParameters,
    stains: StainSet,
    out: &Path,
) -> Result<(), Box<dyn Error>> {
    let slide = slide::open(picture, Reader::Image)?;
    let pixel = mpp::pixel_size(picture, slide.scale_hints(), Some(mpp_um))?;
    let grid = Sampling::new(&*slide, &pixel, parameters.requested_pixel_size_um)?;
    let window = Window {
        x: 0,
        y: 0,
        width: grid.width,
        height: grid.height,
    };
    let mut rgb = Vec::new();
    grid.read(&*slide, window, &mut Vec::new(), &mut rgb)?;
    let planes = unmix(
        &rgb,
        grid.width,
        grid.height,
        &OdTable::new([255; 3]),
        &StainMatrix::of(stains),
    );
    let expansion_um = parameters.cell_expansion_um;
    let nuclei = WatershedCellDetection { parameters }.nuclei(&planes, grid.mean_um());
    let found = cells(&planes, &nuclei, grid.mean_um(), expansion_um, &|_, _| true);
    let rows: String = found
        .iter()
        .map(|cell| {
            let (x, y) = (cell.x_px * grid.step.0, cell.y_px * grid.step.1);
            format!("{x},{y},{}\n", u8::from(cell.second.nucleus.mean >= 0.2))
        })
        .collect();
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(out.with_extension("csv"), format!("x,y,positive\n{rows}"))?;
    let level = slide.levels()[0];
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    label_picture(&nuclei, grid.step, level.width, level.height)
        .save(out.with_file_name(format!("{name}_inst.png")))?;
    Ok(())
}

/// Labels at the size of the field, nearest neighbour.
fn label_picture(
    nuclei: &Labels,
    step: (f64, f64),
    width: usize,
    height: usize,
) -> image::ImageBuffer<image::Luma<u16>, Vec<u16>> {
    image::ImageBuffer::from_fn(width as u32, height as u32, |x, y| {
        let column = ((f64::from(x) / step.0) as usize).min(nuclei.width - 1);
        let row = ((f64::from(y) / step.1) as usize).min(nuclei.height - 1);
        image::Luma([nuclei.labels[row * nuclei.width + column] as u16])
    })
}
