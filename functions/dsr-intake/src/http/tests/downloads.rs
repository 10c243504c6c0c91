use privacy::clock::model::Kind;
use privacy::export::job::ExportJob;
use privacy::export::ports::{Bundle, BundleBook};
use privacy::subject_request::{Act, Deed, Proven, Standing};

use super::*;

/// The first form of a page that takes a code: where it goes.
fn first_form(page: &str, base: &str) -> String {
    let form = page.split("<form ").find(|form| form.contains("name=\"code\"")).unwrap();
    form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().strip_prefix(base).unwrap().to_owned()
}

/// Its bundle was made just now, and is there for an hour.
async fn answered(bench: &Bench, reference: &str) -> ObligationId {
    let (now, request) = (SystemClock.now(), bench.stored(reference).await);
    let standing = Standing::Answered { at: now, in_part: false };
    let mut proven = request.proven.clone();
    proven.extend(request.missing().map(|proof| Proven { proof, at: now }));
    let answered = SubjectRequest { version: request.version + 1, kind: Kind::Access, standing, proven, ..request };
    let ledger = &bench.desk.ledger;
    assert!(ledger.record(&answered, &Act::of_service(Deed::Answered, now), None).await.unwrap());
    let (job, erase_at) = (ExportJob::Request(answered.id.clone()), now + SignedDuration::from_hours(1));
    ledger.claim(&job, "w", erase_at, erase_at, now).await.unwrap();
    let made = Bundle { made_at: Some(now), erase_at: Some(erase_at), ..Bundle::default() };
    assert!(ledger.save(&job, "w", &made).await.unwrap());
    answered.id
}

#[tokio::test]
async fn a_bundle_is_given_once_to_whoever_shows_a_fresh_code() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/download");
    let early = bench.code_for(&reference).await;
    let refused = bench.post(&path, &json!({"code": early})).await;
    assert_eq!((refused.status, refused.json()["type"].as_str()), (422, Some("urn:privacy:problem:not-verified")));

    let id = answered(&bench, &reference).await;

    let code = bench.code_for(&reference).await;
    let other = if code == "000000" { "000001" } else { "000000" };
    let wrong = bench.post(&path, &json!({"code": other})).await;
    assert_eq!((wrong.status, &wrong.text), (422, &refused.text), "the same for every reason");
    let given = bench.post(&path, &json!({"code": code})).await;
    assert_eq!((given.status, given.text.as_str()), (303, ""));
    let link = given.location.unwrap();
    assert!(link.contains("/bundles/") && link.contains("X-Amz-Signature=") && !link.contains(&reference), "{link}");
    let used = bench.post(&path, &json!({"code": code})).await;
    assert_eq!((used.status, &used.text), (422, &refused.text));
    let page = bench.fill_in(&path, "code=123456").await;
    assert_eq!((page.status, page.media_type.as_str()), (422, "text/html; charset=utf-8"));
    for (path, body, expected) in [
        (format!("/api/dsr/8{}/download", "a".repeat(32)), json!({"code": "123456"}), 422),
        ("/api/dsr/nothing/download".to_owned(), json!({"code": "123456"}), 422),
        (path.clone(), json!({}), 400),
    ] {
        assert_eq!(bench.post(&path, &body).await.status, expected, "{path}");
    }
    let trail: Vec<Deed> =
        demo::ledger(&bench.account).acts(&id).await.unwrap().into_iter().map(|act| act.deed).collect();
    assert_eq!(trail, [Deed::Answered, Deed::Downloaded]);
}

#[tokio::test]
async fn a_bundle_is_given_to_a_fresh_login_of_its_account_and_to_no_other() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["has_account"] = json!(true);
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let none = json!({});
    let verified = assertion(&reference, "1", "now", 1, &none);
    let verification = format!("/api/dsr/{reference}/verification");
    assert_eq!(bench.post(&verification, &json!({"assertion": verified})).await.status, 200);
    let path = format!("/api/dsr/{reference}/download");
    let early = bench.post(&path, &json!({"assertion": assertion(&reference, "2", "now", 1, &none)})).await;
    assert_eq!((early.status, early.json()["type"].as_str()), (422, Some("urn:privacy:problem:not-verified")));
    let id = answered(&bench, &reference).await;

    let (before, now) = (bench.account.dump("ledger"), SystemClock.now().as_second());
    let other = format!("8{}", "a".repeat(32));
    for (name, token) in [
        ("another account", assertion(&reference, "3", "now", 1, &json!({"sub": "tenant-birch/user-7"}))),
        ("another user", assertion(&reference, "3", "now", 1, &json!({"sub": "tenant-alder/user-8"}))),
        ("another request", assertion(&other, "3", "now", 1, &none)),
        ("an old login", assertion(&reference, "3", "now", 1, &json!({"auth_time": now - 400}))),
        ("over", assertion(&reference, "3", "now", 1, &json!({"exp": now - 1}))),
        ("used for the verification", verified),
        ("a wrong key", assertion(&reference, "3", "now", 2, &none)),
        ("nothing", String::new()),
    ] {
        let refused = bench.post(&path, &json!({"assertion": token})).await;
        assert_eq!((refused.status, &refused.text, &refused.location), (422, &early.text, &None), "{name}");
    }
    assert_eq!(bench.account.dump("ledger"), before, "nothing is left of them");

    // The same name as those of others: they have used up nothing of theirs.
    let good = assertion(&reference, "3", "now", 1, &none);
    let given = bench.post(&path, &json!({"assertion": good})).await;
    assert_eq!((given.status, given.text.as_str()), (303, ""));
    let link = given.location.unwrap();
    assert!(link.contains("/bundles/") && link.contains("X-Amz-Expires=600&") && !link.contains(&reference), "{link}");
    let used = bench.post(&path, &json!({"assertion": good})).await;
    assert_eq!((used.status, &used.text, &used.location), (422, &early.text, &None), "it was used");
    let trail: Vec<Deed> =
        demo::ledger(&bench.account).acts(&id).await.unwrap().into_iter().map(|act| act.deed).collect();
    assert_eq!(trail.iter().filter(|deed| **deed == Deed::Downloaded).count(), 1);
    assert!(!format!("{:?}", bench.account.dump("ledger")).contains("X-Amz"), "nothing keeps the link");
}

