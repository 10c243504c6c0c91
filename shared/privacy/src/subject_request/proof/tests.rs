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
        is_address_vouched: false,
        evidence_erased: false,
        agent: None,
        about_child: false,
        appeal_of: None,
        details: None,
        has_words_beside: false,
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

#[test]
fn what_harms_nobody_goes_by_what_is_said_and_the_rest_by_what_is_proven() {
    for kind in Kind::ALL {
        let said = SubjectRequest { kind, ..request(&[], &[]) };
        let by_word = matches!(kind, Kind::OptOut | Kind::Limit | Kind::Objection);
        // The member stands in it; nobody logged in as one.
        assert_eq!(said.about().len(), if by_word { 2 } else { 0 }, "{kind:?}");
        let is_read_only = matches!(kind, Kind::Appeal | Kind::Complaint);
        assert_eq!(said.names_nobody(), !by_word && !is_read_only, "{kind:?}");
        let proven = SubjectRequest { kind, ..request(&[], &[Proof::EmailCode]) };
        assert!(!proven.names_nobody(), "{kind:?}");
    }
}

#[test]
fn an_objection_is_about_what_was_proven_unless_nothing_was_to_be_shown_for_it() {
    const AGENT: Proof = Proof::AgentPermission;
    for (needs, proven, expected) in [
        (&[][..], &[][..], 2),
        (&[AGENT], &[], 0),
        (&[AGENT], &[AGENT], 2),
        (&[Proof::EmailCode], &[], 0),
        (&[Proof::EmailCode], &[Proof::EmailCode], 1),
        (&[Proof::EmailCode, AGENT], &[AGENT], 0),
        (&[Proof::EmailCode, AGENT], &[Proof::EmailCode, AGENT], 1),
        (&[Proof::AccountLogin], &[Proof::AccountLogin], 1),
    ] {
        let objection = SubjectRequest { kind: Kind::Objection, ..request(needs, proven) };
        assert_eq!(objection.about().len(), expected, "{needs:?} {proven:?}");
        assert_eq!(objection.objecting(), objection.about(), "{needs:?} {proven:?}");
    }
}

#[test]
fn a_bundle_is_opened_by_what_was_shown_and_by_the_login_where_there_was_one() {
    for (proven, expected) in [
        (&[][..], None),
        (&[Proof::EmailCode], Some(Proof::EmailCode)),
        (&[Proof::HandleCode], Some(Proof::HandleCode)),
        (&[Proof::EmailCode, Proof::HandleCode], Some(Proof::EmailCode)),
        (&[Proof::AccountLogin], Some(Proof::AccountLogin)),
        (&[Proof::EmailCode, Proof::AccountLogin], Some(Proof::AccountLogin)),
        (&[Proof::DataPoints, Proof::AgentPermission], None),
    ] {
        assert_eq!(request(&[], proven).opened_by(), expected, "{proven:?}");
    }
    assert_eq!(request(&[Proof::EmailCode, Proof::DataPoints], &[Proof::EmailCode]).opened_by(), None, "not verified");
    assert_eq!(request(&[], &[Proof::EmailCode]).user(), None, "no code opens an account");
    assert!(request(&[], &[Proof::AccountLogin]).user().is_some());
}

#[test]
fn it_is_somebody_s_turn_when_what_is_to_be_done_is_about_nobody() {
    let in_work = Standing::InProgress { since: now() };
    let nobody = SubjectRequest { standing: in_work.clone(), ..request(&[], &[]) };
    assert_eq!(nobody.turns(), [super::super::Turn::FindPerson]);
    let somebody = SubjectRequest { standing: in_work, ..request(&[], &[Proof::EmailCode]) };
    assert_eq!(somebody.turns(), []);
}

#[test]
fn a_power_of_attorney_opens_nothing_at_the_address_of_the_agent_where_an_account_stands_beside_it() {
    let agent = |email: &str| Agent {
        email: EmailAddress::parse(email).ok(),
        name: None,
        permission_sha256: None,
        has_power_of_attorney: true,
    };
    let of = |email| SubjectRequest {
        agent: Some(agent(email)),
        ..request(&[Proof::AgentPermission], &[Proof::AgentPermission])
    };
    assert_eq!(of("leo@example.org").opened_by(), Some(Proof::EmailCode));
    assert_eq!(of("MIA@example.com").opened_by(), Some(Proof::HandleCode));
    // Whoever reads that mailbox asks for what is tied to it, and no more.
    let mut alone = of("mia@example.com");
    alone.contact.account = None;
    assert_eq!(alone.opened_by(), Some(Proof::EmailCode));
    assert!(
        [of("leo@example.org"), of("mia@example.com"), alone].iter().all(SubjectRequest::is_opened_by_word_of_agent)
    );
    assert!(!request(&[Proof::EmailCode], &[Proof::EmailCode]).is_opened_by_word_of_agent());
    assert!(!request(&[], &[Proof::AccountLogin]).is_opened_by_word_of_agent());
}
