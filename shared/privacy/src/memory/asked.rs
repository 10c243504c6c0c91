//! A request of a person, to begin tests with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::law::Law;
use crate::obligation::ObligationId;
use crate::subject_request::{
    Channel, Clocks, ConnectedAccount, Contact, Course, EmailAddress, Handle, Standing, SubjectRequest,
};

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
    let clocks = Law::built_in().ok().and_then(|law| Clocks::start(&law.row("EU_GDPR", kind).ok()?, received_at).ok());
    let Some(clocks) = clocks else { unreachable!("the law of the Union has a date for what it gives a right to") };
    let account = account.and_then(|(platform, handle)| {
        let platform = crate::ids::Platform::parse(platform).ok()?;
        Some(ConnectedAccount { platform, handle: Handle::parse(handle).ok()? })
    });
    SubjectRequest {
        id: ObligationId::of_request(&[number; 20]),
        version: 1,
        kind,
        regime: "EU_GDPR".to_owned(),
        contact: Contact { email: email.and_then(|email| EmailAddress::parse(email).ok()), account },
        channel: Channel::Web,
        received_at,
        clocks,
        standing: Standing::Received,
        needs: Vec::new(),
        proven: Vec::new(),
        member: None,
        told: BTreeMap::new(),
        told_tenants: BTreeMap::new(),
        undelivered: BTreeSet::new(),
        evidence_erased: false,
        agent: None,
        about_child: false,
        appeal_of: None,
        details: None,
        routed: Vec::new(),
        course: Course::default(),
        next_action_at: Some(received_at),
    }
}
