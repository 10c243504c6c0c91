use jiff::Timestamp;
use lambda_runtime::Context;
use privacy::audit::{StaffAct, StaffActs, StaffDeed, StaffReason};
use privacy::ids::TenantId;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::ports::{HoldBook, Intake, Opened};
use privacy::receipt::{Body, ChainCheck, Entry, Position, PublicKeys};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::stream::Stream;
use privacy_tests::workshop::Workshop;
use serde_json::json;

use super::*;

const ANA: &str = "arn:aws:sts::123456789012:assumed-role/Support/ana.lima@example.com";
const ROOT: &str = "0123456789abcdef0123456789abcdef";

struct Bench {
    account: Account,
    recorder: Recorder,
    stream: Stream,
}

impl Bench {
    fn new() -> Self {
        let account = Account::new();
        account.set_secret("subject-keys", &format!(r#"{{"current":"v1","v1":"{ROOT}"}}"#));
        account.set_secret("receipt-key", &seed());
        let recorder = recorder(&account);
        Self { account, recorder, stream: Stream::default() }
    }

    /// Has the function record what changed since the last time.
    async fn record(&mut self) {
        let records = self.stream.records(&self.account, SystemClock.now());
        deliver(&self.recorder, &records).await.unwrap();
    }

    async fn open(&self, id: &str) -> privacy::obligation::NewObligation {
        let new = demo::request(&demo::person(id), SystemClock.now());
        assert_eq!(demo::ledger(&self.account).open(&new).await.unwrap(), Opened::New);
        new
    }

    /// The words of the trail in order, and what the offline check says of it.
    fn told(&self) -> (Vec<String>, Vec<String>) {
        let (objects, chain) = (self.account.buckets().objects(), keys().audit_chain().unwrap());
        let public = PublicKeys::parse(&SigningKey::parse(&seed()).unwrap().public_hex()).unwrap();
        let (mut check, mut words, mut problems) = (ChainCheck::new(chain.clone(), &public), Vec::new(), Vec::new());
        let file = |key: String| objects.get(&format!("receipts/{key}")).map(String::as_bytes);
        let place = |seq: u64| Position { chain: chain.clone(), seq }.key_under("audit");
        for (seq, file) in (1..).map_while(|seq| Some((seq, file(place(seq))?))) {
            problems.extend(check.entry(seq, file).iter().map(ToString::to_string));
            let Body::Acts(acts) = Entry::open(file, &public).unwrap().body else { panic!("no entry of a trail") };
            let kinds = acts.changes.into_iter().flat_map(|change| change.acts);
            words.extend(kinds.map(|kind| serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()));
        }
        problems.extend(check.finish(file(Position::head_key_under("audit", &chain))).1.map(|one| one.to_string()));
        (words, problems)
    }
}

fn seed() -> String {
    format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))
}

fn keys() -> SubjectKeys {
    SubjectKeys::parse(&format!(r#"{{"current":"v1","v1":"{ROOT}"}}"#)).unwrap()
}

fn recorder(account: &Account) -> Recorder {
    let config = Config {
        bucket: "receipts".to_owned(),
        subject_keys_arn: "subject-keys".to_owned(),
        receipt_key_arn: "receipt-key".to_owned(),
    };
    Recorder::new(&account.connection(), config)
}

async fn deliver(recorder: &Recorder, records: &[Value]) -> Result<(), Fault> {
    let payload = serde_json::from_value(json!({"Records": records})).unwrap();
    recorder.record(&LambdaEvent { payload, context: Context::default() }).await
}

fn hold(tenant: &str) -> LegalHold {
    let note = |text: &str| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-2026-1").unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse(tenant).unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: ["signals".to_owned()].into(),
            from: None,
            until: None,
        },
        reason: note("a court in Lisbon"),
        approver: note("Counsel Costa"),
        proof: Some(note("file 7")),
        placed_at: SystemClock.now(),
        review_by: "2036-05-01".parse().unwrap(),
    }
}

