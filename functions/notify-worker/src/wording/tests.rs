mod agents;
mod brief;
mod businesses;
mod children;
mod days;
mod every;
mod outcomes;
mod safe;
mod ways_on;

use std::fmt::Write;

use expect_test::expect_file;
use jiff::Timestamp;
use privacy::clock::model::Kind;
use privacy::data_map::DataMap;
use privacy::ids::{Platform, TenantId};
use privacy::ingest_gate::Flag;
use privacy::keys::SubjectKeys;
use privacy::law::denial::DenialReason;
use privacy::obligation::ObligationId;
use privacy::policy::Model;
use privacy::subject_request::challenge::{Challenge, Code};
use privacy::subject_request::findings::Erased;
use privacy::subject_request::notice::NOT_REACHED;
use privacy::subject_request::pass::Pass;
use privacy::subject_request::review::Outcome;
use privacy::subject_request::{
    Agent, Channel, ChildReview, Clocks, ConnectedAccount, Contact, EmailAddress, Handle, Proof, Proven, Relocated,
    Routed, Standing, Words,
};

use super::*;

const BASE: &str = "https://api.kazozo.com";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Desk {
    model: Model,
    law: Law,
    code: Code,
    tenant: TenantId,
}

impl Desk {
    fn new() -> Self {
        let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
        let id = ObligationId::of_request(&[1; 20]);
        let (_, code) = Challenge::make(&keys, &id, Proof::EmailCode, &[7; 24], at("2026-03-05T12:00:00Z")).unwrap();
        Self {
            model: DataMap::built_in().unwrap().model().clone(),
            law: Law::built_in().unwrap(),
            code,
            tenant: TenantId::parse("tenant-alder").unwrap(),
        }
    }

