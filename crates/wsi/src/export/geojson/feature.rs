//! Cells and annotations as features, one a line.

use sha2::{Digest, Sha256};

use super::measurements::Measurements;
use super::text::{ring, string, thinned, value};
use super::{Annotation, Settings, classes};
use crate::quantify::Cell;

/// Writes features of a slide.
pub(super) struct Features {
    settings: Settings,
    measurements: Measurements,
    /// Hash of what the ids of this slide have in common.
    identity: Sha256,
}

impl Features {
    pub(super) fn new(slide_id: &str, settings: Settings) -> Self {
        Self {
            settings,
            measurements: Measurements::new(&settings),
            identity: Sha256::new_with_prefix(format!("radpath slide\0{slide_id}\0")),
        }
    }

    /// Writes an annotation; nothing, and gives `false`, where it has no area.
    pub(super) fn annotation(
        &self,
        text: &mut Vec<u8>,
        annotation: &Annotation,
        number: u64,
        is_first: bool,
    ) -> bool {
        let mut polygons = Vec::new();
        for polygon in &annotation.polygons {
            let mut one = Vec::new();
            if !self.ring(&mut one, &polygon.outer) {
                continue;
            }
            for hole in &polygon.holes {
                let kept = one.len();
                one.push(b',');
                if !self.ring(&mut one, hole) {
                    one.truncate(kept);
                }
            }
            polygons.push(one);
        }
        let (kind, open, close) = match polygons.len() {
            0 => return false,
            1 => ("Polygon", "[", "]"),
            _ => ("MultiPolygon", "[[", "]]"),
        };
        self.start(text, "annotation", number, is_first);
        text.extend(format!("\"geometry\":{{\"type\":\"{kind}\",\"coordinates\":{open}").bytes());
        text.extend(polygons.join(&b"],["[..]));
        text.extend(format!("{close}}},\"properties\":{{\"objectType\":\"annotation\"").bytes());
        if !annotation.name.is_empty() {
            text.extend(b",\"name\":");
            string(text, &annotation.name);
        }
        if !annotation.class.is_empty() {
            classes::write(text, &annotation.class);
        }
        if !annotation.measurements.is_empty() {
            text.extend(b",\"measurements\":{");
            for (i, (name, v)) in annotation.measurements.iter().enumerate() {
                text.extend(if i > 0 { &b","[..] } else { b"" });
                string(text, name);
                text.push(b':');
                value(text, *v);
            }
            text.push(b'}');
        }
        text.extend(b"}}");
        true
    }

    pub(super) fn cell(&self, text: &mut Vec<u8>, cell: &Cell, number: u64, is_first: bool) {
        self.start(text, "cell", number, is_first);
        text.extend(b"\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[");
        if !self.outline(text, &cell.cell_outline) {
            // A cell of less than a hundredth of a pixel: its place.
            let (x, y) = self.settings.pixel(cell.x_um, cell.y_um);
            ring(text, [(x, y), (x + 1.0, y), (x + 1.0, y + 1.0)].into_iter());
        }
        text.extend(b"]},");
        let without = text.len();
        text.extend(b"\"nucleusGeometry\":{\"type\":\"Polygon\",\"coordinates\":[");
        if self.outline(text, &cell.nucleus_outline) {
            text.extend(b"]},");
        } else {
            text.truncate(without);
        }
        text.extend(b"\"properties\":{\"objectType\":\"cell\"");
        if let Some(class) = cell.class {
            classes::write(text, classes::intensity(class, self.settings.graded));
        }
        text.extend(b",\"measurements\":{");
        self.measurements.write(text, cell);
        text.extend(b"}}}");
    }

    /// A feature on a line of its own, up to its id.
    fn start(&self, text: &mut Vec<u8>, kind: &str, number: u64, is_first: bool) {
        let id = uuid(
            self.identity
                .clone()
                .chain_update(format!("{kind}\0{number}")),
        );
        let comma = if is_first { "" } else { "," };
        text.extend(format!("{comma}\n{{\"type\":\"Feature\",\"id\":\"{id}\",").bytes());
    }

    fn outline(&self, text: &mut Vec<u8>, points: &[(f32, f32)]) -> bool {
        let pixel = |(x, y): (f32, f32)| self.settings.pixel(f64::from(x), f64::from(y));
        ring(text, thinned(points).into_iter().map(pixel))
    }

    fn ring(&self, text: &mut Vec<u8>, points: &[(f64, f64)]) -> bool {
        ring(text, points.iter().map(|&(x, y)| self.settings.pixel(x, y)))
    }
}

/// A UUID of version 8 (RFC 9562, appendix B.2): the first bits of a SHA-256.
fn uuid(hash: Sha256) -> String {
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}
