//! JPEG by cosines with 12 bits a pixel (ITU-T T.81, process 4: extended
//! sequential, Huffman), of one component.
//!
//! `jpeg-decoder` has 8 bits alone. Cosines are summed in double precision;
//! other decoders differ from that by 1 in some pixels.

use std::f64::consts::PI;

use super::super::pixels::PixelFormat;
use super::huffman::{Bits, Table};
use crate::io::samples::room;

/// Coefficients in the order of their storage, as row-major places.
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Tables of a stream.
#[derive(Default)]
struct Tables {
    quantisation: [Option<[f64; 64]>; 4],
    direct: [Option<Table>; 4],
    alternating: [Option<Table>; 4],
    restart: usize,
    quantiser: usize,
}

/// Samples of a stream whose header has been checked.
pub(super) fn decode(
    data: &[u8],
    format: &PixelFormat,
    precision: u32,
) -> Result<Vec<u32>, String> {
    let damaged = || "the JPEG data is damaged or truncated; copy the file again".to_owned();
    let mut tables = Tables::default();
    let mut at = 2;
    loop {
        let marker = *data.get(at + 1).ok_or_else(damaged)?;
        if marker == 0xff {
            at += 1;
            continue;
        }
        let length = data.get(at + 2..).and_then(<[u8]>::first_chunk);
        let length = length.map(|&length| usize::from(u16::from_be_bytes(length)));
        let end = at + 2 + length.ok_or_else(damaged)?;
        let segment = data.get(at + 4..end).ok_or_else(damaged)?;
        match marker {
            0xdb => tables.read_quantisation(segment).ok_or_else(damaged)?,
            0xc4 => tables.read_huffman(segment).ok_or_else(damaged)?,
            0xdd => {
                let interval = segment.first_chunk().ok_or_else(damaged)?;
                tables.restart = u16::from_be_bytes(*interval).into();
            }
            0xc1 => tables.quantiser = usize::from(*segment.get(8).ok_or_else(damaged)?),
            0xc0 | 0xc2..=0xcf => {
                return Err("it is a JPEG of 12 bits, but not extended sequential".to_owned());
            }
            0xda => {
                let &[_, _, chosen, ..] = segment else {
                    return Err(damaged());
                };
                let scan = data.get(end..).ok_or_else(damaged)?;
                return tables
                    .scan(scan, chosen, format, precision)
                    .ok_or_else(damaged);
            }
            _ => {}
        }
        at = end;
    }
}

impl Tables {
    fn read_quantisation(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = segment.split_first() {
            let wide = head >> 4 != 0;
            let width = if wide { 2 } else { 1 };
            let (values, rest) = rest.split_at_checked(64 * width)?;
            let table = std::array::from_fn(|index| {
                if wide {
                    f64::from(u16::from_be_bytes([
                        values[2 * index],
                        values[2 * index + 1],
                    ]))
                } else {
                    f64::from(values[index])
                }
            });
            *self.quantisation.get_mut(usize::from(head & 15))? = Some(table);
            segment = rest;
        }
        Some(())
    }

