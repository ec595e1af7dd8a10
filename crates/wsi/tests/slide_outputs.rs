//! What a slide gives beside its tables, on real slides.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;
use wsi::export::geojson::{self, GeoJson, Settings};
use wsi::markers::Markers;
use wsi::overlay::{panel, patches};
use wsi::positivity::Class;
use wsi::quantify::{Cell, Options, PatchKind, Quantified, quantify};
use wsi::slide::{self, Reader};

struct Run {
    result: Quantified,
    cells: Vec<Cell>,
    geojson: Vec<u8>,
}

fn run(threads: usize) -> Option<Run> {
    let path = testkit::data("slides/OS-2-ndpi.ome.tif")?;
    let slide = slide::open(&path, Reader::Auto).expect("opens");
    let markers = Markers::built_in();
    let profile = markers.get("Ki67").expect("built in");
    let options = Options {
        mpp: Some(0.2271),
        ..Default::default()
    };
    let settings = Settings::of(&*slide, profile, &options).expect("has a scale");
    let file = GeoJson::begin(Vec::new(), "slide", settings).expect("begins");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool");
    pool.install(|| {
        // The cells to a table and to GeoJSON in one pass; a third sink is left out.
        let mut cells = Vec::new();
        let mut sinks = (&mut cells, (file, None::<Vec<Cell>>));
        let result = quantify(&*slide, profile, &options, &mut sinks).expect("is quantified");
        let mut file = (sinks.1).0;
        for annotation in geojson::fragments(&result) {
            file.annotation(&annotation).expect("taken");
        }
        let geojson = file.finish().expect("ends");
        Some(Run {
            result,
            cells,
            geojson,
        })
    })
}

fn parsed(gzip: &[u8]) -> Value {
    let mut text = String::new();
    GzDecoder::new(gzip)
        .read_to_string(&mut text)
        .expect("is gzip");
    serde_json::from_str(&text).expect("is JSON")
}

fn of_type<'a>(file: &'a Value, kind: &str) -> Vec<&'a Value> {
    let features = file["features"].as_array().expect("is a list");
    let is_kind = |f: &&Value| f["properties"]["objectType"] == kind;
    features.iter().filter(is_kind).collect()
}

/// What QuPath's reader needs of a feature: a polygon of closed rings, an id that is
/// a UUID, a class with a colour, measurements that are numbers or "NaN".
fn check_feature(feature: &Value) {
    assert_eq!(feature["type"], "Feature");
    let id = feature["id"].as_str().expect("has an id");
    let dashes: Vec<usize> = id.match_indices('-').map(|(at, _)| at).collect();
    assert!(id.len() == 36 && dashes == [8, 13, 18, 23], "{id}");
    for name in ["geometry", "nucleusGeometry"] {
        let Some(geometry) = feature.get(name) else {
            continue;
        };
        let rings: Vec<&Value> = match geometry["type"].as_str() {
            Some("Polygon") => geometry["coordinates"]
                .as_array()
                .expect("rings")
                .iter()
                .collect(),
            Some("MultiPolygon") => {
                let parts = geometry["coordinates"].as_array().expect("polygons");
                parts
                    .iter()
                    .flat_map(|p| p.as_array().expect("rings"))
                    .collect()
            }
            other => panic!("geometry {other:?}"),
        };
        for ring in rings {
            let points = ring.as_array().expect("points");
            assert!(points.len() >= 4 && points.first() == points.last());
            for at in points.iter().flat_map(|p| p.as_array().expect("a point")) {
                let at = at.as_f64().expect("a number");
                assert!(
                    (0.0..=2202.0).contains(&at)
                        && (at * 100.0)
                            .fract()
                            .abs()
                            .min(1.0 - (at * 100.0).fract().abs())
                            < 1e-6
                );
            }
        }
    }
    let class = &feature["properties"]["classification"];
    assert!(class["name"].is_string() && class["color"].as_array().is_some_and(|c| c.len() == 3));
    for (name, value) in feature["properties"]["measurements"]
        .as_object()
        .expect("a map")
    {
        assert!(value.is_number() || value == "NaN", "{name} {value}");
    }
}

#[test]
fn geojson_holds_the_cells_of_the_table() {
    let Some(run) = run(2) else { return };
    let file = parsed(&run.geojson);
    assert_eq!(file["type"], "FeatureCollection");
    let cells = of_type(&file, "cell");
    assert_eq!(cells.len(), run.cells.len());
    for feature in file["features"].as_array().expect("is a list") {
        check_feature(feature);
    }
    for (feature, cell) in cells.iter().zip(&run.cells) {
        let name = cell.class.map(Class::name);
        assert_eq!(
            feature["properties"]["classification"]["name"].as_str(),
            name
        );
        let mean = feature["properties"]["measurements"]["Nucleus: DAB OD mean"].as_f64();
        assert_eq!(mean.map(|m| m as f32), Some(cell.second.nucleus.mean));
    }
    assert_eq!(
        of_type(&file, "annotation").len(),
        run.result.fragments.len()
    );
}

