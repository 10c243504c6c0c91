//! Exports: one contract for the ports in memory and over DynamoDB and S3, and a bundle made through the real adapters.

use jiff::{SignedDuration, Timestamp};
use privacy::clock::model::Kind;
use privacy::data_map::KeyRange;
use privacy::export::job::{ExportJob, ExportQueue};
use privacy::export::ports::{
    Bundle, BundleBook, BundleEraser, BundleKey, BundleLinks, BundleStore, Claim, Contents, DueBundle, Next, Round,
};
use privacy::ids::TenantId;
use privacy::memory::{World, asked};
use privacy::obligation::ObligationId;
use privacy::ports::{DUE_SHARDS, Ledger};
use privacy::subject_request::ports::{RequestBook, RequestIntake};
use privacy::subject_request::{Act, Deed, Standing, SubjectRequest};
use privacy_aws::bundles::BundleBucket;
use privacy_aws::queue::SqsQueue;
use privacy_tests::account::Account;
use privacy_tests::{demo, each};
use serde_json::json;

fn now() -> Timestamp {
    "2026-03-10T12:00:00.125Z".parse().unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn request() -> ExportJob {
    ExportJob::Request(ObligationId::of_request(&[7; 20]))
}

fn granted(claim: Claim) -> Bundle {
    match claim {
        Claim::Granted(bundle) => bundle,
        Claim::Busy => panic!("busy"),
    }
}

async fn due<P: BundleBook>(ports: &P, at: Timestamp) -> Vec<DueBundle> {
    let mut due = Vec::new();
    for shard in 0..DUE_SHARDS {
        due.extend(each(ports.due_bundles(shard, at, 10).await.unwrap()));
    }
    due
}

async fn coming<P: BundleBook>(ports: &P, between: (Timestamp, Timestamp)) -> Vec<DueBundle> {
    let mut coming = Vec::new();
    for shard in 0..DUE_SHARDS {
        let mut last = None;
        // Page by page.
        while let Some(next) = ports.coming_bundles(shard, between, last.as_ref(), 1).await.unwrap().pop() {
            assert_ne!(last.as_ref(), Some(&next), "no page comes twice");
            coming.push(next.clone());
            last = Some(next);
        }
    }
    coming
}

async fn book_contract<P: BundleBook>(ports: &P, job: &ExportJob) {
    let (minute, erase_at) = (SignedDuration::from_mins(1), now() + SignedDuration::from_hours(24 * 14));
    assert_eq!(ports.bundle(job).await.unwrap(), None);
    let first = granted(ports.claim(job, "w1", now() + minute, erase_at, now()).await.unwrap());
    assert_eq!(first, Bundle { erase_at: Some(erase_at), ..Bundle::default() });
    assert_eq!(ports.claim(job, "w2", now() + minute, erase_at, now()).await.unwrap(), Claim::Busy);
    assert!(ports.is_claimed(job, now()).await.unwrap() && !ports.is_claimed(job, now() + minute).await.unwrap());
    assert_eq!(granted(ports.claim(job, "w1", now() + minute, erase_at, now()).await.unwrap()), first, "renewed");
    let later = now() + minute;
    let taken = ports.claim(job, "w2", later + minute, erase_at + minute, later).await.unwrap();
    assert_eq!(granted(taken), first, "the first claim says when it is erased");
    assert!(!ports.save(job, "w1", &first).await.unwrap(), "it is no longer theirs");

    let begun = Bundle { upload: Some("upload-1".to_owned()), is_kept: true, ..first.clone() };
    assert!(ports.save(job, "w2", &begun).await.unwrap());
    assert_eq!(ports.bundle(job).await.unwrap(), Some(begun));
    let last_day = erase_at + minute;
    let made = Bundle { made_at: Some(later), bytes: 7 << 32, erase_at: Some(last_day), ..first };
    assert!(ports.save(job, "w2", &made).await.unwrap());
    assert_eq!(ports.bundle(job).await.unwrap(), Some(made.clone()));
    ports.let_go(job, "w1").await.unwrap();
    assert_eq!(
        ports.claim(job, "w3", later + minute, erase_at, later).await.unwrap(),
        Claim::Busy,
        "not theirs to give back"
    );
    ports.let_go(job, "w2").await.unwrap();
    assert_eq!(granted(ports.claim(job, "w3", later + minute, erase_at, later).await.unwrap()), made);
    ports.let_go(job, "w3").await.unwrap();
    assert!(!ports.is_claimed(job, later).await.unwrap(), "nobody has it");

    assert_eq!(due(ports, erase_at).await, []);
    let entry = DueBundle { job: job.clone(), erase_at: last_day };
    assert_eq!(due(ports, last_day).await, std::slice::from_ref(&entry));
    let instant = SignedDuration::from_millis(1);
    for (after, until, is_in) in [
        (erase_at, last_day, true),
        (last_day - instant, last_day + minute, true),
        (last_day, last_day + minute, false),
        (erase_at, last_day - instant, false),
        (last_day, last_day, false),
    ] {
        let expected: &[DueBundle] = if is_in { std::slice::from_ref(&entry) } else { &[] };
        assert_eq!(coming(ports, (after, until)).await, expected, "after {after} until {until}");
    }
    let another = DueBundle { erase_at, ..entry.clone() };
    assert!(!ports.erased(&another, &made, last_day, None).await.unwrap(), "another entry");
    for meanwhile in [Bundle { round: 1, ..made.clone() }, Bundle { erase_at: Some(erase_at), ..made.clone() }] {
        assert!(!ports.erased(&entry, &meanwhile, last_day, None).await.unwrap(), "it is not as it was read");
    }
    assert!(ports.erased(&entry, &made, last_day, None).await.unwrap());
    assert!(!ports.erased(&entry, &made, last_day, None).await.unwrap(), "once");
    assert_eq!(due(ports, last_day).await, []);
    assert_eq!(ports.bundle(job).await.unwrap().unwrap().erased_at, Some(last_day));

    let again = granted(ports.claim(job, "w4", last_day + minute, last_day + minute, last_day).await.unwrap());
    assert_eq!((again.round, again.erased_at), (0, Some(last_day)), "it stays erased");
    assert!(!ports.save(job, "w4", &made).await.unwrap(), "nothing is made of it any more");
    assert_eq!(
        ports.renew(job, "w3", &again, Next::beside(last_day + minute)).await.unwrap(),
        Claim::Busy,
        "it is not theirs"
    );
    let fresh = granted(ports.renew(job, "w4", &again, Next::beside(last_day + minute)).await.unwrap());
    assert_eq!(fresh, Bundle { round: 1, erase_at: Some(last_day + minute), ..Bundle::default() });
    assert_eq!(ports.renew(job, "w4", &again, Next::beside(last_day + minute)).await.unwrap(), Claim::Busy, "once");
    assert_eq!(due(ports, last_day + minute).await.len(), 1);
    assert!(ports.save(job, "w4", &fresh).await.unwrap());
}

#[tokio::test]
async fn the_book_of_bundles_keeps_its_contract() {
    for job in [request(), ExportJob::Tenant(tenant("alder"))] {
        book_contract(&World::new(now(), 10), &job).await;
        book_contract(&demo::ledger(&Account::new()), &job).await;
    }
}

/// What is known of an account's export, until its months are over.
async fn record_contract<P: BundleBook + Ledger + RequestIntake>(ports: &P) {
    let job = ExportJob::Tenant(tenant("alder"));
    let (minute, erase_at) = (SignedDuration::from_mins(1), now() + SignedDuration::from_hours(24 * 14));
    let entry = |erase_at| DueBundle { job: job.clone(), erase_at };
    let first = granted(ports.claim(&job, "w1", now() + minute, erase_at, now()).await.unwrap());
    ports.let_go(&job, "w1").await.unwrap();
    let months = erase_at + SignedDuration::from_hours(24 * 730);
    assert!(ports.erased(&entry(erase_at), &first, erase_at, Some(months)).await.unwrap());
    assert_eq!(due(ports, months - minute).await, []);
    assert_eq!(due(ports, months).await, [entry(months)]);
    let erased = ports.bundle(&job).await.unwrap().unwrap();
    let again = granted(ports.claim(&job, "w2", months + minute, months, months).await.unwrap());
    assert!(!ports.forget_export(&entry(months), &erased, months).await.unwrap(), "a worker has it");
    let next = months + minute * 2;
    let second = granted(ports.renew(&job, "w2", &again, Next::beside(next)).await.unwrap());
    ports.let_go(&job, "w2").await.unwrap();
    assert!(!ports.forget_export(&entry(months), &erased, next).await.unwrap(), "another round has begun");
    let later = next + minute;
    assert!(ports.erased(&entry(next), &second, next, Some(later)).await.unwrap());
    let erased = ports.bundle(&job).await.unwrap().unwrap();
    assert!(!ports.forget_export(&entry(months), &erased, later).await.unwrap(), "another entry");
    let open = asked(7, Kind::Access, Some("mia@example.org"), None, now());
    assert_eq!(ports.receive(&open).await.unwrap(), None);
    for id in [&open.id, &ObligationId::of_request(&[8; 20])] {
        ports.await_bundle(&tenant("alder"), id, now()).await.unwrap();
    }
    assert!(ports.forget_export(&entry(later), &erased, later).await.unwrap());
    assert!(!ports.forget_export(&entry(later), &erased, later).await.unwrap(), "once");
    assert_eq!((ports.bundle(&job).await.unwrap(), due(ports, later).await), (None, vec![]));
    assert_eq!(ports.awaited_bundles(&tenant("alder")).await.unwrap(), [open.id]);
}

#[tokio::test]
async fn the_record_of_an_export_keeps_its_contract() {
    let (world, account) = (World::new(now(), 10), Account::new());
    record_contract(&world).await;
    record_contract(&demo::ledger(&account)).await;
    assert_eq!(world.stored().exports.awaited.len(), 1, "a request that nobody has waits for nothing");
    assert_eq!(format!("{:?}", account.dump("ledger")).matches("pending#alder").count(), 1);
}

async fn paging_contract<P: BundleBook>(ports: &P) {
    let (until, erase_at) = (now() + SignedDuration::from_mins(1), now() + SignedDuration::from_hours(24 * 14));
    let jobs = (0..60).map(|number| ExportJob::Request(ObligationId::of_request(&[number; 20])));
    let jobs: Vec<ExportJob> = jobs.chain([ExportJob::Tenant(tenant("alder"))]).collect();
    for job in &jobs {
        granted(ports.claim(job, "w1", until, erase_at, now()).await.unwrap());
    }
    let mut listed: Vec<String> =
        coming(ports, (now(), erase_at)).await.into_iter().map(|due| due.job.to_body()).collect();
    let mut expected: Vec<String> = jobs.iter().map(ExportJob::to_body).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected, "each of one instant, and each once");
}

