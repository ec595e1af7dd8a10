//! Offsets from a voxel to its neighbours.

/// Offsets (x, y, z) to neighbours whose largest component is one of
/// `distances`: of each pair of opposite offsets the one whose first non-zero
/// component among z, y, x is positive. Distance 1 gives 13.
///
/// Offsets along `plane_normal` (axis 0, 1 or 2) and those that lead out of a
/// box of this size from everywhere are left out.
pub fn directions(
    distances: &[usize],
    size: [usize; 3],
    plane_normal: Option<usize>,
) -> Vec<[isize; 3]> {
    let reach = distances.iter().max().map_or(0, |&d| d as isize);
    let range = || (-reach..=reach).rev();
    let mut offsets = Vec::new();
    for z in range() {
        for y in range() {
            for x in range() {
                let offset = [x, y, z];
                let distance = offset.iter().map(|c| c.unsigned_abs()).max().unwrap_or(0);
                let fits = (0..3).all(|axis| offset[axis].unsigned_abs() < size[axis]);
                let planar = plane_normal.is_none_or(|axis| offset[axis] == 0);
                if (z, y, x) > (0, 0, 0) && distances.contains(&distance) && fits && planar {
                    offsets.push(offset);
                }
            }
        }
    }
    offsets
}

/// [`directions`] and their opposites.
pub fn neighbours(
    distances: &[usize],
    size: [usize; 3],
    plane_normal: Option<usize>,
) -> Vec<[isize; 3]> {
    let half = directions(distances, size, plane_normal);
    let opposite = half.iter().map(|offset| offset.map(|c| -c));
    half.iter().copied().chain(opposite).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_half_of_the_shell() {
        assert_eq!(directions(&[1], [9; 3], None).len(), 13);
        assert_eq!(directions(&[2], [9; 3], None).len(), (125 - 27) / 2);
        assert_eq!(
            directions(&[1, 3], [9; 3], None).len(),
            13 + (343 - 125) / 2
        );
        let planar = [[1, 1, 0], [0, 1, 0], [-1, 1, 0], [1, 0, 0]];
        assert_eq!(directions(&[1], [9, 9, 1], None), planar);
        assert_eq!(directions(&[1], [9; 3], Some(2)), planar);
        assert!(directions(&[3], [3; 3], None).is_empty());
        assert_eq!(neighbours(&[1], [9; 3], None).len(), 26);
    }
}
