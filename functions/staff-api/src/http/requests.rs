//! Requests of people: the work list, one of them, and each act on it. Which body, which use case, which answer.

mod against;
mod query;
mod read;
mod shown;

use http::{Response, StatusCode};
use jiff::Timestamp;
use lambda_http::{Body, Request};
use privacy::accept_request::{Sent, Terms};
use privacy::audit::StaffDeed;
use privacy::close_request::close_request;
use privacy::correct_request::correct_request;
use privacy::correct_residence::correct_residence;
use privacy::decide_part::decide_part;
use privacy::deny_request::deny_request;
use privacy::extend_request::extend_request;
use privacy::fault::Fault;
use privacy::fulfil_request::{Fulfilment, raise_flags};
use privacy::inspect_request::inspect_request;
use privacy::lift_flag::{kept_for, lift_flag};
use privacy::list_requests::list_requests;
use privacy::note_request::note_request;
use privacy::obligation::ObligationId;
use privacy::order_bundle::order_bundle;
use privacy::pause_request::{pause, resume};
use privacy::ports::Clock;
use privacy::record_act::{Done, record_act};
use privacy::review_child_report::{find_credible, find_not_credible};
use privacy::review_proof::{Reviewed, review_proof};
use privacy::route_request::{Changed, route};
use privacy::subject_request::notice::{Notice, NoticeJob, PASSED_ON};
use privacy::subject_request::ports::{NoticeQueue, RequestBook};
use privacy::subject_request::{By, SubjectRequest};
use privacy::withdraw_request::withdraw_request;
use privacy_edge::clock::SystemClock;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

use super::{Rejected, Staff, caller};

/// One of the acts on a request, by the last part of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActPath {
    Verification,
    Extension,
    Pause,
    Residence,
    Denial,
    Route,
    Instruction,
    Correction,
    Closure,
    Withdrawal,
    Lifting,
    Bundle,
}

impl ActPath {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "verification" => Self::Verification,
            "extension" => Self::Extension,
            "pause" => Self::Pause,
            "residence" => Self::Residence,
            "denial" => Self::Denial,
            "route" => Self::Route,
            "instruction" => Self::Instruction,
            "correction" => Self::Correction,
            "closure" => Self::Closure,
            "withdrawal" => Self::Withdrawal,
            "lifting" => Self::Lifting,
            "bundle" => Self::Bundle,
            _ => return None,
        })
    }

    const fn outcome(self) -> &'static str {
        match self {
            Self::Verification => "reviewed",
            Self::Extension => "extended",
            Self::Pause => "paused",
            Self::Residence => "relocated",
            Self::Denial => "denied",
            Self::Route => "routed",
            Self::Instruction => "instructed",
            Self::Correction => "corrected",
            Self::Closure => "closed",
            Self::Withdrawal => "withdrawn",
            Self::Lifting => "lifted",
            Self::Bundle => "bundle-ordered",
        }
    }
}

type Answered = Result<Response<Body>, Rejected>;

impl Staff {
    pub(super) async fn list(&self, request: &Request, request_id: &str) -> Answered {
        let now = SystemClock.now();
        let query::Query { filter, after, limit } = query::read(request)?;
        self.about_to_do(request, StaffDeed::LookAtList).await?;
        let page = list_requests(&self.ledger, &filter, after.as_ref(), limit, now).await?;
        let (requests, is_complete) = (page.requests.len(), page.is_complete);
        tracing::info!("request.id" = request_id, outcome = "listed", requests, is_complete, "the work list was read");
        Ok(shown::page(&page, now))
    }

