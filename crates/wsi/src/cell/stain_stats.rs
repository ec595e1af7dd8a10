/// One stain in one compartment, optical density. All NaN when the compartment
/// has no pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stat {
    /// Mean.
    pub mean: f32,
    /// Standard deviation (over n - 1; 0 for a single pixel).
    pub sd: f32,
    /// Largest value.
    pub max: f32,
    /// Smallest value.
    pub min: f32,
}

impl Stat {
    /// What an empty compartment measures.
    pub const EMPTY: Self = Self {
        mean: f32::NAN,
        sd: f32::NAN,
        max: f32::NAN,
        min: f32::NAN,
    };
}

/// One stain in the compartments of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compartments {
    /// In the nucleus.
    pub nucleus: Stat,
    /// In the cell outside the nucleus; [`Stat::EMPTY`] when there is no such
    /// pixel (no expansion, or no room for it).
    pub cytoplasm: Stat,
    /// In the whole cell.
    pub cell: Stat,
}

/// Running sums of one stain of one cell.
#[derive(Default)]
pub(super) struct Sums {
    nucleus: Sum,
    cytoplasm: Sum,
}

impl Sums {
    pub(super) fn add(&mut self, value: f32, in_nucleus: bool) {
        if in_nucleus {
            &mut self.nucleus
        } else {
            &mut self.cytoplasm
        }
        .add(value);
    }

    pub(super) fn finish(&self) -> Compartments {
        Compartments {
            nucleus: self.nucleus.finish(),
            cytoplasm: self.cytoplasm.finish(),
            cell: self.nucleus.with(&self.cytoplasm).finish(),
        }
    }
}

struct Sum {
    count: u32,
    sum: f64,
    squares: f64,
    max: f32,
    min: f32,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0.0,
            squares: 0.0,
            max: f32::NEG_INFINITY,
            min: f32::INFINITY,
        }
    }
}

impl Sum {
    fn add(&mut self, value: f32) {
        let wide = f64::from(value);
        self.count += 1;
        self.sum += wide;
        self.squares += wide * wide;
        self.max = self.max.max(value);
        self.min = self.min.min(value);
    }

    fn with(&self, other: &Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            max: self.max.max(other.max),
            min: self.min.min(other.min),
        }
    }

    fn finish(&self) -> Stat {
        if self.count == 0 {
            return Stat::EMPTY;
        }
        let n = f64::from(self.count);
        let mean = self.sum / n;
        // A stain's range is a few OD in f32, so sums of squares in f64 lose nothing that matters.
        let variance = ((self.squares - self.sum * mean) / (n - 1.0).max(1.0)).max(0.0);
        Stat {
            mean: mean as f32,
            sd: variance.sqrt() as f32,
            max: self.max,
            min: self.min,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_known_values() {
        let mut sums = Sums::default();
        for (value, in_nucleus) in [(1.0, true), (3.0, true), (8.0, false)] {
            sums.add(value, in_nucleus);
        }
        let found = sums.finish();
        assert_eq!(
            found.nucleus,
            Stat {
                mean: 2.0,
                sd: 2.0f32.sqrt(),
                max: 3.0,
                min: 1.0
            }
        );
        assert_eq!(
            found.cytoplasm,
            Stat {
                mean: 8.0,
                sd: 0.0,
                max: 8.0,
                min: 8.0
            }
        );
        assert_eq!((found.cell.mean, found.cell.sd), (4.0, 13.0f32.sqrt()));
    }
}
