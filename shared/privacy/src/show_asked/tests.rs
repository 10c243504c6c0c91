use super::*;
use crate::export::ports::Bundle;
use crate::memory::{World, asked, built_in_map};
use crate::route_request::route;
use crate::subject_request::ports::RequestIntake;
use crate::subject_request::{Actor, ChildReview, PointKind, PointValue, Proven};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn request(kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at("2026-03-06T12:00:00Z"));
    SubjectRequest { standing: Standing::InProgress { since: at("2026-03-06T13:00:00Z") }, ..request }
}

async fn shown(request: SubjectRequest) -> AskedView {
    let world = World::new(at("2026-03-10T12:00:00Z"), 100);
    world.receive(&request).await.unwrap();
    show_asked(&world, &built_in_map(), &[], &request.id, Freshness::Now, at("2026-03-10T12:00:00Z"))
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn who_has_just_done_something_sees_it_and_nobody_is_told_that_there_is_nothing_by_an_old_look() {
    let world = World::new(at("2026-03-10T12:00:00Z"), 100);
    let (asked, map) = (request(Kind::Erasure), built_in_map());
    let state = async |freshness| {
        let view = show_asked(&world, &map, &[], &asked.id, freshness, at("2026-03-10T12:00:00Z")).await.unwrap();
        view.map(|view| view.state)
    };
    let lag = || {
        let before = Box::new(world.stored().clone());
        world.stored().a_moment_ago = Some(before);
    };
    lag();
    assert_eq!((state(Freshness::MomentAgo).await, state(Freshness::Now).await), (None, None));
    world.receive(&SubjectRequest { standing: Standing::AwaitingVerification, ..asked.clone() }).await.unwrap();
    assert_eq!(state(Freshness::MomentAgo).await, Some("awaiting-verification"), "found by a second look");
    lag();
    world.stored().requests.heads.insert(asked.id.clone(), asked.clone());
    let seen = (state(Freshness::MomentAgo).await, state(Freshness::Now).await);
    assert_eq!(seen, (Some("awaiting-verification"), Some("in-progress")));
}

#[tokio::test]
async fn a_person_sees_which_way_their_request_goes_and_no_name_of_a_business() {
    let (law, tenant) = (crate::law::Law::built_in().unwrap(), crate::ids::TenantId::parse("tenant-alder").unwrap());
    let now = at("2026-03-09T12:00:00Z");
    let routed = route(&request(Kind::Erasure), &tenant, &law, Actor::Service, now).unwrap().unwrap().request;
    let view = shown(routed.clone()).await;
    let asked = |is_reached| vec![PartView { asked_at: now, state: PartState::Asked, is_reached, reason: None }];
    assert_eq!((view.role, view.parts.clone()), (Some(Role::Both), asked(false)));
    let mut told = routed;
    told.told_tenants.entry(tenant).or_default().insert(Notice::TenantForward, 1);
    assert_eq!(shown(told).await.parts, asked(true));
    assert!(!format!("{view:?}").contains("alder"));
    assert_eq!(shown(request(Kind::Erasure)).await.role, Some(Role::Controller));
}

#[tokio::test]
async fn an_answer_that_is_waited_for_is_shown_until_it_is_there_or_nobody_waits_any_more() {
    let asked_at = at("2026-03-09T12:00:00Z");
    let mut request = request(Kind::Access);
    assert_eq!(shown(request.clone()).await.paused_since, None);
    request.clocks.pauses = vec![crate::subject_request::Pause { asked_at, answered_at: None }];
    assert_eq!(shown(request.clone()).await.paused_since, Some(asked_at));
    let closed = Standing::Answered { at: at("2026-03-10T12:00:00Z"), in_part: false };
    assert_eq!(shown(SubjectRequest { standing: closed, ..request.clone() }).await.paused_since, None);
    request.clocks.pauses[0].answered_at = Some(at("2026-03-10T09:00:00Z"));
    assert_eq!(shown(request).await.paused_since, None);
}

#[tokio::test]
async fn what_a_business_declined_is_shown_with_its_reason_and_without_its_name() {
    let law = crate::law::Law::built_in().unwrap();
    let (tenant, now) = (crate::ids::TenantId::parse("tenant-alder").unwrap(), at("2026-03-09T12:00:00Z"));
    let routed = route(&request(Kind::Erasure), &tenant, &law, Actor::Service, now).unwrap().unwrap().request;
    let decision = crate::decide_part::Decision::Decline(crate::law::denial::DenialReason::LegalClaims);
    let id = crate::ids::InstructionId::parse("d-1").unwrap();
    let word = crate::decide_part::Word { tenant, id, decision };
    let declined = crate::decide_part::decide_part(&routed, &word, &law, Actor::Service, now).unwrap().unwrap();
    let view = shown(declined.request).await;
    let expected = PartView {
        asked_at: now,
        state: PartState::Declined,
        is_reached: true,
        reason: Some("legal-claims".to_owned()),
    };
    assert_eq!(view.parts, [expected]);
    assert!(!format!("{view:?}").contains("alder"));
}

#[tokio::test]
async fn before_it_is_verified_nothing_says_whose_data_we_hold() {
    let request = SubjectRequest { needs: vec![Proof::EmailCode], ..request(Kind::Erasure) };
    let waiting = SubjectRequest { standing: Standing::AwaitingVerification, ..request };
    let view = shown(waiting.clone()).await;
    assert_eq!((view.missing, view.by_agent, view.goes_with_earlier), (vec![Proof::EmailCode], false, false));
    let denied = Standing::Denied { at: at("2026-04-04T00:00:00Z"), reason: "unverifiable".to_owned() };
    assert_eq!(shown(SubjectRequest { standing: denied, ..waiting.clone() }).await.missing, vec![], "it is too late");
    let mut child = waiting;
    let (erase_by, zone) = ("2026-03-16".parse().unwrap(), "UTC".to_owned());
    child.course.child =
        Some(ChildReview::Credible { at: at("2026-03-06T13:00:00Z"), erase_by, zone, is_apart: false, child: None });
    let believed = shown(child).await;
    assert_eq!((believed.missing, believed.waits_for_code), (vec![], false), "nobody has to show anything any more");
    let view = shown(SubjectRequest {
        needs: vec![Proof::EmailCode],
        standing: Standing::AwaitingVerification,
        ..asked(1, Kind::Erasure, Some("mia@example.com"), None, at("2026-03-06T12:00:00Z"))
    })
    .await;
    assert_eq!((view.role, view.parts.len(), view.flags.len(), view.has_bundle), (None, 0, 0, false));
}

#[tokio::test]
async fn a_denial_names_its_reason_and_every_way_on_that_the_law_of_the_person_has() {
    let denied = |regime: &str, reason: &str| SubjectRequest {
        regime: regime.to_owned(),
        standing: Standing::Denied { at: at("2026-04-04T00:00:00Z"), reason: reason.to_owned() },
        ..request(Kind::Access)
    };
    let mut told = String::new();
    for (regime, reason) in [("EU_GDPR", "unverifiable"), ("US_VA", "unverifiable"), ("EU_GDPR", "no-such-reason")] {
        let denial = shown(denied(regime, reason)).await.denial.unwrap();
        let ways: Vec<String> =
            denial.ways.iter().map(|way| format!("{way:?}").split(' ').next().unwrap().to_owned()).collect();
        told += &format!("{regime} {}: {} characters, {ways:?}\n", denial.code, denial.text.len().min(1));
    }
    expect_test::expect![[r#"
        EU_GDPR unverifiable: 1 characters, ["Authority", "Court"]
        US_VA unverifiable: 1 characters, ["Appeal", "Authority"]
        EU_GDPR no-such-reason: 0 characters, ["Authority", "Court"]
    "#]]
    .assert_eq(&told);
    assert_eq!(shown(request(Kind::Access)).await.denial, None);
}

#[tokio::test]
async fn whoever_is_kept_waiting_past_the_legal_date_hears_where_to_turn() {
    for (regime, standing) in [
        ("EU_GDPR", Standing::AwaitingVerification),
        ("US_VA", Standing::InProgress { since: at("2026-03-06T12:00:00Z") }),
    ] {
        let request = SubjectRequest { regime: regime.to_owned(), standing, ..request(Kind::Access) };
        let world = World::new(at("2026-03-06T12:00:00Z"), 3);
        world.stored().requests.heads.insert(request.id.clone(), request.clone());
        let last = request.clocks.legal.date;
        for (day, is_late) in [(last, false), (last.tomorrow().unwrap().tomorrow().unwrap(), true)] {
            let (map, now) = (built_in_map(), at(&format!("{day}T12:00:00Z")));
            let view = show_asked(&world, &map, &[], &request.id, Freshness::Now, now).await.unwrap().unwrap();
            let is_authority = |way: &WayOn| matches!(way, WayOn::Authority { .. });
            assert_eq!(view.ways.iter().any(is_authority), is_late, "{regime} {day}");
            assert!(!view.ways.contains(&WayOn::Appeal), "there is no answer to look at again");
        }
    }
}

#[tokio::test]
async fn a_bundle_is_offered_once_there_is_one_and_a_report_about_a_child_says_that_it_is_read_first() {
    let answered = Standing::Answered { at: at("2026-03-09T00:00:00Z"), in_part: false };
    for (kind, expected) in
        [(Kind::Access, true), (Kind::Portability, true), (Kind::Erasure, false), (Kind::Limit, false)]
    {
        let (needs, at) = (vec![Proof::EmailCode], at("2026-03-06T13:00:00Z"));
        let proven = vec![Proven { proof: Proof::EmailCode, at }];
        let request = SubjectRequest { standing: answered.clone(), needs, proven, kind, ..request(Kind::Erasure) };
        assert_eq!(shown(request.clone()).await.has_bundle, expected, "{kind:?}");
        // Staff have read a permission, and nobody has shown whose data it is: they answer by hand.
        let (needs, proven) = (vec![Proof::AgentPermission], vec![Proven { proof: Proof::AgentPermission, at }]);
        assert!(!shown(SubjectRequest { needs, proven, ..request }).await.has_bundle, "{kind:?}");
    }
    assert!(!shown(request(Kind::Access)).await.has_bundle);
    let report = SubjectRequest { about_child: true, ..request(Kind::Erasure) };
    assert!(shown(report.clone()).await.waits_for_review);
    let mut read = report;
    read.course.child = Some(ChildReview::NotCredible { at: at("2026-03-09T00:00:00Z") });
    assert!(!shown(read).await.waits_for_review);
}

#[tokio::test]
async fn what_a_login_alone_opens_is_said_to_be_about_the_account_alone() {
    use Proof::{AccountLogin, DataPoints, EmailCode, HandleCode};
    for (needs, expected) in [
        (vec![AccountLogin], (true, false)),
        (vec![EmailCode, AccountLogin], (false, false)),
        (vec![HandleCode, AccountLogin], (false, false)),
        (vec![EmailCode, DataPoints], (false, true)),
        (vec![], (false, true)),
    ] {
        for kind in [Kind::Access, Kind::Erasure] {
            let view = shown(SubjectRequest { needs: needs.clone(), ..request(kind) }).await;
            assert_eq!((view.is_account_only, view.is_without_account), expected, "{kind:?} {needs:?}");
        }
    }
}

#[tokio::test]
async fn whatever_a_believed_report_about_a_child_asks_for_there_is_no_copy_and_no_business_decides() {
    let (law, tenant) = (crate::law::Law::built_in().unwrap(), crate::ids::TenantId::parse("tenant-alder").unwrap());
    let now = at("2026-03-09T00:00:00Z");
    for kind in Kind::ALL {
        let (needs, proven) = (vec![Proof::EmailCode], vec![Proven { proof: Proof::EmailCode, at: now }]);
        let verified = SubjectRequest { about_child: true, needs, proven, ..request(kind) };
        let routed = route(&verified, &tenant, &law, Actor::Service, now).unwrap().unwrap().request;
        let answered = Standing::Answered { at: now, in_part: false };
        let mut report = SubjectRequest { standing: answered, ..routed };
        let (erase_by, zone) = ("2026-03-16".parse().unwrap(), "UTC".to_owned());
        report.course.child = Some(ChildReview::Credible { at: now, erase_by, zone, is_apart: false, child: None });
        let view = shown(report.clone()).await;
        assert_eq!((view.is_of_child, view.has_bundle, view.parts.len()), (true, false, 0), "{kind:?}");
        assert!(!report.has_code_to_send() && report.bundle_kind().is_none(), "{kind:?}");
        let bundle = Bundle { made_at: Some(now), erase_at: Some(at("2026-03-23T00:00:00Z")), ..Bundle::default() };
        assert_eq!(report.bundles(&bundle, at("2026-03-10T12:00:00Z")), [], "{kind:?}: nor one of before");
        report.course.child = Some(ChildReview::NotCredible { at: now });
        let view = shown(report).await;
        assert_eq!((view.is_of_child, view.parts.len()), (false, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn whoever_named_too_little_to_compare_is_told_how_much_is_left() {
    let keys = crate::keys::SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
    let waiting = |named: &[(PointKind, &str)], proven| {
        let request = request(Kind::Erasure);
        let value = |value| PointValue::parse(value).unwrap();
        let points =
            named.iter().map(|(kind, named)| (*kind, keys.data_point(&request.id, *kind, &value(named)).unwrap()));
        let points = points.collect();
        SubjectRequest {
            regime: "CA_CCPA".to_owned(),
            standing: Standing::AwaitingVerification,
            needs: vec![Proof::EmailCode, Proof::DataPoints],
            proven,
            data_points: points,
            ..request
        }
    };
    let (name, day) = ((PointKind::Name, "Mia Marker"), (PointKind::Day, "2026-02-01"));
    for (named, left) in [(&[][..], 2), (&[name][..], 1), (&[name, day][..], 0)] {
        assert_eq!(shown(waiting(named, Vec::new())).await.points_left, left, "{named:?}");
    }
    let shown_points = vec![Proven { proof: Proof::DataPoints, at: at("2026-03-06T13:00:00Z") }];
    assert_eq!(shown(waiting(&[], shown_points)).await.points_left, 0, "nothing is compared any more");
}

#[tokio::test]
async fn what_the_person_wants_no_more_is_shown_as_lifted_and_an_objection_is_taken_back_only_as_a_whole() {
    use Flag::{ConsentWithdrawn, Limited, NoMarketing, Objected, OptedOut, Restricted};
    let (completed, grounds) = (Some(Closing::Completed), "overriding-grounds");
    for (kind, lifted, outcome, refused, expected) in [
        (Kind::Restriction, vec![Restricted], None, vec![], true),
        (Kind::Restriction, vec![], None, vec![], false),
        (Kind::Restriction, vec![OptedOut], None, vec![], false),
        (Kind::ConsentWithdrawal, vec![ConsentWithdrawn], None, vec![], true),
        (Kind::OptOut, vec![OptedOut], None, vec![], true),
        (Kind::Limit, vec![Limited], completed, vec![], true),
        (Kind::Objection, vec![NoMarketing], None, vec![], false),
        (Kind::Objection, vec![NoMarketing], completed, vec![], false),
        (Kind::Objection, vec![Objected], completed, vec![], false),
        (Kind::Objection, vec![NoMarketing, Objected], completed, vec![], true),
        (Kind::Objection, vec![NoMarketing, Objected], completed, vec![grounds], false),
        (Kind::Access, vec![Restricted], None, vec![], false),
    ] {
        let mut asked = request(kind);
        asked.course.lifted = lifted.clone();
        asked.findings.outcome = outcome;
        asked.findings.refused_parts = refused.iter().map(|code| (*code).to_owned()).collect();
        let view = shown(asked).await;
        assert_eq!((view.is_taken_back, &view.lifted), (expected, &lifted), "{kind:?} {outcome:?} {refused:?}");
    }
    // What nobody has decided is weighed still, unless the request has ended without it.
    let standing = Standing::Answered { at: at("2026-03-09T00:00:00Z"), in_part: true };
    let mut ended = SubjectRequest { standing, ..request(Kind::Objection) };
    ended.course.lifted = vec![NoMarketing];
    assert!(shown(ended).await.is_taken_back);
}