    pub(super) async fn note(&self, request: &Request, request_id: &str) -> Answered {
        let members = Members::read(request.headers(), request.body())?;
        let now = SystemClock.now();
        let (ask, why) = read::ask(&members, now)?;
        let by = caller::by(request, why)?;
        if let Some(appealed) = &ask.appeal_of {
            self.know_request(appealed).await?;
        }
        let keys = self.subject_keys.get().await?;
        let terms = Terms { keys: &keys, law: &self.law, stuck_after: self.config.stuck_after };
        // What was said, by whom and when it came, names it: taken down twice it is one request.
        let sent = Sent { ask, source: None };
        let noted = note_request(&self.ledger, &self.outbox, terms, "staff", sent, &by, now).await?;
        let outcome = if noted.is_new { "noted" } else { "noted-again" };
        tracing::info!("request.id" = request_id, outcome, "a request was noted");
        Ok(shown::noted(&noted.request, &self.config.public_base_url))
    }

    pub(super) async fn inspect(&self, request: &Request, id: &ObligationId) -> Answered {
        self.about_to(request, StaffDeed::LookAtRequest, |keys| keys.receipt_obligation(id)).await?;
        let now = SystemClock.now();
        let inspected = inspect_request(&self.ledger, &self.map, &self.second_looks, id, now).await?;
        Ok(shown::inspected(&inspected.ok_or(Problem::NotFound)?))
    }

    pub(super) async fn act(&self, request: &Request, request_id: &str, id: &ObligationId, path: ActPath) -> Answered {
        let members = Members::read(request.headers(), request.body())?;
        let now = SystemClock.now();
        let why = read::why(&members, if path == ActPath::Extension { "reason" } else { "why" })?;
        let by = caller::by(request, why)?;
        // What it holds of every kind of act is too much for the stack of a thread.
        let done = Box::pin(self.carry_out(path, id, &members, &by, now)).await?;
        let (request, outcome) = (id.log_ref(), if done.is_new { path.outcome() } else { "known" });
        let cause = done.unsent.as_ref().map(Fault::chain);
        tracing::info!(
            "request.id" = request_id,
            "obligation.ref" = request,
            outcome,
            cause,
            "staff acted on a request"
        );
        Ok(shown::changed(&done.request, now))
    }

    async fn carry_out(
        &self,
        path: ActPath,
        id: &ObligationId,
        members: &Members,
        by: &By,
        now: Timestamp,
    ) -> Result<Done, Rejected> {
        let (book, queue, law) = (&self.ledger, &self.outbox, &self.law);
        Ok(match path {
            ActPath::Verification => self.begun(Box::pin(self.verify(id, members, by, now)).await?, now).await,
            ActPath::Extension => {
                members.only(&["reason"])?;
                extend_request(book, queue, law, id, by, now).await?
            }
            ActPath::Pause => {
                let asked = read::pause(members)?;
                let change = |request: &SubjectRequest| match asked {
                    read::Pause::Asked(at) => pause(request, law, at, by, now),
                    read::Pause::Answered(at) => resume(request, law, at, by, now),
                };
                record_act(book, id, change).await?
            }
            ActPath::Residence => {
                let place = read::residence(members)?;
                correct_residence(book, queue, law, id, read::home(&place), by, now).await?
            }
            ActPath::Denial => deny_request(book, queue, law, id, read::denial(members)?, by, now).await?,
            ActPath::Route => {
                let tenant = read::route(members)?;
                self.know_tenant(&tenant).await?;
                let change = |request: &SubjectRequest| said(route(request, &tenant, law, by.actor.clone(), now), by);
                let done = record_act(book, id, change).await?;
                // The sweeper does both as well, should a message be lost.
                for (notice, tenant, round) in
                    [(Notice::Routed, None, PASSED_ON), (Notice::TenantForward, Some(tenant), 1)]
                {
                    queue.notify(&NoticeJob { request: id.clone(), notice, tenant, round, source: None }).await?;
                }
                done
            }
            ActPath::Instruction => {
                let word = read::instruction(members)?;
                self.know_tenant(&word.tenant).await?;
                let change =
                    |request: &SubjectRequest| said(decide_part(request, &word, law, by.actor.clone(), now), by);
                record_act(book, id, change).await?
            }
            ActPath::Correction => {
                let keys = self.subject_keys.get().await?;
                let fields = read::corrections(members, &keys, id)?;
                correct_request(book, queue, id, &fields, by, now).await?
            }
            ActPath::Lifting => {
                let keys = self.subject_keys.get().await?;
                let kept_for = kept_for(&self.map);
                lift_flag(book, &self.vault, &keys, (id, &read::lift(members)?), by, (now, kept_for)).await?
            }
            ActPath::Withdrawal => self.withdraw(id, members, by, now).await?,
            ActPath::Bundle => order_bundle(book, queue, law, id, &read::order(members)?, by, now).await?,
            ActPath::Closure => {
                let done = close_request(book, queue, law, id, &read::closure(members)?, by, now).await?;
                // What closing it lets the product stop, at once; should somebody else be quicker, the sweep does it.
                let keys = self.subject_keys.get().await?;
                let raised = raise_flags(book, &self.vault, &keys, done.request.clone(), now).await?;
                Done { request: raised.unwrap_or(done.request), ..done }
            }
        })
    }

