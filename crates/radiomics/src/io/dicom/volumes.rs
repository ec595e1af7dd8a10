//! Several volumes in one series: time points, echoes, b-values, components.

use std::cmp::Ordering;

use super::keys::{self, Key};
use super::stack::{Place, axes, check_alike, same_place, sorted};

/// The volumes of a series, in order, and what sets them apart.
pub(super) struct Volumes<'a> {
    pub volumes: Vec<Vec<Place<'a>>>,
    /// What differs between them, for messages.
    pub differ: Vec<String>,
    pub warnings: Vec<String>,
}

/// Frames at the same place are put into different volumes, by whatever
/// element sets them apart. Frames of one stack must be of one size, spacing
/// and orientation.
pub(super) fn split<'a>(places: Vec<Place<'a>>) -> Result<Volumes<'a>, String> {
    let mut found = Volumes {
        volumes: Vec::new(),
        differ: Vec::new(),
        warnings: Vec::new(),
    };
    let stacks = by(places, |a, b| a.slice.stack.cmp(&b.slice.stack));
    if stacks.len() > 1 {
        found.differ.push("stack".to_owned());
    }
    for stack in stacks {
        split_stack(stack, &mut found)?;
    }
    Ok(found)
}

fn split_stack<'a>(places: Vec<Place<'a>>, found: &mut Volumes<'a>) -> Result<(), String> {
    check_alike(&places)?;
    let orientation = places.first().and_then(|place| place.slice.orientation);
    let Some([.., normal]) = orientation.and_then(axes) else {
        found.volumes.push(places);
        return Ok(());
    };
    let slots = Slots::of(&places, normal);
    let Some(slots) = slots.filter(|slots| slots.each() > Some(1) || slots.doubled()) else {
        found.volumes.push(places);
        return Ok(());
    };
    if slots.each().is_none() {
        return Err(slots.uneven());
    }
    let mut cells = vec![places];
    let key_count = cells[0].iter().map(|place| place.slice.keys.len()).max();
    for key in 0..key_count.unwrap_or(0) {
        let refined: Vec<Vec<Vec<Place<'a>>>> = cells
            .iter()
            .map(|cell| by(cell.clone(), |a, b| compare(a, b, key)))
            .collect();
        let sound = refined.iter().flatten().all(|cell| {
            let inside = Slots::of(cell, normal);
            inside.is_some_and(|inside| {
                inside.counts.len() == slots.counts.len() && inside.each().is_some()
            })
        });
        if sound && refined.iter().any(|parts| parts.len() > 1) {
            found.differ.push(keys::name(key).to_owned());
            cells = refined.into_iter().flatten().collect();
        }
    }
    for cell in cells {
        let each = Slots::of(&cell, normal)
            .and_then(|slots| slots.each())
            .unwrap_or(1);
        if each > 1 {
            found.differ.push("instance number alone".to_owned());
            found.warnings.push(format!(
                "{each} volumes are told apart by the order of instance numbers alone"
            ));
        }
        found.volumes.extend(ranks(&cell, normal, each));
    }
    found.differ.dedup();
    Ok(())
}

fn compare(a: &Place<'_>, b: &Place<'_>, key: usize) -> Ordering {
    let of = |place: &Place<'_>| place.slice.keys.get(key).cloned().unwrap_or(Key::Absent);
    of(a).order(&of(b))
}

/// Groups of equal elements, in order; within a group the order stays.
fn by<'a>(
    mut places: Vec<Place<'a>>,
    order: impl Fn(&Place<'a>, &Place<'a>) -> Ordering,
) -> Vec<Vec<Place<'a>>> {
    places.sort_by(&order);
    let equal = |a: &Place<'a>, b: &Place<'a>| order(a, b) == Ordering::Equal;
    places.chunk_by(equal).map(<[_]>::to_vec).collect()
}

/// The nth frame of each place makes the nth volume.
fn ranks<'a>(cell: &[Place<'a>], normal: [f64; 3], each: usize) -> Vec<Vec<Place<'a>>> {
    let sorted = sorted(cell, normal);
    let ranked = |rank: usize| {
        let frames = sorted.iter().skip(rank).step_by(each);
        frames.map(|(.., place)| *place).collect()
    };
    (0..each).map(ranked).collect()
}

/// How many frames lie at each place.
struct Slots {
    counts: Vec<usize>,
    /// Names of frames that share a place, of the first such places.
    shared: Vec<String>,
}

impl Slots {
    fn of(places: &[Place<'_>], normal: [f64; 3]) -> Option<Self> {
        if places.iter().any(|place| place.slice.position_mm.is_none()) {
            return None;
        }
        let sorted = sorted(places, normal);
        let groups: Vec<_> = sorted.chunk_by(|a, b| same_place(a.0, b.0)).collect();
        let name = |group: &&[(f64, [f64; 3], Place<'_>)]| {
            let names = group.iter().take(4).map(|(.., place)| place.name());
            names.collect::<Vec<_>>().join(", ")
        };
        Some(Self {
            counts: groups.iter().map(|group| group.len()).collect(),
            shared: groups
                .iter()
                .filter(|group| group.len() > 1)
                .take(2)
                .map(name)
                .collect(),
        })
    }

    /// Frames at each place, if there are equally many at all.
    fn each(&self) -> Option<usize> {
        let first = *self.counts.first()?;
        self.counts
            .iter()
            .all(|&count| count == first)
            .then_some(first)
    }

    fn doubled(&self) -> bool {
        self.counts.iter().any(|&count| count > 1)
    }

    fn uneven(&self) -> String {
        let places = self.counts.len();
        let doubled = self.counts.iter().filter(|&&count| count > 1).count();
        format!(
            "{doubled} of {places} places hold more than one slice, the others fewer (at one \
             place: {}); remove the slices that are too many, or add those that are missing",
            self.shared.join("; at the next: ")
        )
    }
}

/// Why several volumes can't be one image.
pub(super) fn refusal(found: &Volumes<'_>) -> String {
    let first: Vec<String> = found
        .volumes
        .iter()
        .take(3)
        .filter_map(|volume| volume.first().map(Place::name))
        .collect();
    let differ = if found.differ.is_empty() {
        String::new()
    } else {
        format!(", which differ in {}", found.differ.join(" and "))
    };
    let count = found.volumes.len();
    format!(
        "it holds {count} volumes{differ} (first slices: {}{}); say which to read: volume 0 to {}",
        first.join(", "),
        if count > first.len() { ", ..." } else { "" },
        count - 1
    )
}
