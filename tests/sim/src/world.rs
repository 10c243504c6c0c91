//! One run: a world drawn from a seed, worked until nothing is left to do, and judged.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use fastrand::Rng;
use privacy::data_map::DataMap;
use privacy::keys::SubjectKeys;
use privacy::law::Law;
use privacy::receipt::{PublicKeys, SigningKey};
use privacy_tests::demo;
use tokio::task::JoinHandle;

use crate::cast::{Actor, Cast};
use crate::cloud::Cloud;
use crate::machinery::Worker;
use crate::naive::Naive;
use crate::open::Open;
use crate::oracle::Violation;
use crate::people;
use crate::post::Post;
use crate::purger::Purger;
use crate::seen::Seen;
use crate::spoiled::Memory;
use crate::sweeper::Sweeper;
use crate::vendors::Vendors;

/// How long after the last act everything must have come to its end: the end of an account is worked off from day 31 on at the
/// latest, and the last second look is 30 days after that.
const QUIET_WITHIN: Duration = Duration::from_secs(75 * 86_400);

/// What a run works with.
#[derive(Debug)]
pub struct World {
    /// The account.
    pub cloud: Arc<Cloud>,
    /// The naive variant, if it is one.
    pub naive: Option<Naive>,
    /// What it remembers.
    pub memory: Memory,
    /// Vendors that hold copies.
    pub vendors: Vendors,
    /// The policy.
    pub map: &'static DataMap,
    /// The ring of keys.
    pub keys: &'static SubjectKeys,
    /// Signs receipts.
    pub signing_key: SigningKey,
    /// When a worker looks again: as the policy says, or in eleven runs of twelve the last time only, which takes a fifth less time.
    pub looks: &'static [jiff::Span],
    /// Who takes part.
    pub cast: Cast,
    /// How often the sweeper looks in the hour after an act: in two runs of three less often than its schedule says.
    pub sweep_minutes: u64,
    /// What is open, by partition and sort key.
    pub(crate) open: Mutex<BTreeMap<(String, String), Open>>,
}

/// The policy.
pub(crate) fn map() -> &'static DataMap {
    static MAP: LazyLock<DataMap> = LazyLock::new(|| demo::map().confirming_after(jiff::Span::new().minutes(5)));
    &MAP
}

/// The laws' dates.
pub(crate) fn law() -> &'static Law {
    static LAW: LazyLock<Law> = LazyLock::new(|| Law::built_in().unwrap());
    &LAW
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Every promise that was broken.
    pub violations: Vec<Violation>,
    /// The same for two runs in which the same happened.
    pub hash: u64,
    /// The trace, if it was kept.
    pub trace: Vec<String>,
    /// What it has shown.
    pub seen: Seen,
    /// How many calls there were.
    pub calls: u64,
}

/// Runs a seed.
#[must_use]
pub fn run(seed: u64, naive: Option<Naive>, is_traced: bool) -> Outcome {
    // The SDK and the adapters draw their waits from the chance of the thread.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = Arc::new(World::draw(seed, naive, is_traced));
        let cloud = &world.cloud;
        let is_over = tokio::select! { biased; () = cloud.exhausted.notified() => false, () = world.play() => true };
        let mut oracle = cloud.oracle.lock().unwrap();
        if is_over {
            let keys = PublicKeys::parse(&world.signing_key.public_hex()).unwrap();
            oracle.judge(&cloud.account, &keys);
        } else {
            oracle.never_ends();
        }
        oracle.judge_names(&cloud.account);
        let (trace, seen) = (cloud.trace.lock().unwrap(), cloud.seen.lock().unwrap().clone());
        let violations = oracle.violations().to_vec();
        Outcome { violations, hash: trace.hash(), trace: trace.lines().to_vec(), seen, calls: cloud.calls() }
    })
}

