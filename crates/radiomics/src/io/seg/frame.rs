//! Frames as they are kept: a bit or a label a pixel.

/// A frame and the slice that it lies on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    pub slice: usize,
    pub pixels: Pixels,
}

/// What a frame says of its pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pixels {
    /// Which belong to one segment.
    Segment { number: u32, inside: Bits },
    /// The segment of each.
    Labels(Vec<u16>),
}

/// Truth values, eight a byte.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bits(Vec<u8>);

impl Bits {
    pub(super) fn of(values: &[f64], inside: impl Fn(f64) -> bool) -> Self {
        let byte = |eight: &[f64]| {
            let bits = eight.iter().enumerate();
            bits.fold(0, |byte, (place, &value)| {
                byte | u8::from(inside(value)) << place
            })
        };
        Self(values.chunks(8).map(byte).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = bool> {
        let bits = |&byte: &u8| (0..8).map(move |place| byte >> place & 1 == 1);
        self.0.iter().flat_map(bits)
    }

    pub(super) fn any(&self) -> bool {
        self.0.iter().any(|&byte| byte != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_in_order() {
        let values = [1.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 1.0, 0.0, 2.0];
        let bits = Bits::of(&values, |value| value > 1.5);
        assert_eq!(bits.0, [0b1000, 0b10]);
        let back: Vec<bool> = bits.iter().take(values.len()).collect();
        assert_eq!(back, values.map(|value| value > 1.5));
        assert!(bits.any() && !Bits::of(&values, |value| value > 9.0).any());
    }
}
