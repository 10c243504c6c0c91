//! A fresh login to the dashboard: what it shows, and what it leaves to be shown.

use super::*;

fn login(user: &str, token: &str) -> Login {
    let member = Member { tenant: TenantId::parse("alder").unwrap(), user: UserId::parse(user).unwrap() };
    Login { member, email: None, token_id: token.to_owned(), expires_at: now() + SignedDuration::from_mins(2) }
}

async fn log_in(world: &World, id: &ObligationId, login: &Login) -> bool {
    matches!(verify_login(world, world, &keys(), id, login, now()).await.unwrap(), Verified::Proved(_))
}

#[tokio::test]
async fn letters_about_an_account_go_where_the_dashboard_reaches_its_member_and_not_where_somebody_typed() {
    for email in [None, EmailAddress::parse("maren@alder.example").ok()] {
        let world = World::new(now(), 100);
        let id = asked_as(&world, 1, Ask { has_account: true, ..ask(Kind::Access) }).await;
        assert!(!world.stored().requests.heads[&id].is_reached_as_typed(), "nobody has logged in");
        assert!(log_in(&world, &id, &Login { email: email.clone(), ..login("7", "token-1") }).await);
        let request = world.stored().requests.heads[&id].clone();
        assert_eq!(request.contact.email == email, email.is_some());
        assert_eq!((request.is_reached_as_shown(), request.is_reached_as_typed()), (email.is_some(), email.is_none()));
        assert_eq!(request.identities(), [login("7", "").member.identity()], "an address opens nothing by it");
    }
}

#[tokio::test]
async fn a_login_shows_who_asks_once_and_for_one_request() {
    let world = World::new(now(), 100);
    let mine = asked_as(&world, 1, Ask { has_account: true, ..ask(Kind::Access) }).await;
    let other = asked_as(&world, 2, Ask { has_account: true, ..ask(Kind::Access) }).await;
    assert!(log_in(&world, &mine, &login("7", "token-1")).await);
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.standing, Standing::InProgress { since: now() });
    assert_eq!(request.identities(), [login("7", "").member.identity()]);
    // The same again, for this request and for another; and a second one for a request that waits for nothing.
    assert!(!log_in(&world, &mine, &login("7", "token-1")).await);
    assert!(!log_in(&world, &other, &login("7", "token-1")).await);
    assert!(!log_in(&world, &mine, &login("8", "token-2")).await);
    assert_eq!(world.stored().requests.heads[&mine], request);
    assert!(!log_in(&world, &ObligationId::of_request(&[9; 20]), &login("7", "token-3")).await);
    // What showed nothing was not used up.
    assert!(log_in(&world, &other, &login("7", "token-2")).await);
}

#[tokio::test]
async fn a_login_stands_for_what_the_person_has_not_shown_and_for_no_agent() {
    let world = World::new(now(), 100);
    let california = || Ask { residence: Some("California".to_owned()), ..ask(Kind::Access) };
    let mine = asked_as(&world, 1, california()).await;
    let code = send_code(&world, &mine, 9).await;
    assert!(is_proved(&world, &mine, &code, now()).await);
    let at_the_address = Login { email: EmailAddress::parse("mia@example.com").ok(), ..login("7", "token-1") };
    assert!(log_in(&world, &mine, &at_the_address).await);
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.needs, [Proof::EmailCode, Proof::AccountLogin]);
    assert_eq!(request.identities().len(), 2);
    let agent =
        Agent { email: None, name: Words::parse("Leo").ok(), permission_sha256: None, has_power_of_attorney: false };
    for (number, ask) in [
        (2, Ask { agent: Some(agent), ..california() }),
        (3, Ask { about_child: true, ..ask(Kind::Erasure) }),
        (4, ask(Kind::OptOut)),
    ] {
        let id = asked_as(&world, number, ask).await;
        assert!(!log_in(&world, &id, &login("7", &format!("token-{number}"))).await, "{number}");
    }
}

