mod agents;
mod brief;
mod businesses;
mod outcomes;

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
    Agent, Channel, Clocks, ConnectedAccount, Contact, EmailAddress, Handle, Proof, Proven, Standing, Words,
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
            Notice::AgentConfirmation => SubjectRequest { agent: Some(agent()), ..request },
            Notice::AgentExtension => self.telling(Notice::Extension, regime, kind),
            Notice::AgentAnswer => self.telling(Notice::Answer, regime, kind),
            Notice::AgentDenial => self.telling(Notice::Denial, regime, kind),
            Notice::Acknowledgement
            | Notice::Code
            | Notice::Routed
            | Notice::TenantForward
            | Notice::TenantReminder
            | Notice::TenantTold => request,
        }
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

/// What agents hear of, by mail only.
const AGENT: [Notice; 3] = [Notice::AgentExtension, Notice::AgentAnswer, Notice::AgentDenial];

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

#[test]
fn every_letter_says_what_it_has_to() {
    let desk = Desk::new();
    let mut all = String::new();
    for notice in Notice::ALL {
        let request = desk.telling(notice, "EU_GDPR", Kind::Access);
        all += &shown(notice.as_str(), &desk.mail(&desk.letter(&request, notice)));
    }
    let request = SubjectRequest { agent: Some(agent()), ..desk.request("CA_CCPA", Kind::Erasure) };
    let to_agent = request.agent.as_ref().unwrap().email.as_ref().unwrap();
    let letter = desk.letter(&request, Notice::Acknowledgement);
    let letter = Letter { recipient: Recipient::Email(to_agent), code: None, ..letter };
    all += &shown("acknowledgement, to an agent", &desk.mail(&letter));
    let request = SubjectRequest { needs: Vec::new(), ..desk.request("US_VA", Kind::OptOut) };
    let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    all += &shown("acknowledgement, nothing to show", &desk.mail(&letter));
    let request = SubjectRequest { needs: vec![Proof::DataPoints], ..desk.request("CA_CCPA", Kind::Know) };
    let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    all += &shown("acknowledgement, something else to show", &desk.mail(&letter));
    let letter = Letter { round: NOT_REACHED, ..desk.letter(&request, Notice::Routed) };
    all += &shown("routed, the business cannot be reached", &desk.mail(&letter));
    let pass = Pass::of(&desk.keys(), "email#mia.marker@example.com", 20_000).unwrap();
    let letter = Letter { pass: Some(&pass), code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    all += &shown("no more letters today", &desk.mail(&letter));
    for (title, erased) in [
        ("answer, erasure", Some(Erased::Removed)),
        ("answer, erasure of nothing", Some(Erased::Nothing)),
        ("answer, erasure of nothing but what stays", Some(Erased::Kept)),
        ("answer, erasure, nobody noted what came of it", None),
    ] {
        let in_part = erased == Some(Erased::Kept);
        let standing = Standing::Answered { at: at("2026-03-20T08:00:00Z"), in_part };
        let mut request = SubjectRequest { standing, needs: Vec::new(), ..desk.request("CA_CCPA", Kind::Erasure) };
        request.findings.erased = erased;
        all += &shown(title, &desk.mail(&desk.letter(&request, Notice::Answer)));
    }
    for (regime, kind, reason) in [
        ("CA_CCPA", Kind::Appeal, "not-a-right-here"),
        ("UK_GDPR", Kind::Erasure, "unverifiable"),
        ("US_VA", Kind::Access, "excessive"),
    ] {
        let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.to_owned() };
        let request = SubjectRequest { standing, ..desk.request(regime, kind) };
        all += &shown(&format!("denial, {regime}, {reason}"), &desk.mail(&desk.letter(&request, Notice::Denial)));
    }
    expect_file!["letters.txt"].assert_eq(&all.replace('\u{a0}', " "));
}

#[test]
fn the_markup_of_a_letter_loads_nothing_and_says_the_same() {
    let desk = Desk::new();
    let request = desk.telling(Notice::Acknowledgement, "EU_GDPR", Kind::Access);
    let (_, _, markup) = desk.mail(&desk.letter(&request, Notice::Acknowledgement));
    expect_file!["acknowledgement.html"].assert_eq(&(markup.replace("><", ">\n<").replace('\u{a0}', " ") + "\n"));
    for notice in Notice::ALL {
        let request = desk.telling(notice, "EU_GDPR", Kind::Access);
        let (subject, text, markup) = desk.mail(&desk.letter(&request, notice));
        for word in ["<script", "<img", "<link", "src=", "url(", "<b>", "http://"] {
            assert!(!markup.contains(word), "{notice:?}: {word}");
        }
        assert!(markup.contains("<html lang=\"en\">") && markup.contains(&format!("<title>{subject}</title>")));
        // Every link and every long word of one stands in the other.
        let plain = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", "\"");
        for word in text.split_whitespace().filter(|word| word.len() > 6) {
            let word = word.trim_end_matches([':', ',', '.']);
            assert!(plain.contains(word), "{notice:?}: {word}");
        }
    }
}

