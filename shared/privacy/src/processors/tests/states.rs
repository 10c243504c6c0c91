//! What a state becomes, and how long is waited. Pure.

use super::*;

#[test]
fn only_what_fits_a_state_moves_it() {
    let now = at("2026-03-10T12:00:00Z");
    let states = [
        State::Waiting { next_try_at: now, attempts: 1 },
        State::Asked { asked_at: now, confirm_at: now, attempts: 1 },
        State::Confirmed { at: now, how: How::FollowUp },
        State::ExpiresBy { date: "2026-04-09".parse().unwrap() },
        State::Retained { at: now, reason: "invoices".to_owned() },
        State::NotConcerned,
    ];
    let happenings = [
        Happened::Accepted,
        Happened::Gone,
        Happened::StillThere,
        Happened::Later { after: MINUTE * 20 },
        Happened::Failed(Turn::Retry),
        Happened::Failed(Turn::Park),
    ];
    let mut table = String::new();
    for state in &states {
        for happened in happenings {
            let after = step(state, happened, &rule(), now);
            if after != *state {
                table += &format!("{happened:?}: {} -> {}\n", brief(state, now), brief(&after, now));
            }
        }
    }
    expect_test::expect![[r#"
        Accepted: waiting(0 min, 1) -> asked(60 min, 1)
        Later { after: 20m }: waiting(0 min, 1) -> waiting(20 min, 2)
        Failed(Retry): waiting(0 min, 1) -> waiting(10 min, 2)
        Failed(Park): waiting(0 min, 1) -> waiting(60 min, 2)
        Gone: asked(0 min, 1) -> confirmed
        StillThere: asked(0 min, 1) -> waiting(10 min, 2)
        Later { after: 20m }: asked(0 min, 1) -> asked(20 min, 2)
        Failed(Retry): asked(0 min, 1) -> asked(10 min, 2)
        Failed(Park): asked(0 min, 1) -> asked(60 min, 2)
    "#]]
    .assert_eq(&table);
}

#[test]
fn the_wait_doubles_from_five_minutes_to_an_hour() {
    let now = at("2026-03-10T12:00:00Z");
    let mut state = State::Waiting { next_try_at: now, attempts: 0 };
    let mut waits = Vec::new();
    for _ in 0..7 {
        state = step(&state, Happened::Failed(Turn::Retry), &rule(), now);
        waits.push(state.due().unwrap().at().duration_since(now).as_mins());
    }
    assert_eq!(waits, [5, 10, 20, 40, 60, 60, 60]);
}

#[test]
fn a_wish_for_later_is_granted_within_bounds() {
    let now = at("2026-03-10T12:00:00Z");
    for (wish, granted) in [(0, 60), (-5, 60), (90, 90), (86_400, 6 * 3600), (i64::MAX, 6 * 3600)] {
        let happened = Happened::Later { after: SignedDuration::from_secs(wish) };
        let state = step(&State::Waiting { next_try_at: now, attempts: 0 }, happened, &rule(), now);
        assert_eq!(state.due().unwrap().at().duration_since(now).as_secs(), granted, "{wish}");
    }
}
