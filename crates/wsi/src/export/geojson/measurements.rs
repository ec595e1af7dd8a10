//! Measurements of a cell under QuPath's names, in QuPath's order.

use super::Settings;
use super::text::{string, value};
use crate::cell::{Compartments, Shape, Stat};
use crate::quantify::Cell;

/// What is written of a cell.
enum Part {
    Shape(fn(&Cell) -> &Shape, fn(&Shape) -> f32),
    Stain(
        fn(&Cell) -> &Compartments,
        fn(&Compartments) -> Stat,
        fn(&Stat) -> f32,
    ),
    /// Mean times number of pixels.
    Sum(fn(&Cell) -> &Compartments),
    AreaRatio,
}

/// Last part of a name, and where its value is.
type Named<T> = (&'static str, fn(&T) -> f32);

const SHAPES: [Named<Shape>; 6] = [
    ("Area", |s| s.area_um2),
    ("Perimeter", |s| s.perimeter_um),
    ("Circularity", |s| s.circularity),
    ("Max caliper", |s| s.max_diameter_um),
    ("Min caliper", |s| s.min_diameter_um),
    ("Eccentricity", |s| s.eccentricity),
];

const STATISTICS: [Named<Stat>; 4] = [
    ("mean", |s| s.mean),
    ("std dev", |s| s.sd),
    ("max", |s| s.max),
    ("min", |s| s.min),
];

pub(super) struct Measurements {
    /// `"name":` of each.
    parts: Vec<(Vec<u8>, Part)>,
    working_pixel_um2: f64,
}

impl Measurements {
    pub(super) fn new(settings: &Settings) -> Self {
        let mut all = Self {
            parts: Vec::new(),
            working_pixel_um2: settings.working_pixel_um2,
        };
        let first: fn(&Cell) -> &Compartments = |c| &c.hematoxylin;
        let second: fn(&Cell) -> &Compartments = |c| &c.second;
        let stains = [
            ("Hematoxylin", first),
            (settings.stains.second_name(), second),
        ];
        all.shapes("Nucleus", |c| &c.nucleus);
        for (stain, of) in stains {
            all.stain("Nucleus", stain, of, |c| c.nucleus);
            // As QuPath orders them: mean, sum, std dev, max, min, range.
            let after_mean = all.parts.len() - STATISTICS.len() + 1;
            all.push(format!("Nucleus: {stain} OD sum"), Part::Sum(of));
            all.parts[after_mean..].rotate_right(1);
            let range = |s: &Stat| s.max - s.min;
            all.push(
                format!("Nucleus: {stain} OD range"),
                Part::Stain(of, |c| c.nucleus, range),
            );
        }
        if settings.expanded {
            all.shapes("Cell", |c| &c.cell);
            for (stain, of) in stains {
                all.stain("Cell", stain, of, |c| c.cell);
            }
            for (stain, of) in stains {
                all.stain("Cytoplasm", stain, of, |c| c.cytoplasm);
            }
            all.push("Nucleus/Cell area ratio".to_owned(), Part::AreaRatio);
        }
        all
    }

    fn push(&mut self, name: String, part: Part) {
        let mut key = Vec::new();
        string(&mut key, &name);
        key.push(b':');
        self.parts.push((key, part));
    }

    fn shapes(&mut self, place: &str, of: fn(&Cell) -> &Shape) {
        for (name, part) in SHAPES {
            self.push(format!("{place}: {name}"), Part::Shape(of, part));
        }
    }

    fn stain(
        &mut self,
        place: &str,
        stain: &str,
        of: fn(&Cell) -> &Compartments,
        compartment: fn(&Compartments) -> Stat,
    ) {
        for (name, part) in STATISTICS {
            self.push(
                format!("{place}: {stain} OD {name}"),
                Part::Stain(of, compartment, part),
            );
        }
    }

    /// The members of the object `measurements`.
    pub(super) fn write(&self, text: &mut Vec<u8>, cell: &Cell) {
        for (i, (key, part)) in self.parts.iter().enumerate() {
            text.extend(if i > 0 { &b","[..] } else { b"" });
            text.extend(key);
            let found = match part {
                Part::Shape(of, part) => part(of(cell)),
                Part::Stain(of, compartment, part) => part(&compartment(of(cell))),
                Part::Sum(of) => {
                    let pixels =
                        (f64::from(cell.nucleus.area_um2) / self.working_pixel_um2).round();
                    (pixels * f64::from(of(cell).nucleus.mean)) as f32
                }
                Part::AreaRatio => cell.nucleus.area_um2 / cell.cell.area_um2,
            };
            value(text, f64::from(found));
        }
    }
}
