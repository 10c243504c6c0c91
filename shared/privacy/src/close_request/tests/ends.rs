//! How each kind may end, and what that does to the request that it is about.

use super::*;

#[test]
fn each_kind_has_its_own_ends() {
    let appeal = appeal_of(&denied());
    for (request, outcome) in [
        (&appeal, Outcome::Completed),
        (&in_work(1, Kind::Complaint), Outcome::Completed),
        (&in_work(1, Kind::Access), Outcome::Rejected),
    ] {
        assert_eq!(
            close(request, &Erasures::default(), &closure(outcome), &by("So."), now()),
            Err(NotClosed::Outcome),
            "{outcome:?}"
        );
    }
    let rejected =
        close(&appeal, &Erasures::default(), &closure(Outcome::Rejected), &by("The first answer is right."), now())
            .unwrap();
    assert_eq!(rejected.request.standing, Standing::Answered { at: now(), in_part: true });
}

#[tokio::test]
async fn an_appeal_that_is_upheld_puts_the_denied_request_back_to_work_whatever_breaks() {
    for strike in (1..=8).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let (denied, appeal) = (denied(), appeal_of(&denied()));
        let world = world(&[&denied, &appeal]);
        let uphold = async || {
            close_request(
                &world,
                &world,
                &law(),
                &appeal.id,
                &closure(Outcome::Upheld),
                &by("It is another request."),
                now(),
            )
            .await
        };
        world.strike(Some(strike));
        let _first = uphold().await;
        world.strike(None);
        let done = uphold().await.unwrap();
        assert_eq!(done.request.standing, Standing::Answered { at: now(), in_part: false }, "{strike:?}");
        let stored = world.stored();
        let reopened = &stored.requests.heads[&denied.id];
        assert_eq!(reopened.standing, Standing::InProgress { since: now() }, "{strike:?}");
        assert!(!reopened.was_told(Notice::Denial, 1) && reopened.next_action_at == Some(now()), "{strike:?}");
        assert_eq!(stored.requests.acts[&denied.id].len(), 1, "{strike:?}");
        assert_eq!(stored.requests.acts[&appeal.id].len(), 1, "{strike:?}");
    }
}

#[tokio::test]
async fn an_appeal_that_is_not_right_says_again_why_it_was_denied() {
    let (denied, appeal) = (denied(), appeal_of(&denied()));
    let world = world(&[&denied, &appeal]);
    let done = close_request(
        &world,
        &world,
        &law(),
        &appeal.id,
        &closure(Outcome::Rejected),
        &by("The first answer is right."),
        now(),
    )
    .await
    .unwrap();
    assert_eq!(done.request.findings.refused_parts, ["excessive"]);
    assert_eq!(done.request.findings.outcome, Some(Outcome::Rejected));
    assert_eq!(world.stored().requests.heads[&denied.id], denied, "it is not touched");
}

#[tokio::test]
async fn a_complaint_that_is_right_puts_no_request_back_to_work() {
    let (denied, appeal) = (denied(), appeal_of(&denied()));
    let complaint = SubjectRequest { kind: Kind::Complaint, ..appeal };
    let world = world(&[&denied, &complaint]);
    let closure = closure(Outcome::Upheld);
    let done =
        close_request(&world, &world, &law(), &complaint.id, &closure, &by("They are right."), now()).await.unwrap();
    assert_eq!(done.request.findings.outcome, Some(Outcome::Upheld));
    assert_eq!(world.stored().requests.heads[&denied.id], denied);
}
