//! Gives a bundle to whoever shows once more that it is theirs: a link that works for minutes, minted for one download.
//!
//! Every try is counted before it is looked at. Whatever fails looks the same: no such request, no bundle, a wrong, late, used
//! or earlier code.

use jiff::{SignedDuration, Timestamp};

use super::job::ExportJob;
use super::ports::{Bundle, BundleBook, BundleKey, BundleLinks, Link, Round};
use crate::fault::Fault;
use crate::keys::SubjectKeys;
use crate::login::Login;
use crate::obligation::ObligationId;
use crate::subject_request::challenge::{Challenge, LIFETIME};
use crate::subject_request::ports::{Challenges, Limits, RequestBook};
use crate::subject_request::{Act, Deed, Proof, Standing, SubjectRequest};
use crate::verify_request::{ROUNDS, use_up};

/// How long a link works.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Answers a code with a link, or with nothing. `round` names one of several bundles; without, it is the newest.
///
/// # Errors
/// [`Fault`]: no link, though a try may have been counted.
pub async fn download_bundle(
    book: &(impl RequestBook + Challenges + BundleBook),
    links: &impl BundleLinks,
    keys: &SubjectKeys,
    id: &ObligationId,
    (code, round): (&str, Option<u32>),
    now: Timestamp,
) -> Result<Option<Link>, Fault> {
    let Some(challenge) = book.attempt(id, now).await? else { return Ok(None) };
    if !challenge.is_answered_by(keys, id, code) {
        return Ok(None);
    }
    let Some(found) = ready(book, id, round, now).await? else { return Ok(None) };
    // One that was sent before the bundle was there was for something else; and no code opens what only a login does.
    let opens = |request: &SubjectRequest, made: &Round| {
        challenge.expires_at - LIFETIME >= made.made_at && request.opened_by() == Some(challenge.proof)
    };
    give(book, links, found, Some(&challenge), opens, now).await
}

/// Answers a fresh login of the same account holder with a link, or with nothing. It is used up by it. `round` as there.
///
/// # Errors
/// [`Fault`]: no link, though the login may have been used up.
pub async fn download_by_login(
    book: &(impl RequestBook + BundleBook),
    limits: &impl Limits,
    links: &impl BundleLinks,
    keys: &SubjectKeys,
    id: &ObligationId,
    (login, round): (&Login, Option<u32>),
    now: Timestamp,
) -> Result<Option<Link>, Fault> {
    let Some(found) = ready(book, id, round, now).await? else { return Ok(None) };
    let is_theirs = |request: &SubjectRequest, _: &Round| {
        request.opened_by() == Some(Proof::AccountLogin) && request.member.as_ref() == Some(&login.member)
    };
    if !is_theirs(&found.0, &found.1) || !use_up(limits, keys, login).await? {
        return Ok(None);
    }
    give(book, links, found, None, is_theirs, now).await
}

/// Notes that it is given, with the code that is used up by it, then gives it. `opens` says whether what was shown still opens
/// a bundle: what was right does not turn wrong because somebody else changed the request meanwhile.
async fn give(
    book: &(impl RequestBook + BundleBook),
    links: &impl BundleLinks,
    (request, made): (SubjectRequest, Round),
    used: Option<&Challenge>,
    opens: impl Fn(&SubjectRequest, &Round) -> bool,
    now: Timestamp,
) -> Result<Option<Link>, Fault> {
    let job = ExportJob::Request(request.id.clone());
    let (key, round) = (BundleKey::of(&job, made.round), made.round);
    let mut found = Some((request, made));
    for _ in 0..ROUNDS {
        let Some((request, _)) = found.filter(|(request, made)| opens(request, made)) else { return Ok(None) };
        let given = SubjectRequest { version: request.version + 1, ..request };
        if book.record(&given, &Act::of_asker(Deed::Downloaded, now), used).await? {
            return links.link(&key).await.map(Some);
        }
        // Where nobody changed it, the code was used meanwhile: by the same click twice.
        let is_newer = |(newer, _): &(SubjectRequest, Round)| used.is_none() || newer.version >= given.version;
        found = ready(book, &given.id, Some(round), now).await?.filter(is_newer);
    }
    Err(Fault::retry("download", "the request changed under every try"))
}

/// The request and one of its bundles, while that is there.
async fn ready(
    book: &(impl RequestBook + BundleBook),
    id: &ObligationId,
    round: Option<u32>,
    now: Timestamp,
) -> Result<Option<(SubjectRequest, Round)>, Fault> {
    let Some(request) = book.request(id).await? else { return Ok(None) };
    let Some(bundle) = book.bundle(&ExportJob::Request(id.clone())).await? else { return Ok(None) };
    let made = request.bundles(&bundle, now).into_iter().find(|made| round.is_none_or(|round| made.round == round));
    Ok(made.map(|made| (request, made)))
}

impl SubjectRequest {
    /// Its bundles that can be fetched, the newest first. One of before an appeal is of whoever had shown who they are then, which
    /// whoever appealed may not have; one that staff had made again because it was spoilt, or another had opened it, is nobody's.
    #[must_use]
    pub fn bundles(&self, bundle: &Bundle, now: Timestamp) -> Vec<Round> {
        if !matches!(self.standing, Standing::Answered { .. }) || self.is_of_child() {
            return Vec::new();
        }
        let mut made = bundle.fetchable(now);
        made.retain(|made| self.course.reopened.as_ref().is_none_or(|reopened| reopened.at <= made.made_at));
        made.retain(|made| self.spoilt_at().is_none_or(|spoilt_at| spoilt_at <= made.made_at));
        made
    }
}
