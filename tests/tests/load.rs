//! A thousand callbacks at once, every tenth for the second time, while whoever takes them and whoever works them off dies in
//! the middle: what was acknowledged is there once, all of it is worked off and looked at again until it is completed, no repeat
//! begins it anew or moves a date, and nothing is left over anywhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::identity::{Namespace, PlatformId};
use privacy::ids::TenantId;
use privacy::keys::SubjectKeys;
use privacy::message::Work;
use privacy::obligation::ObligationId;
use privacy::receipt::{ChainCheck, Position, PublicKeys};
use privacy::signed_request::{IssuedAt, SignedRequest};
use privacy::sweep_ledger::{Bounds, sweep_ledger};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_edge::env;
use privacy_tests::account::Account;
use privacy_tests::demo::{self, Stopped};
use privacy_tests::workshop::{Workshop, signing_key};
use tokio::task::JoinHandle;

const PEOPLE: u64 = 900;
const REPEATED: u64 = 100;
/// Of whom something is stored, in two tenants.
const WITH_DATA: u64 = 60;
/// What dies, in the first rounds.
const DEATHS: u32 = 600;
const QUEUE: &str = "http://account.test/000000000000/erasure";

fn begin() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn user(number: u64) -> String {
    (10_158_000_000_000_000 + number).to_string()
}

/// What a process is about to do.
#[derive(Clone, Debug)]
enum Job {
    /// A callback about somebody, sent until it is acknowledged.
    Take(u64),
    /// A message of the queue, there again if its worker dies.
    Work(ObligationId),
}

/// What came of a job: the code, if it was a callback.
type Done = Result<Option<ObligationId>, Fault>;

struct Service {
    account: Account,
    ledger: LedgerTable,
    queue: SqsQueue,
    workshop: Workshop,
    keys: SubjectKeys,
    map: DataMap,
}

impl Service {
    fn new(account: &Account) -> Arc<Self> {
        Arc::new(Self {
            account: account.clone(),
            ledger: demo::ledger(account),
            queue: SqsQueue::new(&account.connection(), QUEUE.to_owned()),
            workshop: Workshop::of(account),
            keys: demo::keys(),
            map: demo::map(),
        })
    }

    /// The code, if a callback was taken.
    async fn run(&self, job: &Job, worker: &str, at: Timestamp) -> Done {
        match job {
            Job::Take(number) => {
                let request = SignedRequest {
                    namespace: Namespace::parse("facebook").unwrap(),
                    user_id: PlatformId::parse(&user(*number)).unwrap(),
                    profile_id: None,
                    // What is sent again is the text that was sent.
                    issued_at: Some(IssuedAt::from_seconds(begin().as_second() - 5)),
                };
                let terms = Terms { keys: &self.keys, map: &self.map, stuck_after: SignedDuration::from_mins(5) };
                let taken =
                    accept_callback(&self.ledger, &self.queue, terms, &request, Callback::DataDeletion, at).await?;
                Ok(Some(taken.id))
            }
            Job::Work(id) => self.workshop.work(id, worker, at).await.map(|_| None),
        }
    }

    fn heads(&self) -> Vec<serde_json::Value> {
        self.account.dump("ledger").into_iter().filter(|row| row["sk"]["S"] == "head").collect()
    }

    /// Heads that have not come so far as to say when this was.
    fn heads_without(&self, instant: &str) -> Vec<serde_json::Value> {
        self.heads().into_iter().filter(|head| head.get(instant).is_none()).collect()
    }
}

/// Whoever runs jobs, and whatever ends them.
struct Pool {
    service: Arc<Service>,
    random: fastrand::Rng,
    heard: usize,
    /// Whether anybody dies any more: of one job at a time, every worker would.
    is_deadly: bool,
    deaths: BTreeMap<&'static str, u32>,
    /// Codes that were handed out, by person.
    acknowledged: BTreeMap<u64, Vec<ObligationId>>,
}

impl Pool {
    fn died(&self) -> u32 {
        self.deaths.values().sum()
    }

    /// What has come to the queue since it was last asked.
    fn messages(&mut self) -> Vec<Job> {
        let sent = self.service.account.sent();
        let new = sent[self.heard..].iter().map(|body| Job::Work(Work::from_body(body).unwrap().obligation)).collect();
        self.heard = sent.len();
        new
    }

