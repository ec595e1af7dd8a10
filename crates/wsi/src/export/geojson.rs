//! Cells and annotations as GeoJSON that QuPath opens, streamed through gzip.
//!
//! One FeatureCollection: the cells in the order of the table cells, then annotations.
//! Coordinates are pixels of level 0 with at most 2 decimals. A cell has the members
//! that QuPath (0.4 and later) writes: `geometry` is the boundary of the cell,
//! `nucleusGeometry` that of the nucleus, measurements have QuPath's names, in um and
//! um2. The same cells give the same bytes: ids come from the slide and the number of
//! the cell, and the header of the gzip holds no time.

mod classes;
mod feature;
mod gzip;
mod measurements;
mod settings;
mod text;

use std::io::Write;

use rayon::prelude::*;

use crate::error::Error;
use crate::quantify::{Cell, CellSink, Quantified};
use crate::tissue_outline::Polygon;
use feature::Features;
use gzip::{Gzip, Piece};
pub use settings::Settings;

/// An area of the slide with a name: a piece of tissue, a region of the user's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotation {
    /// Name; empty for none.
    pub name: String,
    /// QuPath's class, such as `Tumor` or `Region*`; empty for none.
    pub class: String,
    /// Where it is.
    pub polygons: Vec<Polygon>,
    /// Names and values. A value that is not finite is written as text.
    pub measurements: Vec<(String, f64)>,
}

/// Pieces of tissue as annotations of class `Region*` (which colours no cell in
/// QuPath), excluded ones of class `Control`, with areas and counts.
pub fn fragments(result: &Quantified) -> Vec<Annotation> {
    let pieces = result.fragments.iter().zip(&result.tissue);
    pieces
        .map(|(row, polygons)| {
            let values = [
                ("radpath: area mm^2", Some(row.area_mm2)),
                ("radpath: cells", Some(row.n_cells as f64)),
                ("radpath: cells per mm^2", row.density_all_mm2),
                ("radpath: positive cells", row.n_positive.map(|n| n as f64)),
                ("radpath: positive cells per mm^2", row.density_positive_mm2),
            ];
            let known = values
                .into_iter()
                .filter_map(|(name, v)| Some((name.to_owned(), v?)));
            Annotation {
                name: format!("Fragment {}", row.fragment),
                class: if row.excluded { "Control" } else { "Region*" }.to_owned(),
                polygons: polygons.clone(),
                measurements: known.collect(),
            }
        })
        .collect()
}

/// Cells that are written and compressed as one piece. The bytes depend on it, so it
/// is fixed.
const PIECE: usize = 256;
/// Pieces that are made at once, in parallel.
const PIECES: usize = 16;

/// The file of a slide in the making: a [`CellSink`].
pub struct GeoJson<W: Write> {
    out: Gzip<W>,
    features: Features,
    cells: u64,
    annotations: u64,
}

impl<W: Write> GeoJson<W> {
    /// Begins the file of the slide `slide_id`.
    ///
    /// # Errors
    /// [`Error::Sink`] when `out` takes no bytes.
    pub fn begin(out: W, slide_id: &str, settings: Settings) -> Result<Self, Error> {
        let mut file = Self {
            out: Gzip::begin(out)?,
            features: Features::new(slide_id, settings),
            cells: 0,
            annotations: 0,
        };
        let head = b"{\"type\":\"FeatureCollection\",\"features\":[";
        file.out.push(&Piece::of(head))?;
        Ok(file)
    }

