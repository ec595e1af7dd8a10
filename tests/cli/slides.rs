//! `radpath slides`.

use crate::support::{Csv, Folder};
use synth::slide::{SlideSpec, Stain};

/// A small CD8 slide of known truth at 0.5 um; gives the positive percent.
pub fn slide(folder: &Folder, name: &str, index: u64) -> synth::slide::SlideCounts {
    let spec = SlideSpec {
        stain: Stain::Cd8,
        size_px: [700, 600],
        ..SlideSpec::default()
    };
    let (image, truth) =
        synth::slide::render(&spec, &mut stats::rng::stream(1, name, index)).expect("a slide");
    synth::tiff::write(&folder.path(&format!("{name}.tif")), &image, 0.5).expect("written");
    truth.counts
}

fn manifest(folder: &Folder) {
    let rows = "patient_id,slide_id,path,stain,mpp\n\
                007,s/1,a.tif,CD8,\n007,s2,b.tif,cd8,\n8,s3,fake.svs,CD8,\n8,s4,a.tif,HE,0.5\n";
    folder.write("slides.csv", rows);
    folder.write("fake.svs", "this is text\n");
}

#[test]
fn a_batch_with_a_bad_slide() {
    let folder = Folder::new();
    let truth = slide(&folder, "a", 0);
    slide(&folder, "b", 1);
    manifest(&folder);
    folder
        .radpath("slides --manifest slides.csv --out out")
        .exits(1)
        .says(&["s3"]);
    let slides = Csv::parse(&folder.read("out/slides.csv"));
    assert_eq!(slides.rows.len(), 3);
    assert_eq!(
        (slides.cell(0, "patient_id"), slides.cell(0, "slide_id")),
        ("007", "s/1")
    );
    assert_eq!(slides.number(0, "mpp"), 0.5);
    assert_eq!(slides.cell(1, "stain"), "CD8");
    let found = slides.number(0, "n_cells") / truth.n_cells as f64;
    assert!(
        (0.8..1.2).contains(&found),
        "{found} of the cells that are there"
    );
    assert_eq!(slides.cell(2, "h_score"), "NA");

    let failures = folder.read("out/failures.csv");
    assert!(
        failures.contains("8,s3,slides") && !failures.contains("fake"),
        "{failures}"
    );
    for file in [
        "cells/s%2F1.parquet",
        "overlays/s%2F1.png",
        "overlays/s%2F1.jpg",
        "patches/s%2F1.png",
        "threshold/s%2F1.png",
        "contact.html",
        "tiles.parquet",
        "fragments.csv",
        "run.toml",
    ] {
        assert!(folder.path("out").join(file).is_file(), "{file}");
    }
    assert!(!folder.path("out/cells/s3.parquet").exists());
    let cells = tables::Table::read(&folder.path("out/cells/s%2F1.parquet")).unwrap();
    assert_eq!(cells.rows() as f64, slides.number(0, "n_cells"));
    let y = cells.numbers("y_um").unwrap();
    assert!(y.is_sorted());

    let patients = Csv::parse(&folder.read("out/patients.csv"));
    assert_eq!(patients.rows.len(), 2);
    let sum = |column: &str| slides.number(0, column) + slides.number(1, column);
    let pooled = sum("n_positive") / sum("analysed_mm2");
    assert!((patients.number(0, "CD8_density_positive_mm2") / pooled - 1.0).abs() < 1e-12);
    assert_eq!(patients.cell(1, "CD8_density_positive_mm2"), "NA");
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = Folder::new();
    slide(&folder, "a", 0);
    slide(&folder, "b", 1);
    manifest(&folder);
    folder
        .radpath("slides --manifest slides.csv --out one --threads 1 --geojson")
        .exits(1);
    folder
        .radpath("slides --manifest slides.csv --out two --threads 2 --geojson")
        .exits(1);
    let (one, two) = (folder.contents("one"), folder.contents("two"));
    assert_eq!(one.len(), 27);
    assert!(one == two, "files differ");
}