    /// Runs jobs until there are none, so many at a time, with deaths in between as long as there may be more.
    async fn drain(&mut self, mut jobs: VecDeque<Job>, at_once: usize, at: Timestamp) {
        let mut running: Vec<(Job, JoinHandle<Done>)> = Vec::new();
        let (mut count, mut idle) = (0, 0);
        loop {
            jobs.extend(self.messages());
            while running.len() < at_once
                && let Some(job) = jobs.pop_front()
            {
                count += 1;
                let (service, mine, worker) = (Arc::clone(&self.service), job.clone(), format!("{at}/{count}"));
                running.push((job, tokio::spawn(async move { service.run(&mine, &worker, at).await })));
            }
            if running.is_empty() {
                return;
            }
            let is_crowd = running.len() > 100;
            for _ in 0..if is_crowd { 1 } else { self.random.u32(1..4) } {
                tokio::task::yield_now().await;
            }
            // Whoever waits for a moment before another try has it.
            idle += 1;
            if idle > 100 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            // The more there are, the more die.
            for _ in 0..self.random.usize(..=running.len().div_ceil(8)) {
                if running.is_empty() || !self.is_deadly || self.died() >= DEATHS {
                    break;
                }
                let (job, dying) = running.swap_remove(self.random.usize(..running.len()));
                dying.abort();
                match dying.await {
                    Ok(done) => self.hear(&job, done, &mut jobs),
                    Err(_) => {
                        let what = if matches!(job, Job::Take(_)) { "callback" } else { "worker" };
                        *self.deaths.entry(what).or_default() += 1;
                        jobs.push_back(job);
                    }
                }
            }
            let (done, still): (Vec<_>, Vec<_>) = running.into_iter().partition(|(_, handle)| handle.is_finished());
            running = still;
            if !done.is_empty() {
                idle = 0;
            }
            for (job, handle) in done {
                let done = handle.await.unwrap();
                self.hear(&job, done, &mut jobs);
            }
        }
    }

    /// One run of the sweeper, and what it sends worked off.
    async fn sweep(&mut self, now: Timestamp) {
        let bounds = Bounds {
            stuck_after: SignedDuration::from_mins(5),
            taken_max: 80_000,
            at_once: 8,
            stop_at: now + SignedDuration::from_mins(1),
        };
        let service = Arc::clone(&self.service);
        sweep_ledger(&service.ledger, &service.ledger, &service.queue, &Stopped(now), &service.map, bounds, |_| {})
            .await;
        self.drain(VecDeque::new(), 40, now).await;
    }

    /// The first hundred send their callback once more. They hear the code that they know.
    async fn repeat(&mut self, at: Timestamp) {
        let before = self.acknowledged.values().map(Vec::len).sum::<usize>();
        self.drain((0..REPEATED).map(Job::Take).collect(), 1_000, at).await;
        assert_eq!(self.acknowledged.values().map(Vec::len).sum::<usize>(), before + 100);
        assert!(self.acknowledged.values().all(|codes| codes.iter().all(|code| code == &codes[0])));
    }

    fn hear(&mut self, job: &Job, done: Done, jobs: &mut VecDeque<Job>) {
        match (job, done) {
            (Job::Take(number), Ok(Some(code))) => self.acknowledged.entry(*number).or_default().push(code),
            (_, Ok(_)) => {}
            (_, Err(_)) => jobs.push_back(job.clone()),
        }
    }
}

fn seed(account: &Account) {
    let connected_at = "2026-01-01T00:00:00.000Z";
    for number in (0..WITH_DATA).chain([PEOPLE]) {
        let identity = demo::person(&user(number));
        for tenant in ["alder", "birch"] {
            let connection = format!("c{number}");
            demo::connect(account, tenant, &connection, connected_at, &identity);
            demo::signals(account, tenant, &connection, 6, 300);
            account.buckets().put(&format!("{tenant}/{connection}/p1/avatar/a.jpg"), "1", false);
        }
    }
}

/// Every row and version of both tenants.
fn stored(account: &Account) -> BTreeSet<String> {
    ["alder", "birch"].iter().flat_map(|tenant| demo::of_tenant(account, tenant)).collect()
}