impl World {
    fn draw(seed: u64, naive: Option<Naive>, is_traced: bool) -> Self {
        let cloud = Arc::new(Cloud::new(Rng::with_seed(seed), is_traced));
        let all = map().model().second_looks.after.as_slice();
        let looks = if cloud.draw(|rng| rng.u32(..12) == 0) { all } else { &all[all.len() - 1..] };
        let mut cast = cloud.draw(Cast::draw);
        if cloud.weather.deletes_out_hours > 0 {
            // So that a hold comes while work is under way.
            cast.let_in(Actor::Holds);
        }
        let sweep_minutes = if cloud.draw(|rng| rng.u32(..3) == 0) { 5 } else { 20 };
        Self {
            vendors: Vendors::new(Arc::clone(&cloud), naive),
            looks,
            cast,
            sweep_minutes,
            cloud,
            naive,
            memory: Memory::default(),
            map: map(),
            keys: people::keys(),
            signing_key: SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))).unwrap(),
            open: Mutex::default(),
        }
    }

    /// Lets everybody act, then waits until nothing is left to do.
    async fn play(self: &Arc<Self>) {
        self.furnish();
        let cloud = &self.cloud;
        cloud.note("run", &self.cast.to_string());
        cloud.note("run", &cloud.weather.to_string());
        for number in 1..=cloud.draw(|rng| rng.usize(1..=2)) {
            tokio::spawn(Worker::new(&format!("worker-{number}"), self).run());
        }
        if self.naive != Some(Naive::NoSweep) {
            tokio::spawn(Sweeper::new(self).run());
        }
        if self.cast.has(Actor::Purges) {
            tokio::spawn(Purger::new(self).run());
        }
        tokio::spawn(Post::new(self).run());
        for act in self.begin() {
            act.await.unwrap();
        }
        let calm_at = cloud.elapsed().max(cloud.outage()) + Duration::from_secs(3_600);
        *cloud.calm_at.lock().unwrap() = calm_at;
        cloud.note("run", "nothing more is asked for, and nothing goes wrong any more soon");
        while cloud.elapsed() < calm_at + QUIET_WITHIN {
            tokio::time::sleep(Duration::from_secs(12 * 3_600)).await;
            if !cloud.oracle.lock().unwrap().violations().is_empty() {
                break;
            }
            let is_quiet = cloud.elapsed() > calm_at && cloud.queue.is_empty() && cloud.notices.is_empty();
            if is_quiet && self.is_worked_off(cloud.elapsed() - calm_at) {
                break;
            }
        }
        cloud.note("run", "is over");
    }

    /// Everybody who takes part begins.
    fn begin(self: &Arc<Self>) -> Vec<JoinHandle<()>> {
        let mut acts = Vec::new();
        for person in 0..self.cast.askers {
            acts.push(tokio::spawn(Arc::clone(self).live(person)));
            if self.cast.has(Actor::Forms) || self.cast.has(Actor::Liars) {
                acts.push(tokio::spawn(Arc::clone(self).ask_by_mail(person)));
            }
        }
        if self.cast.has(Actor::Writers) {
            acts.push(tokio::spawn(Arc::clone(self).ask_as_writer()));
        }
        if self.cast.has(Actor::Holds) {
            acts.push(tokio::spawn(Arc::clone(self).dispute()));
        }
        match (self.cast.has(Actor::Ends), self.cast.has(Actor::Restores)) {
            (true, true) => acts.push(tokio::spawn(Arc::clone(self).close_and_restore())),
            (true, false) => acts.push(tokio::spawn(Arc::clone(self).close())),
            (false, true) => acts.push(tokio::spawn(Arc::clone(self).restore())),
            (false, false) => {}
        }
        acts
    }

    /// Whether a kind takes part; noted as seen, for whoever is about to act.
    pub(crate) fn enters(&self, kind: Actor) -> bool {
        let is_in = self.cast.has(kind);
        if is_in {
            self.cloud.saw(kind.name());
        }
        is_in
    }

    pub(crate) async fn pause(&self, seconds: std::ops::Range<u64>) {
        let millis = self.cloud.draw(|rng| rng.u64(seconds.start * 1_000..seconds.end * 1_000));
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// Some time: moments, minutes, hours or days.
    pub(crate) async fn while_passes(&self) {
        let range =
            self.cloud.draw(|rng| [0..3, 3..120, 120..7_200, 7_200..100_000, 100_000..900_000][rng.usize(..5)].clone());
        self.pause(range).await;
    }
}
