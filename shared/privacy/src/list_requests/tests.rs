use super::*;
use crate::law::Law;
use crate::memory::{World, asked, erased, erasure_of};
use crate::record_bounce::record_bounce;
use crate::subject_request::bounce::{BounceCause, BounceReport, LetterName};
use crate::subject_request::notice::Notice;
use crate::subject_request::{Actor, Clocks, Proof, Proven};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-20T09:00:00Z")
}

/// In work, received on a day of March 2026.
fn request(number: u8, kind: Kind, day: u8) -> SubjectRequest {
    let received_at = at(&format!("2026-03-{day:02}T12:00:00Z"));
    let request = asked(number, kind, Some("mia@example.com"), None, received_at);
    let proven = vec![Proven { proof: Proof::EmailCode, at: received_at }];
    SubjectRequest { standing: Standing::InProgress { since: received_at }, proven, ..request }
}

fn world(requests: &[SubjectRequest]) -> World {
    let world = World::new(now(), 100);
    for request in requests {
        world.stored().requests.heads.insert(request.id.clone(), request.clone());
    }
    world
}

async fn list(world: &World, filter: &Filter) -> Vec<SubjectRequest> {
    let page = list_requests(world, filter, None, 100, now()).await.unwrap();
    assert!(page.is_complete && page.next.is_none());
    page.requests.into_iter().map(|listed| listed.request).collect()
}

/// Three that wait for nobody, three that wait for staff, a report about a child.
fn some() -> [SubjectRequest; 7] {
    let needs = vec![Proof::AgentPermission];
    let waiting = Standing::AwaitingVerification;
    [
        SubjectRequest { about_child: true, standing: waiting.clone(), ..request(1, Kind::Erasure, 19) },
        request(2, Kind::Correction, 2),
        SubjectRequest { needs, standing: waiting, ..request(3, Kind::Access, 10) },
        SubjectRequest { undelivered: [Notice::Code].into(), ..request(4, Kind::Access, 12) },
        request(5, Kind::Access, 1),
        request(6, Kind::Access, 2),
        request(7, Kind::Portability, 18),
    ]
}

#[tokio::test]
async fn children_come_first_then_everything_by_its_day() {
    let mut shuffled = some();
    shuffled.reverse();
    let by_day = [1, 5, 2, 6, 3, 4, 7].map(|number: usize| some()[number - 1].clone());
    assert_eq!(list(&world(&shuffled), &Filter::default()).await, by_day);
}

#[tokio::test]
async fn what_is_open_stands_above_what_is_closed_whosever_turn_it_is() {
    let machine_s = request(1, Kind::Access, 2);
    let mut unread = request(2, Kind::Access, 3);
    (unread.standing, unread.needs) = (Standing::AwaitingVerification, vec![Proof::AgentPermission]);
    let mut bounced = request(3, Kind::Access, 1);
    bounced.standing = Standing::Answered { at: now(), in_part: false };
    bounced.undelivered.insert(Notice::Answer);
    let wanted = [machine_s, unread, bounced];
    assert_eq!(list(&world(&wanted), &Filter::default()).await, wanted);
}

/// Denied and settled: the letter is out, and what served to verify it is erased.
fn settled(number: u8, undelivered: &[Notice]) -> SubjectRequest {
    SubjectRequest {
        standing: Standing::Denied { at: now(), reason: "excessive".to_owned() },
        told: [(Notice::Denial, 1)].into(),
        undelivered: undelivered.iter().copied().collect(),
        evidence_erased: true,
        next_action_at: None,
        ..request(number, Kind::Access, 1)
    }
}