    async fn withdraw(&self, id: &ObligationId, members: &Members, by: &By, now: Timestamp) -> Result<Done, Rejected> {
        let (evidence, keys) = (read::withdrawal(members)?, self.subject_keys.get().await?);
        let (book, flags) = (&self.ledger, (&self.vault, &*keys));
        Ok(withdraw_request(book, &self.outbox, flags, id, &evidence, by, now).await?)
    }

    async fn verify(&self, id: &ObligationId, members: &Members, by: &By, now: Timestamp) -> Result<Done, Rejected> {
        let (book, law) = (&self.ledger, &self.law);
        match read::verification(members)? {
            read::Verification::Proof(reading) => {
                let keys = self.subject_keys.get().await?;
                match review_proof(book, (law, &keys), id, &reading, by, now).await? {
                    Reviewed::Shown(done) | Reviewed::Seconding(done) => Ok(*done),
                    Reviewed::NotShown => Err(Problem::NotVerified.into()),
                }
            }
            read::Verification::CredibleChild(child) => {
                let judge = |request: &SubjectRequest| {
                    said(find_credible(request, child.as_ref(), law, by.actor.clone(), now), by)
                };
                let done = record_act(book, id, judge).await?;
                let has_owner = done.request.has_owner_to_tell();
                Ok(if has_owner { done.told(&self.outbox, Notice::Quarantined).await } else { done })
            }
            read::Verification::NoCredibleChild => {
                let judge = |request: &SubjectRequest| said(find_not_credible(request, by.actor.clone(), now), by);
                Ok(record_act(book, id, judge).await?)
            }
        }
    }
}

impl Staff {
    /// What staff have verified begins at once: a child's data rests, a restriction holds, the engine and the exporter know.
    /// The request as it is after that. Should it fail, the verification stands all the same, and the sweep begins it.
    async fn begun(&self, done: Done, now: Timestamp) -> Done {
        match self.begin(&done.request, now).await {
            Ok(begun) => Done { request: begun.unwrap_or(done.request), ..done },
            Err(fault) => Done { unsent: Some(fault), ..done },
        }
    }

    async fn begin(&self, request: &SubjectRequest, now: Timestamp) -> Result<Option<SubjectRequest>, Fault> {
        let keys = self.subject_keys.get().await?;
        let fulfilment = Fulfilment {
            ledger: &self.ledger,
            vault: &self.vault,
            queues: &self.outbox,
            keys: &keys,
            law: &self.law,
            map: &self.map,
            stuck_after: self.config.stuck_after,
        };
        // On the heap: it is larger than all else of this function together, and is seldom needed.
        Box::pin(fulfilment.begin(request.clone(), now)).await?;
        self.ledger.request(&request.id).await
    }
}

/// The act, with what staff said of it.
fn said<E>(changed: Result<Option<Changed>, E>, by: &By) -> Result<Option<Changed>, E> {
    let said = |mut changed: Changed| {
        changed.act.why = Some(by.why.clone());
        changed
    };
    changed.map(|changed| changed.map(said))
}

/// What everything that is stored is answered with.
const STORED: StatusCode = StatusCode::OK;

#[cfg(test)]
mod tests;
