//! When a request that waits for a proof is over, and for which reason. Pure.
//!
//! | missing on its last day | what comes of it |
//! |---|---|
//! | an agent's permission: they name no document, or staff have read it and it is none | denied: no permission was shown |
//! | a code, a login, a declaration, things to compare | denied: nobody has shown that it is theirs |
//! | either, and something of it is stopped at once | answered with that: see `fulfil_request/at_once.rs` |
//! | nothing but what staff have not looked at, since an appeal if one put it back to work | nothing is denied or ended: it rings until they have, and whoever asks hears that it is late and whose turn it is |
//! | a reading of a report about a child | the same, on top of the work list |
//! | a declaration, or a third thing to compare, of who has shown enough for the categories | answered with these: see `answer_categories.rs` |
//! | a code, and no letter has gone out for a fault of ours | nothing is denied: it is told |
//! | anything, and the acknowledgement is days old, or where they live was mended days ago | nothing is denied yet: it was noted late, or its dates were wrong, and it rings as overdue |

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::clock::zone;
use crate::instant;
use crate::law::Law;
use crate::law::denial::DenialReason;
use crate::subject_request::notice::Notice;
use crate::subject_request::{Act, Agent, Deed, Proof, Standing, SubjectRequest};

/// How long before the end of the last day it is over: until then whoever asks may show it and a tenant may decide, and of what is
/// denied, or answered without a tenant's word, they still hear on that day.
const BEFORE_END: SignedDuration = SignedDuration::from_hours(2);

impl SubjectRequest {
    /// The first instant of the legal date where its calendar counts; in UTC where the zone is not known.
    pub(crate) fn last_day_begins(&self) -> Timestamp {
        let zone = zone::find(&self.clocks.zone).unwrap_or(TimeZone::UTC);
        zone::first_instant(self.clocks.legal.date, &zone).unwrap_or(self.received_at)
    }

    /// From when on nobody can verify it, and no tenant decide about a part of it, any more.
    pub(crate) fn lapses_at(&self) -> Timestamp {
        let zone = zone::find(&self.clocks.zone).unwrap_or(TimeZone::UTC);
        let end = self.clocks.legal.date.tomorrow().ok().and_then(|day| zone::first_instant(day, &zone));
        end.map_or(self.received_at, |end| end - BEFORE_END)
    }

    /// Until when whoever asks is heard all the same, counted from their first acknowledgement, or from when their law was found to be another: what
    /// is noted after its dates is late by us. `None`: it never went out, and nobody knows what to show.
    pub(super) fn heard_until(&self, law: &Law, acts: &[Act]) -> Option<Timestamp> {
        let is_acknowledgement = |act: &&Act| matches!(&act.deed, Deed::Told { notice, tenant: None } if notice == Notice::Acknowledgement.as_str());
        let told_at = acts.iter().filter(is_acknowledgement).map(|act| act.at).min()?;
        let days = i64::from(law.model().work.unverified_after_letter_days);
        let relocated_at = self.course.relocated.as_ref().map(|relocated| relocated.at);
        let told_at = relocated_at.map_or(told_at, |at| told_at.max(at));
        told_at.checked_add(SignedDuration::from_hours(24 * days)).ok().map(instant::to_millis)
    }

    /// Why it is denied, or ended with what stands of it, once it is over. `None`: whoever asks has done what they could, and it is the turn of staff.
    pub(super) fn lapsed_for(&self, law: &Law, acts: &[Act]) -> Option<DenialReason> {
        let is_held_back = || acts.iter().any(|act| act.deed == Deed::Withheld);
        if self.awaits_child_review() || (self.standing == Standing::Received && !is_held_back()) {
            return None;
        }
        let reason = self.left_undone(law, acts)?;
        law.denial(reason, &self.regime, self.kind).ok().map(|denied| denied.reason)
    }

    fn left_undone(&self, law: &Law, acts: &[Act]) -> Option<DenialReason> {
        let is_missing = |wanted: Proof| self.missing().any(|missing| missing == wanted);
        let has_read = |of: Proof| {
            let is_it = |act: &Act| matches!(&act.deed, Deed::Reviewed { review, .. } if review.proof() == of);
            acts.iter().any(|act| is_it(act) && self.is_of_this_course(act))
        };
        // What one of staff has found good waits for another of them, and not for whoever asks.
        let was_refused = has_read(Proof::AgentPermission) && !self.course.awaits_second_reader;
        if is_missing(Proof::AgentPermission) && (!self.names_document() || was_refused) {
            return Some(DenialReason::PermissionMissing);
        }
        let is_theirs = |proof: Proof| match proof {
            Proof::EmailCode | Proof::HandleCode | Proof::AccountLogin | Proof::Declaration => true,
            // What they had named by an appeal went with the evidence: whether that was enough, staff find out.
            Proof::DataPoints => has_read(proof) || (self.course.reopened.is_none() && !self.names_enough(law)),
            Proof::AgentPermission => false,
        };
        self.missing().any(is_theirs).then_some(DenialReason::Unverifiable)
    }

    /// Whether an agent says which document shows that they may, or that they hold a power of attorney.
    fn names_document(&self) -> bool {
        let names = |agent: &Agent| agent.permission_sha256.is_some() || agent.has_power_of_attorney;
        self.agent.as_ref().is_some_and(names)
    }

    /// Whether they have named as many things as their law wants compared.
    fn names_enough(&self, law: &Law) -> bool {
        self.points_left(law).is_ok_and(|left| left == 0)
    }
}