#[tokio::test]
async fn no_page_of_coming_bundles_leaves_out_what_has_the_instant_of_another() {
    paging_contract(&World::new(now(), 10)).await;
    paging_contract(&demo::ledger(&Account::new())).await;
}

async fn renewal_contract<P: BundleBook>(ports: &P, job: &ExportJob) {
    let (minute, erase_at) = (SignedDuration::from_mins(1), now() + SignedDuration::from_hours(24 * 14));
    let first = granted(ports.claim(job, "w1", now() + minute, erase_at, now()).await.unwrap());
    assert_eq!(ports.renew(job, "w1", &first, Next::beside(erase_at)).await.unwrap(), Claim::Busy, "nothing was made");
    let made = Bundle { made_at: Some(now()), bytes: 7, ..first };
    assert!(ports.save(job, "w1", &made).await.unwrap());
    assert_eq!(ports.renew(job, "w2", &made, Next::beside(erase_at)).await.unwrap(), Claim::Busy, "it is not theirs");
    let another = Bundle { round: 1, ..made.clone() };
    assert_eq!(
        ports.renew(job, "w1", &another, Next::beside(erase_at)).await.unwrap(),
        Claim::Busy,
        "it is not as it was read"
    );
    assert_eq!(ports.bundle(job).await.unwrap(), Some(made.clone()));
    let earlier = vec![Round { round: 0, made_at: now(), erase_at }];
    let renewed = Bundle { round: 1, erase_at: Some(erase_at + minute), earlier, ..Bundle::default() };
    assert_eq!(granted(ports.renew(job, "w1", &made, Next::beside(erase_at + minute)).await.unwrap()), renewed);
    assert_eq!(ports.bundle(job).await.unwrap(), Some(renewed.clone()));
    // The day of the first is not moved by what becomes of the second, and no save forgets it.
    let second = Bundle { made_at: Some(now() + minute), bytes: 8, ..renewed };
    assert!(ports.save(job, "w1", &Bundle { earlier: Vec::new(), ..second.clone() }).await.unwrap());
    assert!(ports.save(job, "w1", &second).await.unwrap());
    assert_eq!(ports.bundle(job).await.unwrap(), Some(second.clone()));
    let entry = |erase_at| DueBundle { job: job.clone(), erase_at };
    assert_eq!(due(ports, erase_at).await, [entry(erase_at)]);
    assert!(ports.erased(&entry(erase_at), &second, erase_at, None).await.unwrap());
    let left = Bundle { earlier: Vec::new(), ..second.clone() };
    assert_eq!(ports.bundle(job).await.unwrap(), Some(left.clone()));
    // Whoever read it before that does not bring it back.
    assert_eq!(ports.renew(job, "w1", &second, Next::beside(erase_at + minute * 2)).await.unwrap(), Claim::Busy);
    assert_eq!(due(ports, erase_at).await, []);
    assert_eq!(due(ports, erase_at + minute).await, [entry(erase_at + minute)]);
    let third = granted(ports.renew(job, "w1", &left, Next::beside(erase_at + minute * 2)).await.unwrap());
    assert_eq!((third.round, third.earlier.len()), (2, 1));
    let all = erase_at + minute * 2;
    assert!(ports.erased(&entry(erase_at + minute), &third, all, None).await.unwrap());
    assert_eq!(due(ports, all).await, []);
    let gone = ports.bundle(job).await.unwrap().unwrap();
    assert_eq!((gone.erased_at, gone.earlier), (Some(all), vec![]));
}