#[test]
fn no_letter_holds_anything_of_a_person_and_no_word_of_theirs_becomes_a_header_or_markup() {
    let desk = Desk::new();
    for notice in Notice::ALL {
        for kind in [Kind::Access, Kind::Erasure] {
            let request = SubjectRequest { agent: Some(agent()), ..desk.telling(notice, "EU_GDPR", kind) };
            let letter = desk.letter(&request, notice);
            let (subject, text, markup) = desk.mail(&letter);
            let message = desk.writer().message(&letter);
            for part in [&subject, &text, &markup, &message] {
                for word in ["mia", "Mia", "marker", "Marker", "agent.marker", "alert(1)", "tenant-alder"] {
                    assert!(!part.contains(word), "{notice:?}: {word}");
                }
            }
            assert!(!subject.contains(['\r', '\n']), "{notice:?}");
            assert!(!text.contains('\r') && !text.contains("\nBcc:"), "{notice:?}");
            // The code stands where it belongs and nowhere else.
            assert_eq!(text.contains(desk.code.expose()), letter.code.is_some(), "{notice:?}");
            assert!(!subject.contains(desk.code.expose()), "{notice:?}");
            // A business never gets the reference that opens the person's page.
            let opens = text.contains(request.id.as_str()) || markup.contains(request.id.as_str());
            assert_eq!(opens, !notice.is_to_tenant(), "{notice:?}");
        }
    }
}

#[test]
fn every_denial_names_a_reason_and_every_way_on_that_the_law_has() {
    let desk = Desk::new();
    for regime in ["EU_GDPR", "UK_GDPR", "CA_CCPA", "US_VA", "BR_LGPD", "UNKNOWN", "NO_SUCH_REGIME"] {
        for reason in DenialReason::ALL.into_iter().map(DenialReason::as_str).chain(["no-such-reason"]) {
            let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.to_owned() };
            let request = SubjectRequest { standing, ..desk.request(regime, Kind::Erasure) };
            let letter = desk.letter(&request, Notice::Denial);
            let (_, text, _) = desk.mail(&letter);
            assert!(text.contains("Complain to: "), "{regime} {reason}: {text}");
            let known =
                DenialReason::parse(reason).and_then(|reason| desk.law.denial(reason, regime, Kind::Erasure).ok());
            if let Some(known) = known {
                assert!(text.contains(&known.denial.text), "{regime} {reason}");
                assert_eq!(text.contains("Ask us to look again"), known.routes.appeal.is_some(), "{regime} {reason}");
                assert_eq!(text.contains("Go to court"), known.routes.court.is_some(), "{regime} {reason}");
            }
        }
    }
}

#[test]
fn what_is_verified_is_told_that_nothing_is_left_to_do() {
    let desk = Desk::new();
    let proven = vec![Proven { proof: Proof::EmailCode, at: at("2026-03-05T12:05:00Z") }];
    let request = SubjectRequest { proven, ..desk.request("EU_GDPR", Kind::Access) };
    let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    assert!(desk.mail(&letter).1.contains("You need do nothing more."));
}

#[test]
fn a_file_is_promised_only_where_somebody_has_shown_what_opens_it() {
    let desk = Desk::new();
    for kind in [Kind::Access, Kind::Know, Kind::Portability] {
        for (proof, is_ready) in [(Proof::EmailCode, true), (Proof::AgentPermission, false)] {
            let at = at("2026-03-20T08:00:00Z");
            let (needs, proven) = (vec![proof], vec![Proven { proof, at }]);
            let standing = Standing::Answered { at, in_part: false };
            let request = SubjectRequest { standing, needs, proven, ..desk.request("EU_GDPR", kind) };
            let letter = desk.letter(&request, Notice::Answer);
            for text in [desk.mail(&letter).1, desk.writer().message(&letter)] {
                assert_eq!(text.contains("Your data is ready"), is_ready, "{kind:?}: {text}");
                assert_eq!(text.contains("There is no file"), !is_ready, "{kind:?}: {text}");
            }
        }
    }
}
