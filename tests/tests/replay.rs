//! Replays over an in-process DynamoDB: both sides keep the same promises, and what a restored backup brings back is erased again.

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::erasure::Worked;
use privacy::legal_hold::Note;
use privacy::memory::World;
use privacy::obligation::{Head, NewObligation, PlanHash, State};
use privacy::ports::{Advance, DueIndex, Intake, Lease, Ledger, NextAction};
use privacy::purge::PeriodClass;
use privacy::replay::{
    IndexPart, Indexed, Replay, ReplayBook, ReplayMark, ReplayStage, ReplaySweep, Spot, begin_replay, sweep_replays,
};
use privacy::subject_request::{Actor, By};
use privacy_aws::ledger::LedgerTable;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo::{self, Stopped};
use privacy_tests::workshop::Workshop;
use serde_json::Value;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2027-03-10T12:00:00Z")
}

fn by() -> By {
    By { actor: Actor::Staff("arn:staff".to_owned()), why: Note::parse("the inbox was damaged").unwrap() }
}

fn request() -> NewObligation {
    demo::request(&demo::person("10158000000000001"), now())
}

// ---------------------------------------------------------------------------------------------- the contract

fn lease() -> Lease {
    Lease { id: request().id, worker: "w".to_owned() }
}

async fn head_of(ports: &impl DueIndex) -> Head {
    ports.head(&request().id).await.unwrap().unwrap()
}

async fn to(
    ports: &(impl Ledger + DueIndex),
    state: State,
    next_action: NextAction,
    replay: Option<(Timestamp, ReplayStage)>,
) -> Option<Head> {
    ports.lease(&lease(), now(), now() + HOUR).await.unwrap();
    let advance = Advance { replay, ..Advance::to(state, next_action) };
    let head = ports.advance(&lease(), &advance).await.unwrap();
    ports.release(&lease()).await.unwrap();
    head
}

async fn spots(ports: &impl ReplayBook, part: IndexPart, since: Timestamp) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for shard in 0..8 {
        let mut after = None;
        loop {
            let page = ports.spots((part, shard), since, after.as_ref(), 1).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            spots.extend(page);
        }
    }
    spots.sort_by_key(|spot| spot.at);
    spots
}