    fn writer(&self) -> Writer<'_> {
        let Model { company, letters, .. } = &self.model;
        Writer { company, law: &self.law, base: BASE, tenant_answer: &letters.tenant_answer }
    }

    fn request(&self, regime: &str, kind: Kind) -> SubjectRequest {
        let received_at = at("2026-03-05T12:00:00Z");
        let row = self.law.row(regime, kind).or_else(|_| self.law.row("UNKNOWN", kind)).unwrap();
        SubjectRequest {
            id: ObligationId::of_request(&[1; 20]),
            version: 1,
            kind,
            regime: regime.to_owned(),
            contact: Contact {
                email: EmailAddress::parse("mia.marker@example.com").ok(),
                account: Some(ConnectedAccount {
                    platform: Platform::parse("instagram").unwrap(),
                    handle: Handle::parse("mia.marker.handle").unwrap(),
                }),
            },
            channel: Channel::Web,
            received_at,
            clocks: Clocks::start(&row, received_at).unwrap(),
            standing: Standing::InProgress { since: received_at },
            needs: vec![Proof::EmailCode],
            proven: Vec::new(),
            details: Words::parse("marker words <script>alert(1)</script>").ok(),
            ..self.plain()
        }
    }

    /// What no letter depends on.
    fn plain(&self) -> SubjectRequest {
        let stored = serde_json::json!({
            "id": ObligationId::of_request(&[1; 20]), "version": 1, "kind": "access", "regime": "UNKNOWN", "contact": {},
            "channel": "web", "received_at": "2026-03-05T12:00:00Z", "state": "received",
            "clocks": Clocks::start(&self.law.row("UNKNOWN", Kind::Access).unwrap(), at("2026-03-05T12:00:00Z")).unwrap(),
        });
        serde_json::from_value(stored).unwrap()
    }

    fn letter<'a>(&'a self, request: &'a SubjectRequest, notice: Notice) -> Letter<'a> {
        let has_code = matches!(notice, Notice::Acknowledgement | Notice::Code | Notice::AgentConfirmation);
        let email = request.contact.email.as_ref().unwrap();
        Letter {
            request,
            notice,
            tenant: notice.is_to_tenant().then_some(&self.tenant),
            recipient: Recipient::Email(email),
            round: if notice == Notice::Routed { PASSED_ON } else { 1 },
            now: request.received_at,
            code: has_code.then_some(&self.code),
            pass: None,
        }
    }

    /// A request that can be told a notice.
    fn telling(&self, notice: Notice, regime: &str, kind: Kind) -> SubjectRequest {
        let request = self.request(regime, kind);
        let now = at("2026-03-20T08:00:00Z");
        match notice {
            Notice::Extension => {
                let row = self.law.row(regime, kind).unwrap();
                let reason = "many records\r\nBcc: all@example.com <b>in old systems</b>";
                let clocks = request.clocks.extend(&row, request.received_at, reason, now).unwrap();
                SubjectRequest { clocks, ..request }
            }
            Notice::Answer => SubjectRequest { standing: Standing::Answered { at: now, in_part: true }, ..request },
            Notice::Denial => {
                let standing = Standing::Denied { at: now, reason: "unverifiable".to_owned() };
                SubjectRequest { standing, ..request }
            }
            Notice::Withdrawal | Notice::TenantWithdrawal => {
                SubjectRequest { standing: Standing::Withdrawn { at: now, in_part: false }, ..request }
            }
            Notice::AgentConfirmation => SubjectRequest { agent: Some(agent()), ..request },
            Notice::AgentExtension => self.telling(Notice::Extension, regime, kind),
            Notice::AgentLate => SubjectRequest { agent: Some(agent()), ..request },
            Notice::AgentAnswer => self.telling(Notice::Answer, regime, kind),
            Notice::AgentDenial => self.telling(Notice::Denial, regime, kind),
            Notice::Relocated => {
                let mut request = request;
                request.course.relocated = Some(Relocated { at: now, letters: 1 });
                request
            }
            Notice::Quarantined => believed(request),
            Notice::AgentWithdrawal => self.telling(Notice::Withdrawal, regime, kind),
            Notice::Acknowledgement | Notice::Code | Notice::Late | Notice::Routed | Notice::TenantTold => request,
            Notice::TenantForward | Notice::TenantReminder => self.handed_over(request),
        }
    }

    /// With a part of the business that letters go to.
    fn handed_over(&self, request: SubjectRequest) -> SubjectRequest {
        let part = Routed {
            tenant: self.tenant.clone(),
            at: request.received_at,
            dates: self.law.processor_dates(request.received_at).unwrap().into(),
            instruction: None,
            declined: None,
            asked_time: None,
            done_at: None,
        };
        SubjectRequest { routed: vec![part], ..request }
    }

    fn keys(&self) -> SubjectKeys {
        SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap()
    }

    fn mail(&self, letter: &Letter<'_>) -> (String, String, String) {
        let wording = self.writer().mail(letter);
        let parts = (blocks::text(&wording, &self.model.company), blocks::html(&wording, &self.model.company));
        (wording.subject, parts.0, parts.1)
    }
}

/// A report that staff believe, about the account that it names.
fn believed(request: SubjectRequest) -> SubjectRequest {
    let mut believed = SubjectRequest { about_child: true, ..request };
    believed.course.child = Some(ChildReview::Credible {
        at: at("2026-03-06T12:00:00Z"),
        erase_by: "2026-03-15".parse().unwrap(),
        zone: "UTC".to_owned(),
        is_apart: false,
        child: None,
    });
    believed
}

/// What agents hear of, by mail only.
const AGENT: [Notice; 5] =
    [Notice::AgentExtension, Notice::AgentLate, Notice::AgentAnswer, Notice::AgentDenial, Notice::AgentWithdrawal];

fn agent() -> Agent {
    Agent {
        email: EmailAddress::parse("agent.marker@example.org").ok(),
        name: Words::parse("Marker & Sons <img src=x>").ok(),
        permission_sha256: None,
        has_power_of_attorney: false,
    }
}

fn shown(title: &str, (subject, text, _): &(String, String, String)) -> String {
    format!("=== {title}\nSubject: {subject}\n\n{text}\n")
}
