//! What was stopped before anybody had shown anything, once nobody can show anything any more: flag, standing, trail and letter
//! say the same.

use std::collections::BTreeSet;

use super::lapses::{LATE, of_agent};
use super::*;
use crate::deny_request::{NotDenied, deny_request};
use crate::identity::{Handle, Identity};
use crate::ids::Platform;
use crate::ingest_gate::Flag;
use crate::law::denial::DenialReason;
use crate::legal_hold::Note;
use crate::lift_flag::{Lift, lift_flag};
use crate::record_act::NotDone;
use crate::review_proof::{Reading, review_proof};
use crate::subject_request::{Actor, By, ConnectedAccount, Sha256Hex, Turn};

fn by() -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Looked at it.").unwrap() }
}

impl Office {
    /// What taking in does at once.
    pub(super) async fn begin(&self, id: &ObligationId) {
        let (law, map, request) = (Law::built_in().unwrap(), prompt_map(), self.request(id));
        let fulfilment = Fulfilment {
            ledger: &self.world,
            vault: &self.world,
            queues: &self.world,
            keys: &self.keys,
            law: &law,
            map: &map,
            stuck_after: SignedDuration::from_mins(10),
        };
        fulfilment.begin(request, self.now()).await.unwrap();
    }

    async fn read_permission(&self, id: &ObligationId, document: &str) {
        let (law, reading) = (Law::built_in().unwrap(), Reading::Permission(Sha256Hex::parse(document).unwrap()));
        review_proof(&self.world, (&law, &self.keys), id, &reading, &by(), self.now()).await.unwrap();
    }

    async fn flags(&self) -> BTreeSet<Flag> {
        let mia = self.keys.suppressions(&Identity::Email(EmailAddress::parse("mia@example.com").unwrap()));
        self.world.flags(&mia).await.unwrap()
    }

    /// Acts since its acknowledgement, and the letter that is to go out.
    fn told(&self, id: &ObligationId) -> (Vec<Deed>, Option<Notice>) {
        let stored = self.world.stored();
        let deeds = stored.requests.acts[id].iter().map(|act| act.deed.clone());
        let deeds = deeds.filter(|deed| !matches!(deed, Deed::Received | Deed::Told { .. })).collect();
        (deeds, stored.requests.notices.last().map(|job| job.notice))
    }

    async fn lift(&self, id: &ObligationId, flag: Flag) {
        let (world, lift) = (&self.world, Lift { flag, asked_in: None });
        lift_flag(world, world, &self.keys, (id, &lift), &by(), (self.now(), None)).await.unwrap();
    }

    async fn deny(&self, id: &ObligationId, reason: DenialReason) -> Result<bool, NotDone<NotDenied>> {
        let (world, law) = (&self.world, Law::built_in().unwrap());
        deny_request(world, world, &law, id, reason, &by(), self.now()).await.map(|done| done.is_new)
    }
}

fn flag(kind: Kind) -> Flag {
    let flags = [(Kind::Objection, Flag::NoMarketing), (Kind::OptOut, Flag::OptedOut), (Kind::Limit, Flag::Limited)];
    flags.into_iter().find(|(of, _)| *of == kind).unwrap().1
}

