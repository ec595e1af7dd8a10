//! Cost against the size of the region: from 10^4 to 10^7 voxels, one thread.
//! `cargo bench -p radiomics --bench scaling [-- LARGEST]`
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use ndarray::Array3;
use radiomics::{FeatureClass, Geometry, Settings, Volume, extract};

fn main() {
    // cargo's own arguments begin with a dash.
    let largest = std::env::args()
        .skip(1)
        .find_map(|text| text.parse::<f64>().ok());
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    println!(
        "{:>10} {:>10} {:>9}  per class, ns a voxel",
        "voxels", "seconds", "ns/voxel"
    );
    for exponent in [4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0] {
        let wanted = 10f64.powf(exponent);
        if wanted > largest.unwrap_or(1e7) * 1.01 {
            break;
        }
        let (image, mask, count) = ball(wanted);
        let seconds = |settings: &Settings| {
            let repeats = if count < 1_000_000 { 3 } else { 1 };
            let time = |_| {
                let start = Instant::now();
                one_thread
                    .install(|| extract(&image, &mask, settings))
                    .unwrap();
                start.elapsed().as_secs_f64()
            };
            (0..repeats).map(time).fold(f64::INFINITY, f64::min)
        };
        let all = seconds(&Settings::default());
        let nanoseconds = |seconds: f64| seconds * 1e9 / count as f64;
        print!("{count:>10} {all:>10.4} {:>9.0} ", nanoseconds(all));
        for class in Settings::default().classes {
            let only = Settings {
                classes: vec![class],
                ..Settings::default()
            };
            print!(
                " {} {:.0}",
                FeatureClass::name(class),
                nanoseconds(seconds(&only))
            );
        }
        println!();
    }
}

/// A ball of about so many voxels with a smooth, noisy texture of some 60 grey
/// levels.
fn ball(voxels: f64) -> (Volume, Volume, usize) {
    let radius = (voxels * 3.0 / 4.0 / std::f64::consts::PI).cbrt();
    let n = 2 * radius.ceil() as usize + 3;
    let centre = (n / 2) as f64;
    let image = Array3::from_shape_fn((n, n, n), |(z, y, x)| {
        let noise = ((x * 73_856_093) ^ (y * 19_349_663) ^ (z * 83_492_791)) % 997;
        let wave = (x as f64 / 9.0).sin() + (y as f64 / 7.0).cos() + (z as f64 / 11.0).sin();
        200.0 * wave + noise as f64 / 5.0
    });
    let mut count = 0;
    let mask = Array3::from_shape_fn((n, n, n), |(z, y, x)| {
        let squared: f64 = [x, y, z].iter().map(|&c| (c as f64 - centre).powi(2)).sum();
        let inside = squared <= radius * radius;
        count += usize::from(inside);
        f64::from(u8::from(inside))
    });
    let geometry = Geometry::aligned([n; 3], [1.0, 1.0, 2.0]);
    (
        Volume::new(image, geometry.clone()).unwrap(),
        Volume::new(mask, geometry).unwrap(),
        count,
    )
}
