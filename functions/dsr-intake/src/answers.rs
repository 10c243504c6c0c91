//! Every answer, as a page or as JSON.

use http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use lambda_http::Body;
use maud::html;
use privacy::data_map::DataMap;
use privacy::law::Law;
use privacy::obligation::ObligationId;
use privacy::policy::model::Company;
use privacy::subject_request::SubjectRequest;
use privacy_edge::problem::Problem;
use privacy_pages::accept::Format;
use privacy_pages::frame::{self, Headline, Tone};
use privacy_pages::{not_found, visit};

use crate::asking::Form;
use crate::instructions;
use crate::next::{self, Wanted};
use crate::shown::Slip;
use crate::signal;

/// Whose page it is, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    pub(crate) company: &'a Company,
    pub(crate) base: &'a str,
    /// By which its request is judged.
    pub(crate) law: &'a Law,
    /// When what it answers was sent.
    pub(crate) now: Timestamp,
}

impl Page<'_> {
    pub(crate) fn status_url(&self, id: &ObligationId) -> String {
        format!("{}/privacy/requests/{}", self.base, id.as_str())
    }

    /// The way from the answer to a form, which shows what the form did.
    pub(crate) fn status_link(&self, id: &ObligationId) -> String {
        visit::link_after(&self.status_url(id), self.now)
    }
}

pub(crate) fn html(status: StatusCode, page: String) -> Response<Body> {
    typed(status, page, "text/html; charset=utf-8")
}

pub(crate) fn json(status: StatusCode, document: &serde_json::Value) -> Response<Body> {
    typed(status, document.to_string(), "application/json")
}