    fn read_huffman(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(total)?;
            let kind = if head >> 4 == 0 {
                &mut self.direct
            } else {
                &mut self.alternating
            };
            *kind.get_mut(usize::from(head & 15))? = Some(Table::new(counts, symbols));
            segment = rest;
        }
        Some(())
    }

    fn scan(
        &self,
        scan: &[u8],
        chosen: u8,
        format: &PixelFormat,
        precision: u32,
    ) -> Option<Vec<u32>> {
        let direct = self.direct.get(usize::from(chosen >> 4))?.as_ref()?;
        let alternating = self.alternating.get(usize::from(chosen & 15))?.as_ref()?;
        let quantisation = self.quantisation.get(self.quantiser)?.as_ref()?;
        let cosines = Cosines::new();
        let mut samples = room(format.area() as u64, "pixels").ok()?;
        samples.resize(format.area(), 0);
        let most = f64::from(precision).exp2() - 1.0;
        let middle = f64::from(precision - 1).exp2();
        let mut bits = Bits::new(scan);
        let mut last = 0;
        let wide = format.columns.div_ceil(8);
        for block in 0..wide * format.rows.div_ceil(8) {
            if self.restart > 0 && block > 0 && block % self.restart == 0 {
                bits.restart()?;
                last = 0;
            }
            let mut coefficients = [0.0; 64];
            let size = direct.next(&mut bits)?;
            last += bits.signed(size.into())?;
            coefficients[0] = f64::from(last) * quantisation[0];
            let mut place = 1;
            while place < 64 {
                let symbol = alternating.next(&mut bits)?;
                let (zeros, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                match (zeros, size) {
                    (15, 0) => place += 16,
                    (_, 0) => break,
                    _ => {
                        place += zeros;
                        let value = f64::from(bits.signed(size)?);
                        *coefficients.get_mut(*ZIGZAG.get(place)?)? = value * quantisation[place];
                        place += 1;
                    }
                }
            }
            let pixels = cosines.inverse(&coefficients);
            let (left, top) = (block % wide * 8, block / wide * 8);
            for y in 0..8.min(format.rows - top) {
                let row = (top + y) * format.columns + left;
                for x in 0..8.min(format.columns - left) {
                    let value = (pixels[8 * y + x] + middle).round().clamp(0.0, most);
                    samples[row + x] = value as u32;
                }
            }
        }
        Some(samples)
    }
}

/// The basis of the cosine transform.
struct Cosines([[f64; 8]; 8]);

impl Cosines {
    fn new() -> Self {
        Self(std::array::from_fn(|x| {
            std::array::from_fn(|u| {
                let scale = if u == 0 { 0.125_f64.sqrt() } else { 0.5 };
                scale * ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos()
            })
        }))
    }

    fn inverse(&self, coefficients: &[f64; 64]) -> [f64; 64] {
        let rows: [f64; 64] = std::array::from_fn(|at| {
            let (v, x) = (at / 8, at % 8);
            (0..8).map(|u| self.0[x][u] * coefficients[8 * v + u]).sum()
        });
        std::array::from_fn(|at| {
            let (y, x) = (at / 8, at % 8);
            (0..8).map(|v| self.0[y][v] * rows[8 * v + x]).sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_one_block() {
        let mut stream = b"\xff\xd8\xff\xdb\0\x43\0".to_vec();
        stream.extend([1; 64]);
        stream.extend(b"\xff\xc1\0\x0b\x0c\0\x08\0\x08\x01\x01\x11\0");
        // One code of one bit each: 7 bits of direct coefficient, end of block.
        for (kind, symbol) in [(0x00, 7), (0x10, 0)] {
            stream.extend([0xff, 0xc4, 0, 20, kind, 1]);
            stream.extend([0; 15]);
            stream.push(symbol);
        }
        stream.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x50\x7f\xff\xd9");
        let format = PixelFormat {
            rows: 8,
            columns: 8,
            frames: 1,
            numbers: super::super::super::pixels::Numbers::Whole { signed: false },
            bits_allocated: 16,
            bits_stored: 12,
            high_bit: 11,
        };
        // 80 / 8 above the middle of 12 bits.
        assert_eq!(decode(&stream, &format, 12).unwrap(), [2058; 64]);
        for length in 0..stream.len() - 3 {
            assert!(decode(&stream[..length], &format, 12).is_err());
        }
    }

    #[test]
    fn a_flat_block_has_its_direct_coefficient_alone() {
        let mut coefficients = [0.0; 64];
        coefficients[0] = 80.0;
        let pixels = Cosines::new().inverse(&coefficients);
        assert!(pixels.iter().all(|pixel| (pixel - 10.0).abs() < 1e-12));
        coefficients[9] = 4.0;
        let pixels = Cosines::new().inverse(&coefficients);
        let squared = (PI / 16.0).cos().powi(2);
        assert!((pixels[0] - 10.0 - squared).abs() < 1e-12);
    }
}
