//! The download of a bundle: a fresh proof, then a link that works for minutes.

use http::{HeaderValue, Response, StatusCode, header};
use lambda_http::{Body, Request};
use privacy::export::download::{download_bundle, download_by_login};
use privacy::export::ports::Link;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::subject_request::pass::Pass;
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;
use privacy_pages::accept::Format;

use crate::answers;
use crate::http::{Desk, Rejected};
use crate::next::Wanted;
use crate::shown::{self, Shown};

impl Desk {
    /// Sends whoever shows that the request is theirs to its bundle. Everything else gets one answer.
    pub(crate) async fn download(
        &self,
        request: &Request,
        id: &ObligationId,
        format: Format,
    ) -> Result<(&'static str, Response<Body>), Rejected> {
        let now = SystemClock.now();
        let keys = self.subject_keys.get().await?;
        self.admit(request, &keys, now).await?;
        let shown = match (Shown::read(request).await, shown::bundle(request).await) {
            (Ok(shown), Ok(round)) => (shown, round),
            (Err(problem), _) | (Ok(_), Err(problem)) => {
                return self.slipped(request, id, problem, Wanted::Download, format).await;
            }
        };
        let (shown, round) = shown;
        let link = match shown {
            Shown::Code(pass) if Pass::has_form(&pass) => {
                return Ok(("asked", self.send_code_by_pass(&keys, id, &pass, now, Wanted::Download, format).await?));
            }
            Shown::Code(code) => download_bundle(&self.ledger, &self.bundles, &keys, id, (&code, round), now).await?,
            Shown::Login(token) => match self.login(&token, id, now).await? {
                Some(login) => {
                    let shown = (&login, round);
                    download_by_login(&self.ledger, &self.limits, &self.bundles, &keys, id, shown, now).await?
                }
                None => None,
            },
            Shown::Declaration(_) => return Err(Problem::BadMember("code").into()),
        };
        match link {
            Some(link) => Ok(("given", see_other(&link)?)),
            None if format == Format::Html => {
                Ok(("not-verified", answers::not_verified(self.page(), id, Wanted::Download)))
            }
            None => Err(Problem::NotVerified.into()),
        }
    }
}

/// The link stands in one header of one answer, and nowhere else.
fn see_other(link: &Link) -> Result<Response<Body>, Rejected> {
    let mut location = HeaderValue::from_str(link.expose()).map_err(|_| Rejected::from(Problem::Unavailable))?;
    location.set_sensitive(true);
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