fn typed(status: StatusCode, text: String, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// What a browser that sends the signal of Global Privacy Control is told beside, stands on top.
pub(crate) fn instructions(page: Page<'_>, map: &DataMap, form: &Form, is_signalled: bool) -> Response<Body> {
    html(StatusCode::OK, instructions::page(page, &map.model().instructions, form, is_signalled))
}

pub(crate) fn to_mend(page: Page<'_>, map: &DataMap, form: &Form) -> Response<Body> {
    html(StatusCode::BAD_REQUEST, instructions::page(page, &map.model().instructions, form, false))
}

/// The form as it was sent, under the status of what kept it from being taken.
pub(crate) fn again(page: Page<'_>, map: &DataMap, form: &Form, problem: Problem) -> Response<Body> {
    let text = instructions::page(page, &map.model().instructions, form, false);
    let mut response = problem.response();
    *response.body_mut() = Body::Text(text);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

pub(crate) fn accepted(page: Page<'_>, request: &SubjectRequest, format: Format) -> Response<Body> {
    let url = page.status_url(&request.id);
    let mut response = match format {
        Format::Json => {
            json(StatusCode::ACCEPTED, &serde_json::json!({"reference": request.id.as_str(), "status_url": url}))
        }
        Format::Html => html(StatusCode::ACCEPTED, received(page, request)),
    };
    if let Ok(url) = HeaderValue::from_str(&url) {
        response.headers_mut().insert(header::LOCATION, url);
    }
    response
}

fn received(page: Page<'_>, request: &SubjectRequest) -> String {
    let headline = Headline {
        tone: Tone::Good,
        badge: "Received",
        title: "We have your request",
        lead: vec![
            html! { "It is on record since this moment, and our time to answer has begun." },
            html! {
                @if request.awaits_child_review() {
                    "Somebody here reads your report first, before everything else. If we believe it, the data of the child is deleted without a code."
                    @if !request.is_verified() { " It goes on as any request if we do not; for that, this is left to do:" }
                }
                @else if request.is_verified() { "We do not need anything else from you." }
                @else if request.stops_at_once() { "What needs no proof is done at once. Before we do more, this is left to do:" }
                @else { "Before we act on it, this is left to do:" }
            },
        ],
    };
    let rest = html! {
        (next::steps(page, request))
        section.code aria-labelledby="reference" {
            h2 #reference { "Your reference" }
            p { "Keep it, or the address of your page. Only with one of them can you come back." }
            code { (request.id.as_str()) }
            p { a href=(page.status_link(&request.id)) { "See where your request stands" } }
        }
    };
    frame::page(page.company, &headline, &rest)
}

pub(crate) fn code_sent(page: Page<'_>, id: &ObligationId, wanted: Wanted, format: Format) -> Response<Body> {
    match format {
        Format::Json => json(StatusCode::ACCEPTED, &serde_json::json!({"status_url": page.status_url(id)})),
        Format::Html => {
            let headline = Headline {
                tone: Tone::Calm,
                badge: "On its way",
                title: "If a code can be sent, it is on its way",
                lead: vec![html! { "A code that we sent before does not work any more." }],
            };
            html(StatusCode::ACCEPTED, frame::page(page.company, &headline, &next::anything(page, id, wanted, None)))
        }
    }
}

pub(crate) fn verified(
    page: Page<'_>,
    request: &SubjectRequest,
    opt_out: Option<&SubjectRequest>,
    format: Format,
) -> Response<Body> {
    let url = page.status_url(&request.id);
    match format {
        Format::Json => {
            let mut document = serde_json::json!({
                "reference": request.id.as_str(), "state": request.standing.name(), "status_url": url,
                "missing": request.missing().collect::<Vec<_>>(),
            });
            if let (Some(opt_out), Some(document)) = (opt_out, document.as_object_mut()) {
                let url = page.status_url(&opt_out.id);
                let said = serde_json::json!({"reference": opt_out.id.as_str(), "status_url": url});
                document.insert("opted_out".to_owned(), said);
            }
            json(StatusCode::OK, &document)
        }
        Format::Html => {
            let is_all = request.is_verified();
            let headline = Headline {
                tone: Tone::Good,
                badge: "Confirmed",
                title: if is_all { "Thank you. We know now that it is yours" } else { "Thank you. One part is done" },
                lead: vec![
                    html! { @if is_all { "We are working on it." } @else { "This is left to do:" } },
                    html! { a href=(page.status_link(&request.id)) { "See where your request stands" } },
                ],
            };
            let rest = maud::html! {
                (next::steps(page, request))
                @if let Some(opt_out) = opt_out { (signal::recorded(&page.status_link(&opt_out.id))) }
            };
            html(StatusCode::OK, frame::page(page.company, &headline, &rest))
        }
    }
}

/// The same page whatever was wrong.
pub(crate) fn not_verified(page: Page<'_>, id: &ObligationId, wanted: Wanted) -> Response<Body> {
    let headline = Headline {
        tone: Tone::Warning,
        badge: "Not confirmed",
        title: "This did not show that the request is yours",
        lead: vec![
            html! { "A code may be mistyped, older than ten minutes, used before, or tried too often. A login may be too long ago. Your request is safe; have another code sent, or log in again, and try once more." },
        ],
    };
    html(
        StatusCode::UNPROCESSABLE_ENTITY,
        frame::page(page.company, &headline, &next::anything(page, id, wanted, None)),
    )
}

/// What somebody was about to show, with what was typed and what is to be mended. The same for every reference.
pub(crate) fn to_show_again(page: Page<'_>, id: &ObligationId, wanted: Wanted, slip: &Slip) -> Response<Body> {
    let headline = Headline {
        tone: Tone::Warning,
        badge: "Not sent",
        title: "Please look at this once more",
        lead: vec![
            html! { "Your request is safe, and nothing was counted. Mend what is marked below and send it again." },
        ],
    };
    html(StatusCode::BAD_REQUEST, frame::page(page.company, &headline, &next::anything(page, id, wanted, Some(slip))))
}

/// What somebody was about to show, to be sent again as it is: under the status of what kept it from being taken, and with when to
/// try again. The same for every reference.
pub(crate) fn to_send_again(
    page: Page<'_>,
    id: &ObligationId,
    wanted: Wanted,
    slip: &Slip,
    problem: Problem,
) -> Response<Body> {
    let mut response = problem.response();
    let seconds = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).unwrap_or("60");
    let (why, after) = if matches!(problem, Problem::TooMany) {
        ("There were too many requests from where you are.", "")
    } else {
        ("This is a fault on our side.", " If your code is refused then, have another one sent.")
    };
    let headline = Headline {
        tone: Tone::Warning,
        badge: "Not sent",
        title: "Please send this once more in a moment",
        lead: vec![html! {
            (why) " Your request is safe. Wait " (seconds) " seconds, then send it again from here. A code is not shown again: enter it once more." (after)
        }],
    };
    let text = frame::page(page.company, &headline, &next::anything(page, id, wanted, Some(slip)));
    *response.body_mut() = Body::Text(text);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// A problem document, or a page that says the same.
pub(crate) fn refused(page: Page<'_>, problem: Problem, format: Format) -> Response<Body> {
    let mut response = problem.response();
    let words = match (format, problem) {
        (Format::Json, _) => return response,
        (Format::Html, Problem::TooMany) => {
            "There were too many requests from where you are. Please wait a minute and send it again."
        }
        (Format::Html, Problem::TooLarge) => {
            "What you sent is too long. Go back in your browser, where what you typed still stands, shorten it, and send it again."
        }
        (Format::Html, Problem::NotFound) => {
            *response.body_mut() = Body::Text(not_found::page(page.company));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            return response;
        }
        (Format::Html, Problem::Unavailable) => {
            "This is a fault on our side, and nothing was stored. Please try again in a minute."
        }
        (
            Format::Html,
            Problem::BadRequest
            | Problem::BadMember(_)
            | Problem::NoReason
            | Problem::Unknown(_)
            | Problem::MethodNotAllowed(_)
            | Problem::WindowClosed
            | Problem::CameBack
            | Problem::OtherEnd
            | Problem::InvalidHold(_)
            | Problem::HoldTaken
            | Problem::PlanDiffers
            | Problem::NotNow
            | Problem::StepsLeft
            | Problem::NotExtendable
            | Problem::NotPausable
            | Problem::NotDeniable
            | Problem::NotNamed
            | Problem::TooFewPoints
            | Problem::NotVerified
            | Problem::UnsupportedMediaType,
        ) => "We could not read what was sent. Please go back to the form and try again.",
    };
    let headline = Headline {
        tone: Tone::Warning,
        badge: "Not sent",
        title: "This did not work",
        lead: vec![html! { (words) }, html! { a href={ (page.base) "/privacy" } { "Back to the form" } }],
    };
    *response.body_mut() = Body::Text(frame::page(page.company, &headline, &html! {}));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