    /// Adds an annotation; one without an area adds nothing.
    ///
    /// # Errors
    /// [`Error::Sink`] when the file takes no bytes.
    pub fn annotation(&mut self, annotation: &Annotation) -> Result<(), Error> {
        let is_first = self.cells + self.annotations == 0;
        let number = self.annotations + 1;
        let mut text = Vec::new();
        if self
            .features
            .annotation(&mut text, annotation, number, is_first)
        {
            self.annotations = number;
            self.out.push(&Piece::of(&text))?;
        }
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// [`Error::Sink`] when the file takes no bytes.
    pub fn finish(mut self) -> Result<W, Error> {
        self.out.push(&Piece::of(b"\n]}\n"))?;
        self.out.finish()
    }
}

impl<W: Write> CellSink for GeoJson<W> {
    fn cells(&mut self, _strip: usize, cells: &[Cell]) -> Result<(), Error> {
        for batch in cells.chunks(PIECES * PIECE) {
            let before = self.cells;
            let no_annotation = self.annotations == 0;
            let features = &self.features;
            let pieces: Vec<Piece> = batch
                .par_chunks(PIECE)
                .enumerate()
                .map(|(i, piece)| {
                    let mut text = Vec::new();
                    for (number, cell) in (before + (i * PIECE) as u64 + 1..).zip(piece) {
                        features.cell(&mut text, cell, number, number == 1 && no_annotation);
                    }
                    Piece::of(&text)
                })
                .collect();
            for piece in &pieces {
                self.out.push(piece)?;
            }
            self.cells += batch.len() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use serde_json::Value;

    use super::*;
    use crate::cell::{Compartments, Shape, Stat};
    use crate::positivity::Class;
    use crate::stain::StainSet;

    const SETTINGS: Settings = Settings {
        pixel_um: (0.25, 0.5),
        size_px: (1000.0, 500.0),
        origin_px: (10.0, 0.0),
        working_pixel_um2: 0.25,
        stains: StainSet::HDab,
        graded: false,
        expanded: true,
    };

    fn cell() -> Cell {
        let shape = Shape {
            area_um2: 25.0,
            perimeter_um: 20.0,
            circularity: 0.785,
            max_diameter_um: 7.5,
            min_diameter_um: 5.0,
            major_axis_um: 6.0,
            minor_axis_um: 5.0,
            eccentricity: 0.5,
        };
        let stat = Stat {
            mean: 0.375,
            sd: 0.1,
            max: 0.5,
            min: 0.25,
        };
        let compartments = Compartments {
            nucleus: stat,
            cytoplasm: Stat::EMPTY,
            cell: stat,
        };
        Cell {
            x_um: 102.5,
            y_um: 52.5,
            fragment: 1,
            nucleus: shape,
            cell: Shape {
                area_um2: 100.0,
                ..shape
            },
            hematoxylin: compartments,
            second: compartments,
            class: Some(Class::TwoPlus),
            nucleus_outline: vec![(100.0, 50.0), (105.0, 50.0), (105.0, 55.0), (100.0, 55.0)],
            cell_outline: vec![(97.53, 47.5), (107.5, 47.5), (107.5, 57.5), (97.5, 57.5)],
        }
    }

    fn written(settings: Settings, cells: &[Cell], annotations: &[Annotation]) -> Value {
        let mut file = GeoJson::begin(Vec::new(), "s", settings).expect("begins");
        file.cells(0, cells).expect("taken");
        for annotation in annotations {
            file.annotation(annotation).expect("taken");
        }
        let bytes = file.finish().expect("ends");
        let mut text = String::new();
        GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .expect("is gzip");
        serde_json::from_str(&text).expect("is JSON")
    }

    #[test]
    fn a_cell_as_qupath_writes_it() {
        let file = written(SETTINGS, &[cell()], &[]);
        let feature = &file["features"][0];
        // 97.53 um / 0.25 - 10, 47.5 um / 0.5.
        let ring: Value =
            serde_json::from_str("[[380.12,95],[420,95],[420,115],[380,115],[380.12,95]]")
                .expect("is JSON");
        assert_eq!(feature["geometry"]["coordinates"][0], ring);
        assert_eq!(
            feature["nucleusGeometry"]["coordinates"][0][1],
            serde_json::json!([410, 100])
        );
        let properties = &feature["properties"];
        assert_eq!(properties["classification"]["name"], "Positive");
        let measured = &properties["measurements"];
        // 25 um2 are 100 pixels of detection.
        assert_eq!(measured["Nucleus: DAB OD sum"], 37.5);
        assert_eq!(measured["Nucleus: Hematoxylin OD range"], 0.25);
        assert_eq!(measured["Nucleus/Cell area ratio"], 0.25);
        assert_eq!(measured["Cytoplasm: DAB OD mean"], "NaN");
        assert_eq!(measured.as_object().map(serde_json::Map::len), Some(41));
        let id = feature["id"].as_str().expect("is text");
        assert_eq!((id.len(), &id[14..15]), (36, "8"));
    }

    #[test]
    fn nuclei_alone_have_no_cell_to_measure() {
        let settings = Settings {
            expanded: false,
            graded: true,
            ..SETTINGS
        };
        let file = written(settings, &[cell()], &[]);
        let properties = &file["features"][0]["properties"];
        assert_eq!(properties["classification"]["name"], "2+");
        let names = properties["measurements"].as_object().expect("is a map");
        assert_eq!(names.len(), 18);
        assert!(names.keys().all(|name| name.starts_with("Nucleus: ")));
    }

    #[test]
    fn annotations_come_in_parts_and_with_holes() {
        let square = |at: f64, side: f64| {
            vec![
                (at, at),
                (at + side, at),
                (at + side, at + side),
                (at, at + side),
            ]
        };
        let whole = Polygon {
            outer: square(10.0, 50.0),
            holes: vec![square(20.0, 5.0), vec![(1.0, 1.0)]],
        };
        let other = Polygon {
            outer: square(100.0, 10.0),
            holes: Vec::new(),
        };
        let annotation = Annotation {
            name: "a \"b\"".into(),
            class: "Tumor".into(),
            polygons: vec![whole, other, Polygon::default()],
            measurements: vec![("n".into(), f64::INFINITY)],
        };
        let nothing = Annotation::default();
        let file = written(SETTINGS, &[], &[nothing, annotation]);
        let features = file["features"].as_array().expect("is a list");
        assert_eq!(features.len(), 1);
        let (geometry, properties) = (&features[0]["geometry"], &features[0]["properties"]);
        assert_eq!(geometry["type"], "MultiPolygon");
        let rings = |i: usize| geometry["coordinates"][i].as_array().map(Vec::len);
        assert_eq!((rings(0), rings(1), rings(2)), (Some(2), Some(1), None));
        assert_eq!(properties["name"], "a \"b\"");
        assert_eq!(
            properties["classification"]["color"],
            serde_json::json!([200, 0, 0])
        );
        assert_eq!(properties["measurements"]["n"], "Infinity");
        assert!(
            written(SETTINGS, &[], &[])["features"]
                .as_array()
                .is_some_and(Vec::is_empty)
        );
    }

    /// Over the boundaries of pieces: every cell once, all ids different.
    #[test]
    fn many_cells_are_all_there() {
        let cells = vec![cell(); PIECE * PIECES + 3];
        let file = written(SETTINGS, &cells, &[]);
        let features = file["features"].as_array().expect("is a list");
        let mut ids: Vec<&str> = features.iter().filter_map(|f| f["id"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), cells.len());
    }
}
