use crate::Grid3;

/// Closing with a cell and its six face neighbours: gaps one cell wide are
/// filled. What lies beyond the grid takes no part.
pub fn close(mask: &Grid3<bool>) -> Grid3<bool> {
    let outside = dilate(mask).map(|&inside| !inside);
    dilate(&outside).map(|&outside| !outside)
}

/// Every cell of the mask and its face neighbours.
fn dilate(mask: &Grid3<bool>) -> Grid3<bool> {
    let [nx, ny, _] = mask.size;
    let mut result = mask.clone();
    if mask.data.is_empty() {
        return result;
    }
    for (out, row) in result
        .data
        .chunks_exact_mut(nx)
        .zip(mask.data.chunks_exact(nx))
    {
        spread(out, row, 1);
    }
    for (out, plane) in result
        .data
        .chunks_exact_mut(nx * ny)
        .zip(mask.data.chunks_exact(nx * ny))
    {
        spread(out, plane, nx);
    }
    spread(&mut result.data, &mask.data, nx * ny);
    result
}

/// Adds what lies `step` cells ahead and behind.
fn spread(out: &mut [bool], from: &[bool], step: usize) {
    for (out, &cell) in out[step..].iter_mut().zip(from) {
        *out |= cell;
    }
    for (out, &cell) in out.iter_mut().zip(&from[step..]) {
        *out |= cell;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_gaps_close_and_wide_ones_stay() {
        let gap = |width: usize| Grid3::from_fn([9, 5, 5], |x, _, _| !(4..4 + width).contains(&x));
        assert_eq!(close(&gap(1)), Grid3::filled([9, 5, 5], true));
        assert_eq!(close(&gap(3)), gap(3));
        let slab = Grid3::from_fn([1, 1, 4], |_, _, z| z < 2);
        assert_eq!(close(&slab), slab);
        assert!(close(&Grid3::filled([0, 2, 2], true)).data.is_empty());
    }
}
