//! What a notice says that no single record class does: why data is used, where it comes from and goes to, and the rights.

use serde::{Deserialize, Serialize};

/// The texts of a notice, for people. Each is quoted from, or follows, the published policy.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTexts {
    /// What data is used for.
    pub purposes: Vec<String>,
    /// On what grounds.
    pub grounds: Vec<String>,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// Which kinds of others get it.
    pub third_parties: Vec<String>,
    /// Where in the world it goes, and what protects it there.
    pub transfers: Vec<String>,
    /// Whether a machine decides anything, and how.
    pub automated: Vec<String>,
    /// What a person may ask for.
    pub rights: Vec<String>,
}
