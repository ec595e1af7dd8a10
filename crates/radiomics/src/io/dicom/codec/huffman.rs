//! Huffman codes of JPEG (ITU-T T.81, annex F).

/// Codes of up to 16 bits.
pub(super) struct Table {
    symbols: Vec<u8>,
    /// First code of each length, how many there are, and where their symbols
    /// begin.
    lengths: [(u32, u32, usize); 16],
}

impl Table {
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Self {
        let mut code = 0;
        let mut start = 0;
        let lengths = counts.map(|count| {
            let length = (code, u32::from(count), start);
            code = (code + u32::from(count)) << 1;
            start += usize::from(count);
            length
        });
        Self {
            symbols: symbols.to_vec(),
            lengths,
        }
    }

    /// The next symbol of a stream.
    pub(super) fn next(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let mut code = 0;
        for (first, count, start) in self.lengths {
            code = (code << 1) | bits.one()?;
            if let Some(index) = code.checked_sub(first).filter(|&index| index < count) {
                return self.symbols.get(start + index as usize).copied();
            }
        }
        None
    }
}

/// Bits of an entropy-coded stream, in which 0 follows each byte of 255.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    byte: u8,
    left: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            byte: 0,
            left: 0,
        }
    }

    fn one(&mut self) -> Option<u32> {
        if self.left == 0 {
            self.byte = *self.data.get(self.at)?;
            let stuffed = self.byte == 0xff;
            if stuffed && *self.data.get(self.at + 1)? != 0 {
                return None;
            }
            self.at += if stuffed { 2 } else { 1 };
            self.left = 8;
        }
        self.left -= 1;
        Some(u32::from(self.byte >> self.left) & 1)
    }

    /// A number of so many bits, whose first is 0 for negative ones.
    pub(super) fn signed(&mut self, size: u32) -> Option<i32> {
        if size > 15 {
            return None;
        }
        let mut value = 0;
        for _ in 0..size {
            value = (value << 1) | self.one()? as i32;
        }
        let negative = size > 0 && value < 1 << (size - 1);
        Some(if negative {
            value - (1 << size) + 1
        } else {
            value
        })
    }

    /// Goes behind the next restart marker.
    pub(super) fn restart(&mut self) -> Option<()> {
        self.left = 0;
        let rest = self.data.get(self.at..)?;
        let marker = rest
            .windows(2)
            .position(|pair| pair[0] == 0xff && (0xd0..=0xd7).contains(&pair[1]))?;
        self.at += marker + 2;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_signs() {
        // Codes 0, 10, 110.
        let mut counts = [0; 16];
        counts[..3].copy_from_slice(&[1, 1, 1]);
        let table = Table::new(&counts, &[7, 8, 9]);
        let mut bits = Bits::new(&[0b0101_1001, 0b1000_0000]);
        let found: Vec<_> = (0..3).map(|_| table.next(&mut bits)).collect();
        assert_eq!(found, [Some(7), Some(8), Some(9)]);
        assert_eq!(bits.signed(2), Some(-2));
        assert_eq!(bits.signed(1), Some(1));
        let mut stuffed = Bits::new(&[0xff, 0x00, 0xff, 0xd0, 0x80]);
        assert_eq!(stuffed.signed(8), Some(255));
        assert_eq!(stuffed.one(), None);
        assert_eq!(stuffed.restart(), Some(()));
    }
}
