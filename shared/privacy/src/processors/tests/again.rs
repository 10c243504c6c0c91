//! Asked once more: other targets, a request that is reopened, second looks.

use super::*;

#[tokio::test]
async fn other_targets_or_a_reopening_begin_anew() {
    let changes: [fn(&mut Run); 2] = [|run| run.targets.push(contact("p3")), |run| run.reopened = 1];
    for change in changes {
        let (world, mut run) = (world(), Run::new());
        run.to_the_end(&world).await;
        let before = asked(&world, "crm").len();
        run.targets.reverse();
        run.visit(&world).await.unwrap();
        assert_eq!(asked(&world, "crm").len(), before, "their order says nothing");
        change(&mut run);
        world.pass(HOUR * 24);
        let report = run.to_the_end(&world).await;
        assert!(asked(&world, "crm").len() > before);
        assert_eq!(report.expires_by(), Some("2026-04-10".parse().unwrap()), "what came later expires later");
    }
}

#[tokio::test]
async fn a_late_message_of_before_a_reopening_does_not_begin_anew() {
    let (world, mut run) = (world(), Run::new());
    run.reopened = 1;
    run.to_the_end(&world).await;
    let before = asked(&world, "crm").len();
    run.reopened = 0;
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), before);
}

#[tokio::test]
async fn a_second_look_that_finds_something_asks_again() {
    let (world, run) = (world(), Run::new());
    run.to_the_end(&world).await;
    let before = asked(&world, "posthog").len();
    let clean = run.look_again(&world).await.unwrap();
    assert!(clean.is_settled());
    assert_eq!(asked(&world, "posthog").len(), before, "a look asks nothing");
    world.stored().vendors.by_name.get_mut("posthog").unwrap().copies.insert(subject("v1-person"));
    let found = run.look_again(&world).await.unwrap();
    assert!(matches!(state(&found, "posthog"), State::Waiting { .. }));
    assert!(matches!(state(&found, "anthropic"), State::ExpiresBy { .. }), "a date stays");
    assert!(run.to_the_end(&world).await.is_settled());
    assert!(!copies(&world, "posthog").contains(&subject("v1-person")));
}

#[tokio::test]
async fn a_policy_that_lets_us_ask_no_more_does_not_confirm_without_a_query() {
    let (world, mut run) = (world(), Run::new());
    run.visit(&world).await.unwrap();
    run.map = map_with(|model| {
        let http = &mut model["processor"]["posthog"]["settle"];
        http["connection"] = json!(null);
        http["subject"] = json!(null);
        model["processor"]["crm"]["settle"] = json!({ "kind": "expires", "after": "P30D", "source": "its contract" });
        let newcomer = model["processor"]["anthropic"].clone();
        model["processor"]["newcomer"] = newcomer;
    });
    world.pass(HOUR * 2);
    let report = run.visit(&world).await.unwrap();
    assert_eq!(state(&report, "posthog"), &State::NotConcerned);
    assert!(matches!(state(&report, "crm"), State::ExpiresBy { .. }));
    assert!(matches!(state(&report, "newcomer"), State::ExpiresBy { .. }));
}

#[tokio::test]
async fn whoever_has_answered_is_asked_anew_once_more_of_ours_is_gone() {
    let more: [fn(&mut Extent); 3] = [
        |extent| extent.covers_until += MINUTE,
        |extent| extent.counted += 1,
        // No count had shown it.
        |extent| extent.removed += 1,
    ];
    for change in more {
        let (world, mut run) = (world(), Run::new());
        mood(&world, "posthog", Mood::Broken(Turn::Retry));
        while state(&run.visit(&world).await.unwrap(), "crm").due().is_some() {
            world.pass(HOUR);
        }
        let since = world.stored().vendors.settlements[&(id(), 1)].entries["posthog"].since;
        let before = asked(&world, "crm").len();
        world.pass(HOUR * 24);
        run.visit(&world).await.unwrap();
        assert_eq!(asked(&world, "crm").len(), before, "no more is gone");
        change(&mut run.extent);
        let report = run.visit(&world).await.unwrap();
        assert_eq!(asked(&world, "crm").len(), 2 * before);
        assert_eq!(report.expires_by(), Some("2026-04-10".parse().unwrap()), "what came later expires later");
        let line = |name: &str| report.lines.iter().find(|line| line.name == name).unwrap().clone();
        assert_eq!(line("posthog").since, since, "it is awaited as long as before");
        assert_eq!((line("crm").since, line("crm").said), (world.now(), Some(Said::Accepted)), "it had something");
    }
}

/// Else who asks again with every new connection would put off what they asked for first.
#[tokio::test]
async fn whoever_has_not_answered_keeps_the_day_to_answer_by_whatever_comes_beside_it() {
    for is_kept in [true, false] {
        let (world, mut run) = (world(), Run::new());
        mood(&world, "posthog", Mood::Broken(Turn::Retry));
        while state(&run.visit(&world).await.unwrap(), "crm").due().is_some() {
            world.pass(HOUR);
        }
        let since = world.stored().vendors.settlements[&(id(), 1)].entries["posthog"].since;
        world.pass(HOUR * 24 * 9);
        if is_kept {
            run.targets.push(contact("p3"))
        } else {
            run.reopened = 1
        }
        let report = run.visit(&world).await.unwrap();
        let line = |name: &str| report.lines.iter().find(|line| line.name == name).unwrap().since;
        assert_eq!(line("posthog"), if is_kept { since } else { world.now() });
        assert_eq!(line("crm"), world.now(), "it had answered");
        assert_eq!(report.overdue, [""; 0]);
        world.pass(HOUR * 24 * 9);
        let is_overdue = run.visit(&world).await.unwrap().overdue.contains(&"posthog".to_owned());
        assert_eq!(is_overdue, is_kept, "17 days");
    }
}

#[tokio::test]
async fn a_settlement_of_before_that_was_noted_goes_on() {
    let (world, run) = (world(), Run::new());
    run.to_the_end(&world).await;
    let before = asked(&world, "crm").len();
    let noted = world.stored().vendors.settlements[&(id(), 1)].clone();
    let older = Settlement { extent: None, targets: format!("{}{}", noted.targets, "0".repeat(32)), ..noted.clone() };
    world.stored().vendors.settlements.insert((id(), 1), older);
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), before);
    assert_eq!(world.stored().vendors.settlements[&(id(), 1)].extent, noted.extent, "from now on it is noted");
}
