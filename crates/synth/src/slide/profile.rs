//! How much DAB lies at a distance from a positive cell's nucleus.

use super::Stain;

/// Cytoplasm measured around the nucleus, in um: positivity of CD8, CD45RO,
/// PD-L1 and CD163 is the mean over nucleus and this ring.
pub(crate) const RING_UM: f32 = 3.0;

/// DAB beyond this distance from the nucleus is nil, in um.
pub(crate) const REACH_UM: f32 = 3.6;

/// Relative DAB at a signed distance from the nucleus's outline.
pub(crate) fn dab(stain: Stain, distance_um: f32) -> f32 {
    match stain {
        Stain::He => 0.0,
        Stain::Cd8 | Stain::Cd45ro => {
            let ring = plateau(distance_um, -0.3, 2.0, 0.5);
            ring.max(0.4 * inside(distance_um))
        }
        Stain::PdL1 => {
            let membrane = plateau(distance_um, 1.1, 2.7, 0.4);
            let cytoplasm = 0.35 * plateau(distance_um, 0.0, 2.0, 0.4);
            membrane.max(cytoplasm).max(0.12 * inside(distance_um))
        }
        Stain::Cd163 => {
            let cytoplasm = plateau(distance_um, 0.0, 2.2, 0.6);
            cytoplasm.max(0.3 * inside(distance_um))
        }
        Stain::Ki67 => inside(distance_um),
    }
}

/// Mean of [`dab`] over the measured compartment of a round cell: the nucleus
/// for Ki67, else nucleus and ring. Positive for every stain but H&E.
pub(crate) fn mean_dab(stain: Stain, radius_um: f32) -> f32 {
    let edge = if stain == Stain::Ki67 { 0.0 } else { RING_UM };
    let (mut sum, mut area) = (0.0, 0.0);
    let steps = 60;
    for i in 0..steps {
        let from_centre = (i as f32 + 0.5) / steps as f32 * (radius_um + edge);
        sum += from_centre * dab(stain, from_centre - radius_um);
        area += from_centre;
    }
    sum / area
}

/// 1 between `low` and `high`, falling to 0 over `soft` on both sides.
fn plateau(x: f32, low: f32, high: f32, soft: f32) -> f32 {
    let rise = (x - low) / soft + 0.5;
    let fall = (high - x) / soft + 0.5;
    rise.min(fall).clamp(0.0, 1.0)
}

fn inside(distance_um: f32) -> f32 {
    (0.5 - distance_um).clamp(0.0, 1.0)
}
