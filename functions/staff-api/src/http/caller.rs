//! Who of staff acts, and that they are about to: noted before anything is done or shown that no row of its own names them for.

use lambda_http::Request;
use privacy::audit::{StaffAct, StaffActs, StaffDeed};
use privacy::fault::Fault;
use privacy::instant;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::legal_hold::Note;
use privacy::ports::Clock;
use privacy::subject_request::{Actor, By};
pub(super) use privacy_edge::caller::principal;
use privacy_edge::clock::SystemClock;

use super::Staff;

/// Whoever calls, and why.
///
/// # Errors
/// [`Fault`] when the gateway names nobody.
pub(super) fn by(request: &Request, why: Note) -> Result<By, Fault> {
    Ok(By { actor: Actor::Staff(principal(request)?), why })
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
    /// [`Fault`]: then nothing is to be shown.
    pub(super) async fn about_to_list(&self, request: &Request) -> Result<(), Fault> {
        self.store_note(principal(request)?, StaffDeed::LookAtList).await
    }

    async fn store_note(&self, who: String, deed: StaffDeed) -> Result<(), Fault> {
        self.ledger.note_act(&StaffAct { deed, who, at: instant::to_millis(SystemClock.now()) }).await
    }
}
