//! Works that a method is taken from, numbered in the order of first mention.

/// A work that can be cited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Sun,
    PyRadiomics,
    Ibsi,
    QuPath,
    BonettWright,
    BenjaminiHochberg,
    Holm,
    Glmnet,
    GlmnetCox,
    NadeauBengio,
    DeLong,
    Wilson,
    Harrell,
    Efron,
    KaplanMeier,
    ShroutFleiss,
}

impl Work {
    fn text(self) -> &'static str {
        match self {
            Self::Sun => "Sun et al. Research 2025. doi 10.34133/research.0749",
            Self::PyRadiomics => {
                "van Griethuysen JJM, Fedorov A, Parmar C, et al. Computational radiomics system to decode the radiographic phenotype. Cancer Research 2017; 77: e104–e107. doi 10.1158/0008-5472.CAN-17-0339"
            }
            Self::Ibsi => {
                "Zwanenburg A, Vallières M, Abdalah MA, et al. The Image Biomarker Standardization Initiative. Radiology 2020; 295: 328–338. doi 10.1148/radiol.2020191145"
            }
            Self::QuPath => {
                "Bankhead P, Loughrey MB, Fernández JA, et al. QuPath: open source software for digital pathology image analysis. Scientific Reports 2017; 7: 16878. doi 10.1038/s41598-017-17204-5"
            }
            Self::BonettWright => {
                "Bonett DG, Wright TA. Sample size requirements for estimating Pearson, Kendall and Spearman correlations. Psychometrika 2000; 65: 23–28. doi 10.1007/BF02294183"
            }
            Self::BenjaminiHochberg => {
                "Benjamini Y, Hochberg Y. Controlling the false discovery rate. Journal of the Royal Statistical Society B 1995; 57: 289–300. doi 10.1111/j.2517-6161.1995.tb02031.x"
            }
            Self::Holm => {
                "Holm S. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 1979; 6: 65–70"
            }
            Self::Glmnet => {
                "Friedman J, Hastie T, Tibshirani R. Regularization paths for generalized linear models via coordinate descent. Journal of Statistical Software 2010; 33(1): 1–22. doi 10.18637/jss.v033.i01"
            }
            Self::GlmnetCox => {
                "Simon N, Friedman J, Hastie T, Tibshirani R. Regularization paths for Cox's proportional hazards model via coordinate descent. Journal of Statistical Software 2011; 39(5): 1–13. doi 10.18637/jss.v039.i05"
            }
            Self::NadeauBengio => {
                "Nadeau C, Bengio Y. Inference for the generalization error. Machine Learning 2003; 52: 239–281. doi 10.1023/A:1024068626366"
            }
            Self::DeLong => {
                "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver operating characteristic curves. Biometrics 1988; 44: 837–845. doi 10.2307/2531595"
            }
            Self::Wilson => {
                "Wilson EB. Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association 1927; 22: 209–212. doi 10.1080/01621459.1927.10502953"
            }
            Self::Harrell => {
                "Harrell FE, Califf RM, Pryor DB, Lee KL, Rosati RA. Evaluating the yield of medical tests. JAMA 1982; 247: 2543–2546. doi 10.1001/jama.1982.03320430047030"
            }
            Self::Efron => {
                "Efron B. The efficiency of Cox's likelihood function for censored data. Journal of the American Statistical Association 1977; 72: 557–565. doi 10.1080/01621459.1977.10480613"
            }
            Self::KaplanMeier => {
                "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. Journal of the American Statistical Association 1958; 53: 457–481. doi 10.1080/01621459.1958.10501452"
            }
            Self::ShroutFleiss => {
                "Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. Psychological Bulletin 1979; 86: 420–428. doi 10.1037/0033-2909.86.2.420"
            }
        }
    }
}

/// The works that a text cites.
#[derive(Clone, Debug, Default)]
pub(crate) struct References(Vec<Work>);

impl References {
    /// `[3]`.
    pub fn cite(&mut self, work: Work) -> String {
        let at = self.0.iter().position(|w| *w == work).unwrap_or_else(|| {
            self.0.push(work);
            self.0.len() - 1
        });
        format!("[{}]", at + 1)
    }

    /// The list, in the order of its numbers.
    pub fn list(&self) -> Vec<&'static str> {
        self.0.iter().map(|work| work.text()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_by_first_mention() {
        let mut references = References::default();
        let cited = [Work::Holm, Work::DeLong, Work::Holm].map(|work| references.cite(work));
        assert_eq!(cited, ["[1]", "[2]", "[1]"]);
        assert_eq!(references.list().len(), 2);
    }
}