#[tokio::test]
async fn what_an_agent_had_stopped_is_answered_and_never_denied_while_it_stands() {
    for kind in [Kind::OptOut, Kind::Limit, Kind::Objection] {
        let office = Office::new();
        let id = office.asked_for(1, of_agent(kind, None)).await;
        office.begin(&id).await;
        office.tell().await;
        assert_eq!(office.flags().await, [flag(kind)].into(), "{kind:?}");
        let mut swept = RequestsSwept::default();
        for day in LATE {
            office.move_to(day);
            swept = office.sweep().await;
            office.sweep().await;
            if office.request(&id).standing.closed_at().is_some() {
                break;
            }
        }
        assert_eq!(swept.denied, 0, "{kind:?}");
        let is_objection = kind == Kind::Objection;
        let request = office.request(&id);
        assert!(matches!(request.standing, Standing::Answered { in_part, .. } if in_part == is_objection), "{kind:?}");
        assert_eq!((office.flags().await, &request.course.flags), ([flag(kind)].into(), &vec![flag(kind)]));
        let (deeds, letter) = office.told(&id);
        let refused = || Deed::RefusedPart { reason: "permission-missing".to_owned() };
        let mut expected = vec![Deed::Flagged { flag: flag(kind) }, Deed::Answered];
        if is_objection {
            expected.insert(1, refused());
        }
        assert_eq!((&deeds[..expected.len()], letter), (&expected[..], Some(Notice::Answer)), "{kind:?}");
        assert_eq!(request.is_answered_unshown(), !is_objection, "{kind:?}");
        office.tell().await;
        assert!(office.request(&id).was_told(Notice::AgentAnswer, 1), "the agent hears it too");
    }
}

#[tokio::test]
async fn an_agent_s_document_that_staff_have_not_read_rings_and_nobody_is_told_that_it_was_not_shown() {
    for kind in [Kind::OptOut, Kind::Limit, Kind::Objection] {
        let office = Office::new();
        let id = office.asked_for(1, of_agent(kind, Some(&"ab".repeat(32)))).await;
        office.begin(&id).await;
        office.tell().await;
        if kind == Kind::Objection {
            office.enter_code(&id).await;
        }
        for day in LATE {
            office.move_to(day);
            for _ in 0..3 {
                office.world.pass(SignedDuration::from_hours(1));
                let swept = office.sweep().await;
                assert_eq!((swept.answered, swept.denied, swept.faults.len()), (0, 0, 0), "{kind:?} {day}");
                assert!(swept.last_day == 1 || day == LATE[0], "{kind:?}");
            }
        }
        assert_eq!(office.request(&id).turns(), [Turn::ReadPermission], "{kind:?}");
        // Of an objection the rest is late, by us; what is opted out of or limited is in force.
        let told = std::mem::take(&mut office.world.stored().requests.notices);
        assert!(told.iter().all(|job| job.notice == Notice::Late), "{kind:?}: {told:?}");
        assert_eq!(told.is_empty(), kind != Kind::Objection, "{kind:?}");
        // It is not the one that they named: now it was not shown.
        office.read_permission(&id, &"cd".repeat(32)).await;
        office.world.pass(SignedDuration::from_hours(1));
        office.sweep().await;
        office.sweep().await;
        let request = office.request(&id);
        let is_objection = kind == Kind::Objection;
        assert!(matches!(request.standing, Standing::Answered { in_part, .. } if in_part == is_objection), "{kind:?}");
        assert_eq!((request.is_answered_unshown(), office.told(&id).1), (!is_objection, Some(Notice::Answer)));
        assert_eq!(office.flags().await, [flag(kind)].into(), "{kind:?}");
    }
}

#[tokio::test]
async fn an_agent_whose_document_staff_have_read_is_answered_as_who_has_shown_it() {
    let office = Office::new();
    let id = office.asked_for(1, of_agent(Kind::OptOut, Some(&"ab".repeat(32)))).await;
    office.begin(&id).await;
    office.tell().await;
    office.read_permission(&id, &"ab".repeat(32)).await;
    office.sweep().await;
    let request = office.request(&id);
    assert!(matches!(request.standing, Standing::Answered { in_part: false, .. }), "{:?}", request.standing);
    assert!(!request.is_answered_unshown());
}

