//! People who ask through the form: they get a code by mail and enter it, or somebody who is not they guesses.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use privacy::accept_request::{Ask as Asked, Naming, Sent, Terms, accept_request};
use privacy::clock::model::Kind;
use privacy::fulfil_request::Fulfilment;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::subject_request::{Channel, Contact, Standing, SubjectRequest};
use privacy::verify_request::{Verified, verify_request};
use privacy_aws::connection::{Connection, Patience};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::outbox::{Outbox, QueueUrls};
use privacy_aws::vault::Vault;

use crate::actors::{STUCK_AFTER, ledger, vault};
use crate::cast::Actor;
use crate::naive::Naive;
use crate::oracle::{About, Ask, FormSent, Shown};
use crate::people::{WRITER, email};
use crate::process::Process;
use crate::seen;
use crate::world::{World, law};

/// How often a request is sent until it is acknowledged, and a code tried until there is an answer.
const TRIES: u32 = 4;

pub(crate) fn outbox(connection: &Connection) -> Outbox {
    let url = |name: &str| format!("http://account.test/000000000000/{name}");
    let urls = QueueUrls { erasures: url("erasure"), exports: url("exports"), notices: url("notices") };
    Outbox::new(connection, urls)
}

/// The function that takes requests of people.
#[derive(Debug)]
pub struct Form {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    outbox: Outbox,
}

impl Form {
    /// A function with its own process.
    #[must_use]
    pub fn new(name: &str, world: &Arc<World>) -> Self {
        let process = Process::new(name, &world.cloud);
        let connection = process.connection(Patience::REQUEST);
        Self {
            ledger: ledger(&connection),
            vault: vault(&connection),
            outbox: outbox(&connection),
            process,
            world: Arc::clone(world),
        }
    }

    /// Somebody asks for the erasure of whoever has an address; its reference, once it is acknowledged.
    async fn send(&self, person: usize) -> Option<ObligationId> {
        let name = format!("{}-{person}", self.process.name);
        for attempt in 0..TRIES {
            self.process.note(&format!("a request to erase person {person} comes in"));
            let contact = Contact { email: Some(email(person)), account: None };
            let ask = Asked::of(Kind::Erasure, contact, Channel::Web);
            let terms = Terms { keys: self.world.keys, law: law(), stuck_after: STUCK_AFTER };
            let sent = Sent { ask, source: None };
            let (naming, now) = (Naming::Repeatable(&name), self.process.now());
            let accepted = accept_request(&self.ledger, &self.outbox, terms, naming, sent, now);
            if let Some(Ok(accepted)) = self.process.alive(accepted).await {
                let cloud = &self.process.cloud;
                self.process.note(&format!("acknowledged as {}", accepted.request.id.as_str()));
                let id = accepted.request.id.as_str().to_owned();
                let form = FormSent { id, at: cloud.elapsed(), shown: Shown::Nothing };
                cloud.oracle.lock().unwrap().forms.push(form);
                return Some(accepted.request.id);
            }
            tokio::time::sleep(Duration::from_secs(30 << attempt)).await;
        }
        None
    }

    /// Enters a code that is right, for all that anybody knows. From then on data may go; once it is acknowledged it must. In time, and
    /// where nothing was tried before, it must be taken.
    async fn enter(&self, id: &ObligationId, person: usize, code: &str, is_first: bool) {
        let cloud = &self.process.cloud;
        for attempt in 0..TRIES {
            cloud.stir();
            let (tried_at, now) = (cloud.elapsed(), self.process.now());
            let index = self.note_try(id, person, now);
            let tried = async {
                if self.is_locked_out(person) {
                    return Ok(Verified::Refused);
                }
                verify_request(&self.ledger, self.world.keys, id, code, now).await
            };
            match self.process.alive(tried).await {
                Some(Ok(Verified::Proved(request))) => return self.proved(*request, index).await,
                Some(Ok(Verified::Refused)) => {
                    self.process.note("the code is refused");
                    if attempt == 0 {
                        // Of two letters whoever asks may have read the first.
                        let is_last = cloud.letters.lock().unwrap().get(id.as_str()).is_some_and(|last| last == code);
                        self.refused(id, index, (is_first && is_last).then_some(tried_at));
                    }
                    return;
                }
                Some(Err(_)) | None => tokio::time::sleep(Duration::from_secs(5)).await,
            }
        }
    }

    /// From now on data of a person may go.
    fn note_try(&self, id: &ObligationId, person: usize, now: Timestamp) -> usize {
        let mut oracle = self.process.cloud.oracle.lock().unwrap();
        if let Some(form) = oracle.form_mut(id.as_str()) {
            form.shown = Shown::Perhaps;
        }
        oracle.asks.push(Ask {
            id: id.as_str().to_owned(),
            about: About::Person(person),
            covers_until: privacy::instant::to_millis(now),
            starts_at: None,
            received_at: now,
            is_acknowledged: false,
            is_withdrawn: false,
            by_mail: true,
            last_day: None,
        });
        oracle.asks.len() - 1
    }

