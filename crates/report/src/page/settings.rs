//! Settings of all stages with their sources, and the roles of columns.

use super::grid::Grid;
use crate::read::Study;
use crate::read::run::in_words;

/// What each column of the clinical table was used as.
pub(super) fn roles(roles: &[(String, String)]) -> Option<Grid> {
    let rows = roles
        .iter()
        .map(|(role, column)| vec![role.clone(), column.clone()])
        .collect();
    Grid::new("Columns of the clinical table", &["Role", "Column"], 2)
        .rows("", rows)
        .if_any()
}

/// Every setting of every stage.
pub(super) fn settings(study: &Study) -> Grid {
    let mut grid = Grid::new(
        "Settings of every stage, with what they were set by",
        &["Setting", "Value", "Set by"],
        3,
    );
    for (stage, run) in study.runs() {
        let rows = run
            .settings
            .iter()
            .map(|(name, setting)| {
                vec![
                    name.clone(),
                    in_words(&setting.value),
                    // A study hands its settings on as flags.
                    setting.source.replace("flag", "study"),
                ]
            })
            .collect();
        let seed = run
            .seed
            .map_or(String::new(), |seed| format!(", seed {seed}"));
        grid = grid.rows(
            format!("{} (radpath {}{seed})", stage.name, run.radpath),
            rows,
        );
    }
    grid
}
