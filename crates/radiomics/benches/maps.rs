//! Maps of the published brain tumour (4,137 voxels), one thread: whole time
//! and time a voxel of each class.
//! `cargo bench -p radiomics --bench maps [-- RADIUS [NAME ...]]`
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use radiomics::maps::{Kernel, Wanted, maps};
use radiomics::{Roi, Settings, io};

const CLASSES: [&str; 6] = ["firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"];

fn main() {
    let file = |name: &str| testkit::data(&format!("radiomics/pyradiomics/brain1_{name}.nrrd"));
    let (Some(image), Some(mask)) = (file("image"), file("label")) else {
        return;
    };
    let start = Instant::now();
    let (image, mask) = (io::read(image).unwrap(), io::read(mask).unwrap());
    println!("reading {:.4} s", start.elapsed().as_secs_f64());
    let voxels = Roi::select(&mask, 1).unwrap().count();
    // cargo's own arguments begin with a dash.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let radius = arguments.first().map(|text| text.parse().unwrap());
    let kernel = Kernel {
        radius: radius.unwrap_or(1),
        ..Kernel::default()
    };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one_thread = one_thread.unwrap();
    let settings = Settings::default();
    let report = |name: &str, wanted: &[Wanted]| {
        let time = |_| {
            let start = Instant::now();
            let work = || maps(&image, &mask, &settings, &kernel, wanted).unwrap();
            let found = one_thread.install(work);
            (start.elapsed().as_secs_f64(), found.len())
        };
        let times = (0..5).map(time);
        let (seconds, count) = times.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let each = 1e6 * seconds / voxels as f64;
        println!("{name:<24} {count:>3} maps {seconds:>8.4} s {each:>8.2} us a voxel");
    };
    let parse = |text: &str| text.parse::<Wanted>().unwrap();
    for name in arguments.iter().skip(1) {
        report(name, &[parse(name)]);
    }
    if arguments.len() > 1 {
        return;
    }
    for class in CLASSES {
        report(class, &[parse(class)]);
    }
    report("glcm_Contrast", &[parse("glcm_Contrast")]);
    report("glcm_MCC", &[parse("glcm_MCC")]);
    report("all", &CLASSES.map(parse));
}
