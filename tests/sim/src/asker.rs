//! People who ask through the form: they get a code by mail and enter it, or somebody who is not they guesses.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use privacy::accept_request::{Ask as Asked, Naming, Sent, Terms, accept_request};
use privacy::clock::model::Kind;
use privacy::fault::Fault;
use privacy::fulfil_request::Fulfilment;
use privacy::ids::TenantId;
use privacy::obligation::ObligationId;
use privacy::ports::{Answer, Clock};
use privacy::subject_request::letter::{Delivery, Letter, Messenger, TenantContacts};
use privacy::subject_request::notice::NoticeJob;
use privacy::subject_request::{Channel, Contact, EmailAddress, Standing};
use privacy::tell_person::Teller;
use privacy::verify_request::{Verified, verify_request};
use privacy_aws::connection::{Connection, Patience};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::limits::LimitsTable;
use privacy_aws::outbox::{Outbox, QueueUrls};
use privacy_aws::vault::Vault;

use crate::actors::{STUCK_AFTER, ledger, vault};
use crate::naive::Naive;
use crate::oracle::{About, Ask, FormSent};
use crate::people::email;
use crate::process::Process;
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
                let form = FormSent { id: accepted.request.id.as_str().to_owned(), at: cloud.elapsed() };
                cloud.oracle.lock().unwrap().forms.push(form);
                return Some(accepted.request.id);
            }
            tokio::time::sleep(Duration::from_secs(30 << attempt)).await;
        }
        None
    }

    /// Enters a code that is right, for all that anybody knows. From then on data may go; once it is acknowledged it must.
    async fn enter(&self, id: &ObligationId, person: usize, code: &str) {
        let cloud = &self.process.cloud;
        for attempt in 0..TRIES {
            cloud.stir();
            let now = self.process.now();
            let index = {
                let mut oracle = cloud.oracle.lock().unwrap();
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
            };
            let tried = self.process.alive(verify_request(&self.ledger, self.world.keys, id, code, now)).await;
            match tried {
                Some(Ok(Verified::Proved(request))) => {
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
                    }
                    let fulfilment = self.world.fulfilment(&self.ledger, &self.vault, &self.outbox);
                    drop(self.process.alive(fulfilment.begin(*request, self.process.now())).await);
                    return;
                }
                Some(Ok(Verified::Refused)) => {
                    self.process.note("the code is refused");
                    if attempt == 0 {
                        // It came too late. An answer that was lost may have been a better one.
                        cloud.oracle.lock().unwrap().asks[index].starts_at = Some(Timestamp::MAX);
                    }
                    return;
                }
                Some(Err(_)) | None => tokio::time::sleep(Duration::from_secs(5)).await,
            }
        }
    }

    /// Enters a code that is wrong: nothing may come of it.
    async fn guess(&self, id: &ObligationId, right: &str) {
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

/// The function that writes letters.
#[derive(Debug)]
pub struct Post {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    limits: LimitsTable,
}

impl Post {
    /// A function with its own process.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Self {
        let process = Process::new("post", &world.cloud);
        let connection = process.connection(Patience::WORK);
        let limits = LimitsTable::new(&connection, "limits".to_owned());
        Self { ledger: ledger(&connection), limits, process, world: Arc::clone(world) }
    }

    /// Writes letters for ever.
    pub async fn run(self) {
        let cloud = Arc::clone(&self.process.cloud);
        loop {
            let Some((id, body, _)) = cloud.notices.receive(|count| cloud.draw(|rng| rng.usize(..count))) else {
                cloud.notices.wait().await;
                continue;
            };
            let job = NoticeJob::from_body(&body).unwrap();
            let seed = cloud.draw(|rng| std::array::from_fn(|_| rng.u8(..)));
            let carrier = Carrier(&self.process, self.world.naive);
            let teller = Teller {
                book: &self.ledger,
                limits: &self.limits,
                tenants: &carrier,
                messenger: &carrier,
                keys: self.world.keys,
            };
            let told = self.process.alive(teller.tell(&job, &seed, self.process.now())).await;
            self.process.note(&format!("{:?}: {told:?}", job.notice));
            if let Some(Ok(_)) = told {
                cloud.notices.delete(id);
            }
        }
    }
}

/// Carries letters, most of the time.
struct Carrier<'a>(&'a Process, Option<Naive>);

impl Messenger for Carrier<'_> {
    async fn send(&self, letter: &Letter<'_>) -> Answer<Delivery> {
        let cloud = &self.0.cloud;
        if !cloud.is_calm() && cloud.draw(|rng| rng.u32(..10) == 0) {
            self.0.note("the post is on strike");
            if self.1 == Some(Naive::NotesRefusedLetters) {
                return Ok(Delivery::Accepted);
            }
            return Err(Fault::retry("letters.send", "the post is on strike"));
        }
        if let Some(code) = letter.code {
            let mut letters = cloud.letters.lock().unwrap();
            letters.insert(letter.request.id.as_str().to_owned(), code.expose().to_owned());
            cloud.oracle.lock().unwrap().wrote(letter.request.id.as_str(), cloud.elapsed());
        }
        Ok(Delivery::Accepted)
    }
}

impl TenantContacts for Carrier<'_> {
    async fn privacy_contact(&self, _tenant: &TenantId) -> Answer<Option<EmailAddress>> {
        Ok(None)
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

    /// Somebody asks for a person's erasure and waits for the code; a liar never sees it.
    pub(crate) async fn ask_by_mail(self: Arc<Self>, person: usize) {
        let is_liar = self.cloud.draw(|rng| rng.u32(..3) == 0);
        let name = if is_liar { format!("liar-{person}") } else { format!("form-{person}") };
        let form = Form::new(&name, &self);
        self.while_passes().await;
        let Some(id) = form.send(person).await else { return };
        for _ in 0..30 {
            self.pause(20..600).await;
            let code = self.cloud.letters.lock().unwrap().get(id.as_str()).cloned();
            let Some(code) = code else { continue };
            let is_typo = self.cloud.draw(|rng| rng.u32(..4) == 0);
            if is_liar || is_typo {
                form.guess(&id, &code).await;
            }
            if !is_liar {
                form.enter(&id, person, &code).await;
            }
            return;
        }
    }
}
