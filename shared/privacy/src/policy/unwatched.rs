//! Sentences of the policy with a date that no part of this service watches: they stand in the promise ledger, so that nobody
//! takes it for the whole of what is promised.

use serde::{Deserialize, Serialize};

use super::model::Model;
use super::validate::{InvalidPolicy, invalid};

/// A dated sentence that is not watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unwatched {
    /// Section of the published policy.
    pub policy: String,
    /// The sentence of the published policy, word for word.
    pub sentence: String,
    /// For people.
    pub title: String,
    /// Why nothing here can say whether it holds, and who has to see to it.
    pub reason: String,
}

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, one) in &model.unwatched {
        if [&one.policy, &one.sentence, &one.title, &one.reason].iter().any(|text| text.trim().is_empty()) {
            return Err(invalid(
                format!("unwatched.{name}"),
                "a policy section, its sentence, a title and the reason are needed",
            ));
        }
    }
    Ok(())
}
