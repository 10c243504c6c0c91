//! A second end while a phase of the first is still open: it is refused, by all of it and by nothing less, until that is over.

use super::repeats::{clocks, refused};
use super::returns::{BACK, OLD_DAYS, hold, phase, visit, work_on, write_new};
use super::*;
use crate::erasure::Worked;

const SECOND: &str = "2026-06-30T12:00:00Z";
const LOOKS: [&str; 2] = ["2026-03-10T01:00:00Z", "2026-04-03T01:00:00Z"];

#[tokio::test]
async fn it_is_refused_while_a_hold_keeps_a_phase_and_takes_all_of_the_second_life_once_that_is_over() {
    for is_back in [true, false] {
        let world = world();
        let others = world.of_tenant("birch");
        terminate(&world, None).await.unwrap();
        world.stored().holds.push(hold(&["conversation-messages"]));
        work_on(&world, &OLD_DAYS).await;
        if is_back {
            go_to(&world, BACK);
            assert_eq!(cancel(&world).await, Reactivated::TooLate);
            write_new(&world, true);
        }
        work_on(&world, &LOOKS).await;
        go_to(&world, SECOND);
        let before = clocks(&world);
        for decided_at in [None, Some(SECOND)] {
            assert_eq!(refused(tell(&world, Some(SECOND), decided_at).await), "other end", "{is_back}");
        }
        assert_eq!(clocks(&world), before, "nothing of it is stored: {is_back}");
        world.stored().holds.clear();
        work_on(&world, &["2026-07-20T00:00:00Z"]).await;
        assert!(world.stored().heads[&phase("conversations")].state.is_finished());
        let clocked = terminate(&world, Some(SECOND)).await.unwrap();
        assert!(clocked.iter().all(|one| one.accepted.became == Became::Reopened), "{is_back}");
        assert_eq!(clocked[0].accepted.due_by.date.to_string(), "2026-07-31", "from the day that it ended");
        work_on(&world, &["2026-07-31T00:00:00Z"]).await;
        assert_eq!(world.of_tenant("alder"), Vec::<String>::new(), "{is_back}");
        assert_eq!(world.of_tenant("birch"), others);
    }
}

/// A phase that had begun when the account came back in time is carried out, and a second end waits for it.
#[tokio::test]
async fn it_waits_for_what_had_begun_when_the_account_came_back_in_its_window() {
    let world = world();
    terminate(&world, None).await.unwrap();
    world.break_store(Some("inbox"));
    go_to(&world, OLD_DAYS[0]);
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Failed { .. }));
    cancel(&world).await;
    go_to(&world, "2026-02-12T00:00:00Z");
    let second = || tell(&world, None, Some("2026-02-11T00:00:00Z"));
    let before = clocks(&world);
    assert_eq!(refused(second().await), "other end");
    assert_eq!(clocks(&world), before);
    world.break_store(None);
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Erased { .. }));
    let clocked = second().await.unwrap();
    assert!(clocked.iter().all(|one| one.accepted.became == Became::Reopened));
}

/// A look opens a phase again while the second end is being stored: it is not acknowledged, and nothing is lost when it is told again.
#[tokio::test]
async fn a_phase_that_a_look_opens_again_meanwhile_gets_its_second_clock_too() {
    let mut refusals = 0;
    for call in 1..=24 {
        let world = world();
        terminate(&world, None).await.unwrap();
        work_on(&world, &OLD_DAYS).await;
        work_on(&world, &LOOKS).await;
        go_to(&world, SECOND);
        world.strike(None);
        let conversations = phase("conversations");
        let found = conversations.clone();
        world.interrupt(call, move |stored| {
            let head = stored.heads.get_mut(&found).unwrap();
            if head.seq == 1 {
                (head.state, head.reopened, head.next_action_at) = (State::Received, 1, Some(at(SECOND)));
            }
        });
        if let Err(refused) = terminate(&world, Some(SECOND)).await {
            refusals += 1;
            assert!(matches!(refused, NotEnding::Fault(_) | NotEnding::OtherEnd), "{call}: {refused:?}");
            assert!(matches!(visit(&world, "conversations").await.unwrap(), Worked::Erased { .. }), "{call}");
            terminate(&world, Some(SECOND)).await.unwrap();
        }
        let head = world.stored().heads[&conversations].clone();
        assert_eq!((head.seq, head.due_by.date.to_string().as_str()), (2, "2026-09-28"), "{call}");
    }
    assert!(refusals > 3, "{refusals}");
}
