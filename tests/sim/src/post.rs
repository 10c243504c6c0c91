//! The function that writes letters, and the post that carries them.

use std::sync::Arc;

use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::ports::{Answer, Clock};
use privacy::subject_request::letter::{Delivery, Letter, Messenger, TenantContacts};
use privacy::subject_request::notice::{Notice, NoticeJob};
use privacy::subject_request::{EmailAddress, Standing};
use privacy::tell_person::Teller;
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::limits::LimitsTable;

use crate::actors::ledger;
use crate::naive::Naive;
use crate::oracle::Closing;
use crate::process::Process;
use crate::world::World;

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
        if !cloud.is_calm() && cloud.draw(|rng| rng.u32(..1_000) < cloud.weather.refused_letters) {
            self.0.note("the post is on strike");
            if self.1 == Some(Naive::NotesRefusedLetters) {
                return Ok(Delivery::Accepted);
            }
            return Err(Fault::retry("letters.send", "the post is on strike"));
        }
        let id = letter.request.id.as_str().to_owned();
        if letter.pass.is_none() && [Notice::Answer, Notice::Denial].contains(&letter.notice) {
            let in_part = matches!(letter.request.standing, Standing::Answered { in_part: true, .. });
            let is_answer = letter.notice == Notice::Answer;
            let closing = Closing { id: id.clone(), is_answer, in_part, at: cloud.elapsed() };
            cloud.oracle.lock().unwrap().closed(closing);
        }
        if let Some(code) = letter.code {
            cloud.oracle.lock().unwrap().wrote(&id, cloud.elapsed());
            cloud.letters.lock().unwrap().insert(id, code.expose().to_owned());
        }
        Ok(Delivery::Accepted)
    }
}

impl TenantContacts for Carrier<'_> {
    async fn privacy_contact(&self, _tenant: &TenantId) -> Answer<Option<EmailAddress>> {
        Ok(None)
    }
}
