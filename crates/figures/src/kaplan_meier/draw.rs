//! The drawing of Kaplan-Meier curves.

use super::{KaplanMeier, at_risk, steps};
use crate::axes::{Axis, LINE, MARGIN, Plot, TEXT_SIZE, right_margin};
use crate::canvas::{Anchor, Canvas, Point, Stroke};
use crate::header::NOTE;
use crate::legend::{Arrangement, Key, Legend};
use crate::{colour, header, legend, lettering, room, ticks};

const WIDTH: f64 = 600.0;
/// Height of the area between the axes.
const HEIGHT: f64 = 310.0;
const BAND_OPACITY: f64 = 0.13;
/// Half the height of the mark of a censored patient.
const CENSORED: f64 = 4.5;
/// Between text in the plot and the curves.
const PAD: f64 = 9.0;
/// Between a legend above the plot and the plot.
const LEGEND_GAP: f64 = 14.0;
/// The part of the plot's width that the note may take.
const NOTE_SHARE: f64 = 0.62;
/// Of the axis of time, at most.
const MOST_STEPS: usize = 6;

pub(super) fn svg(figure: &KaplanMeier) -> String {
    let mut plot = plot(figure);
    let lines = lines(figure, &plot);
    let note = Note::new(figure.note, &plot);
    let note_inside = note.is_free(&lines, &plot);

    let mut canvas = Canvas::default();
    let above = if note_inside { "" } else { figure.note };
    let mut top = header::draw(&mut canvas, figure.title, above, WIDTH);

    let labels = figure.curves.iter().map(|curve| curve.label);
    let legend = Legend::new(Key::Curve, "", labels, WIDTH - 2.0 * MARGIN);
    let block = legend.block();
    if is_free(&block, &lines, &plot) {
        plot.move_down(top);
        let corner = (plot.right - block.width, plot.top);
        legend.draw(&mut canvas, &block, corner);
    } else {
        let arrangement = legend.lines(WIDTH - 2.0 * MARGIN);
        legend.draw(&mut canvas, &arrangement, (MARGIN, top));
        top += arrangement.height + LEGEND_GAP;
        plot.move_down(top);
    }
    if note_inside {
        note.draw(&mut canvas, &plot);
    }
    let bottom = plot.draw_axes(&mut canvas);
    curves(&mut canvas, figure, &plot);
    let bottom = at_risk::draw(&mut canvas, figure, &plot, bottom + PAD);
    canvas.finish(WIDTH, bottom + MARGIN)
}

/// The area between the axes, its upper edge at 0.
fn plot<'a>(figure: &KaplanMeier<'a>) -> Plot<'a> {
    let last = figure.curves.iter().map(steps::end).fold(0.0, f64::max);
    let last = if last > ticks::SMALLEST { last } else { 1.0 };
    let y = Axis {
        low: 0.0,
        high: 1.0,
        logarithmic: false,
        ticks: ticks::round(0.0, 1.0, 5),
        title: figure.survival_label,
    };
    let time_ticks = if figure.months {
        ticks::months(0.0, last, MOST_STEPS)
    } else {
        ticks::round(0.0, last, MOST_STEPS)
    };
    let x = Axis {
        low: 0.0,
        high: last,
        logarithmic: false,
        ticks: time_ticks,
        title: figure.time_label,
    };
    Plot {
        left: MARGIN + y.width_beside(HEIGHT).max(at_risk::width(figure)),
        right: WIDTH - right_margin(&x.ticks),
        top: 0.0,
        bottom: HEIGHT,
        x,
        y,
    }
}

/// All that text must not touch: curves and the outlines of their bands.
fn lines(figure: &KaplanMeier, plot: &Plot) -> Vec<Vec<Point>> {
    let corners = figure.curves.iter().flat_map(|curve| {
        let mut lines = steps::bands(curve);
        lines.push(steps::line(curve));
        lines
    });
    corners
        .map(|line| line.into_iter().map(|corner| plot.at(corner)).collect())
        .collect()
}

/// Whether a legend can stand in the upper right corner.
fn is_free(block: &Arrangement, lines: &[Vec<Point>], plot: &Plot) -> bool {
    let left = plot.right - block.width - PAD;
    let highest = room::extent(lines, (left, plot.right));
    left > plot.left && highest.is_none_or(|(y, _)| y - PAD > plot.top + block.height)
}

fn curves(canvas: &mut Canvas, figure: &KaplanMeier, plot: &Plot) {
    let place = |corners: Vec<Point>| -> Vec<Point> {
        corners.into_iter().map(|corner| plot.at(corner)).collect()
    };
    // Bands lie under all curves.
    for (i, curve) in figure.curves.iter().enumerate() {
        for band in steps::bands(curve) {
            canvas.area(&place(band), colour::series(i), BAND_OPACITY);
        }
    }
    for (i, curve) in figure.curves.iter().enumerate() {
        let stroke = legend::stroke(i);
        canvas.line(&place(steps::line(curve)), &stroke);
        let thin = Stroke {
            width: 1.2,
            dash: "",
            ..stroke
        };
        for &time in curve.censored {
            let (x, y) = plot.at((time, steps::survival_at(curve, time)));
            canvas.line(&[(x, y - CENSORED), (x, y + CENSORED)], &thin);
        }
    }
}

/// The note as lines in the lower left corner of the plot.
struct Note {
    lines: Vec<String>,
    width: f64,
}

impl Note {
    fn new(text: &str, plot: &Plot) -> Self {
        let room = NOTE_SHARE * (plot.right - plot.left);
        let lines = lettering::wrap(text, TEXT_SIZE, room, 3);
        let width = lettering::widest(lines.iter().map(String::as_str), TEXT_SIZE);
        Self { lines, width }
    }

    fn height(&self) -> f64 {
        self.lines.len() as f64 * LINE
    }

    fn is_free(&self, lines: &[Vec<Point>], plot: &Plot) -> bool {
        let lowest = room::extent(lines, (plot.left, plot.left + 2.0 * PAD + self.width));
        lowest.is_none_or(|(_, y)| y + PAD < plot.bottom - self.height())
    }

    fn draw(&self, canvas: &mut Canvas, plot: &Plot) {
        let mut y = plot.bottom - self.height() + LINE / 2.0;
        for line in &self.lines {
            let at = (plot.left + PAD, y);
            canvas.text(line, at, TEXT_SIZE, Anchor::Start, NOTE);
            y += LINE;
        }
    }
}