#[tokio::test]
async fn what_staff_and_the_engine_do_stands_in_order_and_names_nobody() {
    let mut bench = Bench::new();
    let ledger = demo::ledger(&bench.account);
    demo::connect(&bench.account, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    let new = bench.open("10158000000000001").await;
    bench.record().await;
    let hold = hold("birch");
    let about = keys().audit_hold(&hold.id).unwrap();
    for deed in [StaffDeed::PlaceHold(about.clone()), StaffDeed::ReleaseHold(about, StaffReason::MatterClosed)] {
        let is_placing = matches!(deed, StaffDeed::PlaceHold(_));
        ledger.note_act(&StaffAct { deed, who: ANA.to_owned(), at: SystemClock.now() }).await.unwrap();
        bench.record().await;
        if is_placing {
            ledger.place(&hold).await.unwrap();
        } else {
            HoldBook::release(&ledger, &hold.id, SystemClock.now()).await.unwrap();
        }
        bench.record().await;
    }
    Workshop::of(&bench.account).work(&new.id, "w", SystemClock.now()).await.unwrap();
    bench.record().await;
    let (words, problems) = bench.told();
    assert_eq!(problems, Vec::<String>::new());
    let staff: Vec<&str> = words.iter().map(String::as_str).take(9).collect();
    let expected = [
        "accepted",
        "placing-hold",
        "hold-placed",
        "hold-took-force",
        "hold-took-force",
        "releasing-hold",
        "hold-released",
        "hold-lost-force",
        "hold-lost-force",
    ];
    assert_eq!(staff, expected);
    for word in ["planned", "accounted", "processors-settled", "erased"] {
        assert_eq!(words.iter().filter(|known| *known == word).count(), 1, "{word} in {words:?}");
    }
    let bucket = format!("{:?}", bench.account.buckets().objects());
    let secrets = ["ana", "Support", "Lisbon", "Costa", "file 7", "hold-2026", "10158000000000001", new.id.as_str()];
    for secret in secrets {
        let trail: String = bucket.split("receipts/audit/").skip(1).collect();
        assert!(!trail.contains(secret), "{secret} in {trail}");
    }
    for tenant in ["alder", "birch"] {
        assert!(!bucket.contains(&format!("\"{tenant}")), "{tenant}");
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_at_any_call_and_another_delivery_cost_time_and_nothing_else() {
    for operation in ["GetObject", "PutObject", "GetSecretValue"] {
        for trouble in [Trouble::AnswerLost, Trouble::Down] {
            for times in [1, 2, 4, 7, 12] {
                let mut bench = Bench::new();
                bench.open("10158000000000001").await;
                bench.record().await;
                bench.open("10158000000000002").await;
                let second = bench.stream.records(&bench.account, SystemClock.now());
                bench.account.trouble(operation, &vec![trouble; times]);
                let mut deliveries = 1;
                // A function that failed is a new one the next time.
                while deliver(&recorder(&bench.account), &second).await.is_err() {
                    deliveries += 1;
                    assert!(deliveries < 14, "{operation} {trouble:?} {times}");
                }
                bench.open("10158000000000003").await;
                let third = [second.clone(), bench.stream.records(&bench.account, SystemClock.now())].concat();
                while deliver(&recorder(&bench.account), &third).await.is_err() {}
                assert_eq!(bench.told(), (vec!["accepted".to_owned(); 3], vec![]), "{operation} {trouble:?} {times}");
            }
        }
    }
}

#[tokio::test]
async fn shards_side_by_side_leave_nothing_out() {
    let bench = Bench::new();
    let mut stream = Stream::default();
    let mut batches = Vec::new();
    for number in 1..=8 {
        bench.open(&format!("1015800000000000{number}")).await;
        batches.push(stream.records(&bench.account, SystemClock.now()));
    }
    let works = batches.into_iter().map(|batch| {
        let account = bench.account.clone();
        tokio::spawn(async move { deliver(&recorder(&account), &batch).await.unwrap() })
    });
    for work in works.collect::<Vec<_>>() {
        work.await.unwrap();
    }
    assert_eq!(bench.told(), (vec!["accepted".to_owned(); 8], vec![]));
}

#[tokio::test]
async fn one_row_that_cannot_be_read_leaves_a_mark_and_holds_up_no_other() {
    let mut bench = Bench::new();
    bench.open("10158000000000001").await;
    let mut bad = bench.stream.records(&bench.account, SystemClock.now()).remove(0);
    bad["dynamodb"]["NewImage"]["state"] = json!({"S": "from-a-later-version"});
    let foreign = json!({
        "eventID": "foreign",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_772_971_205.5,
            "Keys": {"pk": {"S": "something"}, "sk": {"S": "new"}},
            "NewImage": {"pk": {"S": "something"}, "sk": {"S": "new"}, "who": {"S": "ana"}},
        },
    });
    bench.open("10158000000000002").await;
    let good = bench.stream.records(&bench.account, SystemClock.now());
    let batch = [&[json!({}), bad, foreign][..], &good].concat();
    deliver(&bench.recorder, &batch).await.unwrap();
    assert_eq!(bench.told(), (["unreadable", "unreadable", "accepted"].map(str::to_owned).to_vec(), vec![]));
    assert!(!format!("{:?}", bench.account.buckets().objects()).contains("ana"));
}

#[tokio::test]
async fn leases_checkpoints_and_the_order_of_members_say_nothing() {
    let mut bench = Bench::new();
    let new = bench.open("10158000000000001").await;
    let mut head = bench.stream.records(&bench.account, SystemClock.now()).remove(0);
    let before = head["dynamodb"]["NewImage"].clone();
    head["dynamodb"]["OldImage"] = before;
    for (name, value) in [("worker", "w"), ("leased_until", "2036-01-01T00:00:00.000Z"), ("next_action_at", "2036")] {
        head["dynamodb"]["NewImage"][name] = json!({"S": value});
    }
    let scope = json!({
        "eventID": "scope",
        "dynamodb": {
            "ApproximateCreationDateTime": 1, "NewImage": {},
            "Keys": {"pk": {"S": format!("obligation#{}", new.id.as_str())}, "sk": {"S": "scope#000001#alder"}},
        },
    });
    deliver(&bench.recorder, &[head, scope]).await.unwrap();
    assert!(bench.account.buckets().objects().is_empty());
}

#[test]
fn the_sample_is_read() {
    let text = include_str!("../../../../events/audit-trail.batch.json");
    let batch: Batch = serde_json::from_str(text).unwrap();
    let recorded = batch.records.iter().filter_map(|told| record(&keys(), &change_of_record(told).unwrap()?));
    let acts: Vec<Vec<ActKind>> = recorded.map(|change| change.acts).collect();
    assert_eq!(acts, [vec![ActKind::PlacingHold], vec![ActKind::Accepted]]);
}

#[test]
fn a_time_with_a_fraction_is_its_second() {
    let told = |time: Value| {
        let keys = json!({"pk": {"S": "staff-acts"}, "sk": {"S": "look-at-list"}});
        let record = json!({"eventID": "e", "dynamodb": {"ApproximateCreationDateTime": time, "Keys": keys}});
        change_of_record(&record).map(|change| change.unwrap().at)
    };
    let expected: Timestamp = "2026-03-08T12:00:05Z".parse().unwrap();
    for time in [json!(1_772_971_205), json!(1_772_971_205.0), json!(1_772_971_205.9)] {
        assert_eq!(told(time).unwrap(), expected);
    }
    assert!(told(json!("soon")).is_err());
}
