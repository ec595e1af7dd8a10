//! Results as tables, in the order of columns that the files have; cells as GeoJSON
//! ([`geojson`]); several sinks in one pass.

pub mod geojson;
mod sinks;

use cohort::{Error, Frame, Values};
use serde::{Deserialize, Serialize};

use crate::cell::{Compartments, Shape, Stat};
use crate::nuclear::{self, NuclearMeans};
use crate::quantify::{Cell, Fragment, Summary, Tile};
use crate::stain::StainSet;

/// A slide that was quantified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlideRow {
    /// Patient.
    pub patient_id: String,
    /// Slide.
    pub slide_id: String,
    /// Counts, densities, scores.
    pub summary: Summary,
    /// Means over the nuclei.
    pub nuclear: NuclearMeans,
}

fn whole(n: u64) -> Option<i64> {
    i64::try_from(n).ok()
}

fn integers<T>(rows: &[T], part: impl Fn(&T) -> Option<u64>) -> Values {
    Values::Integer(rows.iter().map(|row| part(row).and_then(whole)).collect())
}

fn numbers<T>(rows: &[T], part: impl Fn(&T) -> Option<f64>) -> Values {
    Values::optional(rows.iter().map(part))
}

fn texts<T>(rows: &[T], part: impl Fn(&T) -> String) -> Values {
    Values::text(rows.iter().map(part))
}

/// The table slides: one row a slide.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn slides(rows: &[SlideRow]) -> Result<Frame, Error> {
    let mut frame = Frame::default();
    frame.push("patient_id", texts(rows, |r| r.patient_id.clone()))?;
    frame.push("slide_id", texts(rows, |r| r.slide_id.clone()))?;
    frame.push("stain", texts(rows, |r| r.summary.stain.clone()))?;
    frame.push("mpp", numbers(rows, |r| Some(r.summary.mpp)))?;
    frame.push(
        "mpp_source",
        texts(rows, |r| r.summary.mpp_source.to_string()),
    )?;
    frame.push("reader", texts(rows, |r| r.summary.reader.to_string()))?;
    frame.push(
        "working_pixel_um",
        numbers(rows, |r| Some(r.summary.working_pixel_um)),
    )?;
    frame.push("tissue_mm2", numbers(rows, |r| Some(r.summary.tissue_mm2)))?;
    frame.push(
        "analysed_mm2",
        numbers(rows, |r| Some(r.summary.analysed_mm2)),
    )?;
    frame.push("n_cells", integers(rows, |r| Some(r.summary.n_cells)))?;
    frame.push(
        "n_cells_excluded",
        integers(rows, |r| Some(r.summary.n_cells_excluded)),
    )?;
    frame.push("n_positive", integers(rows, |r| r.summary.n_positive))?;
    frame.push(
        "density_all_mm2",
        numbers(rows, |r| r.summary.density_all_mm2),
    )?;
    frame.push(
        "density_positive_mm2",
        numbers(rows, |r| r.summary.density_positive_mm2),
    )?;
    frame.push(
        "positive_percent",
        numbers(rows, |r| r.summary.positive_percent),
    )?;
    frame.push(
        "area_positive_percent",
        numbers(rows, |r| r.summary.area_positive_percent),
    )?;
    frame.push("h_score", numbers(rows, |r| r.summary.h_score))?;
    frame.push("n_1plus", integers(rows, |r| r.summary.n_1plus))?;
    frame.push("n_2plus", integers(rows, |r| r.summary.n_2plus))?;
    frame.push("n_3plus", integers(rows, |r| r.summary.n_3plus))?;
    for (i, name) in nuclear::NAMES.into_iter().enumerate() {
        frame.push(name, numbers(rows, |r| r.nuclear.values()[i]))?;
    }
    frame.push("threshold", numbers(rows, |r| r.summary.threshold))?;
    let white = |r: &SlideRow| r.summary.white_point.map(|c| c.to_string()).join(" ");
    frame.push("white_point", texts(rows, white))?;
    frame.push(
        "tissue_threshold",
        numbers(rows, |r| Some(r.summary.tissue_threshold)),
    )?;
    frame.push("qc_flags", texts(rows, |r| r.summary.qc_flags.join(" ")))?;
    frame.push("reason", texts(rows, |r| r.summary.reason.to_string()))?;
    Ok(frame)
}

/// The table fragments: a piece of tissue a row, for every slide.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn fragments(slides: &[(SlideRow, Vec<Fragment>)]) -> Result<Frame, Error> {
    let rows: Vec<(&SlideRow, &Fragment)> = slides
        .iter()
        .flat_map(|(slide, all)| all.iter().map(move |f| (slide, f)))
        .collect();
    let mut frame = Frame::default();
    frame.push("patient_id", texts(&rows, |r| r.0.patient_id.clone()))?;
    frame.push("slide_id", texts(&rows, |r| r.0.slide_id.clone()))?;
    frame.push("stain", texts(&rows, |r| r.0.summary.stain.clone()))?;
    frame.push(
        "fragment",
        integers(&rows, |r| Some(u64::from(r.1.fragment))),
    )?;
    frame.push(
        "excluded",
        integers(&rows, |r| Some(u64::from(r.1.excluded))),
    )?;
    frame.push("x_um", numbers(&rows, |r| Some(r.1.x_um)))?;
    frame.push("y_um", numbers(&rows, |r| Some(r.1.y_um)))?;
    frame.push("width_um", numbers(&rows, |r| Some(r.1.width_um)))?;
    frame.push("height_um", numbers(&rows, |r| Some(r.1.height_um)))?;
    frame.push("area_mm2", numbers(&rows, |r| Some(r.1.area_mm2)))?;
    frame.push("n_cells", integers(&rows, |r| Some(r.1.n_cells)))?;
    frame.push("n_positive", integers(&rows, |r| r.1.n_positive))?;
    frame.push("density_all_mm2", numbers(&rows, |r| r.1.density_all_mm2))?;
    frame.push(
        "density_positive_mm2",
        numbers(&rows, |r| r.1.density_positive_mm2),
    )?;
    Ok(frame)
}