#[tokio::test]
async fn how_it_ended_and_reached_nobody_stays_on_the_list_until_nothing_says_where_they_are_reached() {
    let [lost, arrived, other] = [settled(1, &[Notice::Denial]), settled(2, &[Notice::Code]), settled(3, &[])];
    assert!([&lost, &arrived, &other].iter().all(|request| request.settled_at() == Some(now())));
    let world = world(&[lost.clone(), arrived, other.clone()]);
    let state = Some("denied".to_owned());
    let filters = [
        Filter::default(),
        Filter { is_waiting: Some(true), ..Filter::default() },
        Filter { is_bounced: Some(true), ..Filter::default() },
        Filter { is_bounced: Some(true), kind: Some(Kind::Access), ..Filter::default() },
    ];
    for filter in &filters {
        assert_eq!(list(&world, filter).await, std::slice::from_ref(&lost), "{filter:?}");
    }
    assert_eq!(list(&world, &Filter { state, ..Filter::default() }).await.len(), 3, "each once");
    for none in [
        Filter { is_waiting: Some(false), ..Filter::default() },
        Filter { is_bounced: Some(false), ..Filter::default() },
        Filter { state: Some("in-progress".to_owned()), ..Filter::default() },
    ] {
        assert_eq!(list(&world, &none).await, [], "{none:?}");
    }
    let letter = LetterName { notice: Notice::Denial, round: 1, tenant: None };
    let report = BounceReport { request: other.id.clone(), letter, cause: BounceCause::Bounce };
    record_bounce(&world, &report, now()).await.unwrap();
    let ids = |requests: Vec<SubjectRequest>| requests.into_iter().map(|request| request.id).collect::<BTreeSet<_>>();
    for filter in &filters {
        assert_eq!(ids(list(&world, filter).await), [lost.id.clone(), other.id.clone()].into(), "{filter:?}");
    }
    for id in [&lost.id, &other.id] {
        let scrubbed = world.stored().requests.heads[id].clone().without_contact();
        world.stored().requests.heads.insert(id.clone(), scrubbed);
    }
    assert_eq!(list(&world, &Filter::default()).await, []);
}

#[tokio::test]
async fn an_objection_waits_for_staff_from_its_proof_to_its_answer() {
    let objection = request(1, Kind::Objection, 2);
    let turns = |standing: &Standing| SubjectRequest { standing: standing.clone(), ..objection.clone() }.turns();
    let (waiting, answered) = (Standing::AwaitingVerification, Standing::Answered { at: now(), in_part: false });
    assert_eq!(turns(&objection.standing), [Turn::Answer], "what else they object to is weighed by a person");
    assert_eq!((turns(&waiting), turns(&answered)), (vec![], vec![]));
    let world = world(&[request(2, Kind::Access, 1), objection.clone()]);
    let last = list(&world, &Filter::default()).await.pop().unwrap();
    assert_eq!(last.id, objection.id, "below what is due earlier, though that waits for nobody");
    let waits = Filter { is_waiting: Some(true), ..Filter::default() };
    assert_eq!(list(&world, &waits).await, [objection]);
}

