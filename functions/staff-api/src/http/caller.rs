//! Who of staff acts, and that they are about to: noted before anything is done or shown that no row of its own names them for.

use lambda_http::Request;
use privacy::audit::{StaffAct, StaffActs, StaffDeed, StaffReason};
use privacy::fault::Fault;
use privacy::instant;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::legal_hold::Note;
use privacy::ports::Clock;
use privacy::subject_request::{Actor, By};
pub(super) use privacy_edge::caller::principal;
use privacy_edge::clock::SystemClock;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

use super::Staff;

/// Whoever calls, and why.
///
/// # Errors
/// [`Fault`] when the gateway names nobody.
pub(super) fn by(request: &Request, why: Note) -> Result<By, Fault> {
    Ok(By { actor: Actor::Staff(principal(request)?), why })
}

/// Why a plan is confirmed: a word of [`StaffReason::OF_CONFIRMATION`].
///
/// # Errors
/// [`Problem::NoReason`] when it is missing or another word.
pub(super) fn why_confirmed(members: &Members) -> Result<StaffReason, Problem> {
    let reason = members.parse("reason", StaffReason::of_confirmation);
    reason.map_err(|_| Problem::NoReason)?.ok_or(Problem::NoReason)
}

/// Why a hold is released: a word of [`StaffReason::OF_RELEASE`]. A call without a body says nothing, and the trail says that.
///
/// # Errors
/// [`Problem`], among them [`Problem::NoReason`] for another word.
pub(super) fn why_released(request: &Request) -> Result<StaffReason, Problem> {
    let members = Members::read_or_empty(request.headers(), request.body())?;
    // One that is misspelt would say nothing.
    members.only(&["reason"])?;
    let reason = members.parse("reason", StaffReason::of_release).map_err(|_| Problem::NoReason)?;
    Ok(reason.unwrap_or(StaffReason::NotSaid))
}

impl Staff {
    /// Notes what whoever calls is about to do or see. `deed` gets the reference of what it is about.
    ///
    /// # Errors
    /// [`Fault`]: then nothing is to be done or shown.
    pub(super) async fn about_to(
        &self,
        request: &Request,
        deed: impl FnOnce(KeyedRef) -> StaffDeed,
        about: impl FnOnce(&SubjectKeys) -> Option<KeyedRef>,
    ) -> Result<(), Fault> {
        let who = principal(request)?;
        let keys = self.subject_keys.get().await?;
        let about = about(&keys).ok_or_else(|| Fault::park("caller", "the ring of subject keys is empty"))?;
        self.store_note(who, deed(about)).await
    }

    /// The same for what is about nobody in particular.
    ///
    /// # Errors
    /// [`Fault`]: then nothing is to be done or shown.
    pub(super) async fn about_to_do(&self, request: &Request, deed: StaffDeed) -> Result<(), Fault> {
        self.store_note(principal(request)?, deed).await
    }

    async fn store_note(&self, who: String, deed: StaffDeed) -> Result<(), Fault> {
        self.ledger.note_act(&StaffAct { deed, who, at: instant::to_millis(SystemClock.now()) }).await
    }
}