/// How many receipts a tenant's chain has. It is whole, and nothing stands beside it.
fn receipts(account: &Account, tenant: &str) -> u64 {
    let chain = demo::keys().receipt_chain(&TenantId::parse(tenant).unwrap()).unwrap();
    let keys = PublicKeys::parse(&signing_key().public_hex()).unwrap();
    let objects = account.buckets().objects();
    let mine = Position::head_key(&chain).rsplit_once('/').unwrap().0.to_owned();
    let count = objects.keys().filter(|key| key.starts_with(&format!("receipts/{mine}/"))).count();
    let mut check = ChainCheck::new(chain.clone(), &keys);
    let file = |key: String| objects.get(&format!("receipts/{key}")).map(String::as_bytes);
    for seq in 1..u64::try_from(count).unwrap() {
        let problems = check.entry(seq, file(Position { chain: chain.clone(), seq }.object_key()).unwrap());
        assert!(problems.is_empty(), "{problems:?}");
    }
    let (summary, problem) = check.finish(file(Position::head_key(&chain)));
    assert_eq!(problem, None);
    summary.entries
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callbacks_at_once_are_kept_and_worked_off_while_everybody_dies() {
    let account = Account::new();
    seed(&account);
    let bystander: BTreeSet<String> =
        stored(&account).into_iter().filter(|line| line.contains(&format!("c{PEOPLE}"))).collect();
    let seed = env::optional("LOAD_SEED").map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("LOAD_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut calls: Vec<Job> = (0..PEOPLE).chain(0..REPEATED).map(Job::Take).collect();
    random.shuffle(&mut calls);
    let mut pool = Pool {
        service: Service::new(&account),
        random,
        heard: 0,
        is_deadly: true,
        deaths: BTreeMap::new(),
        acknowledged: BTreeMap::new(),
    };

    pool.drain(calls.into(), 1_000, begin()).await;
    let codes: BTreeSet<&ObligationId> = pool.acknowledged.values().flatten().collect();
    assert_eq!(codes.len(), 900);
    assert!(pool.acknowledged.values().all(|codes| codes.iter().all(|code| code == &codes[0])));
    assert_eq!(pool.acknowledged.values().map(Vec::len).sum::<usize>(), 1_000, "each was acknowledged");
    let stored_once: Vec<String> =
        pool.service.heads().iter().map(|head| head["pk"]["S"].as_str().unwrap().to_owned()).collect();
    assert_eq!(stored_once.len(), 900);
    assert!(codes.iter().all(|code| stored_once.contains(&format!("obligation#{}", code.as_str()))));

    // While it is worked on, and when it is erased.
    pool.repeat(begin() + SignedDuration::from_mins(10)).await;
    let mut rounds = 0;
    while !pool.service.heads_without("erased_at").is_empty() {
        rounds += 1;
        pool.is_deadly = rounds < 4;
        assert!(rounds < 12, "still open: {:?}", pool.service.heads_without("erased_at"));
        pool.sweep(begin() + SignedDuration::from_mins(20) * rounds).await;
    }
    println!("{rounds} sweeps, deaths: {:?}", pool.deaths);
    assert!(pool.deaths["callback"] > 0 && pool.deaths["worker"] > 50, "{:?}", pool.deaths);
    pool.repeat(begin() + SignedDuration::from_hours(12)).await;
    // The looks at T+15 minutes, T+7 and T+30 days, when the last date of a copy has passed too.
    for day in [1, 8, 31] {
        assert_eq!(pool.service.heads_without("completed_at").len(), 900, "before day {day}");
        pool.sweep(begin() + SignedDuration::from_hours(24) * day).await;
    }
    // Whose worker died while it looked is looked at by a later sweep, when the lease is over.
    pool.is_deadly = false;
    for sweep in 1..=3 {
        pool.sweep(begin() + SignedDuration::from_hours(24 * 31) + SignedDuration::from_mins(20) * sweep).await;
    }
    assert_eq!(pool.service.heads_without("completed_at"), [] as [serde_json::Value; 0]);
    pool.repeat(begin() + SignedDuration::from_hours(24 * 32)).await;

    // Each once: no round of its own for a repeat, no clock that it moved.
    let rows = account.dump("ledger");
    assert!(!rows.iter().any(|row| row["sk"]["S"].as_str().unwrap().starts_with("earlier#")));
    for head in pool.service.heads() {
        assert_eq!(head["received_at"]["S"], privacy::instant::to_text(begin()));
        assert_eq!(head["due_date"]["S"], "2026-04-09");
        assert!(head.get("completed_at").is_some());
    }
    assert_eq!(pool.service.heads().len(), 900);
    let left: BTreeSet<String> = stored(&account).into_iter().filter(|line| !line.contains("subject#")).collect();
    assert_eq!(left, bystander, "an orphan, or a bystander that was touched");
    for tenant in ["alder", "birch"] {
        assert_eq!(receipts(&account, tenant), WITH_DATA, "{tenant}");
    }
    assert_eq!(account.buckets().uploaded().1, 0);
}
