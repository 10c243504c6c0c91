use super::*;
use crate::ingest_gate::Flag;
use crate::memory::{World, asked};
use crate::subject_request::findings::{Correction, FieldName};
use crate::subject_request::{Agent, ChildReview, EmailAddress, Member, Proven};

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

fn keys() -> SubjectKeys {
    SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap()
}

fn agent(email: &str, has_power_of_attorney: bool) -> Option<Agent> {
    let email = EmailAddress::parse(email).ok();
    Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney })
}

fn member() -> Member {
    Member { tenant: TenantId::parse("alder").unwrap(), user: crate::ids::UserId::parse("u1").unwrap() }
}

fn waiting(kind: Kind, needs: &[Proof]) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), Some(("instagram", "mia")), now());
    SubjectRequest { standing: Standing::AwaitingVerification, needs: needs.to_vec(), ..request }
}

fn verified(kind: Kind, needs: &[Proof]) -> SubjectRequest {
    let proven = needs.iter().map(|proof| Proven { proof: *proof, at: now() }).collect();
    SubjectRequest { standing: Standing::InProgress { since: now() }, proven, ..waiting(kind, needs) }
}

#[test]
fn it_is_taken_back_by_what_would_verify_it_or_has_and_by_nothing_of_an_agent() {
    use Proof::{AccountLogin, AgentPermission, DataPoints, EmailCode, HandleCode};
    let by = |request: SubjectRequest| request.withdrawn_by();
    let of = |agent, request| SubjectRequest { agent, ..request };
    let at_theirs = || agent("mia@example.com", true);
    let erase = Kind::Erasure;
    let login = SubjectRequest { member: Some(member()), ..verified(erase, &[AccountLogin]) };
    let no_handle = |mut request: SubjectRequest| {
        request.contact.account = None;
        request
    };
    for (case, request, expected) in [
        ("a code is missing", waiting(erase, &[EmailCode, HandleCode]), Some(EmailCode)),
        ("by a message", waiting(erase, &[HandleCode]), Some(HandleCode)),
        ("only a login verifies it", waiting(erase, &[AccountLogin]), Some(AccountLogin)),
        ("verified by a code", verified(erase, &[EmailCode]), Some(EmailCode)),
        ("verified by a login: no code", login, Some(AccountLogin)),
        ("verified, and no code has shown anything", verified(erase, &[DataPoints]), None),
        ("nothing was to be shown", verified(Kind::Complaint, &[]), Some(EmailCode)),
        (
            "an agent, before the person says yes",
            of(agent("leo@example.org", false), waiting(erase, &[EmailCode])),
            Some(EmailCode),
        ),
        (
            "a power of attorney that nobody has read",
            of(agent("leo@example.org", true), waiting(erase, &[AgentPermission])),
            Some(EmailCode),
        ),
        ("one that was read", of(agent("leo@example.org", true), verified(erase, &[AgentPermission])), Some(EmailCode)),
        (
            "the agent's own address, beside an account",
            of(at_theirs(), verified(erase, &[AgentPermission])),
            Some(HandleCode),
        ),
        ("the same, unread", of(at_theirs(), waiting(erase, &[AgentPermission])), Some(HandleCode)),
        ("the agent's own address alone", of(at_theirs(), no_handle(verified(erase, &[AgentPermission]))), None),
        ("the same, unread", of(at_theirs(), no_handle(waiting(erase, &[AgentPermission]))), None),
        (
            "the same, who was to be asked",
            of(agent("mia@example.com", false), no_handle(waiting(erase, &[EmailCode]))),
            None,
        ),
    ] {
        assert_eq!(by(request), expected, "{case}");
    }
    let closed =
        SubjectRequest { standing: Standing::Answered { at: now(), in_part: false }, ..verified(erase, &[EmailCode]) };
    assert_eq!(by(closed), None);
}