/// Marks a kept result, so that one can see where it was taken.
fn tamper(folder: &Folder, state: &str) {
    let text = folder.read(state);
    let at = text.find("\"n_cells\":").expect("a count of cells") + "\"n_cells\":".len();
    let digits = text[at..].find(',').expect("more after it");
    folder.write(
        state,
        format!("{}77777{}", &text[..at], &text[at + digits..]),
    );
}

#[test]
fn a_run_goes_on_where_another_stopped() {
    let folder = Folder::new();
    slide(&folder, "a", 0);
    slide(&folder, "b", 1);
    manifest(&folder);
    let cells = |slide: usize| {
        let slides = Csv::parse(&folder.read("out/slides.csv"));
        slides.cell(slide, "n_cells").to_owned()
    };
    folder
        .radpath("slides --manifest slides.csv --out out")
        .exits(1);
    let clean: Vec<String> = (0..3).map(cells).collect();

    // The slide that failed is replaced by a good one; the others are taken.
    std::fs::copy(folder.path("b.tif"), folder.path("fake.svs")).unwrap();
    tamper(&folder, "out/state/s2.json");
    folder
        .radpath("slides --manifest slides.csv --out out --resume")
        .exits(0);
    assert_eq!(
        [cells(0), cells(1), cells(2)],
        [clean[0].as_str(), "77777", clean[1].as_str()]
    );
    assert!(folder.path("out/cells/s2.parquet").is_file());
    assert!(!folder.path("out/failures.csv").exists());

    // Without --resume nothing is taken, nor with other settings.
    let other = "slides --manifest slides.csv --out out --resume --detection-threshold 0.15";
    folder.radpath(other).exits(0);
    assert_ne!(cells(1), "77777");

    // What a killed run left lies beside the output.
    folder
        .radpath("slides --manifest slides.csv --out out")
        .exits(0);
    let kept = folder.path(".out.kept/s2");
    std::fs::create_dir_all(&kept).unwrap();
    for (from, to) in [
        ("state/s2.json", "state.json"),
        ("cells/s2.parquet", "cells.parquet"),
    ] {
        std::fs::copy(folder.path("out").join(from), kept.join(to)).unwrap();
    }
    std::fs::remove_dir_all(folder.path("out")).unwrap();
    tamper(&folder, ".out.kept/s2/state.json");
    folder
        .radpath("slides --manifest slides.csv --out out --resume")
        .exits(0);
    assert_eq!(cells(1), "77777");
    assert!(!folder.path(".out.kept").exists());
}

/// A slide whose process grows too large fails alone. Memory is watched on
/// Linux only.
#[cfg(target_os = "linux")]
#[test]
fn a_slide_that_takes_too_much_memory_fails_alone() {
    let folder = Folder::new();
    slide(&folder, "a", 0);
    let large = image::RgbImage::from_fn(6000, 6000, |x, y| {
        let shade = ((x / 7 + y / 5) % 90) as u8;
        image::Rgb([120 + shade, 90 + shade, 150])
    });
    synth::tiff::write(&folder.path("large.tif"), &large, 0.5).unwrap();
    let rows = "patient_id,slide_id,path,stain\n1,small,a.tif,CD8\n2,large,large.tif,CD8\n";
    folder.write("slides.csv", rows);
    folder
        .radpath("slides --manifest slides.csv --out out --memory-limit-mb 160 --threads 1")
        .exits(1);
    let failures = folder.read("out/failures.csv");
    assert!(
        failures.contains("2,large,slides") && failures.contains("more than the limit of 160 MB"),
        "{failures}"
    );
    assert_eq!(Csv::parse(&folder.read("out/slides.csv")).rows.len(), 1);
}

