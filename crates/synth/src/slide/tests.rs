//! Slides measured as a reader would: colours to amounts of stain.

use super::*;
use super::{profile::RING_UM, stain::unmix_h_dab};
use proptest::prelude::*;
use stats::rng::stream;

fn draw(stain: Stain, positive_mm2: f64, index: u64) -> (RgbImage, SlideTruth) {
    let spec = SlideSpec {
        stain,
        positive_mm2,
        size_px: [800, 700],
        ..SlideSpec::default()
    };
    render(&spec, &mut stream(11, "slide test", index)).unwrap()
}

/// Mean DAB over the nucleus and, unless the stain is nuclear, a 3 um ring.
fn measured_dab(image: &RgbImage, cell: &Cell, stain: Stain) -> f64 {
    let ring = if stain == Stain::Ki67 {
        0.0
    } else {
        f64::from(RING_UM)
    };
    let reach = (cell.radius_um + ring) / MPP;
    let (cx, cy) = (cell.x_um / MPP, cell.y_um / MPP);
    let (mut sum, mut n) = (0.0, 0);
    for y in (cy - reach).max(0.0) as u32..(cy + reach + 1.0).min(699.0) as u32 {
        for x in (cx - reach).max(0.0) as u32..(cx + reach + 1.0).min(799.0) as u32 {
            if (f64::from(x) - cx).hypot(f64::from(y) - cy) <= reach {
                sum += unmix_h_dab(image.get_pixel(x, y).0, Scanner::default().white)[1];
                n += 1;
            }
        }
    }
    sum / f64::from(n)
}

/// Measured by least-squares unmixing with QuPath's vectors: positive cells lie
/// above the threshold of 1+ (0.2) and negative cells, as a rule, below; the
/// measured mean follows the one aimed at.
#[test]
fn positive_cells_carry_dab() {
    for (i, (stain, wanted)) in [
        (Stain::Cd8, 500.0),
        (Stain::Cd45ro, 500.0),
        (Stain::PdL1, 400.0),
        (Stain::Cd163, 250.0),
        (Stain::Ki67, 500.0),
    ]
    .into_iter()
    .enumerate()
    {
        let (image, truth) = draw(stain, wanted, i as u64);
        let (mut above, mut error) = ([0usize; 2], 0.0);
        let mut n = [0usize; 2];
        for cell in &truth.cells {
            let dab = measured_dab(&image, cell, stain);
            let group = usize::from(cell.positive);
            n[group] += 1;
            above[group] += usize::from(dab >= 0.2);
            if cell.positive {
                error += (dab - cell.dab) / n[1].max(1) as f64 - error / n[1].max(1) as f64;
            }
        }
        let share = |g: usize| above[g] as f64 / n[g] as f64;
        println!(
            "{}: above 0.2: positive {:.3}, negative {:.3}; mean excess over the aim {error:.3}",
            stain.name(),
            share(1),
            share(0)
        );
        assert!(
            share(1) > 0.97,
            "{}: {} of the positive cells",
            stain.name(),
            share(1)
        );
        assert!(
            share(0) < 0.12,
            "{}: {} of the negative cells",
            stain.name(),
            share(0)
        );
        assert!(error.abs() < 0.12, "{}: bias {error}", stain.name());
    }
}

#[test]
fn the_density_is_the_one_asked_for() {
    for stain in [Stain::Cd8, Stain::PdL1, Stain::Cd163] {
        for wanted in [0.0, 100.0, 600.0] {
            let (_, truth) = draw(stain, wanted, 7);
            let found = truth.counts.density_positive_mm2();
            // One cell on this small slide is about 10 per mm2.
            assert!(
                (found - wanted).abs() < 6.0,
                "{} {found} {wanted}",
                stain.name()
            );
        }
    }
    let (_, truth) = draw(Stain::He, 600.0, 7);
    assert_eq!(truth.counts.n_positive, 0);
}

#[test]
fn tissue_is_what_is_not_glass() {
    let (image, truth) = draw(Stain::He, 0.0, 3);
    let dark = image.pixels().filter(|p| p.0[1] < 225).count();
    let area = dark as f64 * MPP * MPP * 1e-6;
    assert!(
        (area / truth.counts.tissue_mm2 - 1.0).abs() < 0.03,
        "{area} {:?}",
        truth.counts
    );
    for corner in [(0, 0), (799, 0), (0, 699), (799, 699)] {
        let pixel = image.get_pixel(corner.0, corner.1).0;
        let white = Scanner::default().white;
        assert!(
            (0..3).all(|c| (f64::from(pixel[c]) - white[c]).abs() < 8.0),
            "{pixel:?}"
        );
    }
}

#[test]
fn cells_keep_their_distance() {
    let (_, truth) = draw(Stain::Cd8, 1_500.0, 5);
    for (i, a) in truth.cells.iter().enumerate() {
        for b in &truth.cells[..i] {
            let distance = (a.x_um - b.x_um).hypot(a.y_um - b.y_um);
            // Centres are exact to a float's rounding in pixels.
            assert!(distance > 0.92 * (a.radius_um + b.radius_um), "{a:?} {b:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_setting_panics(
        width in 0u32..400,
        pieces in 0u32..4,
        density in prop_oneof![-1.0..12_000.0, Just(f64::NAN), Just(f64::INFINITY)],
        white in prop_oneof![0.0..300.0, Just(f64::NAN)],
        stain in prop::sample::select(Stain::PANEL.to_vec()),
    ) {
        let mut scanner = Scanner::default();
        scanner.white[1] = white;
        let spec = SlideSpec { stain, size_px: [width, 260], pieces, positive_mm2: density, scanner };
        if let Ok((image, truth)) = render(&spec, &mut stream(1, "any", 0)) {
            prop_assert_eq!(image.dimensions(), (width, 260));
            prop_assert!(truth.counts.n_positive <= truth.counts.n_cells);
        }
    }
}
