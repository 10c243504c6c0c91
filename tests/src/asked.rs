//! A request of a person that says everything that one can say, and everything that can be done to one: whatever keeps requests
//! is tried with them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use privacy::clock::model::Kind;
use privacy::ids::{InstructionId, Platform, TenantId, UserId};
use privacy::ingest_gate::Flag;
use privacy::keys::KeyedRef;
use privacy::law::Law;
use privacy::law::governing::Basis;
use privacy::obligation::ObligationId;
use privacy::order_bundle::{OrderReason, OrderedAgain};
use privacy::subject_request::bounce::BounceCause;
use privacy::subject_request::findings::{Correction, Decision, Erased, EvidenceId, FieldName};
use privacy::subject_request::notice::Notice;
use privacy::subject_request::review::{Outcome, Review};
use privacy::subject_request::{
    Agent, Channel, ChildReview, Clocks, ConnectedAccount, Contact, Course, Declined, Deed, EmailAddress, Findings,
    Handle, Instructed, Member, PointKind, Proof, Proven, Relocated, Reopened, Routed, Sha256Hex, Standing,
    SubjectRequest, Words,
};

use crate::demo;

/// When all of it happens.
#[must_use]
pub fn now() -> Timestamp {
    "2026-03-10T12:00:00.125Z".parse().unwrap()
}

fn field(name: &str) -> FieldName {
    FieldName::parse(name).unwrap()
}

fn evidence() -> EvidenceId {
    EvidenceId::parse("file-7").unwrap()
}

fn decisions() -> [(FieldName, Decision); 4] {
    let value = demo::keys().evidence(&ObligationId::of_request(&[1; 20]), "Mia");
    [
        (field("city"), Decision::Instructed { evidence: evidence(), value: value.clone() }),
        (field("email"), Decision::Open),
        (field("name"), Decision::Applied { evidence: evidence(), value }),
        (field("phone"), Decision::Refused { evidence: evidence() }),
    ]
}

fn reviews() -> [Review; 4] {
    let document = Sha256Hex::parse(&"cd".repeat(32)).unwrap();
    [
        Review::DataPoints { compared: vec![field("day"), field("phone")], matched: vec![field("day")], noted: vec![] },
        Review::DataPoints { compared: vec![field("phone")], matched: vec![], noted: vec![field("phone")] },
        Review::AgentPermission { document: document.clone() },
        Review::PowerOfAttorney { document },
    ]
}

fn routed(tenant: &str, instruction: Option<InstructionId>) -> Routed {
    Routed {
        tenant: TenantId::parse(tenant).unwrap(),
        at: now(),
        dates: Law::built_in().unwrap().processor_dates(now()).unwrap().into(),
        done_at: instruction.is_some().then(now),
        declined: instruction.is_none().then(|| Declined {
            id: InstructionId::parse("ticket-8").unwrap(),
            reason: "legal-claims".to_owned(),
            at: now(),
        }),
        asked_time: instruction
            .is_none()
            .then(|| Instructed { id: InstructionId::parse("ticket-9").unwrap(), at: now() }),
        instruction: instruction.map(|id| Instructed { id, at: now() }),
    }
}

