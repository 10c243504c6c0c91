//! What comes of requests whose acknowledgement is kept back, because their address has had too many letters that day.

use super::lapses::of_agent;
use super::*;
use crate::tell_person::measure::{FIRST_PER_ADDRESS, MORE_PER_ADDRESS, PASSES};

impl Office {
    /// One more than its address is told of today, by somebody else's doing; `first` numbers them.
    async fn flooded(&self, first: u8) {
        for number in 0..u8::try_from(MORE_PER_ADDRESS).unwrap() {
            self.asked(first + number).await;
        }
        self.tell().await;
    }

    async fn withheld(&self, ask: Ask) -> ObligationId {
        self.flooded(0).await;
        let id = self.asked_for(250, ask).await;
        self.tell().await;
        assert!(!self.request(&id).was_told(Notice::Acknowledgement, 1), "kept back");
        id
    }
}

fn of_german(kind: Kind) -> Ask {
    Ask { residence: Some("Germany".to_owned()), ..ask(kind) }
}

#[tokio::test]
async fn what_needs_no_proof_is_acknowledged_a_day_later_though_it_is_in_work() {
    let office = Office::new();
    let id = office.withheld(of_german(Kind::Complaint)).await;
    assert_eq!(office.request(&id).standing.name(), "in-progress");
    for _ in 0..24 {
        let swept = office.sweep().await;
        assert!(swept.faults.is_empty());
        office.tell().await;
        office.world.pass(SignedDuration::from_hours(1));
    }
    office.sweep().await;
    office.tell().await;
    assert!(office.request(&id).was_told(Notice::Acknowledgement, 1));
    let letters = office.world.stored().requests.letters.len();
    office.world.pass(SignedDuration::from_hours(24));
    office.sweep().await;
    office.tell().await;
    assert_eq!(office.world.stored().requests.letters.len(), letters, "and once");
}

#[tokio::test]
async fn what_nobody_verified_is_denied_on_its_last_day_though_its_letter_was_kept_back() {
    let office = Office::new();
    let id = office.withheld(of_german(Kind::Erasure)).await;
    // Flooded again on that very day: it is looked at in time all the same.
    office.move_to("2026-04-04T10:00:00Z");
    office.flooded(100).await;
    office.sweep().await;
    office.tell().await;
    let request = office.request(&id);
    assert_eq!((&request.standing, request.next_action_at), (&Standing::AwaitingVerification, Some(office.now())));
    office.move_to("2026-04-04T20:00:00Z");
    office.sweep().await;
    assert!(matches!(office.request(&id).standing, Standing::Denied { reason, .. } if reason == "unverifiable"));
}

#[tokio::test]
async fn what_was_never_told_for_a_fault_of_ours_is_told_and_not_denied_on_its_last_day() {
    let office = Office::new();
    let id = office.asked(1).await;
    office.world.stored().requests.notices.clear();
    office.move_to("2026-04-04T20:30:00Z");
    let swept = office.sweep().await;
    assert_eq!((swept.denied, swept.resent), (0, 1));
    office.tell().await;
    assert!(office.request(&id).was_told(Notice::Acknowledgement, 1));
}

#[tokio::test]
async fn a_report_about_a_child_whose_acknowledgement_is_kept_back_rings_every_hour() {
    let office = Office::new();
    office.withheld(Ask { about_child: true, ..of_german(Kind::Erasure) }).await;
    for hour in 1..=5 {
        office.world.pass(SignedDuration::from_hours(1));
        assert_eq!(office.sweep().await.unread_child_reports, 1, "{hour}");
        office.tell().await;
    }
}

#[tokio::test]
async fn what_an_alarm_counts_is_counted_each_hour_though_the_question_to_the_person_is_kept_back() {
    for (about_child, day) in [(true, "2026-03-05T12:00:00Z"), (false, "2026-03-25T12:00:00Z")] {
        let office = Office::new();
        let residence = Some("Germany".to_owned());
        let id = office.asked_for(250, Ask { about_child, residence, ..of_agent(Kind::Erasure, None) }).await;
        let notices = std::mem::take(&mut office.world.stored().requests.notices);
        office.move_to(day);
        office.flooded(0).await;
        office.world.stored().requests.notices = notices;
        office.tell().await;
        let request = office.request(&id);
        assert!(request.was_told(Notice::Acknowledgement, 1) && request.has_to_ask_person());
        for hour in 1..=5 {
            office.world.pass(SignedDuration::from_hours(1));
            let swept = office.sweep().await;
            let counted = (swept.unread_child_reports, swept.near);
            assert_eq!(counted, (u64::from(about_child), u64::from(!about_child)), "hour {hour}");
            office.tell().await;
        }
        assert!(office.request(&id).has_to_ask_person(), "it is not given up on the same day");
    }
}