#[tokio::test]
async fn who_fetches_their_data_without_scripts_gets_from_page_to_page_to_it() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    answered(&bench, &reference).await;
    let (code, download) = (format!("/api/dsr/{reference}/code"), format!("/api/dsr/{reference}/download"));
    // What the button of the status page sends.
    let sent = bench.fill_in(&code, "then=download").await;
    assert_eq!(sent.status, 202);
    check_page("code for a download", &sent.text);
    assert_eq!(first_form(&sent.text, BASE), download);
    let wrong = bench.fill_in(&download, "code=x").await;
    assert_eq!(wrong.status, 422);
    check_page("no download", &wrong.text);
    assert_eq!(first_form(&wrong.text, BASE), download, "a mistyped code is tried again where it belongs");
    let code = bench.code_for(&reference).await;
    let given = bench.fill_in(&first_form(&wrong.text, BASE), &format!("code={code}")).await;
    assert_eq!(given.status, 303);
}

#[tokio::test]
async fn every_page_that_asks_for_a_code_has_both_ways_and_the_way_back_for_every_reference() {
    let bench = Bench::new();
    let (open, done) = (asked(&bench).await, asked(&bench).await);
    answered(&bench, &done).await;
    let unknown = format!("8{}", "a".repeat(32));
    for (act, body) in [
        ("code", ""),
        ("code", "then=download"),
        ("code", "then=withdrawal"),
        ("verification", "code=x"),
        ("download", "code=x"),
        ("withdrawal", "code=x"),
    ] {
        let mut pages = Vec::new();
        for reference in [&open, &done, &unknown] {
            let page = bench.fill_in(&format!("/api/dsr/{reference}/{act}"), body).await;
            check_page(act, &page.text);
            for way in ["verification", "download", "withdrawal"].map(|way| format!("/api/dsr/{reference}/{way}")) {
                assert!(page.text.contains(&format!("action=\"{BASE}{way}\"")), "{act} {way}");
            }
            assert!(
                page.text.contains(&format!("href=\"{BASE}/privacy/requests/{reference}?after=")),
                "{act}: no way back"
            );
            pages.push((page.status, timeless(&page.text).replace(reference.as_str(), "x")));
        }
        assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{act}: what is known does not show");
    }
    for body in ["then=anything", "then=", "%FF%00=1", "x"] {
        let page = bench.fill_in(&format!("/api/dsr/{open}/code"), body).await;
        assert_eq!(
            (page.status, first_form(&page.text, BASE)),
            (202, format!("/api/dsr/{open}/verification")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn of_several_bundles_the_newest_is_given_unless_another_is_named() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/download");
    let id = answered(&bench, &reference).await;
    let (ledger, job, now) = (&bench.desk.ledger, ExportJob::Request(id), SystemClock.now());
    let first = ledger.bundle(&job).await.unwrap().unwrap();
    let later = privacy::export::ports::Next::beside(now + SignedDuration::from_hours(2));
    let privacy::export::ports::Claim::Granted(next) = ledger.renew(&job, "w", &first, later).await.unwrap() else {
        panic!("it is theirs")
    };
    assert!(ledger.save(&job, "w", &Bundle { made_at: Some(now), ..next }).await.unwrap());
    let mut objects = Vec::new();
    for (body, is_form) in [
        (json!({}), false),
        (json!({"bundle": "0"}), false),
        (json!({"bundle": "1"}), false),
        (json!({"bundle": "0"}), true),
        (json!({"bundle": ""}), true),
    ] {
        let code = bench.code_for(&reference).await;
        let given = if is_form {
            let bundle = body["bundle"].as_str().unwrap();
            bench.fill_in(&path, &format!("code={code}&bundle={bundle}")).await
        } else {
            let mut body = body.clone();
            body["code"] = code.into();
            bench.post(&path, &body).await
        };
        assert_eq!(given.status, 303, "{body}");
        let link = given.location.unwrap();
        objects.push(link.split('?').next().unwrap().to_owned());
    }
    let [newest, earlier, named, by_form, unnamed] = <[String; 5]>::try_from(objects).unwrap();
    assert_eq!((&newest, &earlier, &newest), (&named, &by_form, &unnamed));
    assert_ne!(newest, earlier);
    let code = bench.code_for(&reference).await;
    for (bundle, status) in [(json!("no-number"), 400), (json!(0), 400), (json!("7"), 422)] {
        let answer = bench.post(&path, &json!({"code": code, "bundle": bundle})).await;
        assert_eq!(answer.status, status, "{bundle}");
    }
}
