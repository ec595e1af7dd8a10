//! The matrices of a small image, as the kernels count them.

use radiomics::Roi;
use radiomics::discretise::GreyLevels;
use radiomics::matrices::LevelGrid;
use radiomics::matrices::glcm::Glcm;
use radiomics::matrices::gldzm::{Distances, distance_zones};
use radiomics::matrices::glrlm::Glrlm;
use radiomics::matrices::glszm::size_zones;
use radiomics::matrices::level_extents::Cell;
use radiomics::matrices::ngldm::dependences;
use radiomics::matrices::ngtdm::tone_differences;
use radiomics::matrices::offsets::{directions, neighbours};

use crate::page::number;
use crate::regions::{NESTED, Region, SLICE};

/// Steps within the slice (normal z).
const NORMAL: Option<usize> = Some(2);
const LEVELS: [u32; 4] = [1, 2, 3, 4];

/// The example of a family as fenced text; `None` for families without one.
pub fn of(family: &str) -> Option<String> {
    if family == "shape" {
        return Some(cube());
    }
    let (matrices, settings, tags): (String, _, &[&str]) = match family {
        "firstorder" => (
            String::new(),
            "statistics",
            &[
                "stat_mean",
                "stat_var",
                "stat_kurt",
                "stat_median",
                "stat_p10",
                "stat_p90",
                "stat_iqr",
                "stat_rmad",
                "stat_qcod",
            ],
        ),
        "intensity_histogram" => (
            histogram(),
            family,
            &[
                "ih_mean",
                "ih_mode",
                "ih_entropy",
                "ih_max_grad",
                "ih_max_grad_g",
                "ih_min_grad",
                "ih_min_grad_g",
            ],
        ),
        "intensity_volume" => (
            volume(),
            family,
            &[
                "ivh_v10",
                "ivh_v90",
                "ivh_i10",
                "ivh_i90",
                "ivh_diff_v10_v90",
                "ivh_diff_i10_i90",
                "ivh_auc",
            ],
        ),
        "glcm" => (
            cooccurrence(),
            family,
            &[
                "cm_contrast_2D_comb",
                "cm_joint_entr_2D_comb",
                "cm_corr_2D_comb",
            ],
        ),
        "glrlm" => (
            run_lengths(),
            family,
            &["rlm_sre_2D_comb", "rlm_lre_2D_comb", "rlm_r_perc_2D_comb"],
        ),
        "glszm" => (
            matrix("zones", "j", &size_zones(&grid(&SLICE).1, NORMAL)),
            family,
            &["szm_sze_2D", "szm_lze_2D", "szm_z_perc_2D"],
        ),
        "gldzm" => (
            distances(),
            family,
            &["dzm_sde_2D", "dzm_lde_2D", "dzm_z_perc_2D"],
        ),
        "ngtdm" => (
            tones(),
            family,
            &[
                "ngt_coarseness_2D",
                "ngt_contrast_2D",
                "ngt_busyness_2D",
                "ngt_complexity_2D",
                "ngt_strength_2D",
            ],
        ),
        "ngldm" => {
            let around = neighbours(&[1], [4, 4, 1], NORMAL);
            (
                matrix("voxels", "j", &dependences(&grid(&SLICE).1, &around, 0)),
                family,
                &["ngl_lde_2D", "ngl_hde_2D", "ngl_dc_energy_2D"],
            )
        }
        _ => return None,
    };
    let image = if family == "gldzm" { NESTED } else { SLICE };
    let levels = image.map(|row| format!("  {}\n", row.map(|level| level.to_string()).join(" ")));
    let found = Region::slice(&image).ibsi(settings, "['2D']").unwrap();
    let values = tags.iter().map(|tag| {
        let feature = found.features.iter().find(|feature| feature.name == *tag);
        let value = feature.unwrap_or_else(|| panic!("no {tag}")).value;
        format!("{tag:<22} {}\n", number(value))
    });
    let values: String = values.collect();
    Some(format!(
        "```text\nimage\n{}{matrices}\n{values}```\n",
        levels.concat()
    ))
}

/// Shape features of a cube.
fn cube() -> String {
    let found = Region::flat().pyradiomics("shape").unwrap().unwrap();
    let names = [
        "VoxelVolume",
        "MeshVolume",
        "SurfaceArea",
        "Sphericity",
        "Maximum3DDiameter",
        "MajorAxisLength",
    ];
    let values = names.map(|name| {
        let full = format!("original_shape_{name}");
        let feature = found.features.iter().find(|feature| feature.name == full);
        format!("{name:<22} {}\n", number(feature.unwrap().value))
    });
    format!(
        "```text\n3 x 3 x 3 voxels of 1 mm\n\n{}```\n",
        values.concat()
    )
}

fn grid(image: &[[u32; 4]; 4]) -> (Roi, LevelGrid) {
    let roi = Roi::select(&Region::slice(image).mask, 1).unwrap();
    let grey = GreyLevels::of(image.concat());
    let grid = LevelGrid::new(&roi, &grey, 1).unwrap();
    (roi, grid)
}