    /// A code was taken: what was asked for must be done.
    async fn proved(&self, request: SubjectRequest, index: usize) {
        let cloud = &self.process.cloud;
        self.process.note("the code is right");
        let Standing::InProgress { since } = request.standing else { return };
        {
            // GDPR article 12(3): one month from the receipt of the request, wherever midnight is.
            let received_on = request.received_at.to_zoned_datetime(TimeZone::UTC).date();
            let last_day = received_on.checked_add(Span::new().months(1).days(1)).ok();
            // Whoever begins with it may have a clock that is behind, and covers nothing later than its now. What
            // was tried stays beside it, as what may go.
            let behind = SignedDuration::from_secs(2 * cloud.weather.jumps_seconds);
            let mut oracle = cloud.oracle.lock().unwrap();
            let tried = oracle.asks[index].clone();
            let covers_until = since - behind;
            oracle.asks.push(Ask { covers_until, is_acknowledged: true, last_day, ..tried });
            if let Some(form) = oracle.form_mut(request.id.as_str()) {
                form.shown = Shown::Code;
            }
        }
        let fulfilment = self.world.fulfilment(&self.ledger, &self.vault, &self.outbox);
        drop(self.process.alive(fulfilment.begin(request, self.process.now())).await);
    }

    /// The first try was refused: an answer that was lost may have been a better one, so of later ones nothing is known.
    fn refused(&self, id: &ObligationId, index: usize, tried_at: Option<Duration>) {
        let cloud = &self.process.cloud;
        let wrong_by = Duration::from_secs(2 * cloud.weather.jumps_seconds.unsigned_abs());
        let mut oracle = cloud.oracle.lock().unwrap();
        oracle.asks[index].starts_at = Some(Timestamp::MAX);
        if let Some(form) = oracle.form_mut(id.as_str()) {
            form.shown = Shown::Nothing;
        }
        if tried_at.is_some_and(|tried_at| oracle.is_in_force(id.as_str(), tried_at, wrong_by)) {
            oracle.refused_right_code(id.as_str());
        }
        drop(oracle);
        cloud.saw(seen::LATE_CODE);
    }

    /// Whether a naive variant takes no code from a person any more.
    fn is_locked_out(&self, person: usize) -> bool {
        let guessed = self.world.memory.guessed.lock().unwrap().get(&person).copied().unwrap_or_default();
        self.world.naive == Some(Naive::TriesByAddress) && guessed >= 3
    }

    /// Enters a code that is wrong: nothing may come of it.
    async fn guess(&self, id: &ObligationId, person: usize, right: &str) {
        *self.world.memory.guessed.lock().unwrap().entry(person).or_default() += 1;
        let wrong = if right == "123456" { "654321" } else { "123456" };
        let code = if self.world.naive == Some(Naive::AnyCode) { right } else { wrong };
        let tried = verify_request(&self.ledger, self.world.keys, id, code, self.process.now());
        if let Some(Ok(Verified::Proved(request))) = self.process.alive(tried).await {
            self.process.note("a wrong code is taken");
            let fulfilment = self.world.fulfilment(&self.ledger, &self.vault, &self.outbox);
            drop(self.process.alive(fulfilment.begin(*request, self.process.now())).await);
        }
    }
}

impl World {
    /// What requests of people are carried out with.
    pub(crate) fn fulfilment<'a>(
        &'a self,
        ledger: &'a LedgerTable,
        vault: &'a Vault,
        queues: &'a Outbox,
    ) -> Fulfilment<'a, LedgerTable, Vault, Outbox> {
        Fulfilment { ledger, vault, queues, keys: self.keys, law: law(), map: self.map, stuck_after: STUCK_AFTER }
    }

    /// Somebody asks for the erasure of whoever has an address, and so does somebody else who only says that it is theirs: one of them,
    /// or both at once.
    pub(crate) async fn ask_by_mail(self: Arc<Self>, person: usize) {
        self.while_passes().await;
        let lie = self.enters(Actor::Liars).then(|| tokio::spawn(Arc::clone(&self).lie(person)));
        if self.enters(Actor::Forms) {
            self.ask_for_oneself(person).await;
        }
        if let Some(lie) = lie {
            lie.await.unwrap();
        }
    }

    /// Somebody who only wrote to tenants asks for the erasure of what they know.
    pub(crate) async fn ask_as_writer(self: Arc<Self>) {
        self.while_passes().await;
        self.enters(Actor::Writers);
        self.ask_for_oneself(WRITER).await;
    }

    /// Whose address it is enters the code, in time or too late, or a wrong one first.
    async fn ask_for_oneself(self: &Arc<Self>, person: usize) {
        let form = Form::new(&format!("form-{person}"), self);
        let Some(id) = form.send(person).await else { return };
        let Some(code) = self.await_code(&id, 20..600).await else { return };
        let is_typo = self.cloud.draw(|rng| rng.u32(..4) == 0);
        if is_typo {
            form.guess(&id, person, &code).await;
        }
        if self.cloud.draw(|rng| rng.u32(..5) == 0) {
            self.pause(600..5_000).await;
        }
        form.enter(&id, person, &code, !is_typo).await;
    }

    /// A liar never sees the code, and guesses until no try is left, or further.
    async fn lie(self: Arc<Self>, person: usize) {
        let form = Form::new(&format!("liar-{person}"), &self);
        let Some(id) = form.send(person).await else { return };
        let Some(code) = self.await_code(&id, 1..90).await else { return };
        for _ in 0..self.cloud.draw(|rng| [1, 3, 3, 4][rng.usize(..4)]) {
            form.guess(&id, person, &code).await;
            self.cloud.saw(seen::LIE);
            self.pause(0..5).await;
        }
    }

    /// The code of a letter, a while after it was sent.
    async fn await_code(&self, id: &ObligationId, seconds: Range<u64>) -> Option<String> {
        for _ in 0..30 {
            self.pause(seconds.clone()).await;
            let code = self.cloud.letters.lock().unwrap().get(id.as_str()).cloned();
            if code.is_some() {
                return code;
            }
        }
        None
    }
}
