//! Wavelets by name.

use std::sync::LazyLock;

/// Decomposition filters of a discrete wavelet.
#[derive(Debug, Clone, PartialEq)]
pub struct Wavelet {
    /// PyWavelets' name: `haar`, `db2`, `coif1`, ...
    pub name: String,
    /// Low-pass filter.
    pub low: Vec<f64>,
    /// High-pass filter.
    pub high: Vec<f64>,
}

/// The wavelet of a name; none when there is no such.
pub fn wavelet(name: &str) -> Option<&'static Wavelet> {
    all().iter().find(|wavelet| wavelet.name == name)
}

/// Every wavelet: Haar, Daubechies, symlets, Coiflets, biorthogonal ones and
/// their reverses, the discrete Meyer wavelet.
pub fn all() -> &'static [Wavelet] {
    static ALL: LazyLock<Vec<Wavelet>> = LazyLock::new(|| {
        let lines = include_str!("../../resources/wavelets.txt").lines();
        lines
            .filter(|line| !line.starts_with('#'))
            .filter_map(parse)
            .collect()
    });
    &ALL
}

fn parse(line: &str) -> Option<Wavelet> {
    let mut parts = line.split("; ");
    let name = parts.next()?.to_owned();
    let mut numbers = || -> Option<Vec<f64>> {
        let numbers = parts.next()?.split(' ').map(str::parse);
        numbers.collect::<Result<_, _>>().ok()
    };
    let (low, high) = (numbers()?, numbers()?);
    Some(Wavelet { name, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_wavelet() {
        let lines = include_str!("../../resources/wavelets.txt").lines();
        assert_eq!(all().len(), lines.count() - 1);
        for Wavelet { name, low, high } in all() {
            assert_eq!(low.len(), high.len(), "{name}");
            let sum: f64 = low.iter().sum();
            assert!((sum - 2f64.sqrt()).abs() < 1e-6, "{name}: {sum}");
            // The discrete Meyer wavelet is cut short.
            assert!(high.iter().sum::<f64>().abs() < 2e-3, "{name}");
        }
    }

    #[test]
    fn wavelets_have_their_names() {
        let haar = wavelet("haar").unwrap();
        assert_eq!(haar.low, [std::f64::consts::FRAC_1_SQRT_2; 2]);
        assert_eq!(wavelet("coif1").unwrap().low.len(), 6);
        assert!(wavelet("coif99").is_none());
    }
}