/// Rows of numbers under a title, a header above and a level before each.
fn lines(title: &str, corner: &str, header: &[String], rows: &[Vec<String>]) -> String {
    let cells = |cells: &[String]| -> String { cells.iter().map(|c| format!("{c:>9}")).collect() };
    let mut text = format!("\n{title}\n  {corner:<5}{}\n", cells(header));
    for (level, row) in LEVELS.iter().zip(rows) {
        text += &format!("  {level:<5}{}\n", cells(row));
    }
    text
}

fn counting(columns: usize) -> Vec<String> {
    (1..=columns).map(|column| column.to_string()).collect()
}

fn matrix(title: &str, extent: &str, cells: &[Cell]) -> String {
    let columns = cells.iter().map(|cell| cell.extent).max().unwrap();
    let count = |level: u32, extent: u32| {
        let cell = cells
            .iter()
            .find(|c| (c.level, c.extent) == (level, extent));
        cell.map_or(0, |cell| cell.count).to_string()
    };
    let row = |&level: &u32| (1..=columns).map(|extent| count(level, extent)).collect();
    let rows: Vec<_> = LEVELS.iter().map(row).collect();
    lines(
        title,
        &format!("i \\ {extent}"),
        &counting(columns as usize),
        &rows,
    )
}

fn histogram() -> String {
    let count = |level| {
        SLICE
            .concat()
            .iter()
            .filter(|&&other| other == level)
            .count()
    };
    let rows = LEVELS.map(|level| vec![count(level).to_string()]);
    lines("voxels", "g", &["n".to_owned()], &rows)
}

fn volume() -> String {
    let share = |level| {
        let at_least = SLICE.concat().into_iter().filter(|&other| other >= level);
        number(at_least.count() as f64 / 16.0)
    };
    let rows = LEVELS.map(|level| vec![share(level)]);
    lines(
        "share of the region with at least this intensity",
        "x",
        &["v".to_owned()],
        &rows,
    )
}

/// Haralick's P_H, P_H + P_V + P_LD + P_RD.
fn cooccurrence() -> String {
    let (_, grid) = grid(&SLICE);
    let all = directions(&[1], [4, 4, 1], NORMAL);
    let counts = |offsets: &[[isize; 3]]| {
        let pairs = |o: &[isize; 3]| (4 - o[0].abs()) * (4 - o[1].abs());
        let entries = 2.0 * offsets.iter().map(pairs).sum::<isize>() as f64;
        let weighted: Vec<_> = offsets.iter().map(|&offset| (offset, 1.0)).collect();
        let glcm = Glcm::merged(&grid, &weighted, true).unwrap();
        let rows = glcm.probability.chunks(4);
        rows.map(|row| {
            row.iter()
                .map(|p| (p * entries).round().to_string())
                .collect()
        })
        .collect::<Vec<Vec<String>>>()
    };
    let along_x = counts(&[[1, 0, 0]]);
    let published = [[4, 2, 1, 0], [2, 4, 0, 0], [1, 0, 6, 1], [0, 0, 1, 2]];
    assert_eq!(
        along_x,
        published.map(|row| row.map(|n: i32| n.to_string()).to_vec())
    );
    let one = lines(
        "neighbours along x, both ways",
        "i \\ j",
        &counting(4),
        &along_x,
    );
    let four = lines(
        "all 4 directions, both ways",
        "i \\ j",
        &counting(4),
        &counts(&all),
    );
    one + &four
}

fn run_lengths() -> String {
    let (_, grid) = grid(&SLICE);
    let counts = |title: &str, offsets: &[[isize; 3]]| {
        let weighted: Vec<_> = offsets.iter().map(|&offset| (offset, 1.0)).collect();
        let glrlm = Glrlm::merged(&grid, &weighted).unwrap();
        let longest = glrlm.runs.len() / 4;
        let row = |rank: usize| (0..longest).map(move |j| 4 * j + rank);
        let rows = [0, 1, 2, 3].map(|rank| {
            let cells = row(rank).map(|at| glrlm.runs[at].to_string());
            cells.collect::<Vec<_>>()
        });
        lines(title, "i \\ j", &counting(longest), &rows)
    };
    counts("runs along x", &[[1, 0, 0]])
        + &counts(
            "runs in all 4 directions",
            &directions(&[1], [4, 4, 1], NORMAL),
        )
}

fn distances() -> String {
    let (roi, grid) = grid(&NESTED);
    let distances = Distances::new(&grid, &roi, &roi, true);
    matrix("zones", "j", &distance_zones(&grid, NORMAL, &distances, 0))
}

fn tones() -> String {
    let (_, grid) = grid(&SLICE);
    let around = neighbours(&[1], [4, 4, 1], NORMAL);
    let tones = tone_differences(&grid, &around, false);
    let rows: Vec<_> = tones
        .iter()
        .map(|tone| {
            let p = tone.count as f64 / 16.0;
            vec![tone.count.to_string(), number(p), number(tone.difference)]
        })
        .collect();
    let header = ["n", "p", "s"].map(str::to_owned);
    lines("levels", "i", &header, &rows)
}
