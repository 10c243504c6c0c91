//! Translates between HTTP and the use cases: which hold, which plan, which answer. The gateway has checked who asks (IAM).

mod answers;
mod caller;
mod known;
mod path;
mod place;
mod purges;
mod replays;
mod requests;

use http::{Method, Response};
use lambda_http::{Body, Request, RequestExt};
use privacy::audit::StaffDeed;
use privacy::confirm_plan::confirm_plan;
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::find_obligation::{Named, find_obligation};
use privacy::hold_data::{NotPlaced, Release, place_hold, release_hold};
use privacy::judgement::judge;
use privacy::keys::SubjectKeys;
use privacy::law::Law;
use privacy::legal_hold::{HoldId, InForce};
use privacy::list_requests::read_requests;
use privacy::obligation::ObligationId;
use privacy::ports::{Clock, Confirmed, Freshness, HoldBook, PlanBook, Showcase};
use privacy::processors::{ProcessorLedger, Report};
use privacy::promise_ledger::{
    ProofBook, processors, read_open, read_purges, remember, scheduled, standing, unwatched,
};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::outbox::Outbox;
use privacy_aws::secret::{Keep, Secret};
use privacy_aws::vault::Vault;
use privacy_edge::clock::SystemClock;
use privacy_edge::env;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

use self::path::Subject;
use crate::config::Config;

/// Entries of the due index that one answer reads of one shard: 10,000 obligations in all.
const PER_SHARD_MAX: usize = 1_250;
/// Entries that are looked through for a ref.
const LOOKED_THROUGH_MAX: usize = 20_000;

/// Answers staff.
#[derive(Debug)]
pub(crate) struct Staff {
    ledger: LedgerTable,
    vault: Vault,
    outbox: Outbox,
    subject_keys: Secret<SubjectKeys>,
    law: Law,
    map: DataMap,
    second_looks: Vec<jiff::Span>,
    config: Config,
}

/// A call that came to nothing.
enum Rejected {
    Problem(Problem),
    Fault(Fault),
}

impl From<Problem> for Rejected {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Fault> for Rejected {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<NotPlaced> for Rejected {
    fn from(refused: NotPlaced) -> Self {
        match refused {
            NotPlaced::Invalid(invalid) => place::problem(invalid).into(),
            NotPlaced::Taken => Problem::HoldTaken.into(),
            NotPlaced::Fault(fault) => fault.into(),
        }
    }
}

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

impl Staff {
    pub(crate) fn new(connection: &Connection, map: DataMap, config: Config) -> Result<Self, lambda_http::Error> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            vault: Vault::new(connection, config.names.clone()),
            outbox: Outbox::new(connection, config.queues.clone()),
            subject_keys: Secret::new(connection, config.subject_keys_arn.clone(), Keep::GROWING, parse_subject_keys),
            law: Law::built_in()?,
            second_looks: env::second_looks(&map.model().second_looks.after)?,
            map,
            config,
        })
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response<Body> {
        let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
        match self.take(request, request_id).await {
            Ok(answer) => answer,
            Err(Rejected::Problem(problem)) => {
                tracing::warn!("request.id" = request_id, outcome = problem.slug(), "a call was refused");
                problem.response()
            }
            Err(Rejected::Fault(fault)) => {
                let cause = fault.chain();
                tracing::error!("request.id" = request_id, outcome = "fault", cause, "a call could not be answered");
                Problem::Unavailable.response()
            }
        }
    }

    async fn take(&self, request: &Request, request_id: &str) -> Result<Response<Body>, Rejected> {
        match (path::subject(request.raw_http_path()).ok_or(Problem::NotFound)?, request.method()) {
            (Subject::Holds, &Method::GET) => self.holds().await,
            (Subject::Holds, &Method::POST) => self.place(request, request_id).await,
            (Subject::Holds, _) => Err(Problem::MethodNotAllowed("GET, POST").into()),
            (Subject::Hold(id), &Method::DELETE) => self.release(request, request_id, &id).await,
            (Subject::Hold(_), _) => Err(Problem::MethodNotAllowed("DELETE").into()),
            (Subject::Obligation(named), &Method::GET) => self.obligation(named).await,
            (Subject::Obligation(_), _) => Err(Problem::MethodNotAllowed("GET").into()),
            (Subject::Confirmation(named), &Method::POST) => self.confirm(request, request_id, named).await,
            (Subject::Confirmation(_), _) => Err(Problem::MethodNotAllowed("POST").into()),
            (Subject::Purge(class), &Method::GET) => self.purge(&class).await,
            (Subject::Purge(_), _) => Err(Problem::MethodNotAllowed("GET").into()),
            (Subject::PurgeConfirmation(class), &Method::POST) => self.confirm_purge(request, request_id, &class).await,
            (Subject::PurgeConfirmation(_), _) => Err(Problem::MethodNotAllowed("POST").into()),
            (Subject::Promises, &Method::GET) => self.promises(request_id).await,
            (Subject::Promises, _) => Err(Problem::MethodNotAllowed("GET").into()),
            (Subject::Replays, &Method::GET) => self.replays().await,
            (Subject::Replays, &Method::POST) => self.replay(request, request_id).await,
            (Subject::Replays, _) => Err(Problem::MethodNotAllowed("GET, POST").into()),
            (Subject::Replay(id), &Method::GET) => self.show_replay(&id).await,
            (Subject::Replay(_), _) => Err(Problem::MethodNotAllowed("GET").into()),
            (Subject::Requests, &Method::GET) => self.list(request, request_id).await,
            (Subject::Requests, &Method::POST) => self.note(request, request_id).await,
            (Subject::Requests, _) => Err(Problem::MethodNotAllowed("GET, POST").into()),
            (Subject::Request(id), &Method::GET) => self.inspect(request, &id).await,
            (Subject::Request(_), _) => Err(Problem::MethodNotAllowed("GET").into()),
            (Subject::Act(id, path), &Method::POST) => self.act(request, request_id, &id, path).await,
            (Subject::Act(..), _) => Err(Problem::MethodNotAllowed("POST").into()),
        }
    }

