//! A request that is taken back by whoever shows that it is theirs: with what would verify it, or has.

use http::{Response, StatusCode};
use lambda_http::{Body, Request};
use maud::html;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::subject_request::SubjectRequest;
use privacy::subject_request::pass::Pass;
use privacy::withdraw_request::{Withdrawal, withdraw_by_code, withdraw_by_login};
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;
use privacy_pages::accept::Format;
use privacy_pages::frame::{self, Headline, Tone};

use crate::answers::{self, Page};
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
        let (ledger, queue, flags) = (&self.ledger, &self.outbox, (&self.marks, &*keys));
        let withdrawal = match shown {
            Shown::Code(pass) if Pass::has_form(&pass) => {
                let sent = self.send_code_by_pass(&keys, id, &pass, now, Wanted::Withdrawal, format).await?;
                return Ok(("asked", sent));
            }
            Shown::Code(code) => withdraw_by_code(ledger, queue, flags, id, &code, now).await?,
            Shown::Login(token) => match self.login(&token, id, now).await? {
                Some(login) => withdraw_by_login(ledger, queue, &self.limits, flags, (id, &login), now).await?,
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
                Ok(("withdrawn", withdrawn(self.page(), &done.request, format)))
            }
            (Withdrawal::Against(_), Format::Html) => Ok(("not-now", too_late(self.page(), id))),
            (Withdrawal::Against(_), Format::Json) => Err(Problem::NotNow.into()),
            (Withdrawal::Refused, Format::Html) => {
                Ok(("not-verified", answers::not_verified(self.page(), id, Wanted::Withdrawal)))
            }
            (Withdrawal::Refused, Format::Json) => Err(Problem::NotVerified.into()),
        }
    }
}

fn withdrawn(page: Page<'_>, request: &SubjectRequest, format: Format) -> Response<Body> {
    if format == Format::Json {
        let document = serde_json::json!({
            "reference": request.id.as_str(), "state": request.standing.name(), "outcome": "withdrawn",
            "status_url": page.status_url(&request.id),
        });
        return answers::json(StatusCode::OK, &document);
    }
    let headline = Headline {
        tone: Tone::Good,
        badge: "Taken back",
        title: "Your request is taken back",
        lead: vec![
            html! { "We do nothing more of it, and write to you that it is so. What was done before stays done." },
            html! { a href=(page.status_link(&request.id)) { "See where your request stands" } },
        ],
    };
    answers::html(StatusCode::OK, frame::page(page.company, &headline, &html! {}))
}

/// To whoever has shown that the request is theirs, of which something cannot be stopped any more, or nothing is left.
fn too_late(page: Page<'_>, id: &ObligationId) -> Response<Body> {
    let headline = Headline {
        tone: Tone::Warning,
        badge: "Not taken back",
        title: "Your request cannot be taken back now",
        lead: vec![
            html! { "It has ended, or something of it is being done at this moment. Its page says what. If it waits for a business after that, you can take that back then." },
            html! { a href=(page.status_link(id)) { "See where your request stands" } },
        ],
    };
    answers::html(StatusCode::CONFLICT, frame::page(page.company, &headline, &html! {}))
}