#[tokio::test]
async fn a_filter_narrows_by_what_it_says_and_nothing_else() {
    let world = world(&some());
    let numbers = async |filter: Filter| -> Vec<u8> {
        let found = list(&world, &filter).await;
        let some = some();
        found.iter().filter_map(|one| some.iter().position(|other| other == one)).map(|place| place as u8 + 1).collect()
    };
    let none = Filter::default;
    let day = |text: &str| Some(text.parse().unwrap());
    let cases = [
        (Filter { state: Some("awaiting-verification".to_owned()), ..none() }, vec![1, 3]),
        (Filter { kind: Some(Kind::Access), ..none() }, vec![5, 6, 3, 4]),
        // Received on 1 March: 30 days, 31 March.
        (Filter { due_before: day("2026-04-01"), ..none() }, vec![5]),
        (Filter { due_before: day("2026-03-31"), ..none() }, vec![]),
        (Filter { is_waiting: Some(true), ..none() }, vec![1, 2, 3, 4]),
        (Filter { is_waiting: Some(false), ..none() }, vec![5, 6, 7]),
        (Filter { is_about_child: Some(true), ..none() }, vec![1]),
        (Filter { is_bounced: Some(true), ..none() }, vec![4]),
        (Filter { is_overdue: Some(true), ..none() }, vec![]),
        (Filter { kind: Some(Kind::Access), is_waiting: Some(true), ..none() }, vec![3, 4]),
    ];
    for (filter, expected) in cases {
        assert_eq!(numbers(filter.clone()).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn at_five_on_the_due_day_it_is_due_today_and_not_overdue_wherever_the_day_ends() {
    let (law, received_at) = (Law::built_in().unwrap(), at("2026-03-02T20:00:00Z"));
    let clocks = Clocks::start(&law.row("CA_CCPA", Kind::Access).unwrap(), received_at).unwrap();
    assert_eq!((clocks.legal.date.to_string(), clocks.zone.as_str()), ("2026-04-16".into(), "America/Los_Angeles"));
    let request = SubjectRequest { clocks, received_at, ..request(1, Kind::Access, 2) };
    let world = world(&[request]);
    for (now, days_left, is_overdue) in [
        ("2026-04-16T06:59:59Z", 1, false),
        ("2026-04-16T07:00:00Z", 0, false),
        // Five in the afternoon in Los Angeles, the next day in Brussels.
        ("2026-04-17T00:00:00Z", 0, false),
        ("2026-04-17T06:59:59Z", 0, false),
        ("2026-04-17T07:00:00Z", -1, true),
    ] {
        let page = list_requests(&world, &Filter::default(), None, 10, at(now)).await.unwrap();
        let listed = &page.requests[0];
        assert_eq!((listed.days_left, listed.is_overdue), (days_left, is_overdue), "{now}");
        let overdue = Filter { is_overdue: Some(true), ..Filter::default() };
        assert_eq!(
            list_requests(&world, &overdue, None, 10, at(now)).await.unwrap().requests.len(),
            usize::from(is_overdue)
        );
    }
}

#[tokio::test]
async fn pages_hold_every_request_once_and_a_cursor_is_for_its_own_list() {
    let many: Vec<SubjectRequest> = (1..=25).map(|number| request(number, Kind::Access, 1 + number % 4)).collect();
    let (world, filter) = (world(&many), Filter { kind: Some(Kind::Access), ..Filter::default() });
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = list_requests(&world, &filter, after.as_ref(), 7, now()).await.unwrap();
        seen.extend(page.requests.iter().map(|listed| listed.request.id.clone()));
        let Some(next) = page.next else { break };
        let text = next.to_text();
        assert_eq!(Cursor::parse(&text, &filter), Ok(next.clone()));
        assert_eq!(Cursor::parse(&text, &Filter::default()), Err(InvalidCursor), "of another list");
        for bad in ["", "x", &text[1..], &format!("{text}A"), &text.to_uppercase(), "MS4wLjAueC55"] {
            assert_eq!(Cursor::parse(bad, &filter), Err(InvalidCursor), "{bad}");
        }
        after = Some(next);
    }
    let all: BTreeSet<ObligationId> = many.iter().map(|request| request.id.clone()).collect();
    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>()), (25, all));
}

#[tokio::test]
async fn the_state_is_that_of_the_erasure_and_what_is_closed_is_shown_when_asked_for() {
    let erasing = request(1, Kind::Erasure, 2);
    let told = [(Notice::Denial, 1)].into();
    let standing = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    let unread = SubjectRequest {
        undelivered: [Notice::Denial].into(),
        standing: standing.clone(),
        ..request(2, Kind::Access, 3)
    };
    let settled = SubjectRequest { standing, told, evidence_erased: true, ..request(3, Kind::Access, 4) };
    let world = world(&[erasing.clone(), unread.clone(), settled.clone()]);
    world.stored().heads.insert(erasing.id.clone(), erasure_of(&erasing, erased(now())));
    let page = list_requests(&world, &Filter::default(), None, 10, now()).await.unwrap();
    let shown: Vec<_> = page.requests.iter().map(|listed| (listed.request.id.clone(), listed.state)).collect();
    assert_eq!(
        shown,
        [(erasing.id.clone(), "verifying"), (unread.id.clone(), "denied")],
        "nobody has read that it is denied"
    );
    let denied = Filter { state: Some("denied".to_owned()), ..Filter::default() };
    assert_eq!(list(&world, &denied).await, [unread, settled]);
    let verifying = Filter { state: Some("verifying".to_owned()), ..Filter::default() };
    assert_eq!(list(&world, &verifying).await, [erasing]);
}

#[tokio::test]
async fn a_credible_report_is_due_in_ten_days() {
    let account = Some(("instagram", "tim"));
    let contact = crate::memory::asked(1, Kind::Erasure, None, account, now()).contact;
    let report = SubjectRequest { about_child: true, contact, ..request(1, Kind::Erasure, 19) };
    let law = Law::built_in().unwrap();
    let changed =
        crate::review_child_report::find_credible(&report, None, &law, Actor::Service, now()).unwrap().unwrap();
    assert_eq!(changed.request.carry_out_by().date.to_string(), "2026-03-29");
    let listed = Listed::of(changed.request.clone(), now());
    assert_eq!((listed.due_by.date.to_string(), listed.days_left), ("2026-03-29".to_owned(), 9), "as the list says");
    assert_eq!(report.carry_out_by().date.to_string(), "2026-04-18");
}
