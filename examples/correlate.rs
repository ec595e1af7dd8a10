//! Two tables in memory, correlated with honest statistics.
//!
//! `cargo run --release --example correlate`

use correlation::{Column, Inputs, Options, associate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut random = stats::rng::stream(1, "example", 0);
    let texture: Vec<f64> = (0..40).map(|_| random.normal()).collect();
    let cd8: Vec<f64> = texture
        .iter()
        .map(|t| (0.9 * t + 0.4 * random.normal()).exp())
        .collect();
    let noise: Vec<f64> = (0..40).map(|_| random.normal()).collect();
    let inputs = Inputs {
        radiomic: &[Column {
            name: "contrast",
            values: &texture,
        }],
        pathology: &[
            Column {
                name: "CD8_density",
                values: &cd8,
            },
            Column {
                name: "CD163_density",
                values: &noise,
            },
        ],
        blocks: &["CD8", "CD163"],
        strata: None,
    };
    let found = associate(&inputs, &Options::default())?;
    for (pair, block) in found.pairs.iter().zip(&found.blocks) {
        let estimate = pair.result?;
        let global = block.global.as_ref().ok_or("no test")?;
        tell(&format!(
            "{}: rho {:.2} ({:.2} to {:.2}), p {:.1e}, by permutation {:.4}",
            block.block,
            estimate.rho,
            estimate.ci_low,
            estimate.ci_high,
            estimate.p,
            global.p_max_abs
        ));
    }
    Ok(())
}

#[allow(clippy::print_stdout)]
fn tell(line: &str) {
    println!("{line}");
}