#[tokio::test]
async fn a_login_of_another_address_waives_nothing_of_what_the_law_wants_for_one_that_a_code_has_shown() {
    let other = EmailAddress::parse("maren@alder.example").ok();
    for (kind, left) in [
        (Kind::Access, &[Proof::DataPoints, Proof::Declaration][..]),
        (Kind::Erasure, &[Proof::DataPoints]),
        (Kind::Restriction, &[]),
    ] {
        for email in [None, other.clone()] {
            let world = World::new(now(), 100);
            let california = || Ask { residence: Some("California".to_owned()), ..ask(kind) };
            let mine = asked_as(&world, 1, california()).await;
            let code = send_code(&world, &mine, 9).await;
            assert!(is_proved(&world, &mine, &code, now()).await);
            let is_taken = log_in(&world, &mine, &Login { email: email.clone(), ..login("7", "token-1") }).await;
            let request = world.stored().requests.heads[&mine].clone();
            assert_eq!(request.missing().collect::<Vec<_>>(), left, "{kind:?} {email:?}");
            // One that nothing is wanted of any more is in work.
            assert_eq!((is_taken, request.is_verified()), (!left.is_empty(), left.is_empty()), "{kind:?}");
            assert_eq!(request.identities().is_empty(), !left.is_empty(), "{kind:?}: nothing is touched before");
            // Where no code has shown the address, nothing is done with it: it is about the account alone.
            let alone = asked_as(&world, 2, california()).await;
            assert!(log_in(&world, &alone, &Login { email: email.clone(), ..login("7", "token-2") }).await);
            let request = world.stored().requests.heads[&alone].clone();
            assert_eq!(request.identities(), [login("7", "").member.identity()], "{kind:?} {email:?}");
        }
    }
}

#[tokio::test]
async fn an_address_that_a_code_has_shown_stays_when_a_login_names_another() {
    let world = World::new(now(), 100);
    let elsewhere = EmailAddress::parse("maren@alder.example").unwrap();
    let with_address = |token: &str| Login { email: Some(elsewhere.clone()), ..login("7", token) };
    let both = [Identity::Email(EmailAddress::parse("mia@example.com").unwrap()), login("7", "").member.identity()];
    let mine = asked_as(&world, 1, Ask { residence: Some("California".to_owned()), ..ask(Kind::Access) }).await;
    let code = send_code(&world, &mine, 9).await;
    assert!(is_proved(&world, &mine, &code, now()).await);
    assert!(log_in(&world, &mine, &with_address("token-1")).await);
    // What California wants beside the code is shown by its own ways.
    let mut request = world.stored().requests.heads[&mine].clone();
    assert!(request.is_reached_as_shown() && request.identities().is_empty());
    for proof in [Proof::DataPoints, Proof::Declaration] {
        request = request.prove(proof, now()).unwrap();
    }
    assert!(request.is_verified() && request.is_reached_as_shown());
    assert_eq!(request.identities(), both, "whoever has the dashboard's address has entered no code");
    // A code that is on its way to what was typed shows that, and not what the dashboard names meanwhile.
    let other = asked_as(&world, 2, ask(Kind::Access)).await;
    let needs = vec![Proof::EmailCode, Proof::AccountLogin];
    world.stored().requests.heads.get_mut(&other).unwrap().needs = needs;
    let code = send_code(&world, &other, 10).await;
    assert!(log_in(&world, &other, &with_address("token-2")).await);
    assert!(is_proved(&world, &other, &code, now()).await);
    assert_eq!(world.stored().requests.heads[&other].identities(), both);
}

#[tokio::test]
async fn a_login_that_is_lost_half_way_is_made_good_by_the_next() {
    for strike in (1..=4).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(now(), 100);
        let id = asked_as(&world, 1, Ask { has_account: true, ..ask(Kind::Access) }).await;
        world.strike(Some(strike));
        let first = verify_login(&world, &world, &keys(), &id, &login("7", "token-1"), now()).await;
        world.strike(None);
        let second = log_in(&world, &id, &login("7", "token-2")).await;
        let is_done = matches!(first, Ok(Verified::Proved(_))) || second;
        let request = world.stored().requests.heads[&id].clone();
        assert!(request.is_verified() && request.proven.len() == 1, "{strike:?}");
        assert!(is_done || first.is_err(), "{strike:?}");
    }
}

#[tokio::test]
async fn a_declaration_is_kept_where_it_is_asked_for_and_shows_nobody() {
    let world = World::new(now(), 100);
    let name = Words::parse("Mia Example").unwrap();
    let california = Ask { residence: Some("California".to_owned()), ..ask(Kind::Access) };
    let (mine, other) = (asked_as(&world, 1, california).await, asked_as(&world, 2, ask(Kind::Access)).await);
    assert!(matches!(declare(&world, &mine, &name, now()).await.unwrap(), Verified::Proved(_)));
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.declaration, Some(name.clone()));
    assert!(!request.is_verified() && request.identities().is_empty());
    assert!(matches!(declare(&world, &mine, &name, now()).await.unwrap(), Verified::Refused), "once");
    assert!(matches!(declare(&world, &other, &name, now()).await.unwrap(), Verified::Refused), "not asked for");
    assert_eq!(world.stored().requests.heads[&other].declaration, None);
}
