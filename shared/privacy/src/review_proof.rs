//! Staff look at what nobody but a person can judge: data points beside what we hold, the permission of an agent, a power of
//! attorney. What they looked at stands in the trail, enough or not; what it says stands nowhere.
//!
//! Of data points they enter what our record says; whether that is what the person named is found out here, with keyed
//! hashes, and counts for nothing where the person named no such thing.
//!
//! What nobody can give back takes two of staff: a power of attorney for an erasure, where nobody asks the person, is read by one, and
//! by another before it counts.

mod points;

use jiff::Timestamp;

pub use self::points::Comparison;
use crate::clock::model::Kind;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::law::agent::PersonStep;
use crate::law::assurance::Asker;
use crate::law::{Law, NoRule};
use crate::obligation::ObligationId;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::review::Review;
use crate::subject_request::{Act, Actor, By, Deed, Proof, Proven, Sha256Hex, Standing, SubjectRequest};

/// What staff have before them.
#[derive(Clone, Debug)]
pub enum Reading {
    /// A record of ours, beside what the person named.
    Record(Comparison),
    /// The permission that an agent holds.
    Permission(Sha256Hex),
    /// A power of attorney.
    PowerOfAttorney(Sha256Hex),
}

/// Why there is nothing to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReviewed {
    /// The request asks for no such proof, or is closed.
    #[error("the request does not wait for this proof")]
    NotAsked,
    /// The law of the request gives a power of attorney no say.
    #[error("a power of attorney shows nothing here")]
    NoPower,
    /// The person named nothing of this kind.
    #[error("the person named no such thing")]
    NotNamed,
    /// The law wants so many compared.
    #[error("the law wants {0} data points compared")]
    TooFew(u8),
    /// The law has no row for it.
    #[error(transparent)]
    NoRule(#[from] NoRule),
}

/// What a look at a proof came to.
#[derive(Debug)]
pub enum Reviewed {
    /// It is shown; the request goes on if nothing else is missing.
    Shown(Box<Done>),
    /// One of staff has found it good, and another has still to read it.
    Seconding(Box<Done>),
    /// It is not; that stands in the trail, and the request waits as before.
    NotShown,
}

/// Whether a review takes the word of two.
fn takes_two(review: &Review, kind: Kind) -> bool {
    matches!(review, Review::PowerOfAttorney { .. }) && kind == Kind::Erasure
}

impl SubjectRequest {
    /// The request after staff looked at something. `is_seconded`: another of staff has found the same. `None`: that was shown before, or
    /// this one has said it, and another has to.
    ///
    /// # Errors
    /// [`NotReviewed`]
    fn review(
        &self,
        review: &Review,
        is_seconded: bool,
        (law, by): (&Law, &By),
        now: Timestamp,
    ) -> Result<Option<Changed>, NotReviewed> {
        let at = instant::to_millis(now);
        let is_waiting = matches!(self.standing, Standing::Received | Standing::AwaitingVerification);
        // A permission may have been read before; a power of attorney beside it stands for what the person would do.
        if self.has_taken(review) {
            return Ok(None);
        }
        if !is_waiting || !self.needs.contains(&review.proof()) {
            return Err(NotReviewed::NotAsked);
        }
        let is_good = self.is_enough(review, law)?;
        let is_first = is_good && takes_two(review, self.kind) && !is_seconded;
        if is_first && self.course.awaits_second_reader {
            return Ok(None);
        }
        let is_shown = is_good && !is_first;
        let deed = Deed::Reviewed { review: review.clone(), is_shown };
        let mut request = Self { version: self.version + 1, ..self.clone() };
        if let (true, Review::PowerOfAttorney { document }) = (is_first, review) {
            let has_power = self.agent.as_ref().is_some_and(|agent| agent.has_power_of_attorney);
            request.bind(document, has_power);
            request.course.awaits_second_reader = true;
        } else if is_shown {
            request.course.awaits_second_reader = false;
            request.take(review, at);
            request.leave_to_person(law)?;
        } else if let Review::DataPoints { matched, .. } = review {
            request.course.is_known_by_categories |= self.is_enough_for_categories(matched.len(), law);
        }
        if is_shown && request.has_to_ask_person() {
            request.next_action_at = Some(at);
        }
        if is_shown && request.is_verified() {
            request.standing = Standing::InProgress { since: at };
            request.next_action_at = Some(at);
        }
        Ok(Some(Changed { request, act: by.did(deed, at) }))
    }

    fn is_enough(&self, review: &Review, law: &Law) -> Result<bool, NotReviewed> {
        match review {
            Review::DataPoints { matched, .. } => Ok(matched.len() >= usize::from(self.points_min(law)?)),
            // The first to be read is bound to the request; from then on it is that one.
            Review::AgentPermission { document } => Ok(self.bound().is_none_or(|bound| bound == document)),
            Review::PowerOfAttorney { .. } if !law.agent(&self.regime, self.kind)?.power_of_attorney => {
                Err(NotReviewed::NoPower)
            }
            Review::PowerOfAttorney { document } => Ok(self.bound().is_none_or(|bound| bound == document)),
        }
    }

