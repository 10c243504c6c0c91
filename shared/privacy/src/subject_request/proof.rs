//! What whoever asks has to show, what they have shown, whom that makes them, and what opens what was found for them: the one
//! place that says what is proven. Erasures, flags, bundles, downloads and what is noted of a person ask here; nothing else
//! concludes anything from what was shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::letter::Recipient;
use super::{ChildReview, ConnectedAccount, Member, Standing, SubjectRequest};
use crate::clock::model::Kind;
use crate::identity::Identity;
use crate::scope::{Part, Place};

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
    /// Their declaration under penalty of perjury that they are the person.
    Declaration,
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
        self.needs.iter().copied().filter(|proof| !self.has(*proof))
    }

    /// Whether it may be carried out.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.missing().next().is_none()
    }
}

impl SubjectRequest {
    fn has(&self, wanted: Proof) -> bool {
        self.proven.iter().any(|proven| proven.proof == wanted)
    }

    /// Whether a code has shown the address.
    pub(crate) fn has_shown_email(&self) -> bool {
        self.contact.email.is_some() && self.has(Proof::EmailCode)
    }

    /// Whether the person has told us that whoever asks for them may, by the code that we sent them.
    #[must_use]
    pub fn has_confirmed_agent(&self) -> bool {
        self.agent.is_some() && (self.has(Proof::EmailCode) || self.has(Proof::HandleCode))
    }

    /// Whether staff have read a power of attorney for it: that counts as if the person had shown who they are.
    fn is_by_attorney(&self) -> bool {
        let has_attorney = self.agent.as_ref().is_some_and(|agent| agent.has_power_of_attorney);
        has_attorney && self.has(Proof::AgentPermission)
    }

    /// Whose data may be touched: what was proven to be theirs, and nothing that was only said. Nothing before the request
    /// is verified. What staff compared or read adds nobody to it, except where they read a power of attorney instead of
    /// asking the person: then it is whom the agent named.
    #[must_use]
    pub fn identities(&self) -> Vec<Identity> {
        if !self.is_verified() {
            return Vec::new();
        }
        let by_attorney = self.is_by_attorney();
        let is_theirs = |proof: Proof| by_attorney || self.has(proof);
        // Whoever reports something about a child gives their own address, and asks for nothing that is theirs.
        let email = self.contact.email.clone().filter(|_| is_theirs(Proof::EmailCode) && !self.about_child);
        let account = self.contact.account.as_ref().filter(|_| is_theirs(Proof::HandleCode));
        let found =
            [email.map(Identity::Email), account.map(ConnectedAccount::identity), self.login().map(Member::identity)];
        found.into_iter().flatten().collect()
    }

    /// Whom whoever asks says they are: for what harms nobody if it is not so. A member of an account is only who has logged
    /// in as one. The address of a report about a child is that of whoever reports, as in [`Self::identities`].
    #[must_use]
    pub fn said(&self) -> Vec<Identity> {
        let is_asked_for = |identity: &Identity| !(self.about_child && matches!(identity, Identity::Email(_)));
        let named = self.contact.identities().into_iter().filter(is_asked_for);
        named.chain(self.login().map(Member::identity)).collect()
    }

    /// Who objects: as in [`Self::identities`]. An objection that was taken in when the law wanted nothing shown for it has nothing
    /// to wait for: staff accept it, so it is about whom it names.
    pub(crate) fn objecting(&self) -> Vec<Identity> {
        let asks_nothing = self.needs.iter().all(|proof| *proof == Proof::AgentPermission);
        if asks_nothing && self.is_verified() { self.said() } else { self.identities() }
    }

    /// Whom a report about a child is about: whom staff named when they believed it, else the account that it names. The
    /// address of a report is that of whoever reports, and never the child's unless staff say so.
    #[must_use]
    pub fn child(&self) -> Vec<Identity> {
        if let Some(ChildReview::Credible { child: Some(child), .. }) = &self.course.child {
            return child.identities();
        }
        self.contact.account.as_ref().map(ConnectedAccount::identity).into_iter().collect()
    }

    /// Whether whoever asks may learn what there was, and what stays of it. Not of a child whose report staff believe, unless all that
    /// is said to be the child's was shown: anybody can name an account.
    #[must_use]
    pub fn may_learn_what_there_was(&self) -> bool {
        let (child, shown) = (self.child(), self.identities());
        !self.is_of_child() || (!child.is_empty() && child.iter().all(|identity| shown.contains(identity)))
    }

    /// Whether whoever asks is told that not all of it was done. How a look at an answer, or a complaint, ended is told whatever goes.
    #[must_use]
    pub fn is_told_in_part(&self) -> bool {
        let is_of_staff = matches!(self.kind, Kind::Appeal | Kind::Complaint) && self.findings.outcome.is_some();
        let is_in_part = matches!(self.standing, Standing::Answered { in_part: true, .. });
        is_in_part && (is_of_staff || self.may_learn_what_there_was())
    }

    /// Who logged in afresh for it.
    fn login(&self) -> Option<&Member> {
        self.member.as_ref().filter(|_| self.has(Proof::AccountLogin))
    }

