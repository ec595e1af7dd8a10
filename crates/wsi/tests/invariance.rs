//! The same slide gives the same cells, however the work is cut and shared out.

use wsi::markers::Markers;
use wsi::quantify::{Cell, Options, Quantified, quantify};
use wsi::slide::{self, Reader};

fn run(options: &Options, threads: usize) -> Option<(Quantified, Vec<Cell>)> {
    let path = testkit::data("slides/OS-2-ndpi.ome.tif")?;
    let slide = slide::open(&path, Reader::Auto).expect("opens");
    let markers = Markers::built_in();
    let profile = markers.get("Ki67").expect("built in");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool");
    let mut cells = Vec::new();
    let result = pool
        .install(|| quantify(&*slide, profile, options, &mut cells))
        .expect("is quantified");
    Some((result, cells))
}

fn options(block_px: Option<usize>) -> Options {
    Options {
        mpp: Some(0.2271),
        block_px,
        ..Default::default()
    }
}

#[test]
fn one_thread_or_two() {
    let small = options(Some(256));
    let (Some(one), Some(two)) = (run(&small, 1), run(&small, 2)) else {
        return;
    };
    assert_eq!(one.1, two.1);
    assert_eq!(
        (one.0.summary, one.0.tiles, one.0.fragments),
        (two.0.summary, two.0.tiles, two.0.fragments)
    );
    assert_eq!(one.0.overlay, two.0.overlay);
}

/// No seams: blocks of 256, 300 and 1024 pixels find the same cells at the same
/// places with the same densities.
#[test]
fn any_cut_into_blocks() {
    let Some((whole, mut expected)) = run(&options(None), 2) else {
        return;
    };
    sort(&mut expected);
    for side in [256, 300] {
        let Some((result, mut cells)) = run(&options(Some(side)), 2) else {
            return;
        };
        sort(&mut cells);
        assert_eq!(result.summary, whole.summary, "blocks of {side}");
        assert_eq!(cells.len(), expected.len());
        for (a, b) in cells.iter().zip(&expected) {
            assert!((a.x_um - b.x_um).abs() < 1e-9 && (a.y_um - b.y_um).abs() < 1e-9);
            assert_eq!((a.class, a.nucleus, a.cell), (b.class, b.nucleus, b.cell));
        }
        assert_eq!(result.tiles, whole.tiles);
    }
}

fn sort(cells: &mut [Cell]) {
    let key = |c: &Cell| ((c.y_um * 1e6).round() as i64, (c.x_um * 1e6).round() as i64);
    cells.sort_by_key(key);
}