async fn book_contract<P: ReplayBook + Intake + Ledger + DueIndex>(ports: &P) {
    let map = DataMap::built_in().unwrap();
    let begun = begin_replay(ports, &map, now() - HOUR, &by(), now()).await.unwrap();
    assert_eq!(ports.replays().await.unwrap(), std::slice::from_ref(&begun));
    assert!(!ReplayBook::begin(ports, &begun).await.unwrap(), "once");
    let mut later = begun.clone();
    (later.version, later.pass) = (2, 2);
    assert!(ports.save(&later).await.unwrap());
    assert!(!ports.save(&later).await.unwrap(), "over the version before, and no other");
    assert_eq!(ports.replays().await.unwrap(), [later]);

    ports.open(&request()).await.unwrap();
    let open = Spot { at: request().next_action_at, indexed: Indexed::Obligation(request().id) };
    assert_eq!(spots(ports, IndexPart::Open, now()).await, [open]);
    let completed = State::Completed { erased_at: now(), completed_at: now() + HOUR, looks: vec![] };
    to(ports, completed.clone(), NextAction::Never, None).await.unwrap();
    let closed = Spot { at: now() + HOUR, indexed: Indexed::Obligation(request().id) };
    assert_eq!(spots(ports, IndexPart::Closed, now()).await, std::slice::from_ref(&closed));
    assert_eq!(spots(ports, IndexPart::Closed, now() + HOUR * 2).await, [], "closed before");
    assert_eq!(spots(ports, IndexPart::Open, now()).await, []);
    let before = head_of(ports).await;

    // Asked: due, and among the open.
    ports.ask(&before, begun.asked_at, now()).await.unwrap();
    let mark = ReplayMark { asked_at: begun.asked_at, stage: ReplayStage::Asked, reopened: 0 };
    let asked = head_of(ports).await;
    assert_eq!(asked, Head { replay: Some(mark), next_action_at: Some(now()), ..before.clone() });
    assert_eq!(spots(ports, IndexPart::Open, now()).await.len(), 1);
    assert_eq!(spots(ports, IndexPart::Closed, now()).await, []);

    // A transition of another replay's mark is refused, and one of none leaves the mark.
    assert_eq!(to(ports, completed.clone(), NextAction::Never, Some((now() - HOUR, ReplayStage::Done))).await, None);
    to(ports, completed.clone(), NextAction::Never, None).await.unwrap();
    assert_eq!(head_of(ports).await.replay, Some(mark));
    assert_eq!(spots(ports, IndexPart::Open, now()).await, [], "a look that was under way closed it again");
    ports.ask(&asked, begun.asked_at, now() + HOUR).await.unwrap();
    assert_eq!(head_of(ports).await.next_action_at, Some(now() + HOUR), "asked again it is due again");

    // Clean: where it stood.
    to(ports, completed.clone(), NextAction::Never, Some((begun.asked_at, ReplayStage::Done))).await.unwrap();
    let done = ReplayMark { stage: ReplayStage::Done, ..mark };
    assert_eq!(head_of(ports).await, Head { replay: Some(done), ..before.clone() });
    assert_eq!(spots(ports, IndexPart::Closed, now()).await, [closed]);
    ports.ask(&head_of(ports).await, begun.asked_at, now()).await.unwrap();
    assert_eq!(head_of(ports).await.replay, Some(done), "looked at once");

    // A later replay asks again; residue opens the case, out of the closed part of the index.
    let later = begun.asked_at + HOUR;
    ports.ask(&head_of(ports).await, later, now()).await.unwrap();
    let stale = Head { replay: Some(done), ..before.clone() };
    ports.ask(&stale, begun.asked_at, now()).await.unwrap();
    assert_eq!(
        head_of(ports).await.replay.map(|mark| mark.asked_at),
        Some(later),
        "an earlier one does not overwrite it"
    );
    to(ports, State::Received, NextAction::At(now() + HOUR), Some((later, ReplayStage::Begun))).await.unwrap();
    assert_eq!(spots(ports, IndexPart::Open, now()).await.len(), 1);
    assert_eq!(head_of(ports).await.replay.map(|mark| mark.stage), Some(ReplayStage::Begun));

    // Whoever opens the case anew takes over the look that is still to be made.
    let hash = PlanHash::from_stored("f".repeat(64));
    let verifying = State::Verifying { plan: hash, erased_at: now(), looks: vec![] };
    to(ports, verifying, NextAction::At(now() + HOUR), None).await.unwrap();
    let newer = NewObligation { received_at: now() + HOUR * 3, covers_until: now() + HOUR * 3, ..request() };
    assert!(ports.reopen(&head_of(ports).await, &newer).await.unwrap());
    assert_eq!(head_of(ports).await.replay.map(|mark| (mark.asked_at, mark.stage)), Some((later, ReplayStage::Begun)));
    assert_eq!(head_of(ports).await.seq, 2);
    assert!(matches!(
        spots(ports, IndexPart::Closed, now()).await.as_slice(),
        [Spot { indexed: Indexed::Earlier(_, 1), .. }]
    ));
    ports.forget(&begun.id).await.unwrap();
    assert_eq!(ports.replays().await.unwrap(), []);
}

#[tokio::test]
async fn memory_and_aws_keep_the_same_promises() {
    book_contract(&World::new(now(), 10)).await;
    book_contract(&demo::ledger(&Account::new())).await;
}

// ---------------------------------------------------------------------------------------------- the whole

const TABLES: [&str; 7] = ["inbox", "connections", "people", "accounts", "conversations", "social", "suppression"];

/// One person in two tenants, a bystander beside them and in a tenant of its own.
fn account() -> Account {
    let account = Account::new();
    let (person, other) = (demo::person("10158000000000001"), demo::person("10158000000000002"));
    let connected_at = "2027-01-01T00:00:00.000Z";
    for (tenant, connection, identity) in
        [("alder", "c1", &person), ("birch", "c2", &person), ("alder", "c9", &other), ("cedar", "c3", &other)]
    {
        demo::connect(&account, tenant, connection, connected_at, identity);
        demo::signals(&account, tenant, connection, 40, 300);
    }
    account
}

fn backup(account: &Account) -> Vec<(&'static str, Vec<Value>)> {
    TABLES.map(|table| (table, account.dump(table))).into()
}

