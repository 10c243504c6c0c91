use super::*;
use crate::law::denial::DenialReason;
use crate::legal_hold::Note;
use crate::memory::{Strike, World, asked};
use crate::subject_request::{Actor, Clocks, Pause, Proven};

const RECEIVED: &str = "2026-03-05T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-09T09:00:00Z")
}

fn by() -> By {
    By { actor: Actor::Staff("arn:aws:iam::1:user/alex".to_owned()), why: Note::parse("Their mail.").unwrap() }
}

fn law() -> Law {
    Law::built_in().unwrap()
}

fn proven(proofs: &[Proof]) -> Vec<Proven> {
    proofs.iter().map(|proof| Proven { proof: *proof, at: at(RECEIVED) }).collect()
}

/// Received on 5 March at noon in UTC, under this regime, by somebody who has shown their address.
fn under(regime: &str, kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at(RECEIVED));
    let law = law();
    let governing = law.governing_row(regime, kind).unwrap();
    let clocks = Clocks::start(&governing.row, at(RECEIVED)).unwrap();
    let mut request = SubjectRequest { regime: regime.to_owned(), basis: governing.basis, clocks, ..request };
    request.needs = needs_of(&law, &request).unwrap();
    request.proven = proven(&[Proof::EmailCode]);
    request.standing = if request.is_verified() {
        Standing::InProgress { since: at("2026-03-05T12:05:00Z") }
    } else {
        Standing::AwaitingVerification
    };
    request.course.begun_at = request.is_verified().then(|| at("2026-03-05T12:05:00Z"));
    request
}

fn moved(request: &SubjectRequest, place: &str) -> SubjectRequest {
    relocate(request, Home::At(place), &law(), &by(), now()).unwrap().unwrap().request
}

fn last_day(request: &SubjectRequest) -> String {
    format!("{} {}", request.clocks.legal.date, request.clocks.zone)
}

#[test]
fn of_two_last_days_the_one_that_ends_first_holds() {
    let law = law();
    for (from, home, regime, expected) in [
        ("EU_GDPR", Home::At("California"), "CA_CCPA", "2026-04-04 Europe/Brussels"),
        ("EU_GDPR", Home::At("KR"), "KR_PIPA", "2026-03-15 Asia/Seoul"),
        ("EU_GDPR", Home::At("São Paulo, Brazil"), "BR_LGPD", "2026-03-20 America/Sao_Paulo"),
        ("CA_CCPA", Home::At("Germany"), "EU_GDPR", "2026-04-04 Europe/Brussels"),
        ("CA_CCPA", Home::Elsewhere, "UNKNOWN", "2026-04-04 UTC"),
        ("US_IA", Home::At("US-VA"), "US_VA", "2026-04-19 America/New_York"),
        ("BR_LGPD", Home::At("US-IA"), "US_IA", "2026-03-20 America/Sao_Paulo"),
        ("UNKNOWN", Home::At("GB"), "UK_GDPR", "2026-04-04 Europe/London"),
    ] {
        let before = under(from, Kind::Access);
        let changed = relocate(&before, home, &law, &by(), now()).unwrap().unwrap();
        let after = changed.request;
        assert_eq!((after.regime.as_str(), last_day(&after).as_str()), (regime, expected), "{from} {home:?}");
        let deed = Deed::Relocated { from: from.to_owned(), to: regime.to_owned() };
        assert_eq!(changed.act, by().did(deed, now()));
        assert_eq!((after.version, after.next_action_at), (before.version + 1, Some(now())));
        assert_eq!(
            (after.received_at, after.clocks.legal_due().at().ok() <= before.clocks.legal_due().at().ok()),
            (before.received_at, true)
        );
        for (alarm, others) in after.clocks.alarms.iter().zip(before.clocks.alarms) {
            assert!(*alarm <= others, "an alarm never moves away: {from} {home:?}");
        }
        let own = Clocks::start_for(&law.governing_row(regime, Kind::Access).unwrap().row, at(RECEIVED), None).unwrap();
        assert!(after.clocks.alarms.iter().zip(own.alarms).all(|(alarm, own)| *alarm <= own), "{from} {home:?}");
        assert_eq!(
            after.clocks.rolled.map(|dated| dated.date),
            own.rolled.map(|dated| dated.date),
            "what is shown is the law's own"
        );
        assert!(changed_again(&changed_to(&before, home), home).is_none(), "said again: {from} {home:?}");
    }
}

fn changed_to(request: &SubjectRequest, home: Home<'_>) -> SubjectRequest {
    relocate(request, home, &law(), &by(), now()).unwrap().unwrap().request
}

