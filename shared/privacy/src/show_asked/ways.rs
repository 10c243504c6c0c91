//! What a denial says to the person: why, and every way on that their law has.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::law::Law;
use crate::law::denial::{DenialReason, Routes};
use crate::subject_request::{Standing, SubjectRequest};

/// Where a person can turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayOn {
    /// To us, to look again: by the form, naming the reference.
    Appeal,
    /// To us, to complain: by the form.
    ComplaintToUs,
    /// To an authority.
    Authority {
        /// Its name.
        title: String,
        /// Its page.
        url: String,
    },
    /// To a court.
    Court {
        /// The law that opens it.
        law: String,
    },
}

/// A denial for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenialView {
    /// Its code.
    pub code: String,
    /// Why, in their words.
    pub text: String,
    /// Where they can turn.
    pub ways: Vec<WayOn>,
}

/// A part that was refused while the rest was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedView {
    /// The code of the reason.
    pub code: String,
    /// The reason, in their words; empty where the law file has it no more.
    pub text: String,
}

/// What of an answered request was refused, each part with its reason, and where the person can turn if not all of it was done.
///
/// # Errors
/// As [`denial`].
pub(super) fn in_part(request: &SubjectRequest, now: Timestamp) -> Result<(Vec<RefusedView>, Vec<WayOn>), Fault> {
    match &request.standing {
        Standing::Answered { in_part: true, .. } if !request.is_told_in_part() => return Ok((Vec::new(), Vec::new())),
        Standing::Answered { .. } | Standing::Denied { .. } | Standing::Withdrawn { .. } => {}
        Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => {
            return Ok((Vec::new(), late(request, now)?));
        }
    }
    let law = Law::built_in().map_err(|error| Fault::park("show", error))?;
    let text = |code: &str| {
        DenialReason::parse(code).and_then(|reason| request.reason_words(&law, reason)).unwrap_or_default()
    };
    let refused = request.findings.refused_parts.iter();
    let refused = refused.map(|code| RefusedView { code: code.clone(), text: text(code) }).collect();
    let routes = law.ways_on(&request.regime, request.kind).ok().filter(|_| request.is_told_in_part());
    Ok((refused, routes.as_ref().map(ways).unwrap_or_default()))
}

/// Where the person can turn whom we have kept waiting past the legal date: there is no answer yet to look at again.
fn late(request: &SubjectRequest, now: Timestamp) -> Result<Vec<WayOn>, Fault> {
    if !request.clocks.legal_due().is_past(now) {
        return Ok(Vec::new());
    }
    let law = Law::built_in().map_err(|error| Fault::park("show", error))?;
    let routes = law.ways_on(&request.regime, request.kind).map(Routes::before_answer);
    Ok(routes.as_ref().map(ways).unwrap_or_default())
}

/// The denial of a request, if it was denied. A reason that the law file no longer has shows its code alone.
///
/// # Errors
/// [`Fault`] when the law file cannot be read, which the build has ruled out.
pub(super) fn denial(request: &SubjectRequest) -> Result<Option<DenialView>, Fault> {
    let Standing::Denied { reason: code, .. } = &request.standing else { return Ok(None) };
    let law = Law::built_in().map_err(|error| Fault::park("show", error))?;
    let reason = DenialReason::parse(code);
    let text = reason.and_then(|reason| request.reason_words(&law, reason));
    let denied = reason.and_then(|reason| law.denial(reason, &request.regime, request.kind).ok());
    // Where this reason has no row for what was asked, the person still hears of every way that their law has.
    let routes = denied.map(|denied| denied.routes).or_else(|| law.ways_on(&request.regime, request.kind).ok());
    Ok(Some(DenialView {
        code: code.clone(),
        text: text.unwrap_or_default(),
        ways: routes.as_ref().map(ways).unwrap_or_default(),
    }))
}

fn ways(routes: &Routes<'_>) -> Vec<WayOn> {
    let appeal = routes.appeal.is_some().then_some(WayOn::Appeal);
    let complaint = routes.complaint_to_us.is_some().then_some(WayOn::ComplaintToUs);
    let authorities = routes
        .authorities
        .iter()
        .map(|authority| WayOn::Authority { title: authority.title.clone(), url: authority.url.clone() });
    let court = routes.court.map(|law| WayOn::Court { law: law.to_owned() });
    appeal.into_iter().chain(complaint).chain(authorities).chain(court).collect()
}
