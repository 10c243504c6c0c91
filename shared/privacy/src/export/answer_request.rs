//! What a bundle does to its request: it answers it, once, and another is made when a tenant gives its word later.

use jiff::Timestamp;

use super::job::ExportJob;
use super::make_bundle::Exporter;
use super::order::Order;
use super::ports::BundleBook;
use crate::fault::Fault;
use crate::instant;
use crate::ports::Clock;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};

impl<L, Q, V, B, C> Exporter<'_, L, Q, V, B, C>
where
    L: RequestBook + BundleBook,
    Q: NoticeQueue,
    C: Clock,
{
    /// Whether the request is still the one that was ordered: in work, and no tenant has given its word since.
    pub(super) async fn is_as_ordered(&self, job: &ExportJob, order: &Order) -> Result<bool, Fault> {
        let ExportJob::Request(id) = job else { return Ok(true) };
        let request = self.ledger.request(id).await?;
        let since = |request: SubjectRequest| match request.standing {
            Standing::InProgress { since } => Some(since),
            Standing::Received
            | Standing::AwaitingVerification
            | Standing::Answered { .. }
            | Standing::Denied { .. }
            | Standing::Withdrawn { .. } => None,
        };
        Ok(request.and_then(since).is_some_and(|since| since == order.covers_until))
    }

    /// The request is answered, once, and its person is to be told; and businesses from whose accounts something was given on the
    /// person's word. What a tenant decides and has not is left out, and says so.
    pub(super) async fn answer(&self, mut request: SubjectRequest, order: &Order) -> Result<(), Fault> {
        for _ in 0..3 {
            match &request.standing {
                Standing::InProgress { since } if *since != order.covers_until => {
                    return Err(Fault::retry("export.answer", "a tenant has given its word meanwhile"));
                }
                Standing::InProgress { .. } => {}
                Standing::Received
                | Standing::AwaitingVerification
                | Standing::Answered { .. }
                | Standing::Denied { .. }
                | Standing::Withdrawn { .. } => break,
            }
            self.tell_tenants(&request, order).await?;
            let now = instant::to_millis(self.clock.now());
            let answered = answered(&request, now);
            if self.ledger.record(&answered, &Act::of_service(Deed::Answered, now), None).await? {
                request = answered;
                break;
            }
            match self.ledger.request(&request.id).await? {
                Some(newer) => request = newer,
                None => return Ok(()),
            }
        }
        if !matches!(request.standing, Standing::Answered { .. }) {
            return Err(Fault::retry("export.answer", "the request changed under every try"));
        }
        if request.was_told(Notice::Answer, 1) {
            return Ok(());
        }
        self.queue
            .notify(&NoticeJob { request: request.id, notice: Notice::Answer, tenant: None, round: 1, source: None })
            .await
    }

    async fn tell_tenants(&self, request: &SubjectRequest, order: &Order) -> Result<(), Fault> {
        for tenant in &order.told {
            if request.tenant_rounds(tenant, Notice::TenantTold) < 1 {
                let (request, tenant) = (request.id.clone(), Some(tenant.clone()));
                let job = NoticeJob { request, notice: Notice::TenantTold, tenant, round: 1, source: None };
                self.queue.notify(&job).await?;
            }
        }
        Ok(())
    }
}

/// Whether a request is in work again since its bundle was made: a tenant has given its word, or an appeal was right.
pub(super) fn wants_another(request: &SubjectRequest, made_at: Timestamp) -> bool {
    match &request.standing {
        Standing::InProgress { since } => made_at < *since,
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::Answered { .. }
        | Standing::Denied { .. }
        | Standing::Withdrawn { .. } => false,
    }
}

/// The request once its bundle is there. The parts of tenants that gave their word are in it.
fn answered(request: &SubjectRequest, at: Timestamp) -> SubjectRequest {
    let mut answered = SubjectRequest { version: request.version + 1, next_action_at: Some(at), ..request.clone() };
    for part in answered.routed.iter_mut().filter(|part| part.instruction.is_some()) {
        part.done_at = part.done_at.or(Some(at));
    }
    let lacks = !answered.course.unread.is_empty();
    let in_part = lacks || answered.has_undone_part() || answered.findings.is_partial();
    answered.standing = Standing::Answered { at, in_part };
    answered
}
