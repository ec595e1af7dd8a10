//! What the descent needs to know of a model.

/// A log likelihood as a function of the linear predictor of each row.
pub(super) trait Likelihood {
    /// Whether the model has an intercept.
    const INTERCEPT: bool;

    /// The intercept of the model without columns; 0 where there is none.
    fn null_intercept(&self) -> f64;

    /// Moves to these linear predictors. Gives the loss, which is half the
    /// deviance by the number of rows: `(log L of a perfect model - log L) / n`.
    fn move_to(&mut self, linear: &[f64]) -> f64;

    /// Minus the gradient of the loss at the place moved to.
    fn residuals(&self) -> &[f64];

    /// The matrix of the loss's second derivatives there, times `direction`.
    fn bend(&mut self, direction: &[f64], bent: &mut [f64]);

    /// Whether a path of five or more fits is no longer worth going on with
    /// (glmnet's rule, which is not the same for every model).
    fn stalled(fits: &[super::Fit]) -> bool;
}
