//! Erasures: what is gone or under way is not called denied.

use super::*;

/// The erasure behind a request.
fn own(request: &SubjectRequest, state: State, outcomes: &[Outcome]) -> Shown {
    let outcomes = outcomes.iter().map(|outcome| ("signals".to_owned(), outcome.clone())).collect();
    Shown { head: erasure_of(request, state), outcomes, earlier: Vec::new() }
}

#[test]
fn what_is_being_erased_and_what_is_a_childs_is_not_called_denied() {
    let law = Law::built_in().unwrap();
    let reason = DenialReason::ManifestlyUnfounded;
    let mut begun = verified(Kind::Erasure);
    begun.course.begun_at = Some(now());
    assert_eq!(deny(&begun, &law, reason, &by("So."), now()), Err(NotDenied::Begun));
    let report = asked(1, Kind::Erasure, None, Some(("instagram", "tim")), at("2026-03-05T12:00:00Z"));
    let report = SubjectRequest { about_child: true, ..report };
    for reason in [reason, DenialReason::Unverifiable, DenialReason::LegalObligation] {
        assert_eq!(
            deny(&report, &law, reason, &by("So."), now()),
            Err(NotDenied::Unread),
            "{reason:?}: it is read first"
        );
    }
    let believed =
        crate::review_child_report::find_credible(&report, None, &law, Actor::Service, now()).unwrap().unwrap();
    assert_eq!(deny(&believed.request, &law, reason, &by("So."), now()), Err(NotDenied::Begun));
}

/// A tenant that says nothing decides about its own part alone.
#[test]
fn an_erasure_that_tenants_decide_about_is_denied_only_where_nothing_of_ours_went_or_may_go() {
    let law = Law::built_in().unwrap();
    let untouched = routed_to_alder(&verified(Kind::Erasure));
    let mut routed = untouched.clone();
    routed.course.begun_at = Some(now());
    let deny = |request: &SubjectRequest, own: Option<&Shown>| {
        crate::deny_request::deny(request, own, &law, DenialReason::NotTheController, &by("Alder decides."), now())
    };
    let gone = Outcome::Removed { count: 3 };
    let held = Outcome::Held { removed: 0, held: 2 };
    let plan = PlanRef { hash: crate::memory::plan_hash(), covers_until: now() };
    let hold = HoldId::parse("hold-0001").unwrap();
    let is_held = State::Held { plan, by: vec![hold], review_by: "2026-05-01".parse().unwrap() };
    for (case, state, outcomes) in [
        ("some of it went", erased(now()), &[Outcome::NothingFound, gone.clone()][..]),
        ("a hold keeps some", is_held, &[Outcome::NothingFound, held]),
        ("it goes", State::Received, &[]),
        ("it went before, and is looked for again", State::Received, &[Outcome::NothingFound]),
        ("nobody says what came of it", erased(now()), &[]),
    ] {
        let own = own(&routed, state, outcomes);
        assert_eq!(deny(&routed, Some(&own)), Err(NotDenied::Begun), "{case}");
    }
    assert_eq!(deny(&routed, None), Err(NotDenied::Begun), "it was begun just now");
    let again = own(&untouched, erased(now()), &[gone]);
    assert_eq!(deny(&untouched, Some(&again)), Err(NotDenied::Begun), "it went before an appeal");
    assert!(deny(&untouched, None).unwrap().is_some(), "nothing was begun");
    let nothing = own(&routed, erased(now()), &[Outcome::NothingFound, Outcome::Removed { count: 0 }]);
    assert!(deny(&routed, Some(&nothing)).unwrap().is_some(), "alder decides, and has not");
}

#[tokio::test]
async fn what_came_of_an_erasure_is_read_before_it_is_denied() {
    for (outcome, is_denied) in [(Outcome::Removed { count: 3 }, false), (Outcome::NothingFound, true)] {
        let (world, law) = (World::new(now(), 100), Law::built_in().unwrap());
        let mut request = routed_to_alder(&verified(Kind::Erasure));
        request.course.begun_at = Some(now());
        {
            let mut stored = world.stored();
            stored.requests.heads.insert(request.id.clone(), request.clone());
            stored.heads.insert(request.id.clone(), erasure_of(&request, erased(now())));
            let outcomes = [("signals".to_owned(), outcome.clone())].into();
            stored.outcomes.insert((request.id.clone(), 1), outcomes);
        }
        let reason = DenialReason::NotTheController;
        let denied = deny_request(&world, &world, &law, &request.id, reason, &by("Alder decides."), now()).await;
        assert_eq!(denied.is_ok(), is_denied, "{outcome:?}");
        assert_eq!(world.stored().requests.acts.contains_key(&request.id), is_denied, "{outcome:?}");
    }
}

#[test]
fn nothing_is_denied_of_which_a_tenant_wants_its_part_done() {
    let (law, alder) = (Law::built_in().unwrap(), crate::ids::TenantId::parse("alder").unwrap());
    let reason = DenialReason::ManifestlyUnfounded;
    let deny = |request: &SubjectRequest| deny(request, &law, reason, &by("So."), now());
    for kind in [Kind::Access, Kind::Correction, Kind::Erasure, Kind::Restriction, Kind::Objection] {
        let routed = crate::route_request::route(&verified(kind), &alder, &law, Actor::Service, now());
        let routed = passed_on(&routed.unwrap().unwrap().request, &["alder"]);
        let ticket = crate::ids::InstructionId::parse("ticket-7").unwrap();
        let instructed = crate::route_request::instruct(&routed, &alder, &ticket, Actor::Service, now());
        let mut instructed = instructed.unwrap().unwrap().request;
        assert_eq!(deny(&instructed), Err(NotDenied::Begun), "{kind:?}");
        instructed.routed[0].done_at = Some(now());
        assert_eq!(deny(&instructed), Err(NotDenied::Begun), "{kind:?}: it is done");
        let mut undecided = routed;
        // A restriction holds from the moment it is shown; staff lift it first.
        let raised = (kind == Kind::Restriction).then_some(Flag::Restricted);
        undecided.course.lifted.extend(raised);
        assert!(matches!(deny(&undecided), Ok(Some(_))), "{kind:?}: the tenant has not decided");
    }
}