fn changed_again(request: &SubjectRequest, home: Home<'_>) -> Option<Changed> {
    relocate(request, home, &law(), &by(), at("2026-03-10T09:00:00Z")).unwrap()
}

#[test]
fn mended_back_it_keeps_the_earliest_day_that_was_named() {
    let korean = moved(&under("EU_GDPR", Kind::Access), "KR");
    let german = moved(&korean, "DE");
    assert_eq!((german.regime.as_str(), last_day(&german).as_str()), ("EU_GDPR", "2026-03-15 Asia/Seoul"));
    assert_eq!(german.course.relocated, Some(Relocated { at: now(), letters: 2 }));
    let rule = &german.clocks.legal.rule;
    assert!(rule.starts_with("days:10"), "the rule that set the day stays with it: {rule}");
}

#[test]
fn another_place_under_the_same_law_moves_alarms_and_is_told_to_nobody() {
    let late_evening = at("2026-03-05T02:00:00Z");
    let request = under("EU_GDPR", Kind::Access);
    let row = law();
    let row = row.governing_row("EU_GDPR", Kind::Access).unwrap().row;
    let clocks = Clocks::start(&row, late_evening).unwrap();
    let german = SubjectRequest { received_at: late_evening, clocks, ..request };
    let french = moved(&german, "FR");
    assert_eq!((french.clocks.legal.clone(), french.course.relocated), (german.clocks.legal, None));
    assert!(french.clocks.alarms[4] < german.clocks.alarms[4], "in Martinique it was still the day before");
    assert_eq!((french.needs, french.standing), (german.needs, german.standing));
    assert!(changed_again(&moved(&german_of(&french.clocks), "FR"), Home::At("FR")).is_none());
}

fn german_of(clocks: &Clocks) -> SubjectRequest {
    SubjectRequest {
        received_at: at("2026-03-05T02:00:00Z"),
        clocks: Clocks { person_zone: None, ..clocks.clone() },
        ..under("EU_GDPR", Kind::Access)
    }
}

#[test]
fn more_time_counts_where_the_right_law_would_have_given_it() {
    let law = law();
    let row = law.governing_row("EU_GDPR", Kind::Access).unwrap().row;
    let request = under("EU_GDPR", Kind::Access);
    let clocks = request.clocks.extend(&row, request.received_at, "It is a lot.", at("2026-03-08T09:00:00Z")).unwrap();
    let extended = SubjectRequest { clocks, ..request };
    assert_eq!(last_day(&extended), "2026-06-05 Europe/Brussels");
    for (place, expected, first) in [
        ("US-CA", "2026-06-03 America/Los_Angeles", Some("2026-04-04")),
        ("US-IA", "2026-06-05 Europe/Brussels", Some("2026-04-04")),
        ("BR", "2026-03-20 America/Sao_Paulo", None),
    ] {
        let after = moved(&extended, place);
        let kept = after.clocks.extended.as_ref().map(|taken| taken.first_legal.to_string());
        assert_eq!((last_day(&after).as_str(), kept.as_deref()), (expected, first), "{place}");
    }
    // Taken on a day on which the right law would have given no more time.
    let row = law.governing_row("CA_CCPA", Kind::Access).unwrap().row;
    let request = under("CA_CCPA", Kind::Access);
    let late = request.clocks.extend(&row, request.received_at, "It is a lot.", at("2026-04-10T09:00:00Z")).unwrap();
    let after = moved(&SubjectRequest { clocks: late, ..request }, "DE");
    assert_eq!((last_day(&after).as_str(), after.clocks.extended), ("2026-04-04 Europe/Brussels", None));
}

#[test]
fn a_pause_is_kept_where_the_law_has_one() {
    let law = law();
    let row = law.governing_row("EU_GDPR", Kind::Access).unwrap().row;
    let request = under("EU_GDPR", Kind::Access);
    let pause = Pause { asked_at: at("2026-03-06T09:00:00Z"), answered_at: Some(at("2026-03-08T09:00:00Z")) };
    let clocks = request.clocks.paused(&row, request.received_at, vec![pause]).unwrap();
    let paused = SubjectRequest { clocks, ..request };
    let british = moved(&paused, "GB").clocks;
    assert!(british.pauses == [pause] && british.rolled.unwrap().rule.ends_with("pause_days:2"));
    assert_eq!(moved(&paused, "US-CA").clocks.pauses, []);
}