#[test]
fn no_pixel_size_is_an_error_that_names_the_remedy() {
    let folder = Folder::new();
    image::RgbImage::from_pixel(200, 200, image::Rgb([200, 180, 190]))
        .save(folder.path("a.png"))
        .unwrap();
    folder
        .radpath("slides a.png --stain CD8 --out out")
        .exits(2)
        .says(&["--mpp", "`mpp`"]);
    assert!(!folder.path("out").exists(), "nothing half-written stays");
    folder
        .radpath("slides a.png --stain CD8 --mpp 0.5 --out out")
        .exits(0);
    let slides = Csv::parse(&folder.read("out/slides.csv"));
    assert_eq!(
        (
            slides.cell(0, "n_cells"),
            slides.cell(0, "positive_percent")
        ),
        ("0", "NA")
    );
    assert_eq!(slides.cell(0, "mpp_source"), "override");
}

#[test]
fn usage_errors() {
    let folder = Folder::new();
    folder.radpath("slides --out out").exits(2);
    folder
        .radpath("slides a.tif --out out")
        .exits(2)
        .says(&["--stain"]);
    folder
        .radpath("slides a.tif --stain CD99 --out out")
        .exits(2)
        .says(&["CD99", "Ki67"]);
    folder.write("markers.toml", "[CD8]\nthreshold = 1\n");
    folder
        .radpath("slides a.tif --stain CD8 --markers markers.toml --out out")
        .exits(2)
        .says(&["threshold"]);
    folder.write("out/thesis.txt", "precious");
    folder.write("a.tif", "");
    folder
        .radpath("slides a.tif --stain CD8 --out out")
        .exits(2)
        .says(&["thesis.txt"]);
    assert_eq!(folder.read("out/thesis.txt"), "precious");
}

/// Both H&E slides run through OpenSlide; the second one has no pixel size.
#[cfg(feature = "openslide")]
#[test]
fn real_slides_run() {
    let Some(data) = testkit::data("slides") else {
        return;
    };
    let folder = Folder::new();
    let path = |name: &str| data.join(name).display().to_string();
    let (cmu, tcga) = (
        path("cmu-1-small-region.svs"),
        path("tcga-cr-7395-01a-01-ts1.svs"),
    );
    folder.write(
        "slides.csv",
        format!("patient_id,slide_id,path,stain,mpp\n1,cmu,{cmu},HE,\n2,tcga,{tcga},HE,0.5\n"),
    );
    folder
        .radpath("slides --manifest slides.csv --out out")
        .exits(0);
    let slides = Csv::parse(&folder.read("out/slides.csv"));
    assert_eq!(
        (slides.cell(0, "reader"), slides.cell(0, "mpp_source")),
        ("openslide", "vendor")
    );
    assert_eq!(slides.number(0, "mpp"), 0.499);
    for row in 0..2 {
        // Tissue holds hundreds to thousands of nuclei a mm2.
        let density = slides.number(row, "density_all_mm2");
        assert!((200.0..15_000.0).contains(&density), "{density}");
    }
    folder
        .radpath_with(&["slides", &tcga, "--stain", "HE", "--out", "no"])
        .exits(2)
        .says(&["--mpp"]);
}

/// Reference: QuPath 0.3.2, positive cell detection (data/README.md): 1,323
/// cells at detection threshold .2; nucleus mean DAB >= .2 on 16.6 %. Tolerance
/// of the count 15 %; of the share 12 to 22 %.
#[test]
fn ki67_counts_are_near_qupaths() {
    let Some(slide) = testkit::data("slides/OS-2-ndpi.ome.tif") else {
        return;
    };
    let folder = Folder::new();
    let slide = slide.display().to_string();
    let line = [
        "slides",
        &slide,
        "--stain",
        "Ki67",
        "--mpp",
        "0.2271",
        "--detection-threshold",
        "0.2",
        "--out",
        "out",
    ];
    folder.radpath_with(&line).exits(0);
    let slides = Csv::parse(&folder.read("out/slides.csv"));
    let (cells, percent) = (
        slides.number(0, "n_cells"),
        slides.number(0, "positive_percent"),
    );
    assert!((cells / 1_323.0 - 1.0).abs() <= 0.15, "{cells} cells");
    assert!((12.0..=22.0).contains(&percent), "{percent} % positive");
    assert_eq!(slides.cell(0, "slide_id"), "OS-2-ndpi");
}
