//! Who can do what, and what comes of it: each act is a use case.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use jiff::{SignedDuration, Span, Timestamp};
use privacy::accept_request::{Ask, Naming, Sent, Terms, accept_request, source_of};
use privacy::clock::model::Kind;
use privacy::data_map::DataMap;
use privacy::erasure::{Engine, Worked};
use privacy::fault::Turn;
use privacy::fulfil_request::Fulfilment;
use privacy::identity::{EmailAddress, Identity};
use privacy::keys::SubjectKeys;
use privacy::law::Law;
use privacy::memory::{Mood, World, place, prompt_map, proof};
use privacy::message::Work;
use privacy::ports::Clock;
use privacy::subject_request::{Channel, Contact};
use privacy::tell_person::Teller;
use privacy::verify_request::{Verified, send_code, verify_request};

use crate::action::{Action, Who};
use crate::alarms::Heard;
use crate::asked::Asked;
use crate::copies::Copies;
use crate::holds::AVATAR;
use crate::mended::mend;
use crate::run_on::{End, Leg};
use crate::state::{Spent, State};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;
/// The address that both requests name. The person reads what comes to it, the stranger does not.
const ADDRESS: &str = "mia@example.com";
/// How long a row may wait for its worker.
pub(crate) const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// By then the schedule has looked at all that is open.
const SCHEDULE: SignedDuration = SignedDuration::from_mins(61);
/// The processor that may answer nothing.
pub const VENDOR: &str = "posthog";

/// How far the search goes.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The hours that the clock shows, after the first instant.
    pub hours: Vec<SignedDuration>,
    /// What may happen how often.
    pub most: Spent,
    /// At which calls of a visit the engine may die.
    pub deaths: Vec<u64>,
    /// Before which calls of a visit a hold may be placed.
    pub amid: Vec<u64>,
    /// How many messages, workers and runs of the schedule may go wrong in all.
    pub troubles: u8,
    /// Whether requests may also come later than in the first hour.
    pub asks_later: bool,
    /// Whether the schedule may also run at any moment, and not only between two of the hours.
    pub sweeps_at_will: bool,
    /// How many messages may wait in a queue.
    pub queued: usize,
    /// Whether the request of the person is verified at the beginning.
    pub is_verified: bool,
    /// Whether there is something of the person that no class of the data map knows, whose ceiling is 0.
    pub is_above_ceiling: bool,
    /// The store that erases nothing until it is mended.
    pub broken_store: Option<&'static str>,
}

/// The world that is explored.
pub struct Office {
    pub(crate) keys: SubjectKeys,
    law: Law,
    pub(crate) map: Arc<DataMap>,
    looks: Vec<Span>,
    /// What processors have at the beginning.
    pub(crate) copies: Copies,
    /// How far.
    pub bounds: Bounds,
    /// What became of worlds that were run on: many states come to the same.
    pub(crate) ends: Mutex<HashMap<(u64, Asked, Leg), Arc<End>>>,
}

/// The first instant: a Thursday at noon, so that the legal date is no Sunday.
pub(crate) fn begins_at() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().expect("an instant")
}

/// As whom the person is known.
fn person() -> Identity {
    Identity::Email(EmailAddress::parse(ADDRESS).expect("an address"))
}

/// Ports in memory never wait.
pub(crate) fn ready<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("a port in memory waited")
}

