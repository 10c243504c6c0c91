//! A request that is taken back by whoever shows that it is theirs: with what would verify it, or has.

use http::Response;
use lambda_http::{Body, Request};
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::subject_request::pass::Pass;
use privacy::withdraw_request::{Withdrawal, withdraw_by_code, withdraw_by_login};
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;
use privacy_pages::accept::Format;

use crate::answers;
use crate::http::{Desk, Rejected};
use crate::next::Wanted;
use crate::shown::Shown;

impl Desk {
    /// Whatever does not show that the request is theirs gets one answer.
    pub(crate) async fn withdraw(
        &self,
        request: &Request,
        id: &ObligationId,
        format: Format,
    ) -> Result<(&'static str, Response<Body>), Rejected> {
        let now = SystemClock.now();
        let keys = self.subject_keys.get().await?;
        self.admit(request, &keys, now).await?;
        let shown = match Shown::read(request).await {
            Ok(shown) => shown,
            Err(problem) => return self.slipped(request, id, problem, Wanted::Withdrawal, format).await,
        };
        let (ledger, queue) = (&self.ledger, &self.outbox);
        let withdrawal = match shown {
            Shown::Code(pass) if Pass::has_form(&pass) => {
                let sent = self.send_code_by_pass(&keys, id, &pass, now, Wanted::Withdrawal, format).await?;
                return Ok(("asked", sent));
            }
            Shown::Code(code) => withdraw_by_code(ledger, queue, &keys, id, &code, now).await?,
            Shown::Login(token) => match self.login(&token, id, now).await? {
                Some(login) => withdraw_by_login(ledger, queue, &self.limits, &keys, (id, &login), now).await?,
                None => Withdrawal::Refused,
            },
            Shown::Declaration(_) => return Err(Problem::BadMember("code").into()),
        };
        match (withdrawal, format) {
            (Withdrawal::Done(done), _) => {
                if let Some(fault) = &done.unsent {
                    let cause = fault.chain();
                    tracing::warn!(outcome = "unsent", cause, "a notice was not sent; the sweeper sends it");
                }
                Ok(("withdrawn", answers::withdrawn(self.page(), &done.request, format)))
            }
            (Withdrawal::Against(_), Format::Html) => Ok(("not-now", answers::too_late(self.page(), id))),
            (Withdrawal::Against(_), Format::Json) => Err(Problem::NotNow.into()),
            (Withdrawal::Refused, Format::Html) => {
                Ok(("not-verified", answers::not_verified(self.page(), id, Wanted::Withdrawal)))
            }
            (Withdrawal::Refused, Format::Json) => Err(Problem::NotVerified.into()),
        }
    }
}