#[tokio::test]
async fn an_acknowledgement_that_has_not_gone_out_rings_from_the_day_of_its_alarm_until_it_has() {
    for (residence, kind) in
        [("Germany", Kind::Erasure), ("California", Kind::Erasure), ("California", Kind::Complaint)]
    {
        let office = Office::new();
        let id = office.asked_for(1, Ask { residence: Some(residence.to_owned()), ..ask(kind) }).await;
        office.world.stored().requests.notices.clear();
        let [rings_on, ..] = office.request(&id).clocks.alarms;
        for _ in 0..24 * 20 {
            office.world.pass(SignedDuration::from_hours(1));
            let request = office.request(&id);
            let zone = crate::clock::zone::find(&request.clocks.zone).unwrap();
            let is_due = office.now() >= crate::clock::zone::first_instant(rings_on, &zone).unwrap();
            let swept = office.sweep().await;
            assert_eq!(swept.unacknowledged, u64::from(is_due), "{residence} {kind:?} {}", office.now());
            if is_due {
                break;
            }
            // Lost again, or kept back.
            office.world.stored().requests.notices.clear();
        }
        office.tell().await;
        assert!(office.request(&id).was_told(Notice::Acknowledgement, 1));
        office.world.pass(SignedDuration::from_hours(24 * 5));
        assert_eq!(office.sweep().await.unacknowledged, 0, "{residence} {kind:?}");
    }
}

#[tokio::test]
async fn what_is_acknowledged_after_an_alarm_has_begun_is_counted_by_it_at_once_and_each_hour() {
    for (nth, days) in [(1_usize, 0), (2, 0), (3, 0), (3, 1), (4, 0)] {
        let office = Office::new();
        let id = office.asked(1).await;
        let notices = std::mem::take(&mut office.world.stored().requests.notices);
        let request = office.request(&id);
        let zone = crate::clock::zone::find(&request.clocks.zone).unwrap();
        let rings = crate::clock::zone::first_instant(request.clocks.alarms[nth], &zone).unwrap();
        let told_at = rings + SignedDuration::from_hours(24 * days + 1);
        office.world.stored().set_now(told_at);
        office.world.stored().requests.notices = notices;
        office.tell().await;
        assert_eq!(office.request(&id).standing, Standing::AwaitingVerification);
        for hour in 0..3 {
            let swept = office.sweep().await;
            let counted = [swept.near, swept.past_target, swept.near_legal, swept.last_day];
            let expected = std::array::from_fn(|level| u64::from(level < nth));
            assert_eq!(counted, expected, "alarm {nth}, hour {hour}");
            office.world.pass(SignedDuration::from_hours(1));
        }
    }
}

/// Requests that nobody has shown to be theirs, each from a place of its own, on one day.
async fn burst(office: &Office, count: u16, ask: impl Fn(u16) -> Ask) -> Vec<ObligationId> {
    let law = Law::built_in().unwrap();
    let terms = Terms { keys: &office.keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
    let mut ids = Vec::new();
    for number in 0..count {
        let mut seed = [0xcd; 20];
        seed[..2].copy_from_slice(&number.to_be_bytes());
        let source = crate::accept_request::source_of(&office.keys, &format!("bot {number}"));
        let (naming, sent) = (Naming::Fresh(&seed), Sent { ask: ask(number), source });
        let (world, now) = (&office.world, office.now());
        let request = accept_request(world, world, terms, naming, sent, now).await.unwrap().request;
        if request.works_at_once() {
            office.begin(&request.id).await;
        }
        ids.push(request.id);
    }
    office.tell().await;
    ids
}

/// Letters to an address, day by day.
async fn letters(office: &Office, days: usize) -> Vec<usize> {
    let count = || {
        let stored = office.world.stored();
        stored.requests.letters.iter().filter(|letter| letter.to == "email#mia@example.com").count()
    };
    let mut per_day = Vec::new();
    for _ in 0..days {
        let before = count();
        for _ in 0..4 {
            office.world.pass(SignedDuration::from_hours(6));
            let swept = office.sweep().await;
            assert!(swept.faults.is_empty());
            office.tell().await;
        }
        per_day.push(count() - before);
    }
    per_day
}

#[tokio::test]
async fn a_burst_is_over_after_the_next_day_but_for_how_those_ended_that_were_told() {
    let first_day = (FIRST_PER_ADDRESS + MORE_PER_ADDRESS) as usize;
    let places = ["Germany", "California", "Virginia", "South Korea", "Brazil"];
    let of_place = |number: u16| Some(places[usize::from(number) % places.len()].to_owned());
    let declared = |number: u16| Ask { residence: of_place(number), ..ask(Kind::Erasure) };
    let by_agent = |number: u16| {
        let email = EmailAddress::parse(&format!("agent{number}@example.org")).ok();
        let agent = Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false });
        Ask { agent, residence: of_place(number), ..ask(Kind::Erasure) }
    };
    let opting_out = |number: u16| Ask { residence: of_place(number), ..ask(Kind::OptOut) };
    let cases: [(&str, &dyn Fn(u16) -> Ask); 3] =
        [("of themselves", &declared), ("by agents", &by_agent), ("opting out", &opting_out)];
    for (case, asks) in cases {
        let office = Office::new();
        let ids = burst(&office, 300, asks).await;
        let told = office.world.stored().requests.letters.iter().filter(|letter| letter.pass.is_none()).count();
        assert!(told >= first_day, "{case}: {told}");
        let days = letters(&office, 70).await;
        let next = days.iter().take(2).sum::<usize>();
        let later: usize = days.iter().skip(2).sum();
        assert!(next > 0 && next <= 2 * (MORE_PER_ADDRESS + PASSES) as usize, "{case}: {days:?}");
        assert!(later <= first_day, "{case}: {days:?}");
        for id in &ids {
            let request = office.request(id);
            assert!(request.standing.closed_at().is_some() && request.settled_at().is_some(), "{case}: {request:?}");
        }
    }
}