/// Writes back what is in the backup. The table of marks was restored too: what was raised since is gone.
fn restore(account: &Account, backup: &[(&'static str, Vec<Value>)]) {
    for item in account.dump("suppression") {
        let key = serde_json::json!({"TableName": "suppression", "Key": {"pk": item["pk"]}});
        assert_eq!(account.carry_out("DeleteItem", key).0, 200);
    }
    for (table, items) in backup {
        account.put_all(table, items);
    }
}

fn is_of_person(line: &str) -> bool {
    ["alder#c1\"", "\"c1\"", "birch"].iter().any(|part| line.contains(part))
}

fn lines(account: &Account, is_wanted: fn(&str) -> bool) -> Vec<String> {
    let all = ["alder", "birch", "cedar"].iter().flat_map(|tenant| demo::of_tenant(account, tenant));
    all.filter(|line| is_wanted(line) && !line.contains("subject#")).collect()
}

struct Office<'a> {
    account: &'a Account,
    ledger: LedgerTable,
    map: DataMap,
    classes: Vec<PeriodClass>,
    workshop: Workshop,
}

impl<'a> Office<'a> {
    fn of(account: &'a Account) -> Self {
        let map = DataMap::built_in().unwrap();
        let (ledger, workshop) = (demo::ledger(account), Workshop::of(account));
        Self { account, ledger, classes: PeriodClass::all(&map).unwrap(), map, workshop }
    }

    async fn sweep(&self, at: Timestamp) -> Result<ReplaySweep, privacy::fault::Fault> {
        let vault = demo::vault(self.account);
        sweep_replays(&self.ledger, &vault, &Stopped(at), (&self.map, &self.classes), at + HOUR).await
    }

    async fn work(&self, worker: &str, at: Timestamp) -> Result<Worked, privacy::fault::Fault> {
        self.workshop.work(&request().id, worker, at).await
    }

    /// Sweeps and works until the replay is over; a fault is the next round's.
    async fn until_over(&self, from: Timestamp) -> Replay {
        for round in 1..20 {
            let at = from + SignedDuration::from_mins(5) * round;
            drop(self.sweep(at).await);
            // An ordinary second look would find it too; here only what the replay asks for is sent.
            let is_asked = self.ledger.head(&request().id).await.is_ok_and(|head| head.unwrap().replay.is_some());
            for visit in (0..2).filter(|_| is_asked) {
                drop(self.work(&format!("w{round}-{visit}"), at + SignedDuration::from_mins(2) * visit).await);
            }
            let replay = self.ledger.replays().await.unwrap().pop().unwrap();
            if !replay.is_open() {
                return replay;
            }
        }
        panic!("not over: {:?}", self.ledger.replays().await);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_backup_brings_back_is_erased_again_under_every_trouble() {
    let troubles: [(&str, Vec<Trouble>); 6] = [
        ("none", vec![]),
        ("UpdateItem", vec![Trouble::AnswerLost]),
        ("PutItem", vec![Trouble::AnswerLost]),
        ("Query", vec![Trouble::Down; 3]),
        ("BatchGetItem", vec![Trouble::Down; 12]),
        ("BatchWriteItem", vec![Trouble::Unprocessed; 5]),
    ];
    for (operation, troubles) in troubles {
        let account = account();
        let office = Office::of(&account);
        let (before, bystanders) = (backup(&account), lines(&account, |line| !is_of_person(line)));
        assert!(!bystanders.is_empty());
        office.ledger.open(&request()).await.unwrap();
        assert!(matches!(office.work("w0", now() + HOUR).await.unwrap(), Worked::Erased { .. }));
        assert_eq!(lines(&account, is_of_person), Vec::<String>::new());
        let marks = account.dump("suppression");
        restore(&account, &before);
        assert!(lines(&account, is_of_person).len() > 80, "all of it is back");
        let asked_at = now() + HOUR * 24;
        begin_replay(&office.ledger, &office.map, now(), &by(), asked_at).await.unwrap();
        account.trouble(operation, &troubles);
        let replay = office.until_over(asked_at).await;
        assert_eq!(lines(&account, is_of_person), Vec::<String>::new(), "{operation}");
        assert_eq!(lines(&account, |line| !is_of_person(line)), bystanders, "{operation}");
        let tally = replay.tally();
        assert_eq!((tally.erased_again, tally.residue_found, tally.obligations()), (1, 1, 1), "{operation} {tally:?}");
        let raised: Vec<Value> = account.dump("suppression").iter().map(|mark| mark["pk"].clone()).collect();
        assert_eq!(raised, marks.iter().map(|mark| mark["pk"].clone()).collect::<Vec<_>>(), "{operation}");
        let head = office.ledger.head(&request().id).await.unwrap().unwrap();
        assert_eq!((head.received_at, head.due_by, head.reopened), (request().received_at, request().due_by, 1));
    }
}

#[tokio::test]
async fn without_a_replay_a_tick_reads_one_row_of_nothing() {
    let account = account();
    let office = Office::of(&account);
    office.ledger.open(&request()).await.unwrap();
    drop(account.take_calls());
    assert_eq!(office.sweep(now()).await.unwrap(), ReplaySweep::default());
    let calls = account.take_calls();
    assert_eq!(calls.iter().map(|call| (call.operation.as_str(), call.rru)).collect::<Vec<_>>(), [("Query", 1.0)]);
}