    /// Whether where letters go was shown to be theirs: by a code, by the dashboard for who logged in, by staff who read a power of
    /// attorney. What somebody typed is not, whatever else they have shown.
    #[must_use]
    pub fn is_reached_as_shown(&self) -> bool {
        let is_shown = if self.contact.email.is_some() {
            self.is_address_vouched || self.has(Proof::EmailCode)
        } else {
            self.has(Proof::HandleCode)
        };
        is_shown || self.is_by_attorney()
    }

    /// Whether this very address, or account, was shown to be theirs: not another that stands in the request, nor an agent's.
    #[must_use]
    pub fn has_shown(&self, recipient: &Recipient<'_>) -> bool {
        match recipient {
            Recipient::Email(email) if self.contact.email.as_ref() == Some(*email) => {
                self.is_address_vouched || self.has(Proof::EmailCode)
            }
            Recipient::Account(account) if self.contact.account.as_ref() == Some(*account) => {
                self.has(Proof::HandleCode)
            }
            Recipient::Email(_) | Recipient::Account(_) => false,
        }
    }

    /// Whether it is about an account, after a login, and letters go where somebody only typed: they say nothing but that there is
    /// something to read.
    #[must_use]
    pub fn is_reached_as_typed(&self) -> bool {
        self.login().is_some() && !self.is_reached_as_shown()
    }

    /// What somebody is as a user of an account, if they logged in as one. Control of an address or of a handle shows
    /// nothing of that, whatever address the account has (CCPA regulations section 7061; policy section 8).
    #[must_use]
    pub fn user(&self) -> Option<Place> {
        let member = self.login().filter(|_| self.is_verified())?;
        Some(Place { tenant: member.tenant.clone(), part: Part::User(member.user.clone()) })
    }

    /// What whoever fetches its bundle shows once more: the login, where that was shown, because the bundle may hold what
    /// only a login opens; else the code that was shown first; after a power of attorney a code to the person: not to an address
    /// that is the agent's own too, where they name an account beside it.
    #[must_use]
    pub fn opened_by(&self) -> Option<Proof> {
        if !self.is_verified() {
            return None;
        }
        if self.login().is_some() {
            return Some(Proof::AccountLogin);
        }
        let by_attorney = self.is_by_attorney();
        let has_account = self.contact.account.is_some();
        let has_email = self.contact.email.is_some() && !(by_attorney && has_account && self.is_address_of_agent());
        let codes = [(Proof::EmailCode, has_email), (Proof::HandleCode, has_account)];
        let is_shown = |(proof, is_named): &(Proof, bool)| *is_named && (by_attorney || self.has(*proof));
        codes.into_iter().find(is_shown).map(|(proof, _)| proof)
    }

    /// Whether the address that is said to be the person's is the one that their agent has.
    pub(crate) fn is_address_of_agent(&self) -> bool {
        let agent = self.agent.as_ref().and_then(|agent| agent.email.as_ref());
        agent.is_some() && agent == self.contact.email.as_ref()
    }

    /// Whether what opens its bundle goes where the person is by the word of an agent only: nobody has entered a code from there.
    #[must_use]
    pub fn is_opened_by_word_of_agent(&self) -> bool {
        self.opened_by().is_some_and(|proof| proof != Proof::AccountLogin && !self.has(proof))
    }

    /// Whether it is about data that is shown, corrected or erased, and reaches none of any account: nobody logs in for it.
    /// Made of nothing but what was sent and shown, so it says nothing of whether there is one.
    #[must_use]
    pub fn leaves_accounts(&self) -> bool {
        let is_of_data =
            matches!(self.kind, Kind::Access | Kind::Know | Kind::Correction | Kind::Erasure | Kind::Portability);
        is_of_data && !self.is_of_child() && !self.needs.contains(&Proof::AccountLogin)
    }

    /// Whether it reaches nothing but the account that a login opens, and nothing that is held beside it under an address or a handle,
    /// also where they name one: no code is asked for, which would keep the account waiting. Made of nothing but what was sent.
    #[must_use]
    pub fn covers_account_only(&self) -> bool {
        let is_code = |proof: &Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
        let is_read_only = matches!(self.kind, Kind::Appeal | Kind::Complaint);
        !is_read_only && self.needs.contains(&Proof::AccountLogin) && !self.needs.iter().any(is_code)
    }

    /// Whom what it asks for is done to.
    #[must_use]
    pub fn about(&self) -> Vec<Identity> {
        if self.is_of_child() {
            return self.child();
        }
        match self.kind {
            // Wrong, it harms nobody: it takes a use away that nobody asked for, shows nothing and erases nothing.
            Kind::OptOut | Kind::Limit => self.said(),
            Kind::Objection => self.objecting(),
            Kind::Access
            | Kind::Know
            | Kind::Correction
            | Kind::Erasure
            | Kind::Portability
            | Kind::Restriction
            | Kind::ConsentWithdrawal
            | Kind::Appeal
            | Kind::Complaint => self.identities(),
        }
    }

    /// Whether it is to be carried out, and nothing that was shown or said names anybody: somebody has to find out who.
    #[must_use]
    pub fn names_nobody(&self) -> bool {
        let is_read_only = matches!(self.kind, Kind::Appeal | Kind::Complaint) && !self.is_of_child();
        self.may_be_carried_out() && !is_read_only && self.about().is_empty()
    }
}

#[cfg(test)]
mod tests;