#[tokio::test]
async fn more_time_is_told_though_a_letter_was_held_back_before_and_its_day_is_flooded() {
    let law = Law::built_in().unwrap();
    let why = crate::legal_hold::Note::parse("Two systems have to be searched.").unwrap();
    let by = crate::subject_request::By { actor: crate::subject_request::Actor::Staff("alex".to_owned()), why };
    let office = Office::new();
    let residence = Some("Colorado".to_owned());
    let id = office.withheld(Ask { residence, ..ask(Kind::Appeal) }).await;
    office.world.pass(SignedDuration::from_hours(24));
    office.sweep().await;
    office.tell().await;
    assert!(office.request(&id).was_told(Notice::Acknowledgement, 1));
    office.move_to("2026-03-30T12:00:00Z");
    office.flooded(100).await;
    let (world, now) = (&office.world, office.now());
    crate::extend_request::extend_request(world, world, &law, &id, &by, now).await.unwrap();
    office.tell().await;
    let request = office.request(&id);
    assert!(request.clocks.extended.is_some() && !request.was_told(Notice::Extension, 1), "kept back and not given up");
    for _ in 0..24 {
        office.world.pass(SignedDuration::from_hours(1));
        assert!(office.sweep().await.faults.is_empty());
        office.tell().await;
    }
    assert!(office.request(&id).was_told(Notice::Extension, 1));
    let letters = office.world.stored().requests.letters.clone();
    let of_it = letters.iter().filter(|letter| letter.notice == Notice::Extension && letter.pass.is_none());
    assert_eq!(of_it.count(), 1);
}

#[tokio::test]
async fn nobody_is_locked_out_by_what_was_given_up() {
    let office = Office::new();
    let ids = burst(&office, 300, |_| of_german(Kind::Erasure)).await;
    letters(&office, 3).await;
    let given_up = ids.iter().find(|id| {
        let acts = &office.world.stored().requests.acts[*id];
        !acts.iter().any(|act| matches!(act.deed, Deed::Told { .. }))
    });
    let id = given_up.unwrap();
    // Whoever has the reference has a code sent, the first time they ask for one.
    let source = crate::accept_request::source_of(&office.keys, "home");
    let round = office.request(id).next_round(Notice::Code);
    let job = NoticeJob { request: id.clone(), notice: Notice::Code, tenant: None, round, source };
    office.world.stored().requests.notices.push(job);
    office.tell().await;
    let code = office.world.stored().requests.letters.last().unwrap().code.clone().unwrap();
    let now = office.now();
    let verified = verify_request(&office.world, &office.keys, id, &code, now).await.unwrap();
    assert!(matches!(verified, crate::verify_request::Verified::Proved(_)));
    // From then on it is told as ever.
    office.sweep().await;
    let before = office.world.stored().requests.letters.len();
    let standing = Standing::Denied { at: now, reason: "excessive".to_owned() };
    let request = SubjectRequest { standing, next_action_at: Some(now), ..office.request(id) };
    office.world.stored().requests.heads.insert(id.clone(), request);
    office.sweep().await;
    office.tell().await;
    assert!(office.request(id).was_told(Notice::Denial, 1));
    assert_eq!(office.world.stored().requests.letters.len(), before + 1);
}