#[tokio::test]
async fn what_staff_believe_to_be_a_child_s_is_not_told_as_what_nobody_has_shown() {
    let office = Office::new();
    let id = office.asked_for(1, of_child(Kind::OptOut)).await;
    office.begin(&id).await;
    office.tell().await;
    let (law, now) = (Law::built_in().unwrap(), office.now());
    let read = crate::review_child_report::find_credible(&office.request(&id), None, &law, Actor::Service, now);
    let believed = read.unwrap().unwrap().request;
    let answered = SubjectRequest { standing: Standing::Answered { at: now, in_part: false }, ..believed };
    assert!(!answered.is_verified() && answered.is_done_at_once() && !answered.is_answered_unshown());
}

/// A report about a child, by an agent, about an account: what it asks for is in force since it was taken in.
fn of_child(kind: Kind) -> Ask {
    let contact = Contact {
        email: EmailAddress::parse("mia@example.com").ok(),
        account: Some(ConnectedAccount {
            platform: Platform::parse("instagram").unwrap(),
            handle: Handle::parse("tim").unwrap(),
        }),
    };
    Ask { about_child: true, contact, ..of_agent(kind, None) }
}

#[tokio::test]
async fn a_report_about_a_child_that_nobody_read_rings_though_what_it_asks_for_is_in_force() {
    for kind in [Kind::OptOut, Kind::Limit, Kind::Objection] {
        let office = Office::new();
        let id = office.asked_for(1, of_child(kind)).await;
        office.begin(&id).await;
        assert_eq!(office.request(&id).course.flags, [flag(kind)], "{kind:?}");
        office.tell().await;
        for day in LATE {
            office.move_to(day);
            for _ in 0..3 {
                office.world.pass(SignedDuration::from_hours(1));
                let swept = office.sweep().await;
                let came_to = (swept.unread_child_reports, swept.answered, swept.denied, swept.faults.len());
                assert_eq!(came_to, (1, 0, 0, 0), "{kind:?} {day}");
            }
        }
        assert_eq!(office.request(&id).turns().first(), Some(&Turn::ReviewChild), "{kind:?}");
    }
}

#[tokio::test]
async fn what_staff_have_lifted_is_denied_and_nothing_stands() {
    for kind in [Kind::OptOut, Kind::Limit, Kind::Objection] {
        let office = Office::new();
        let id = office.asked_for(1, of_agent(kind, None)).await;
        office.begin(&id).await;
        office.tell().await;
        office.lift(&id, flag(kind)).await;
        office.move_to(LATE[1]);
        office.sweep().await;
        assert!(
            matches!(office.request(&id).standing, Standing::Denied { reason, .. } if reason == "permission-missing")
        );
        assert!(office.flags().await.is_empty(), "{kind:?}");
    }
}

#[tokio::test]
async fn staff_deny_no_request_of_which_something_stands() {
    let office = Office::new();
    let missing = DenialReason::PermissionMissing;
    let opt_out = office.asked_for(1, of_agent(Kind::OptOut, None)).await;
    office.tell().await;
    // Also before the flag is noted: it is about to stand.
    let denied = office.deny(&opt_out, missing).await;
    assert!(matches!(denied, Err(NotDone::Refused(NotDenied::InForce))), "{denied:?}");
    office.begin(&opt_out).await;
    let denied = office.deny(&opt_out, missing).await;
    assert!(matches!(denied, Err(NotDone::Refused(NotDenied::InForce))), "{denied:?}");
    office.lift(&opt_out, Flag::OptedOut).await;
    assert!(office.deny(&opt_out, missing).await.unwrap());
    assert_eq!(office.request(&opt_out).standing.name(), "denied");
    assert!(office.flags().await.is_empty());
}

