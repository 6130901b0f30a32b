//! How bad a vulnerability is: one scale for the words of all vendors.
//!
//! contract.md "JSON" (severity) gives the words; vendor-rules.md "Severity and coverage" the order of sources.

use serde::{Deserialize, Serialize};

/// Severity, worst first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// critical (urgent)
    Critical,
    /// important (high)
    Important,
    /// moderate (medium)
    Moderate,
    /// low (negligible, minor)
    Low,
    /// none (Debian: unimportant)
    None,
    /// Nobody says (untriaged, not yet assigned).
    #[default]
    Unknown,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 6] =
        [Self::Critical, Self::Important, Self::Moderate, Self::Low, Self::None, Self::Unknown];

    /// The word in documents, URLs and the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Important => "important",
            Self::Moderate => "moderate",
            Self::Low => "low",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// The severity a vendor's word means; [`Severity::Unknown`] for words nobody knows.
    pub fn of_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" | "urgent" => Self::Critical,
            "important" | "high" => Self::Important,
            "moderate" | "medium" => Self::Moderate,
            "low" | "negligible" | "minor" => Self::Low,
            "none" | "unimportant" => Self::None,
            _ => Self::Unknown,
        }
    }

    /// The severity of a CVSS base score in tenths (75 = 7.5).
    pub fn of_cvss(tenths: u8) -> Self {
        match tenths {
            90.. => Self::Critical,
            70.. => Self::Important,
            40.. => Self::Moderate,
            1.. => Self::Low,
            0 => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Severity;

    #[test]
    fn every_word_is_its_own_severity_and_scores_fall_at_9_7_4_and_0() {
        for severity in Severity::ALL {
            assert_eq!(Severity::of_word(severity.word()), severity);
        }
        assert_eq!(Severity::of_word(" High"), Severity::Important);
        assert_eq!(Severity::of_word("not yet assigned"), Severity::Unknown);
        let scores = [100, 90, 89, 70, 69, 40, 39, 1, 0].map(|tenths| Severity::of_cvss(tenths).word());
        let words =
            ["critical", "critical", "important", "important", "moderate", "moderate", "low", "low", "none"];
        assert_eq!(scores, words);
    }
}