#[test]
fn what_stands_or_cannot_be_stopped_is_not_taken_back() {
    let erase = || verified(Kind::Erasure, &[Proof::EmailCode]);
    let is = |request: &SubjectRequest| withdraw(request, None, now()).map(|changed| changed.map(|one| one.standing));
    let taken = |in_part| Ok(Some(Standing::Withdrawn { at: now(), in_part }));
    assert_eq!(is(&erase()), taken(false));
    assert_eq!(is(&waiting(Kind::Access, &[Proof::EmailCode])), taken(false));
    let mut begun = erase();
    begun.course.begun_at = Some(now());
    assert_eq!(is(&begun), Err(NotWithdrawn::Begun), "noted, and not ordered yet");
    let mut joined = erase();
    joined.course.joined = Some(ObligationId::of_request(&[2; 20]));
    assert_eq!(is(&joined), Err(NotWithdrawn::Begun));
    let mut child = erase();
    child.about_child = true;
    assert_eq!(is(&child), Err(NotWithdrawn::Child), "staff read it");
    child.course.child = Some(ChildReview::NotCredible { at: now() });
    assert_eq!(is(&child), taken(false), "it goes on as any request");
    let mut stands = verified(Kind::OptOut, &[]);
    stands.course.flags = vec![Flag::OptedOut];
    assert_eq!(is(&stands), Err(NotWithdrawn::InForce));
    let mut objection = verified(Kind::Objection, &[]);
    objection.course.flags = vec![Flag::NoMarketing];
    assert_eq!(is(&objection), taken(true), "no marketing stays, the rest is not weighed");
    let mut mended = verified(Kind::Correction, &[Proof::EmailCode]);
    let decision = Decision::Instructed { evidence: EvidenceId::parse("o-1").unwrap(), value: None };
    mended.findings.corrections = vec![Correction { field: FieldName::parse("name").unwrap(), decision }];
    assert_eq!(is(&mended), Err(NotWithdrawn::Begun));
    let denied = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    assert_eq!(is(&SubjectRequest { standing: denied, ..erase() }), Err(NotWithdrawn::Closed));
    let standing = Standing::Withdrawn { at: now(), in_part: false };
    assert_eq!(is(&SubjectRequest { standing, ..erase() }), Ok(None));
}

async fn stored(world: &World, request: &SubjectRequest) -> (String, SubjectRequest) {
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let proof = request.withdrawn_by().unwrap();
    let (challenge, code) = Challenge::make(&keys(), &request.id, proof, &[7; 24], now()).unwrap();
    world.issue(&request.id, &challenge).await.unwrap();
    (code.expose().to_owned(), request.clone())
}

#[tokio::test]
async fn a_code_takes_back_what_nobody_has_verified_and_a_wrong_one_nothing() {
    let (world, keys) = (World::new(now(), 100), keys());
    let (code, request) = stored(&world, &waiting(Kind::Erasure, &[Proof::EmailCode])).await;
    let enter =
        async |code: &str| withdraw_by_code(&world, &world, (&world, &keys), &request.id, code, now()).await.unwrap();
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    assert!(matches!(enter(&wrong).await, Withdrawal::Refused));
    assert_eq!(world.stored().requests.heads[&request.id], request);
    assert!(matches!(enter(&code).await, Withdrawal::Done(_)));
    assert!(matches!(enter(&code).await, Withdrawal::Refused), "used up");
    let verified = crate::verify_request::verify_request(&world, &keys, &request.id, &code, now()).await.unwrap();
    assert!(matches!(verified, crate::verify_request::Verified::Refused), "nothing begins afterwards");
    assert!(matches!(world.stored().requests.heads[&request.id].standing, Standing::Withdrawn { .. }));
}

#[tokio::test]
async fn a_code_of_an_account_does_not_take_back_what_a_login_has_shown() {
    let (world, keys) = (World::new(now(), 100), keys());
    let request = SubjectRequest { member: Some(member()), ..verified(Kind::Erasure, &[Proof::AccountLogin]) };
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let (challenge, code) = Challenge::make(&keys, &request.id, Proof::EmailCode, &[7; 24], now()).unwrap();
    world.issue(&request.id, &challenge).await.unwrap();
    let taken = withdraw_by_code(&world, &world, (&world, &keys), &request.id, code.expose(), now()).await.unwrap();
    assert!(matches!(taken, Withdrawal::Refused));
    for (user, is_same) in [("u2", false), ("u1", true)] {
        let member = Member { user: crate::ids::UserId::parse(user).unwrap(), ..member() };
        let login = Login { member, email: None, token_id: user.to_owned(), expires_at: now() };
        let taken =
            withdraw_by_login(&world, &world, &world, (&world, &keys), (&request.id, &login), now()).await.unwrap();
        assert_eq!(matches!(taken, Withdrawal::Done(_)), is_same, "{user}");
    }
}
