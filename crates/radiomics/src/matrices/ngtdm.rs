//! How far grey levels lie from the mean of their neighbours.

use super::{LevelGrid, neighbours};

/// One grey level in the neighbourhood grey tone difference matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Grey level i.
    pub level: u32,
    /// Number of its voxels, n.
    pub count: u64,
    /// Sum over them of |i - mean level of the neighbours|, s.
    pub difference: f64,
}

/// The levels that occur among the voxels with neighbours in the region, at
/// the offsets given; `lonely`: among all voxels, those without neighbours with
/// a difference of 0. Offsets must be within the grid's reach.
pub fn tone_differences(grid: &LevelGrid, offsets: &[[isize; 3]], lonely: bool) -> Vec<Tone> {
    let start = |&level| Tone {
        level,
        count: 0,
        difference: 0.0,
    };
    let mut tones: Vec<Tone> = grid.levels().iter().map(start).collect();
    neighbours::visit(grid, offsets, 0, |rank, around| {
        let tone = &mut tones[rank as usize - 1];
        if around.count > 0 {
            let mean = around.sum as f64 / around.count as f64;
            tone.difference += (f64::from(tone.level) - mean).abs();
        }
        tone.count += u64::from(lonely || around.count > 0);
    });
    tones.retain(|tone| tone.count > 0);
    tones
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrices::{offsets, sample};

    /// The example of PyRadiomics' documentation (there s(3) is misprinted in
    /// the table and right in the text).
    #[test]
    fn example_of_the_documentation() {
        let (_, grid) = sample::slice([[1, 2, 5, 2], [3, 5, 1, 3], [1, 3, 5, 5], [3, 1, 1, 1]]);
        let offsets = offsets::neighbours(&[1], grid.size(), None);
        let tones = tone_differences(&grid, &offsets, false);
        let expected = [(1, 6, 13.35), (2, 2, 2.0), (3, 4, 3.033), (5, 4, 10.075)];
        assert_eq!(tones.len(), expected.len());
        for (tone, (level, count, difference)) in tones.iter().zip(expected) {
            assert_eq!((tone.level, tone.count), (level, count));
            assert!((tone.difference - difference).abs() < 5e-4, "{tone:?}");
        }
    }
}
