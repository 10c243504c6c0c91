//! What whoever asks has to show, what they have shown, and whom that makes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConnectedAccount, Member, SubjectRequest};
use crate::identity::Identity;

/// What the person has to show before anything is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// A code that was mailed to them.
    EmailCode,
    /// A code that was sent to their account on a platform.
    HandleCode,
    /// A fresh login at the dashboard.
    AccountLogin,
    /// That staff compared what they say with what we hold.
    DataPoints,
    /// That staff read the permission that their agent holds.
    AgentPermission,
}

/// A proof that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// Which.
    pub proof: Proof,
    /// When.
    pub at: Timestamp,
}

impl SubjectRequest {
    /// What has not been shown yet.
    pub fn missing(&self) -> impl Iterator<Item = Proof> + '_ {
        let is_shown = |proof: &Proof| self.proven.iter().any(|proven| proven.proof == *proof);
        self.needs.iter().copied().filter(move |proof| !is_shown(proof))
    }

    /// Whether it may be carried out.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.missing().next().is_none()
    }

    /// Whose data may be touched: what was proven to be theirs, and nothing that was only said. Nothing before the request
    /// is verified. What staff compared or read adds nobody to it, except where they read a power of attorney instead of
    /// asking the person: then it is whom the agent named.
    #[must_use]
    pub fn identities(&self) -> Vec<Identity> {
        if !self.is_verified() {
            return Vec::new();
        }
        let has = |wanted: Proof| self.proven.iter().any(|proven| proven.proof == wanted);
        let has_attorney = self.agent.as_ref().is_some_and(|agent| agent.has_power_of_attorney);
        let by_attorney = has_attorney && has(Proof::AgentPermission);
        let email = self.contact.email.clone().filter(|_| by_attorney || has(Proof::EmailCode));
        let account = self.contact.account.as_ref().filter(|_| by_attorney || has(Proof::HandleCode));
        let member = self.member.as_ref().filter(|_| has(Proof::AccountLogin));
        let found = [email.map(Identity::Email), account.map(ConnectedAccount::identity), member.map(Member::identity)];
        found.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests;