/// Members of a cell and its measurements are among those in a file that QuPath 0.6
/// wrote (its channels named otherwise, and without nuclei).
#[test]
fn members_are_those_of_qupath() {
    let path = testkit::data("interop/qupath/cells_fluorescence_with_annotations.geojson");
    let (Some(path), Some(run)) = (path, run(2)) else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("reads");
    let theirs: Value = serde_json::from_str(&text).expect("is JSON");
    let ours = parsed(&run.geojson);
    let members = |cell: &Value| -> BTreeSet<String> {
        let own = cell.as_object().expect("a map").keys();
        let properties = cell["properties"].as_object().expect("a map").keys();
        own.chain(properties).cloned().collect()
    };
    let (their_cell, our_cell) = (of_type(&theirs, "cell")[0], of_type(&ours, "cell")[0]);
    let mut expected = members(their_cell);
    expected.insert("nucleusGeometry".to_owned());
    assert_eq!(members(our_cell), expected);
    // A channel's name stands where a stain's does.
    let names = |cell: &Value, channel: &str| -> BTreeSet<String> {
        let measured = cell["properties"]["measurements"]
            .as_object()
            .expect("a map");
        let own = |name: &&String| {
            let place = name.starts_with("Cell: ") || name.starts_with("Cytoplasm: ");
            let other = name.ends_with(" mean")
                || name.ends_with(" std dev")
                || name.ends_with(" max")
                || name.ends_with(" min");
            place && (name.contains(channel) || !other)
        };
        let named = measured.keys().filter(own).map(|n| n.replace(channel, "X"));
        named.collect()
    };
    assert_eq!(names(our_cell, "DAB OD"), names(their_cell, "CD8"));
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let (Some(one), Some(two)) = (run(1), run(2)) else {
        return;
    };
    assert!(one.geojson == two.geojson);
    assert_eq!(one.result.samples, two.result.samples);
    let overlays = [&one, &two].map(|r| r.result.overlay.as_ref().expect("asked for"));
    assert!(overlays[0].png("s").expect("drawn") == overlays[1].png("s").expect("drawn"));
    assert!(overlays[0].thumbnail().expect("drawn") == overlays[1].thumbnail().expect("drawn"));
}

/// The cells of a patch, which are detected a second time, are those of the table.
#[test]
fn patches_show_the_cells_of_the_table() {
    let Some(run) = run(2) else { return };
    let samples = run.result.samples.as_ref().expect("asked for");
    assert_eq!(
        samples.patches.first().map(|p| p.kind),
        Some(PatchKind::Densest)
    );
    for patch in &samples.patches {
        let p = &patch.picture;
        let side = f64::from(p.rgb.width()) * p.pixel_um.0;
        let inside = |c: &&Cell| {
            (p.left_um..p.left_um + side).contains(&c.x_um)
                && (p.top_um..p.top_um + side).contains(&c.y_um)
        };
        let key = |c: &Cell| {
            (
                (c.y_um * 1e6).round() as i64,
                (c.x_um * 1e6).round() as i64,
                c.class,
            )
        };
        let again: BTreeSet<_> = patch.cells.iter().filter(inside).map(key).collect();
        let table: BTreeSet<_> = run.cells.iter().filter(inside).map(key).collect();
        assert!(!again.is_empty() && again == table);
    }
}

#[test]
fn the_panel_shows_the_nearest_scores() {
    let Some(run) = run(2) else { return };
    let samples = run.result.samples.as_ref().expect("asked for");
    let mut gaps: Vec<f32> = run
        .cells
        .iter()
        .filter(|c| c.class > Some(Class::Negative))
        .map(|c| c.second.nucleus.mean)
        .collect();
    gaps.sort_by(f32::total_cmp);
    let above: Vec<f32> = samples.above.iter().map(|c| c.score as f32).collect();
    assert_eq!(above, gaps[..12]);
    assert!(samples.below.iter().all(|c| c.score < 0.2) && samples.below.len() == 12);
    assert!(samples.below.is_sorted_by(|a, b| a.score >= b.score));
    for png in [panel::png(samples, "s"), patches::png(samples, "s")] {
        let png = png.expect("drawn").expect("has something to show");
        let size = image::load_from_memory(&png).expect("is a PNG");
        assert!(size.width() <= 2000 && size.height() <= 2000);
    }
}