#[tokio::test]
async fn a_bundle_that_was_made_begins_its_next_round_for_its_holder_alone() {
    for job in [request(), ExportJob::Tenant(tenant("alder"))] {
        renewal_contract(&World::new(now(), 10), &job).await;
        renewal_contract(&demo::ledger(&Account::new()), &job).await;
    }
}

async fn waiting_contract<P: BundleBook + Ledger + RequestIntake + RequestBook>(ports: &P) {
    let open = asked(7, Kind::Access, Some("mia@example.org"), None, now());
    let request = open.id.clone();
    ports.await_bundle(&tenant("alder"), &request, now()).await.unwrap();
    assert_eq!(ports.awaited_bundles(&tenant("alder")).await.unwrap(), [], "no such request");
    assert_eq!(ports.receive(&open).await.unwrap(), None);
    for _ in 0..2 {
        ports.await_bundle(&tenant("alder"), &request, now()).await.unwrap();
    }
    assert_eq!(ports.awaited_bundles(&tenant("alder")).await.unwrap(), std::slice::from_ref(&request));
    assert_eq!(ports.awaited_bundles(&tenant("birch")).await.unwrap(), []);
    let standing = Standing::Answered { at: now(), in_part: false };
    let closed = SubjectRequest { version: 2, standing, ..open.clone() };
    let act = Act::of_service(Deed::ContactErased, now());
    assert!(ports.record(&closed, &act, None).await.unwrap());
    assert_eq!(ports.awaited_bundles(&tenant("alder")).await.unwrap(), [], "closed without a bundle");
    assert!(ports.record(&SubjectRequest { version: 3, ..open }, &act, None).await.unwrap());
    assert_eq!(ports.awaited_bundles(&tenant("alder")).await.unwrap(), std::slice::from_ref(&request));
    for _ in 0..2 {
        ports.stop_awaiting(&tenant("alder"), &request).await.unwrap();
    }
    assert_eq!(ports.awaited_bundles(&tenant("alder")).await.unwrap(), []);
}

