//! The readers of the functions themselves, by their source: what a person asks for, and what staff write.

use http::{Request, Response, header};
use jiff::Timestamp;
use lambda_http::Body;
use privacy::accept_request::Ask;
use privacy_edge::problem::Problem;

use crate::mark::is_unmarked;

#[path = "../../../../functions/dsr-intake/src/ask.rs"]
#[allow(dead_code, reason = "the function uses what the target does not")]
pub mod ask;

pub mod staff;

/// When the targets run.
pub fn now() -> Timestamp {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

/// A request with a body of this type.
pub fn request(media_type: Option<&[u8]>, body: &[u8]) -> Option<Request<Body>> {
    let mut request = Request::new(Body::from(body.to_vec()));
    if let Some(media_type) = media_type {
        request.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_bytes(media_type).ok()?);
    }
    Some(request)
}

/// What a log would say of a request, but for the two things that may stand there: where somebody lives is a place and names
/// nobody, a platform is one of a few.
pub fn printed(mut ask: Ask) -> String {
    ask.residence = None;
    if let Some(account) = &mut ask.contact.account {
        account.platform = privacy::ids::Platform::parse("any").unwrap();
    }
    format!("{ask:?}")
}

/// A refusal is a short document of its own, and nothing of the input.
pub fn is_a_problem_document(problem: Problem) {
    let response: Response<Body> = problem.response();
    assert!(response.status().is_client_error(), "bad input is the sender's");
    let body = problem.body();
    assert!(body.len() <= 200, "{} bytes", body.len());
    let read: serde_json::Value = serde_json::from_str(&body).expect("a problem document is JSON");
    assert_eq!(read["status"], response.status().as_u16());
    is_unmarked(&format!("{body} {problem:?} {:?}", response.headers()));
}