/// A request that says everything that one can say.
#[must_use]
pub fn full() -> SubjectRequest {
    let law = Law::built_in().unwrap();
    SubjectRequest {
        id: ObligationId::of_request(&[1; 20]),
        version: 1,
        kind: Kind::ConsentWithdrawal,
        regime: "US_VA".to_owned(),
        contact: Contact {
            email: EmailAddress::parse("mia@example.com").ok(),
            account: Some(ConnectedAccount {
                platform: Platform::parse("instagram").unwrap(),
                handle: Handle::parse("mia").unwrap(),
            }),
        },
        channel: Channel::Phone,
        received_at: now(),
        clocks: Clocks::start(&law.row("US_VA", Kind::Access).unwrap(), now()).unwrap(),
        standing: Standing::Received,
        needs: vec![Proof::EmailCode, Proof::AgentPermission],
        proven: vec![Proven { proof: Proof::AgentPermission, at: now() }],
        basis: Basis::FallbackUnknown,
        data_points: BTreeMap::from([(PointKind::Phone, KeyedRef::parse(&format!("v1-{}", "a".repeat(32))).unwrap())]),
        declaration: Words::parse("Mia Example").ok(),
        member: Some(Member { tenant: TenantId::parse("alder").unwrap(), user: UserId::parse("7").unwrap() }),
        is_address_vouched: true,
        told: BTreeMap::from([(Notice::Acknowledgement, 1), (Notice::AgentConfirmation, 3)]),
        told_tenants: BTreeMap::from([(
            TenantId::parse("tenant-alder").unwrap(),
            BTreeMap::from([(Notice::TenantForward, 1), (Notice::TenantReminder, 2)]),
        )]),
        undelivered: [Notice::Code, Notice::TenantTold].into(),
        evidence_erased: true,
        agent: Some(Agent {
            email: EmailAddress::parse("agent@example.org").ok(),
            name: Words::parse("An Agent").ok(),
            permission_sha256: Sha256Hex::parse(&"ab".repeat(32)).ok(),
            has_power_of_attorney: true,
        }),
        about_child: true,
        appeal_of: Some(ObligationId::of_request(&[9; 20])),
        details: Words::parse("line one\nline two").ok(),
        has_words_beside: false,
        routed: vec![routed("alder", None), routed("birch", InstructionId::parse("ticket-7").ok())],
        course: Course {
            begun_at: Some(now()),
            flags: vec![Flag::Quarantined],
            lifted: vec![Flag::NoMarketing, Flag::OptedOut],
            flagged: [KeyedRef::from_stored("v1-flagged".to_owned())].into(),
            people: ["v1-mia", "v1-mia-by-handle"].map(|name| KeyedRef::from_stored(name.to_owned())).into(),
            waits_since: Some(now()),
            parts_sought_at: Some(now()),
            is_known_by_categories: true,
            awaits_second_reader: true,
            unread: ["signals".to_owned()].into(),
            unshown: vec![Proof::Declaration],
            joined: Some(ObligationId::of_request(&[8; 20])),
            child: Some(ChildReview::Credible {
                at: now(),
                erase_by: "2026-03-20".parse().unwrap(),
                zone: "UTC".to_owned(),
                is_apart: true,
                child: Some(Contact { email: EmailAddress::parse("tim@example.org").ok(), account: None }),
            }),
            anew_by: Some(ObligationId::of_request(&[6; 20])),
            reopened: Some(Reopened { appeal: ObligationId::of_request(&[7; 20]), at: now(), was_answered: true }),
            relocated: Some(Relocated { at: now(), letters: 2 }),
            ordered_again: InstructionId::parse("ticket-9").ok().map(|id| OrderedAgain {
                id,
                reason: OrderReason::Spoilt,
                at: now(),
            }),
        },
        findings: Findings {
            corrections: decisions().map(|(field, decision)| Correction { field, decision }).into(),
            refused_parts: vec!["found-accurate".to_owned()],
            outcome: Some(Outcome::PartlyRetained),
            erased: Some(Erased::Removed),
        },
        next_action_at: Some(now() + SignedDuration::from_mins(10)),
    }
}

/// Everything that can be done to it.
#[must_use]
pub fn deeds() -> Vec<Deed> {
    let notice = "code".to_owned();
    let deeds = [
        Deed::Received,
        Deed::Paused { asked_at: now() },
        Deed::Resumed { answered_at: now() },
        Deed::Relocated { from: "EU_GDPR".to_owned(), to: "CA_CCPA".to_owned() },
        Deed::Told { notice: notice.clone(), tenant: None },
        Deed::Withheld,
        Deed::Told { notice: "tenant-told".to_owned(), tenant: TenantId::parse("tenant-alder").ok() },
        Deed::Bounced { notice, tenant: None, round: 3, cause: BounceCause::Complaint },
        Deed::Proved { proof: Proof::DataPoints },
        Deed::Proved { proof: Proof::Declaration },
        Deed::Extended,
        Deed::Begun,
        Deed::PartsSought,
        Deed::Routed { tenant: TenantId::parse("alder").unwrap() },
        Deed::Instructed {
            tenant: TenantId::parse("alder").unwrap(),
            instruction: InstructionId::parse("ticket-7").unwrap(),
        },
        Deed::Declined {
            tenant: TenantId::parse("alder").unwrap(),
            instruction: InstructionId::parse("ticket-8").unwrap(),
            reason: "legal-claims".to_owned(),
        },
        Deed::AskedTime {
            tenant: TenantId::parse("alder").unwrap(),
            instruction: InstructionId::parse("ticket-9").unwrap(),
        },
        Deed::CarriedOut { tenant: TenantId::parse("alder").unwrap() },
        Deed::LeftOff { tenant: TenantId::parse("alder").unwrap() },
        Deed::Flagged { flag: Flag::NoMarketing },
        Deed::Lifted { flag: Flag::NoMarketing, asked_in: Some(ObligationId::of_request(&[7; 20])) },
        Deed::Lifted { flag: Flag::OptedOut, asked_in: None },
        Deed::Withdrawn { proof: Some(Proof::EmailCode), evidence: None },
        Deed::Withdrawn { proof: None, evidence: Some(evidence()) },
        Deed::Waits,
        Deed::Joined { first: ObligationId::of_request(&[8; 20]) },
        Deed::FoundCredible,
        Deed::FoundNotCredible,
        Deed::Denied { reason: "unverifiable".to_owned() },
        Deed::RefusedPart { reason: "found-accurate".to_owned() },
        Deed::Reopened,
        Deed::OrderedAgain { order: InstructionId::parse("ticket-9").unwrap(), reason: OrderReason::Spoilt },
        Deed::Corrected { fields: full().findings.corrections },
        Deed::Closed { outcome: Outcome::Rejected, evidence: evidence() },
        Deed::Answered,
        Deed::CopyLacks { classes: vec!["signals".to_owned()] },
        Deed::Downloaded,
        Deed::BundleErased,
        Deed::EvidenceErased,
        Deed::ContactErased,
    ];
    let reviews = reviews().map(|review| Deed::Reviewed { review, is_shown: false });
    deeds.into_iter().chain(reviews).collect()
}