    /// Whether another of staff has found this document good, since the request is in this course.
    fn is_seconded(&self, review: &Review, acts: &[Act], by: &By) -> bool {
        let is_other = |actor: &Actor| matches!(actor, Actor::Staff(_)) && *actor != by.actor;
        let is_same = |deed: &Deed| matches!(deed, Deed::Reviewed { review: read, .. } if read == review);
        let mut others = acts.iter().filter(|act| is_other(&act.actor) && is_same(&act.deed));
        self.course.awaits_second_reader && others.any(|act| self.is_of_this_course(act))
    }

    fn bound(&self) -> Option<&Sha256Hex> {
        self.agent.as_ref().and_then(|agent| agent.permission_sha256.as_ref())
    }

    /// Whether one of staff has found this very document good, and another has to.
    fn awaits_other_reader(&self, review: &Review) -> bool {
        let is_bound = matches!(review, Review::PowerOfAttorney { document } if self.bound() == Some(document));
        is_bound && self.course.awaits_second_reader && takes_two(review, self.kind)
    }

    fn has_taken(&self, review: &Review) -> bool {
        let is_alone = self.needs.iter().all(|need| *need == review.proof());
        let is_power = matches!(review, Review::PowerOfAttorney { .. });
        self.proven.iter().any(|proven| proven.proof == review.proof()) && (!is_power || is_alone)
    }

    fn take(&mut self, review: &Review, at: Timestamp) {
        let proof = review.proof();
        if !self.proven.iter().any(|proven| proven.proof == proof) {
            self.proven.push(Proven { proof, at });
        }
        match review {
            Review::DataPoints { .. } => {}
            Review::AgentPermission { document } => self.bind(document, false),
            Review::PowerOfAttorney { document } => {
                self.bind(document, true);
                self.needs.retain(|need| *need == proof);
            }
        }
    }

    /// Nobody is asked whose agent says that they hold a power of attorney. Where what was read is a permission, the person
    /// verifies or confirms after all, by a code to each thing that is said to be theirs, and what the law compares is compared.
    fn leave_to_person(&mut self, law: &Law) -> Result<(), NoRule> {
        let has_power = self.agent.as_ref().is_none_or(|agent| agent.has_power_of_attorney);
        let is_asked = law.agent(&self.regime, self.kind)?.person == PersonStep::VerifiesOrConfirms;
        if has_power || !is_asked || self.needs.iter().any(|need| matches!(need, Proof::EmailCode | Proof::HandleCode))
        {
            return Ok(());
        }
        let codes = [
            self.contact.email.as_ref().map(|_| Proof::EmailCode),
            self.contact.account.as_ref().map(|_| Proof::HandleCode),
        ];
        let asker = if self.contact.email.is_some() { Asker::Contact } else { Asker::HandleOnly };
        let is_compared = law.assurance(&self.regime, self.kind, asker)?.declaration && !self.about_child;
        let points = (is_compared && !self.needs.contains(&Proof::DataPoints)).then_some(Proof::DataPoints);
        self.needs.splice(..0, codes.into_iter().flatten().chain(points));
        Ok(())
    }

    /// What an agent says that they hold counts for nothing; what staff have read does.
    fn bind(&mut self, document: &Sha256Hex, is_power: bool) {
        if let Some(agent) = &mut self.agent {
            agent.permission_sha256.get_or_insert_with(|| document.clone());
            agent.has_power_of_attorney = is_power;
        }
    }
}

/// Looks at what staff have before them and keeps what came of it.
///
/// # Errors
/// [`NotDone`]
pub async fn review_proof(
    book: &impl RequestBook,
    (law, keys): (&Law, &SubjectKeys),
    id: &ObligationId,
    reading: &Reading,
    by: &By,
    now: Timestamp,
) -> Result<Reviewed, NotDone<NotReviewed>> {
    let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
    let review = &request.read(reading, law, keys).map_err(NotDone::Refused)?;
    let same = by.did(Deed::Reviewed { review: review.clone(), is_shown: false }, now);
    let before = book.acts(id).await?;
    let is_seconded = request.is_seconded(review, &before, by);
    let awaits_other = request.awaits_other_reader(review) && !is_seconded;
    // Sent again: it stands in the trail once, and after an appeal once more.
    let is_same = |act: &Act| (&act.deed, &act.actor, &act.why) == (&same.deed, &same.actor, &same.why);
    if !awaits_other && before.iter().any(|act| is_same(act) && request.is_of_this_course(act)) {
        return Ok(Reviewed::NotShown);
    }
    let done = record_act(book, id, |request| request.review(review, is_seconded, (law, by), now)).await?;
    Ok(match done.request.has_taken(review) {
        true => Reviewed::Shown(Box::new(done)),
        false if done.request.awaits_other_reader(review) => Reviewed::Seconding(Box::new(done)),
        false => Reviewed::NotShown,
    })
}

#[cfg(test)]
mod tests;
