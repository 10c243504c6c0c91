//! A request of a person, to begin tests with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::law::Law;
use crate::obligation::{Head, ObligationId, State};
use crate::policy::Route;
use crate::subject_request::{
    Channel, Clocks, ConnectedAccount, Contact, Course, EmailAddress, Findings, Handle, Standing, SubjectRequest,
};
use crate::target::{Limit, Target};

/// A request under the law of the Union, just received, that names whoever asks by an address or an account, or both. It
/// asks for no proof.
#[must_use]
pub fn asked(
    number: u8,
    kind: Kind,
    email: Option<&str>,
    account: Option<(&str, &str)>,
    received_at: Timestamp,
) -> SubjectRequest {
    let clocks = Law::built_in()
        .ok()
        .and_then(|law| Clocks::start(&law.governing_row("EU_GDPR", kind).ok()?.row, received_at).ok());
    let Some(clocks) = clocks else { unreachable!("every kind has a date") };
    let account = account.and_then(|(platform, handle)| {
        let platform = crate::ids::Platform::parse(platform).ok()?;
        Some(ConnectedAccount { platform, handle: Handle::parse(handle).ok()? })
    });
    SubjectRequest {
        id: ObligationId::of_request(&[number; 20]),
        version: 1,
        kind,
        regime: "EU_GDPR".to_owned(),
        basis: crate::law::governing::Basis::Own,
        contact: Contact { email: email.and_then(|email| EmailAddress::parse(email).ok()), account },
        channel: Channel::Web,
        received_at,
        clocks,
        standing: Standing::Received,
        needs: Vec::new(),
        proven: Vec::new(),
        data_points: BTreeMap::new(),
        declaration: None,
        member: None,
        told: BTreeMap::new(),
        told_tenants: BTreeMap::new(),
        undelivered: BTreeSet::new(),
        is_address_vouched: false,
        evidence_erased: false,
        agent: None,
        about_child: false,
        appeal_of: None,
        details: None,
        has_words_beside: false,
        routed: Vec::new(),
        course: Course::default(),
        findings: Findings::default(),
        next_action_at: Some(received_at),
    }
}

/// The obligation behind a request whose erasure has got so far.
#[must_use]
pub fn erasure_of(request: &SubjectRequest, state: State) -> Head {
    Head {
        id: request.id.clone(),
        seq: 1,
        route: Route::SubjectRequest,
        target: Target::Person { links: Vec::new(), suppressions: Vec::new(), limit: Limit::Everywhere },
        received_at: request.received_at,
        starts_at: None,
        covers_until: request.received_at,
        due_by: request.clocks.legal_due(),
        state,
        next_action_at: request.next_action_at,
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by: Vec::new(),
        awaited: None,
    }
}

/// Everything was erased then; second looks are due.
#[must_use]
pub fn erased(erased_at: Timestamp) -> State {
    State::Verifying { plan: super::plan_hash(), erased_at, looks: Vec::new() }
}
