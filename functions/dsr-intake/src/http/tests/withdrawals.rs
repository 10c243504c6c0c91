//! Requests that are taken back by whoever shows that they are theirs.

use super::*;
use privacy::subject_request::{Member, Proven, Standing};

const SHOWN: [&str; 3] = ["reference", "outcome", "status_url"];

#[tokio::test]
async fn a_code_takes_a_request_back_and_everything_else_is_refused_alike() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/withdrawal");
    let code = bench.code_for(&reference).await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refusal = bench.post(&path, &json!({"code": wrong})).await;
    assert_eq!((refusal.status, refusal.media_type.as_str()), (422, "application/problem+json"));
    let unknown = format!("/api/dsr/8{}/withdrawal", "a".repeat(32));
    assert_eq!(bench.post(&unknown, &json!({"code": code})).await.text, refusal.text, "no such request");
    assert_eq!(bench.post(&path, &json!({"declaration": "Mia Example"})).await.status, 400, "it shows nobody");
    assert_eq!(bench.send("GET", &path, &json!({}), "").await.status, 405);
    let taken = bench.post(&path, &json!({"code": code})).await;
    let said = taken.json();
    assert_eq!((taken.status, &said["state"], &said["outcome"]), (200, &json!("denied"), &json!("withdrawn")));
    assert!(SHOWN.iter().all(|member| !said[*member].is_null()), "{said}");
    assert!(matches!(bench.stored(&reference).await.standing, Standing::Withdrawn { in_part: false, .. }));
    assert!(bench.account.sent().last().unwrap().contains("withdrawal"), "they are told");
    assert_eq!(bench.post(&path, &json!({"code": code})).await.text, refusal.text, "used");
    let verification = format!("/api/dsr/{reference}/verification");
    let later = bench.code_for(&reference).await;
    assert_eq!(bench.post(&verification, &json!({"code": later})).await.status, 422, "nothing begins afterwards");
}

#[tokio::test]
async fn who_takes_it_back_without_scripts_gets_from_page_to_page_to_it() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let (code, path) = (format!("/api/dsr/{reference}/code"), format!("/api/dsr/{reference}/withdrawal"));
    let sent = bench.fill_in(&code, "then=withdrawal").await;
    assert_eq!(sent.status, 202);
    check_page("code to take it back", &sent.text);
    let first = |page: &str| {
        let rest = page.split("<form method=\"post\" action=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().trim_start_matches(BASE).to_owned()
    };
    assert_eq!(first(&sent.text), path);
    let wrong = bench.fill_in(&path, "code=x").await;
    assert_eq!((wrong.status, first(&wrong.text)), (422, path.clone()), "tried again where it belongs");
    let empty = bench.fill_in(&path, "code=+").await;
    assert_eq!((empty.status, empty.text.contains("id=\"wrong-code\"")), (400, true));
    let entered = format!("code={}", bench.code_for(&reference).await);
    let taken = bench.fill_in(&path, &entered).await;
    assert_eq!(taken.status, 200);
    check_page("taken back", &taken.text);
    assert!(taken.text.contains(&format!("/privacy/requests/{reference}?after=")), "{}", taken.text);
}

#[tokio::test]
async fn what_is_under_way_says_so_to_who_has_shown_that_it_is_theirs() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let verified = json!({"code": bench.code_for(&reference).await});
    assert_eq!(bench.post(&format!("/api/dsr/{reference}/verification"), &verified).await.status, 200);
    let path = format!("/api/dsr/{reference}/withdrawal");
    let against = bench.post(&path, &json!({"code": bench.code_for(&reference).await})).await;
    assert_eq!((against.status, against.media_type.as_str()), (409, "application/problem+json"));
    let entered = format!("code={}", bench.code_for(&reference).await);
    let page = bench.fill_in(&path, &entered).await;
    assert_eq!(page.status, 409);
    check_page("too late", &page.text);
}

#[tokio::test]
async fn what_a_login_verified_takes_a_login_of_the_same_account() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let mut request = bench.stored(&reference).await;
    let at = request.received_at;
    request.kind = privacy::clock::model::Kind::Access;
    request.needs = vec![Proof::AccountLogin];
    request.proven = vec![Proven { proof: Proof::AccountLogin, at }];
    request.member = Some(Member {
        tenant: privacy::ids::TenantId::parse("tenant-alder").unwrap(),
        user: privacy::ids::UserId::parse("user-7").unwrap(),
    });
    request.standing = Standing::InProgress { since: at };
    request.version += 1;
    let act = privacy::subject_request::Act::of_service(privacy::subject_request::Deed::Begun, at);
    assert!(bench.desk.ledger.record(&request, &act, None).await.unwrap());
    let path = format!("/api/dsr/{reference}/withdrawal");
    assert_eq!(bench.post(&path, &json!({"code": bench.code_for(&reference).await})).await.status, 422, "no code");
    let other = assertion(&reference, "a", "now", 1, &json!({"sub": "tenant-alder/user-8"}));
    assert_eq!(bench.post(&path, &json!({"assertion": other})).await.status, 422, "another user");
    let same = assertion(&reference, "b", "now", 1, &json!({}));
    assert_eq!(bench.post(&path, &json!({"assertion": same})).await.status, 200);
}