#[tokio::test]
async fn an_objection_that_staff_refuse_whole_ends_with_marketing_stopped_and_says_so() {
    for is_flagged in [false, true] {
        let office = Office::new();
        let id = office.asked_for(1, ask(Kind::Objection)).await;
        office.tell().await;
        if is_flagged {
            office.begin(&id).await;
        }
        assert!(office.deny(&id, DenialReason::ManifestlyUnfounded).await.unwrap());
        assert!(!office.deny(&id, DenialReason::ManifestlyUnfounded).await.unwrap(), "once");
        office.sweep().await;
        let request = office.request(&id);
        assert!(matches!(request.standing, Standing::Answered { in_part: true, .. }), "{:?}", request.standing);
        assert_eq!(office.flags().await, [Flag::NoMarketing].into());
        assert!(!office.deny(&id, DenialReason::ManifestlyUnfounded).await.unwrap(), "also once it has ended");
        let law = Law::built_in().unwrap();
        let words = request.reason_words(&law, DenialReason::ManifestlyUnfounded).unwrap();
        assert_eq!(Some(&words), law.model().denial[&DenialReason::ManifestlyUnfounded].rest.as_ref());
        assert!(!words.contains("did not act"), "{words}");
        office.sweep().await;
        assert_eq!(office.told(&id).1, Some(Notice::Answer));
        assert!(!request.is_objection_accepted());
        // An appeal may still be right about the rest.
        let appeal = office.asked_for(2, Ask { appeal_of: Some(id), ..ask(Kind::Appeal) }).await;
        let appeal = office.request(&appeal);
        let again = crate::reopen_request::reopen(&request, &appeal, &law, &by(), office.now()).unwrap().unwrap();
        assert!(again.request.findings.refused_parts.is_empty() && again.request.standing.closed_at().is_none());
    }
}

#[tokio::test]
async fn an_objection_that_staff_refused_is_denied_once_they_have_lifted_what_stood_of_it() {
    let office = Office::new();
    let (id, reason) = (office.asked_for(1, ask(Kind::Objection)).await, DenialReason::ManifestlyUnfounded);
    office.begin(&id).await;
    office.tell().await;
    assert!(office.deny(&id, reason).await.unwrap());
    office.lift(&id, Flag::NoMarketing).await;
    office.sweep().await;
    assert_eq!(office.request(&id).standing.closed_at(), None, "nothing stands that it could end with");
    assert!(office.deny(&id, reason).await.unwrap());
    assert!(!office.deny(&id, reason).await.unwrap(), "once");
    let request = office.request(&id);
    assert!(matches!(&request.standing, Standing::Denied { reason, .. } if reason == "manifestly-unfounded"));
    assert_eq!(office.told(&id).1, Some(Notice::Denial));
    let law = Law::built_in().unwrap();
    assert_eq!(request.reason_words(&law, reason).as_ref(), Some(&law.model().denial[&reason].text));
    assert!(office.flags().await.is_empty());
}

#[tokio::test]
async fn an_objection_that_nobody_shows_to_be_theirs_ends_marketing_and_nothing_else() {
    for enters_code in [false, true] {
        let office = Office::new();
        let id = office.asked_for(1, Ask { residence: Some("Germany".to_owned()), ..ask(Kind::Objection) }).await;
        office.begin(&id).await;
        assert_eq!(office.request(&id).needs, [Proof::EmailCode]);
        office.tell().await;
        assert_eq!((office.flags().await, office.request(&id).turns()), ([Flag::NoMarketing].into(), Vec::new()));
        if enters_code {
            office.enter_code(&id).await;
            office.sweep().await;
        }
        office.move_to(LATE[0]);
        office.sweep().await;
        office.sweep().await;
        let request = office.request(&id);
        let is_answered = matches!(request.standing, Standing::Answered { in_part: true, .. });
        assert_eq!(is_answered, !enters_code, "{:?}", request.standing);
        let turns: &[Turn] = if enters_code { &[Turn::Answer] } else { &[] };
        assert_eq!(request.turns(), turns, "staff weigh it once it is known whose it is");
        let refused: &[&str] = if enters_code { &[] } else { &["unverifiable"] };
        assert_eq!(request.findings.refused_parts, refused);
        assert_eq!(office.flags().await, [Flag::NoMarketing].into(), "and nothing else");
    }
}