impl Office {
    /// The world within bounds.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let map = Arc::new(prompt_map());
        let looks = map.model().second_looks.after.clone();
        let (keys, law) = (SubjectKeys::parse(RING).expect("keys"), Law::built_in().expect("the law"));
        let copies = Copies::of(&map, &keys.links(&person()));
        Self { keys, law, map, looks, copies, bounds, ends: Mutex::default() }
    }

    /// The beginning: the person wrote to alder by Instagram, as another did, and processors have copies of both.
    pub(crate) fn begin(&self) -> State {
        let world = World::new(begins_at(), 2);
        for contact in ["mia", "other"] {
            world.put("alder", "c1", &format!("contact#{contact}#profile"));
        }
        world.put_object(AVATAR, "v1");
        let long_ago = begins_at() - SignedDuration::from_hours(1_000);
        world.connect_by("instagram", "alder", "c1", long_ago, &[]);
        for link in self.keys.links(&person()) {
            world.link(&place("alder", "c1", Some("mia")), long_ago, &link);
        }
        self.copies.hand_out(&world);
        if self.bounds.is_above_ceiling {
            world.put("alder", "c1", "contact#mia#of-no-class");
        }
        world.break_store(self.bounds.broken_store);
        world.stored().vendors.by_name.entry(VENDOR.to_owned()).or_default().mood = Mood::Broken(Turn::Retry);
        let start = State::of(world, 0, Spent::default(), Heard::default());
        if !self.bounds.is_verified {
            return start;
        }
        let told = [Action::Ask(Who::Person), Action::Tell { index: 0, stays: false }, Action::Enter { dies: false }];
        told.into_iter().fold(start, |state, action| self.after(&state, action))
    }

    /// What comes of it.
    pub(crate) fn after(&self, state: &State, action: Action) -> State {
        let (world, mut spent, mut hour) = (state.world(), state.spent, state.hour);
        let mut heard = state.heard.clone();
        match action {
            Action::Ask(who) => {
                spent.asked[who as usize] = true;
                spent.asked_at.note(who, world.now());
                self.ask(&world, who);
            }
            Action::Tell { index, stays } => {
                spent.doubled += u8::from(stays);
                self.tell(&world, index, stays);
            }
            Action::LoseNotice(index) => {
                spent.lost += 1;
                world.stored().requests.notices.remove(index);
            }
            Action::Enter { dies } => {
                spent.crashes += u8::from(dies);
                let code = state.codes().last().cloned().unwrap_or_default();
                let is_shown = self.enter(&world, Who::Person, &code, dies);
                spent.is_void_taken |= is_shown && state.codes().count() <= spent.codes_void.into();
            }
            Action::AskCode => {
                spent.codes += 1;
                spent.codes_void = u8::try_from(state.codes().count()).expect("a few");
                self.ask_code(&world);
            }
            Action::Guess(who) => {
                spent.guesses += 1;
                self.enter(&world, who, "000000", false);
            }
            Action::EnterForOther => {
                spent.guesses += 1;
                let code = state.codes().last().cloned().unwrap_or_default();
                self.enter(&world, Who::Stranger, &code, false);
            }
            Action::Work { index, stays } => {
                spent.doubled += u8::from(stays);
                self.work(&world, index, stays);
            }
            Action::Die(strike) => {
                spent.crashes += 1;
                world.strike(Some(strike));
                self.work(&world, 0, false);
            }
            Action::LoseWork(index) => {
                spent.lost += 1;
                world.stored().sent.remove(index);
            }
            Action::Sweep => heard.rung.extend(self.sweep(&world, &spent.asked_at)),
            Action::Hold(index) => self.hold(&world, index, &mut spent),
            Action::HoldAmid(call) => {
                if !self.hold_amid(&world, 0, call, &mut spent) {
                    // The visit was over by then: that way is another.
                    return state.clone();
                }
            }
            Action::Release(index) => {
                spent.holds[index][1] = true;
                // What was held is planned before it goes, and confirmed once more.
                spent.is_confirmed = false;
                if !spent.is_held() {
                    (spent.kept, spent.is_amid_work) = (0, false);
                }
                self.release(&world, index);
            }
            Action::Mend => {
                spent.is_mended = true;
                mend(&world);
            }
            Action::Confirm => {
                spent.is_confirmed = true;
                self.confirm(&world);
            }
            Action::Pass { is_swept } => {
                let at = begins_at() + self.bounds.hours[hour];
                hour += 1;
                spent.outages += u8::from(!is_swept);
                if is_swept {
                    let next_run = world.now() + SCHEDULE;
                    world.stored().set_now(next_run.min(at));
                    heard.expected.extend(Self::expected(&world, &spent.asked_at));
                    heard.rung.extend(self.sweep(&world, &spent.asked_at));
                }
                world.stored().set_now(at);
            }
        }
        State::of(world, hour, spent, heard)
    }

    fn ask(&self, world: &World, who: Who) {
        let contact = Contact { email: EmailAddress::parse(ADDRESS).ok(), account: None };
        let ask = Ask { residence: Some("Germany".to_owned()), ..Ask::of(Kind::Erasure, contact, Channel::Web) };
        let terms = Terms { keys: &self.keys, law: &self.law, stuck_after: STUCK_AFTER };
        let (seed, sent) = ([1 + who as u8; 20], Sent { ask, source: None });
        ready(accept_request(world, world, terms, Naming::Fresh(&seed), sent, world.now())).expect("it is taken in");
    }

    fn ask_code(&self, world: &World) {
        let request = world.stored().requests.heads[&Who::Person.request()].clone();
        let source = source_of(&self.keys, "192.0.2.7").expect("a counter of a source");
        ready(send_code(world, world, &request, source)).expect("ports in memory do not fail");
    }

    pub(crate) fn tell(&self, world: &World, index: usize, stays: bool) {
        let job = world.stored().requests.notices.remove(index);
        // No two codes are the same, whatever order the letters of different requests have.
        let letters = world.stored().requests.letters.iter().filter(|letter| letter.request == job.request).count();
        let who = if job.request == Who::Person.request() { 0 } else { 100 };
        let seed = who + u8::try_from(letters).unwrap_or(99).min(99);
        let teller = Teller { book: world, limits: world, tenants: world, messenger: world, keys: &self.keys };
        let told = ready(teller.tell(&job, &[seed + 1; 24], world.now()));
        if stays || told.is_err() {
            world.stored().requests.notices.push(job);
        }
    }

    /// Whether that showed something.
    fn enter(&self, world: &World, who: Who, code: &str, dies: bool) -> bool {
        let verified = ready(verify_request(world, &self.keys, &who.request(), code, world.now()));
        let Ok(Verified::Proved(proved)) = verified else { return false };
        if !dies {
            ready(self.fulfilment(world).begin(*proved, world.now())).expect("ports in memory do not fail");
        }
        true
    }

    pub(crate) fn work(&self, world: &World, index: usize, stays: bool) {
        let work = world.stored().sent.remove(index);
        let engine = Engine {
            ledger: world,
            vault: world,
            aftermath: &proof(world, &self.map),
            clock: world,
            map: &self.map,
            second_looks: &self.looks,
        };
        // A worker has a name of its own for each delivery; the last one may have died with the lease.
        let worker = format!("at {}", world.now());
        let worked = ready(engine.work(&work.obligation, &worker, world.now() + SignedDuration::from_mins(5)));
        world.strike(None);
        let comes_again = match &worked {
            Err(_) => true,
            Ok(worked) => matches!(worked, Worked::Again | Worked::Resurfaced { .. }),
        };
        if (stays || comes_again) && !world.stored().sent.contains(&work) {
            world.stored().sent.push(Work { obligation: work.obligation });
        }
    }

    pub(crate) fn fulfilment<'a>(&'a self, world: &'a World) -> Fulfilment<'a, World, World, World> {
        let Self { keys, law, map, .. } = self;
        Fulfilment { ledger: world, vault: world, queues: world, keys, law, map, stuck_after: STUCK_AFTER }
    }

    pub(crate) fn map(&self) -> &DataMap {
        &self.map
    }
}
