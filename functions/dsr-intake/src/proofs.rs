//! What somebody shows to prove that a request is theirs, and what follows from it at once.

use http::Response;
use jiff::Timestamp;
use lambda_http::{Body, Request};
use privacy::fault::Fault;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::login::{Expected, Login};
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::subject_request::SubjectRequest;
use privacy::subject_request::pass::Pass;
use privacy::subject_request::ports::RequestBook;
use privacy::tell_person::measure::by_pass;
use privacy::verify_request::{Verified, declare, send_code, verify_login, verify_request};
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;
use privacy_pages::accept::Format;

use crate::answers;
use crate::http::{Desk, Rejected};
use crate::next::Wanted;
use crate::shown::{Shown, Slip};

impl Desk {
    /// One thing that is shown; every failure looks the same.
    pub(crate) async fn verify(
        &self,
        request: &Request,
        id: &ObligationId,
        format: Format,
    ) -> Result<(&'static str, Response<Body>), Rejected> {
        let now = SystemClock.now();
        let keys = self.subject_keys.get().await?;
        let source = self.admit(request, &keys, now).await?;
        let shown = match Shown::read(request).await {
            Ok(shown) => shown,
            Err(problem) => return self.slipped(request, id, problem, Wanted::Proof, format).await,
        };
        let verified = match shown {
            Shown::Code(pass) if Pass::has_form(&pass) => {
                return Ok(("asked", self.send_code_by_pass(&keys, id, &pass, now, Wanted::Proof, format).await?));
            }
            Shown::Code(code) => verify_request(&self.ledger, &keys, id, &code, now).await?,
            Shown::Declaration(name) => declare(&self.ledger, id, &name, now).await?,
            Shown::Login(token) => match self.login(&token, id, now).await? {
                Some(login) => verify_login(&self.ledger, &self.limits, &keys, id, &login, now).await?,
                None => Verified::Refused,
            },
        };
        match verified {
            Verified::Proved(proved) => {
                let heard = self.hear_signal(request.headers(), &proved, (&keys, &source), now).await;
                if let Err(fault) = self.send_next_code(&proved, source).await {
                    let cause = fault.chain();
                    tracing::warn!(outcome = "unsent", cause, "a code was not sent; the person asks for it");
                }
                self.begin(&keys, &proved, now).await;
                Ok(("verified", answers::verified(self.page(), &proved, heard.as_ref(), format)))
            }
            Verified::Refused if format == Format::Html => {
                Ok(("not-verified", answers::not_verified(self.page(), id, Wanted::Proof)))
            }
            Verified::Refused => Err(Problem::NotVerified.into()),
        }
    }

    /// A form that cannot be read comes back with what was typed and what is to be mended; anything else is told what was wrong.
    pub(crate) async fn slipped(
        &self,
        request: &Request,
        id: &ObligationId,
        problem: Problem,
        wanted: Wanted,
        format: Format,
    ) -> Result<(&'static str, Response<Body>), Rejected> {
        match Slip::of(request, problem).await {
            Some(slip) if format == Format::Html => {
                Ok(("to-mend", answers::to_show_again(self.page(), id, wanted, &slip)))
            }
            Some(_) | None => Err(problem.into()),
        }
    }

    /// What a letter brought that says that its address gets no more today: the code goes out all the same. Answers the same
    /// whatever was entered, and counts as no try.
    pub(crate) async fn send_code_by_pass(
        &self,
        keys: &SubjectKeys,
        id: &ObligationId,
        pass: &str,
        now: Timestamp,
        wanted: Wanted,
        format: Format,
    ) -> Result<Response<Body>, Rejected> {
        if let Some(known) = self.ledger.request(id).await?
            && let Some(source) = by_pass(keys, &known, pass, now)
        {
            send_code(&self.ledger, &self.outbox, &known, source).await?;
        }
        Ok(answers::code_sent(self.page(), id, wanted, format))
    }

    /// A token that newer keys may explain is looked at with them.
    pub(crate) async fn login(&self, token: &str, id: &ObligationId, now: Timestamp) -> Result<Option<Login>, Fault> {
        let expected = Expected { audience: &self.config.public_base_url, request: id };
        let mut keys = self.dashboard_keys.get().await?;
        if !keys.knows(token) {
            keys = self.dashboard_keys.get_anew().await?;
        }
        Ok(Login::read(&keys, token, expected, now))
    }

    /// Where an address and an account are named, each has a code of its own: the second goes out after the first.
    async fn send_next_code(&self, request: &SubjectRequest, source: KeyedRef) -> Result<(), Fault> {
        if !request.has_code_to_send() {
            return Ok(());
        }
        send_code(&self.ledger, &self.outbox, request, source).await
    }
}