/// The rows of the table tiles that belong to one slide: squares of the
/// reporting grid with tissue in them.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn tiles(slide: &SlideRow, rows: &[Tile]) -> Result<Frame, Error> {
    let mut frame = Frame::default();
    frame.push("patient_id", texts(rows, |_| slide.patient_id.clone()))?;
    frame.push("slide_id", texts(rows, |_| slide.slide_id.clone()))?;
    frame.push("stain", texts(rows, |_| slide.summary.stain.clone()))?;
    frame.push("x_um", numbers(rows, |r| Some(r.x_um)))?;
    frame.push("y_um", numbers(rows, |r| Some(r.y_um)))?;
    frame.push("tissue_mm2", numbers(rows, |r| Some(r.tissue_mm2)))?;
    frame.push("n_cells", integers(rows, |r| Some(r.n_cells)))?;
    frame.push("n_positive", integers(rows, |r| r.n_positive))?;
    frame.push("density_all_mm2", numbers(rows, |r| r.density_all_mm2))?;
    frame.push(
        "density_positive_mm2",
        numbers(rows, |r| r.density_positive_mm2),
    )?;
    frame.push(
        "area_positive_percent",
        numbers(rows, |r| r.area_positive_percent),
    )?;
    frame.push(
        "mean_hematoxylin_od",
        numbers(rows, |r| r.mean_hematoxylin_od),
    )?;
    // DAB or eosin, by the stain of the slide.
    frame.push("mean_second_stain_od", numbers(rows, |r| r.mean_second_od))?;
    Ok(frame)
}

/// The table cells of a slide. Columns of the second stain are named after it:
/// `dab` or `eosin`. Lengths are um from the top left corner of the slide.
///
/// # Errors
/// None in practice: all columns have one length.
pub fn cells(stains: StainSet, cells: &[Cell]) -> Result<Frame, Error> {
    let mut frame = Frame::default();
    frame.push("x_um", numbers(cells, |c| Some(c.x_um)))?;
    frame.push("y_um", numbers(cells, |c| Some(c.y_um)))?;
    frame.push("fragment", integers(cells, |c| Some(u64::from(c.fragment))))?;
    let class = |c: &Cell| c.class.map(|class| class.name().to_owned());
    frame.push("class", Values::Text(cells.iter().map(class).collect()))?;
    shapes(&mut frame, "nucleus", cells, |c| &c.nucleus)?;
    shapes(&mut frame, "cell", cells, |c| &c.cell)?;
    densities(&mut frame, "hematoxylin", cells, |c| &c.hematoxylin)?;
    let second = stains.second_name().to_lowercase();
    densities(&mut frame, &second, cells, |c| &c.second)?;
    Ok(frame)
}

fn singles(cells: &[Cell], part: impl Fn(&Cell) -> f32) -> Values {
    Values::Single(cells.iter().map(part).collect())
}

/// A column's name and where its values are.
type Part<T, V> = (&'static str, fn(&T) -> V);

fn shapes(
    frame: &mut Frame,
    prefix: &str,
    cells: &[Cell],
    shape: fn(&Cell) -> &Shape,
) -> Result<(), Error> {
    const PARTS: [Part<Shape, f32>; 8] = [
        ("area_um2", |s| s.area_um2),
        ("perimeter_um", |s| s.perimeter_um),
        ("circularity", |s| s.circularity),
        ("max_diameter_um", |s| s.max_diameter_um),
        ("min_diameter_um", |s| s.min_diameter_um),
        ("major_axis_um", |s| s.major_axis_um),
        ("minor_axis_um", |s| s.minor_axis_um),
        ("eccentricity", |s| s.eccentricity),
    ];
    for (name, part) in PARTS {
        frame.push(
            format!("{prefix}_{name}"),
            singles(cells, |c| part(shape(c))),
        )?;
    }
    Ok(())
}

fn densities(
    frame: &mut Frame,
    stain: &str,
    cells: &[Cell],
    compartments: fn(&Cell) -> &Compartments,
) -> Result<(), Error> {
    const PLACES: [Part<Compartments, Stat>; 3] = [
        ("nucleus", |c| c.nucleus),
        ("cytoplasm", |c| c.cytoplasm),
        ("cell", |c| c.cell),
    ];
    const STATISTICS: [Part<Stat, f32>; 4] = [
        ("mean", |s| s.mean),
        ("sd", |s| s.sd),
        ("max", |s| s.max),
        ("min", |s| s.min),
    ];
    for (place, compartment) in PLACES {
        for (statistic, value) in STATISTICS {
            let column = singles(cells, |c| value(&compartment(compartments(c))));
            frame.push(format!("{place}_{stain}_od_{statistic}"), column)?;
        }
    }
    Ok(())
}