    async fn holds(&self) -> Result<Response<Body>, Rejected> {
        let now = SystemClock.now();
        let mut holds = Vec::new();
        for booked in self.ledger.all().await? {
            // Who waited for a hold that is released is due, and waits no more.
            let waiting = match booked.released_at {
                None => self.ledger.waiting(&booked.hold.id).await?.len(),
                Some(_) => 0,
            };
            holds.push(answers::hold(&booked, waiting, now));
        }
        Ok(answers::holds(holds))
    }

    async fn place(&self, request: &Request, request_id: &str) -> Result<Response<Body>, Rejected> {
        let members = Members::read(request.headers(), request.body())?;
        let now = SystemClock.now();
        let hold = place::hold(&members, now)?;
        let is_certain = members.flag(place::EVEN_IF_UNKNOWN)?;
        if hold.check(&self.map, now).is_ok() {
            if !is_certain {
                self.know_scope(&hold).await?;
            }
            self.about_to(request, StaffDeed::PlaceHold, |keys| keys.audit_hold(&hold.id)).await?;
        }
        place_hold(&self.ledger, &self.map, &hold, now).await?;
        tracing::info!("request.id" = request_id, outcome = "placed", review_by = %hold.review_by, "a hold is in force");
        Ok(answers::placed(&hold))
    }

    async fn release(&self, request: &Request, request_id: &str, id: &HoldId) -> Result<Response<Body>, Rejected> {
        let reason = caller::why_released(request)?;
        self.about_to(request, |hold| StaffDeed::ReleaseHold(hold, reason), |keys| keys.audit_hold(id)).await?;
        match release_hold(&self.ledger, &self.ledger, &self.outbox, id, SystemClock.now()).await? {
            Release::Done { waiting } => {
                let reason = reason.as_str();
                tracing::info!("request.id" = request_id, outcome = "released", reason, waiting, "a hold was released");
                Ok(answers::released(waiting))
            }
            Release::Unknown => Err(Problem::NotFound.into()),
        }
    }

    async fn id_of(&self, named: Named) -> Result<ObligationId, Rejected> {
        let id = find_obligation(&self.ledger, named, LOOKED_THROUGH_MAX).await?;
        Ok(id.ok_or(Problem::NotFound)?)
    }

    async fn obligation(&self, named: Named) -> Result<Response<Body>, Rejected> {
        let id = self.id_of(named).await?;
        let shown = self.ledger.show(&id, Freshness::Now).await?.ok_or(Problem::NotFound)?;
        let (plan, now) = (self.ledger.plan(&shown.head).await?, SystemClock.now());
        let settlement = self.ledger.load(&id, shown.head.seq).await?;
        let report = settlement.map(|settlement| Report::of(&settlement, self.map.model(), now, Vec::new()));
        let in_force = InForce::read(&self.ledger).await?;
        let judged = judge(&shown.head, &self.map, &in_force, now);
        Ok(answers::obligation(&shown, plan.as_ref(), &report.unwrap_or_default(), judged))
    }

    async fn confirm(&self, request: &Request, request_id: &str, named: Named) -> Result<Response<Body>, Rejected> {
        let members = Members::read(request.headers(), request.body())?;
        let hash = members.parse("plan_hash", place::plan_hash)?.ok_or(Problem::BadMember("plan_hash"))?;
        let reason = caller::why_confirmed(&members)?;
        let id = self.id_of(named).await?;
        let deed = |about| StaffDeed::ConfirmPlan(about, reason);
        self.about_to(request, deed, |keys| keys.receipt_obligation(&id)).await?;
        match confirm_plan(&self.ledger, &self.outbox, &id, &hash, SystemClock.now()).await? {
            Confirmed::Done => {
                let obligation = id.log_ref();
                tracing::info!(
                    "request.id" = request_id,
                    "obligation.ref" = obligation,
                    outcome = "confirmed",
                    "a plan was confirmed"
                );
                Ok(answers::confirmed(&id, &hash))
            }
            Confirmed::Differs => Err(Problem::PlanDiffers.into()),
            Confirmed::Missing => Err(Problem::NotFound.into()),
        }
    }

    async fn promises(&self, request_id: &str) -> Result<Response<Body>, Rejected> {
        let read = read_open(&self.ledger, PER_SHARD_MAX).await?;
        let purges = read_purges(&self.ledger, &self.map).await?;
        let in_force = InForce::read(&self.ledger).await?;
        let now = SystemClock.now();
        let (requests, are_all) = read_requests(&self.ledger).await?;
        let standings = standing(&self.map, &read.heads, &requests, &in_force, now);
        let standings = remember(standings, &self.ledger.proofs().await?);
        let (obligations, is_complete) = (read.heads.len(), read.is_complete && are_all);
        tracing::info!(
            "request.id" = request_id,
            outcome = "shown",
            obligations,
            is_complete,
            "the promises were judged"
        );
        let (scheduled, unwatched) = (scheduled(&self.map, &purges, &in_force, now), unwatched(&self.map));
        let processors = processors(&self.map, &read.heads, now);
        Ok(answers::promises(&standings, &scheduled, (&unwatched, &processors), is_complete, now))
    }
}

#[cfg(test)]
mod tests;