#[tokio::test]
async fn what_waits_for_a_bundle_keeps_its_contract() {
    waiting_contract(&World::new(now(), 10)).await;
    waiting_contract(&demo::ledger(&Account::new())).await;
}

async fn rows_contract<P: Contents>(ports: &P) {
    let range = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: "contact#p1#".to_owned() };
    let (mut keys, mut after) = (Vec::new(), None);
    loop {
        let page = ports.rows("inbox", &range, after.as_deref()).await.unwrap();
        for row in page.rows {
            assert!(!row.attributes.contains_key("pk") && !row.attributes.contains_key("sk"));
            assert_eq!(row.attributes["text"], json!(row.key));
            keys.push(row.key);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(keys, ["contact#p1#a", "contact#p1#b", "contact#p1#c"]);
    let one = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: "contact#p1#c".to_owned() };
    assert_eq!(ports.rows("inbox", &one, None).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn what_rows_hold_keeps_its_contract() {
    let keys = ["contact#p0#a", "contact#p1#a", "contact#p1#b", "contact#p1#c", "contact#p10#a"];
    let world = World::new(now(), 2);
    for key in keys {
        world.stored().exports.put_row("inbox", "alder#c1", key, &json!({"text": key}));
    }
    rows_contract(&world).await;
    let account = Account::new();
    let item = |key: &&str| json!({"pk": {"S": "alder#c1"}, "sk": {"S": key}, "text": {"S": key}});
    account.put_all("inbox", &keys.iter().map(item).collect::<Vec<_>>());
    rows_contract(&demo::vault(&account)).await;
    // A strong page of a few rows is a whole unit, any other is half of one: what was acknowledged before is in the copy.
    let reads: Vec<f64> = account.take_calls().iter().map(|call| call.rru).collect();
    assert!(!reads.is_empty() && reads.iter().all(|units| *units >= 1.0), "{reads:?}");
}

async fn store_contract<P: BundleStore + BundleLinks + BundleEraser>(ports: &P) {
    let key = BundleKey::of(&request(), 0);
    assert_ne!(key, BundleKey::of(&request(), 1));
    let (first, second) = (ports.begin(&key).await.unwrap(), ports.begin(&key).await.unwrap());
    ports.part(&key, &first, 1, vec![0; 3]).await.unwrap();
    let one = ports.part(&key, &first, 1, vec![1; 5]).await.unwrap().unwrap();
    let two = ports.part(&key, &first, 2, vec![0xff; 2]).await.unwrap().unwrap();
    let other = ports.part(&key, &second, 1, vec![9]).await.unwrap().unwrap();
    assert!(ports.complete(&key, &first, &[one, two]).await.unwrap());
    assert!(!ports.complete(&key, &second, &[other]).await.unwrap(), "there is one");
    for _ in 0..2 {
        ports.abort(&key, &second).await.unwrap();
    }
    for gone in [&first, &second] {
        assert_eq!(ports.part(&key, gone, 1, vec![1]).await.unwrap(), None, "whoever goes on with it begins anew");
    }
    assert!(ports.link(&key).await.unwrap().expose().contains(&key.object()));
}

#[tokio::test]
async fn the_store_of_bundles_keeps_its_contract() {
    let world = World::new(now(), 10);
    store_contract(&world).await;
    let key = BundleKey::of(&request(), 0);
    assert_eq!(world.stored().exports.visible[&key.object()], [vec![1, 1, 1, 1, 1, 0xff, 0xff]]);

    let account = Account::new();
    let bucket = BundleBucket::new(&account.connection(), "bundles".to_owned());
    store_contract(&bucket).await;
    let (wholes, open) = account.buckets().uploaded();
    assert_eq!(wholes[&format!("bundles/{}", key.object())], [1, 1, 1, 1, 1, 0xff, 0xff]);
    assert_eq!(open, 0, "what could not be completed is discarded");
    let link = bucket.link(&key).await.unwrap();
    let query =
        |name: &str| link.expose().split(['?', '&']).find_map(|pair| pair.strip_prefix(name)).map(str::to_owned);
    assert_eq!(query("X-Amz-Expires=").as_deref(), Some("600"));
    assert!(query("X-Amz-Signature=").is_some() && query("response-content-disposition=").is_some());
}

#[tokio::test]
async fn every_version_of_a_bundle_is_erased_and_a_listing_proves_it() {
    let account = Account::new();
    let bucket = BundleBucket::new(&account.connection(), "bundles".to_owned());
    let (key, other) = (BundleKey::of(&request(), 0), BundleKey::of(&request(), 1));
    let buckets = account.buckets();
    for (object, version, is_marker) in [
        (key.object(), "1", false),
        (key.object(), "2", true),
        (key.progress(), "1", false),
        (key.leaf(b"leaf"), "1", false),
        (other.object(), "1", false),
        (other.leaf(b"leaf"), "1", false),
    ] {
        buckets.put(&object, version, is_marker);
    }
    buckets.set_page(1);
    buckets.refuse(1);
    // One that the ledger knows of, and one of a worker that died before it could say so.
    for of in [&key, &key, &other] {
        bucket.begin(of).await.unwrap();
    }
    assert_eq!(bucket.erase(&key).await.unwrap(), 1, "one delete was refused");
    assert_eq!(bucket.erase(&key).await.unwrap(), 0);
    assert_eq!(buckets.dump(), [format!("{} 1 false", other.object()), format!("{} 1 false", other.leaf(b"leaf"))]);
    assert_eq!(buckets.uploaded().1, 1, "every upload of it is discarded, and none of another");
}

#[tokio::test]
async fn a_job_reaches_the_queue_as_it_is() {
    let account = Account::new();
    let queue = SqsQueue::new(&account.connection(), "http://queue/exports".to_owned());
    queue.export(&request()).await.unwrap();
    assert_eq!(account.sent().iter().map(|body| ExportJob::from_body(body)).collect::<Vec<_>>(), [Ok(request())]);
}
