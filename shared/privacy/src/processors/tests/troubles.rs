//! Processors that misbehave, faults of our own, workers that are overtaken.

use super::*;

#[tokio::test]
async fn one_that_misbehaves_leaves_the_others_done_and_itself_due() {
    for turn in [Turn::Retry, Turn::Park] {
        let (world, run) = (world(), Run::new());
        mood(&world, "crm", Mood::Broken(turn));
        let first = run.visit(&world).await.unwrap();
        let (retry, trouble) = (&first.troubles[0], first.troubles.len());
        assert_eq!((retry.name.as_str(), retry.turn, trouble), ("crm", turn, 1));
        assert!(matches!(state(&first, "crm"), State::Waiting { attempts: 1, .. }));
        assert!(matches!(state(&first, "posthog"), State::Asked { .. }));
        world.pass(HOUR);
        let second = run.visit(&world).await.unwrap();
        assert!(matches!(state(&second, "posthog"), State::Confirmed { .. }));
        assert_eq!(second.oldest_unsettled_since, Some(at("2026-03-10T12:00:00Z")));
        mood(&world, "crm", Mood::Honest);
        assert!(run.to_the_end(&world).await.is_settled());
    }
}

#[tokio::test]
async fn what_lasts_too_long_rings_and_is_asked_on() {
    let (world, run) = (world(), Run::new());
    mood(&world, "crm", Mood::Broken(Turn::Retry));
    assert_eq!(run.visit(&world).await.unwrap().overdue, Vec::<String>::new());
    world.pass(HOUR * 73);
    let before = asked(&world, "crm").len();
    assert_eq!(run.visit(&world).await.unwrap().overdue, ["crm"]);
    assert!(asked(&world, "crm").len() > before);
}

#[tokio::test]
async fn a_busy_one_is_left_alone_as_long_as_it_wishes() {
    let (world, run) = (world(), Run::new());
    mood(&world, "crm", Mood::Busy(MINUTE * 30));
    run.visit(&world).await.unwrap();
    mood(&world, "crm", Mood::Honest);
    world.pass(MINUTE * 29);
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), 1);
    world.pass(MINUTE);
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), 3);
}

#[tokio::test]
async fn a_fault_at_any_call_changes_nothing_of_the_outcome() {
    let run = Run::new();
    let calls = {
        let world = world();
        world.strike(None);
        run.to_the_end(&world).await;
        world.calls()
    };
    assert!(calls > 20, "{calls}");
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            world.strike(Some(strike));
            let report = run.to_the_end(&world).await;
            let ends: Vec<String> = report.lines.iter().map(|line| brief(&line.state, world.now())).collect();
            let expected = [
                "2026-04-09",
                "confirmed",
                "confirmed",
                "not concerned",
                "2026-04-09",
                "2026-04-09",
                "retained",
                "confirmed",
            ];
            assert_eq!(ends, expected, "{strike:?}");
            for (name, kept) in [("posthog", 6), ("payments", 6), ("crm", 6)] {
                assert_eq!(copies(&world, name).len(), kept, "{name} at {strike:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_settled_is_not_asked_again_by_a_redelivery() {
    let (world, run) = (world(), Run::new());
    let report = run.to_the_end(&world).await;
    let before = format!("{:?}", world.stored().vendors);
    world.pass(HOUR * 100);
    assert_eq!(run.visit(&world).await.unwrap(), report);
    assert_eq!(format!("{:?}", world.stored().vendors), before, "nothing asked, nothing written");
}

#[tokio::test]
async fn a_visit_out_of_time_goes_on_where_it_stopped() {
    let (world, mut run) = (world(), Run::new());
    run.targets = (0..40).map(|number| contact(&format!("p{number}"))).collect();
    let report = run.until(&world, world.now()).await.unwrap();
    assert_eq!((asked(&world, "crm").len(), report.next_action_at), (0, Some(world.now())));
    // Every call takes a second: a visit of ten seconds ends among the targets.
    world.tick(SignedDuration::from_secs(1));
    let mut visits = 0;
    while asked(&world, "crm").len() < 40 {
        run.until(&world, world.now() + SignedDuration::from_secs(10)).await.unwrap();
        visits += 1;
        assert!(visits < 20, "no progress");
    }
    assert!(visits > 1);
    let mut seen = asked(&world, "crm");
    seen.dedup();
    assert_eq!(seen.len(), 40, "each target was asked about once");
}

#[tokio::test]
async fn a_worker_that_was_overtaken_overwrites_nothing() {
    let (world, run) = (world(), Run::new());
    run.visit(&world).await.unwrap();
    world.pass(HOUR * 2);
    world.strike(None);
    // Another worker saves between this one's load and save.
    world.interrupt(2, |stored| {
        let settlement = stored.vendors.settlements.get_mut(&(id(), 1)).unwrap();
        settlement.version += 1;
        settlement.reopened = 7;
    });
    let fault = run.visit(&world).await.unwrap_err();
    assert_eq!((fault.turn, fault.action), (Turn::Retry, "processors.save"));
    assert_eq!(world.stored().vendors.settlements[&(id(), 1)].reopened, 7);
    assert!(run.to_the_end(&world).await.is_settled());
}
