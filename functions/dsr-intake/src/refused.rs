//! What is answered where nothing was taken. A form that could not be taken now comes back with what was typed, but for codes, and
//! says when to send it again.

use http::{Method, Response};
use lambda_http::{Body, Request, RequestExt};
use privacy_edge::form;
use privacy_edge::problem::Problem;
use privacy_pages::accept::Format;

use crate::answers;
use crate::ask;
use crate::asking::{Again, Form};
use crate::http::{Desk, Subject, subject};
use crate::next::Wanted;
use crate::shown::Slip;

impl Desk {
    /// Whoever filled in the form gets it back as it was, wherever it can be sent again as it is.
    pub(crate) async fn refuse_sent(&self, request: &Request, problem: Problem, format: Format) -> Response<Body> {
        let again = if matches!(problem, Problem::TooMany) { Again::Wait } else { Again::Fault };
        if !matches!(problem, Problem::TooMany | Problem::Unavailable) {
            return self.refuse(problem, format);
        }
        let is_form = request.method() == Method::POST && format == Format::Html && form::is_form(request.headers());
        let (id, wanted) = match subject(request.raw_http_path()).filter(|_| is_form) {
            Some(Subject::Requests) => {
                return match ask::typed(request).await {
                    Ok(typed) => answers::again(self.page(), &self.map, &Form::to_send_again(typed, again), problem),
                    Err(_) => self.refuse(problem, format),
                };
            }
            Some(Subject::Code(id)) => (id, Wanted::read(request).await),
            Some(Subject::Verification(id)) => (id, Wanted::Proof),
            Some(Subject::Withdrawal(id)) => (id, Wanted::Withdrawal),
            Some(Subject::Download(id)) => (id, Wanted::Download),
            Some(Subject::Instructions | Subject::Signal) | None => return self.refuse(problem, format),
        };
        match Slip::to_send_again(request).await {
            Some(slip) => answers::to_send_again(self.page(), &id, wanted, &slip, problem),
            None => self.refuse(problem, format),
        }
    }

    pub(crate) fn refuse(&self, problem: Problem, format: Format) -> Response<Body> {
        answers::refused(self.page(), problem, format)
    }
}