#[test]
fn what_has_to_be_shown_follows_the_law_as_long_as_nothing_was_given() {
    use Proof::{AccountLogin, DataPoints, Declaration, EmailCode};
    let german = under("EU_GDPR", Kind::Access);
    let californian = moved(&german, "US-CA");
    assert_eq!(californian.needs, [EmailCode, DataPoints, Declaration]);
    assert_eq!((&californian.standing, californian.course.begun_at), (&Standing::AwaitingVerification, None));
    let back = moved(&californian, "DE");
    assert_eq!((&back.needs[..], &back.standing), (&[EmailCode][..], &Standing::InProgress { since: now() }));
    let begun = under("EU_GDPR", Kind::Erasure);
    let erased = moved(&begun, "US-CA");
    assert_eq!(
        (&erased.needs, &erased.standing, erased.course.begun_at),
        (&begun.needs, &begun.standing, begun.course.begun_at)
    );
    let waiting = SubjectRequest { proven: Vec::new(), standing: Standing::AwaitingVerification, ..begun };
    let waiting = SubjectRequest { course: crate::subject_request::Course::default(), ..waiting };
    assert_eq!(moved(&waiting, "US-CA").needs, [EmailCode, DataPoints], "nothing has begun");
    let login =
        SubjectRequest { needs: vec![EmailCode, AccountLogin], proven: proven(&[EmailCode, AccountLogin]), ..german };
    let moved_login = moved(&login, "US-CA");
    assert_eq!((moved_login.needs, moved_login.standing), (login.needs, Standing::InProgress { since: now() }));
}

#[test]
fn who_was_answered_with_categories_for_want_of_proof_has_the_data_where_no_more_is_wanted() {
    let mut californian = under("CA_CCPA", Kind::Access);
    californian.course.is_known_by_categories = true;
    californian.needs = vec![Proof::EmailCode];
    californian.course.unshown = vec![Proof::DataPoints, Proof::Declaration];
    californian.findings.refused_parts = vec![DenialReason::Unverifiable.as_str().to_owned()];
    californian.standing = Standing::InProgress { since: at("2026-03-06T12:00:00Z") };
    californian.course.begun_at = Some(at("2026-03-06T12:00:00Z"));
    let german = moved(&californian, "DE");
    assert!(!german.is_categories_only() && german.findings.refused_parts.is_empty());
    assert_eq!(
        (&german.standing, german.course.begun_at),
        (&Standing::InProgress { since: now() }, None),
        "its copy is made anew"
    );
}

#[test]
fn what_names_no_place_or_is_answered_changes_nothing() {
    let law = law();
    let request = under("EU_GDPR", Kind::Access);
    for place in ["Mars", "San Francisco, CA", "elsewhere", ""] {
        assert_eq!(relocate(&request, Home::At(place), &law, &by(), now()), Err(NotRelocated::Place), "{place}");
    }
    let standing = Standing::Answered { at: at("2026-03-08T12:00:00Z"), in_part: false };
    let closed = SubjectRequest { standing, ..request.clone() };
    assert_eq!(relocate(&closed, Home::At("US-CA"), &law, &by(), now()), Err(NotRelocated::Closed));
    assert_eq!(relocate(&closed, Home::At("DE"), &law, &by(), now()), Ok(None), "it was so before");
    let new = SubjectRequest { standing: Standing::Received, ..request };
    assert_eq!(moved(&new, "US-CA").course.relocated, None, "the acknowledgement says it");
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_it_whole_or_not_done_and_the_person_is_told_of_what_holds_last() {
    let law = law();
    for call in 1..=3 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = World::new(now(), 100);
            let request = under("EU_GDPR", Kind::Access);
            world.stored().requests.heads.insert(request.id.clone(), request.clone());
            world.strike(Some(strike));
            let mend =
                async |place| correct_residence(&world, &world, &law, &request.id, Home::At(place), &by(), now()).await;
            let _first = mend("US-CA").await;
            let again = mend("US-CA").await.unwrap();
            assert_eq!(
                (again.request.regime.as_str(), world.stored().requests.acts[&request.id].len()),
                ("CA_CCPA", 1),
                "{strike:?}"
            );
            let other = mend("BR").await.unwrap();
            let sent = world.stored().requests.notices.last().cloned().unwrap();
            assert_eq!((sent.notice, sent.round), (Notice::Relocated, 2), "{strike:?}");
            assert!(other.is_new && other.request.has_relocation_to_tell());
            let mut told = other.request.clone();
            told.told.insert(Notice::Relocated, 2);
            assert!(!told.has_relocation_to_tell());
        }
    }
}
