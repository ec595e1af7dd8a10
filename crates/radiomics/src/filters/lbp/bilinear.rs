//! Values between the voxels of a slice.

/// Two neighbours on an axis and how far a position lies from the first to the
/// second; none where the axis has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Between {
    pub ends: [Option<usize>; 2],
    pub share: f64,
}

impl Between {
    /// The position `at + offset` on an axis of `n` voxels.
    pub fn new(at: usize, offset: f64, n: usize) -> Self {
        let position = at as f64 + offset;
        let inside = |end: f64| (end >= 0.0 && end < n as f64).then_some(end as usize);
        Self {
            ends: [inside(position.floor()), inside(position.ceil())],
            share: position - position.floor(),
        }
    }
}

/// A slice of an image: a voxel and the way to the next row and column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice<'a> {
    pub values: &'a [f64],
    pub start: usize,
    pub steps: [usize; 2],
}

impl Slice<'_> {
    /// The value of a voxel.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[self.start + row * self.steps[0] + column * self.steps[1]]
    }

    /// The value between voxels; beyond the slice lie zeros.
    pub fn between(&self, row: Between, column: Between) -> f64 {
        let mix = |share: f64, a: f64, b: f64| (1.0 - share) * a + share * b;
        let [top, bottom] = row.ends.map(|row| {
            let [left, right] = column.ends.map(|column| {
                row.zip(column)
                    .map_or(0.0, |(row, column)| self.at(row, column))
            });
            mix(column.share, left, right)
        });
        mix(row.share, top, bottom)
    }
}
