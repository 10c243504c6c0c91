//! What people are told to do to have data deleted, platform by platform.

use serde::{Deserialize, Serialize};

/// What somebody does to have data of one platform deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instructions {
    /// Its name in requests.
    pub platform: String,
    /// For people.
    pub title: String,
    /// Steps of a customer who connected an account.
    pub customer: Vec<String>,
    /// Steps of a person who only came by.
    pub person: Vec<String>,
}
