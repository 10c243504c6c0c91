use std::collections::BTreeMap;

use super::*;
use crate::clock::model::Kind;
use crate::ids::{Platform, TenantId, UserId};
use crate::law::Law;
use crate::obligation::ObligationId;
use crate::subject_request::{Agent, Channel, Clocks, Contact, EmailAddress, Handle, Standing};

fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

/// A request with everything that somebody can say of themselves.
fn request(needs: &[Proof], proven: &[Proof]) -> SubjectRequest {
    let law = Law::built_in().unwrap();
    let account =
        ConnectedAccount { platform: Platform::parse("instagram").unwrap(), handle: Handle::parse("@Mia").unwrap() };
    SubjectRequest {
        id: ObligationId::of_request(&[1; 20]),
        version: 1,
        kind: Kind::Erasure,
        regime: "EU_GDPR".to_owned(),
        basis: crate::law::governing::Basis::Own,
        contact: Contact { email: EmailAddress::parse("Mia@Example.com").ok(), account: Some(account) },
        channel: Channel::Web,
        received_at: now(),
        clocks: Clocks::start(&law.row("EU_GDPR", Kind::Erasure).unwrap(), now()).unwrap(),
        standing: Standing::Received,
        needs: needs.to_vec(),
        proven: proven.iter().map(|proof| Proven { proof: *proof, at: now() }).collect(),
        data_points: BTreeMap::new(),
        declaration: None,
        member: Some(Member { tenant: TenantId::parse("alder").unwrap(), user: UserId::parse("7").unwrap() }),
        told: BTreeMap::new(),
        told_tenants: BTreeMap::new(),
        undelivered: std::collections::BTreeSet::new(),
        evidence_erased: false,
        agent: None,
        about_child: false,
        appeal_of: None,
        details: None,
        routed: Vec::new(),
        course: crate::subject_request::Course::default(),
        findings: crate::subject_request::Findings::default(),
        next_action_at: None,
    }
}

fn found(request: &SubjectRequest) -> Vec<String> {
    request.identities().iter().map(Identity::canonical).collect()
}

#[test]
fn a_request_is_about_what_was_proven_and_not_about_what_was_said() {
    const EMAIL: &str = "email/email/mia@example.com";
    const HANDLE: &str = "instagram/handle/mia";
    const MEMBER: &str = "dashboard/member/alder/7";
    for (proven, expected) in [
        (&[][..], &[][..]),
        (&[Proof::EmailCode], &[EMAIL]),
        (&[Proof::HandleCode], &[HANDLE]),
        (&[Proof::AccountLogin], &[MEMBER]),
        (&[Proof::EmailCode, Proof::HandleCode, Proof::AccountLogin], &[EMAIL, HANDLE, MEMBER]),
        (&[Proof::DataPoints], &[]),
        (&[Proof::EmailCode, Proof::DataPoints], &[EMAIL]),
        (&[Proof::AgentPermission], &[]),
        (&[Proof::EmailCode, Proof::AgentPermission], &[EMAIL]),
    ] {
        assert_eq!(found(&request(&[], proven)), expected, "{proven:?}");
    }
}

#[test]
fn until_it_is_verified_it_is_about_nobody() {
    let half = request(&[Proof::EmailCode, Proof::DataPoints], &[Proof::EmailCode]);
    assert_eq!(found(&half), [""; 0]);
}

#[test]
fn a_power_of_attorney_names_the_person_once_staff_have_read_it() {
    let agent =
        |has_power_of_attorney| Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney };
    let said = SubjectRequest { agent: Some(agent(true)), ..request(&[Proof::AgentPermission], &[]) };
    let read =
        SubjectRequest { agent: Some(agent(true)), ..request(&[Proof::AgentPermission], &[Proof::AgentPermission]) };
    let permission = SubjectRequest { agent: Some(agent(false)), ..read.clone() };
    assert_eq!((found(&said).len(), found(&read).len(), found(&permission).len()), (0, 2, 0));
}
