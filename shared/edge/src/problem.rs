//! RFC 9457 problem documents. One fixed body per type: nothing of the input, nothing of the cause.

use http::{Response, StatusCode, header};
use lambda_http::Body;

/// Everything that can be wrong from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The request is not what this path takes. Says no more on purpose.
    BadRequest,
    /// There is nothing here, or nothing any more, or never was.
    NotFound,
    /// Nobody knows what a member of the body names. Which member, never what it says. For callers who may know.
    Unknown(&'static str),
    /// Another method; these are allowed.
    MethodNotAllowed(&'static str),
    /// A member of the body is missing or cannot be read. Named, never repeated.
    BadMember(&'static str),
    /// An account cannot be reactivated any more: the erasure of its data has begun.
    WindowClosed,
    /// An end of an account that was told before the account came back. No clock starts.
    CameBack,
    /// An account ends on another day already. No clock moves.
    OtherEnd,
    /// A legal hold that may not be placed, for what this member says or lacks.
    InvalidHold(&'static str),
    /// Another hold has this id, or it was released.
    HoldTaken,
    /// This is not the plan that waits for a confirmation.
    PlanDiffers,
    /// What changes what is erased is not done without a reason of the list that the API names.
    NoReason,
    /// The state of a request does not allow this now.
    NotNow,
    /// Something is left to do before a request can be closed.
    StepsLeft,
    /// A request gets no more time: it had some, its first date is over, or its law gives none.
    NotExtendable,
    /// The clock of a request cannot stand still, or not from then to then.
    NotPausable,
    /// A request is not denied for this reason.
    NotDeniable,
    /// Data points that the person of a request never named cannot be compared.
    NotNamed,
    /// The law wants more data points compared.
    TooFewPoints,
    /// What was shown does not verify the request. The same for every reason.
    NotVerified,
    /// This source has sent too many.
    TooMany,
    /// The body is larger than this path takes.
    TooLarge,
    /// The body is of a type that this path does not take.
    UnsupportedMediaType,
    /// Nothing was stored or read; try again.
    Unavailable,
}

impl Problem {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::BadMember(_) => StatusCode::BAD_REQUEST,
            Self::NotFound | Self::Unknown(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::WindowClosed
            | Self::CameBack
            | Self::OtherEnd
            | Self::HoldTaken
            | Self::PlanDiffers
            | Self::NotNow
            | Self::StepsLeft
            | Self::NotExtendable
            | Self::NotPausable => StatusCode::CONFLICT,
            Self::InvalidHold(_)
            | Self::NoReason
            | Self::NotDeniable
            | Self::NotNamed
            | Self::TooFewPoints
            | Self::NotVerified => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The last part of its stable type, `urn:privacy:problem:…`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::BadMember(_) => "bad-member",
            Self::NotFound => "not-found",
            Self::Unknown(_) => "unknown",
            Self::MethodNotAllowed(_) => "method-not-allowed",
            Self::WindowClosed => "window-closed",
            Self::CameBack => "came-back",
            Self::OtherEnd => "other-end",
            Self::InvalidHold(_) => "invalid-hold",
            Self::HoldTaken => "hold-taken",
            Self::PlanDiffers => "plan-differs",
            Self::NoReason => "no-reason",
            Self::NotNow => "not-now",
            Self::StepsLeft => "steps-left",
            Self::NotExtendable => "not-extendable",
            Self::NotPausable => "not-pausable",
            Self::NotDeniable => "not-deniable",
            Self::NotNamed => "not-named",
            Self::TooFewPoints => "too-few-points",
            Self::NotVerified => "not-verified",
            Self::TooMany => "too-many-requests",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::Unavailable => "unavailable",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be accepted.",
            Self::BadMember(_) => "A member of the request is missing or cannot be read.",
            Self::NotFound => "There is nothing at this address.",
            Self::Unknown(_) => "Nobody knows what this member names.",
            Self::MethodNotAllowed(_) => "This address takes other methods.",
            Self::WindowClosed => "The time for this has passed; every clock runs on.",
            Self::CameBack => {
                "The account came back after this end was told, or was gone before. Say when it was decided, if it ends again."
            }
            Self::OtherEnd => {
                "Another end of the account is not over. Cancel it, or send this one when it is, and say when it was decided."
            }
            Self::InvalidHold(_) => "The hold may not be placed.",
            Self::HoldTaken => "Another hold has this id, or it was released.",
            Self::PlanDiffers => "This is not the plan that waits for a confirmation.",
            Self::NoReason => "A reason is needed, one of those that are listed for this call.",
            Self::NotNow => "The request does not allow this now.",
            Self::StepsLeft => "Something is left to do before the request can be closed.",
            Self::NotExtendable => "The request gets no more time.",
            Self::NotPausable => "The clock of the request does not stand still for that.",
            Self::NotDeniable => "This is no reason to deny the request.",
            Self::NotNamed => "The person named no such thing, so there is nothing to compare.",
            Self::TooFewPoints => "The law wants more data points compared: two, or three for a copy.",
            Self::NotVerified => "This does not show that the request is yours.",
            Self::TooMany => "There were too many requests. Please wait a minute.",
            Self::TooLarge => "The request body is too large.",
            Self::UnsupportedMediaType => "The request body is of a type that this address does not take.",
            Self::Unavailable => "The service cannot answer now. Please try again.",
        }
    }

    /// The body.
    #[must_use]
    pub fn body(self) -> String {
        let (slug, title, status) = (self.slug(), self.title(), self.status().as_u16());
        let member = match self {
            Self::NoReason => r#","member":"reason""#.to_owned(),
            Self::BadMember(name) | Self::InvalidHold(name) | Self::Unknown(name) => format!(r#","member":"{name}""#),
            Self::BadRequest
            | Self::NotFound
            | Self::MethodNotAllowed(_)
            | Self::WindowClosed
            | Self::CameBack
            | Self::OtherEnd
            | Self::HoldTaken
            | Self::PlanDiffers
            | Self::NotNow
            | Self::StepsLeft
            | Self::NotExtendable
            | Self::NotPausable
            | Self::NotDeniable
            | Self::NotNamed
            | Self::TooFewPoints
            | Self::NotVerified
            | Self::TooMany
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::Unavailable => String::new(),
        };
        format!(r#"{{"type":"urn:privacy:problem:{slug}","title":"{title}","status":{status}{member}}}"#)
    }

    /// The whole answer.
    #[must_use]
    pub fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::Text(self.body()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        match self {
            Self::MethodNotAllowed(allow) => {
                headers.insert(header::ALLOW, header::HeaderValue::from_static(allow));
            }
            Self::Unavailable => {
                headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("30"));
            }
            Self::TooMany => {
                headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
            }
            Self::BadRequest
            | Self::BadMember(_)
            | Self::NotFound
            | Self::Unknown(_)
            | Self::WindowClosed
            | Self::CameBack
            | Self::OtherEnd
            | Self::InvalidHold(_)
            | Self::HoldTaken
            | Self::PlanDiffers
            | Self::NoReason
            | Self::NotNow
            | Self::StepsLeft
            | Self::NotExtendable
            | Self::NotPausable
            | Self::NotDeniable
            | Self::NotNamed
            | Self::TooFewPoints
            | Self::NotVerified
            | Self::TooLarge
            | Self::UnsupportedMediaType => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_json_with_its_own_type() {
        let all = [
            Problem::BadRequest,
            Problem::BadMember("tenant_id"),
            Problem::NotFound,
            Problem::Unknown("tenant_id"),
            Problem::MethodNotAllowed("POST"),
            Problem::WindowClosed,
            Problem::InvalidHold("proof"),
            Problem::HoldTaken,
            Problem::PlanDiffers,
            Problem::NoReason,
            Problem::NotNow,
            Problem::StepsLeft,
            Problem::NotExtendable,
            Problem::NotPausable,
            Problem::NotDeniable,
            Problem::NotNamed,
            Problem::TooFewPoints,
            Problem::NotVerified,
            Problem::TooMany,
            Problem::TooLarge,
            Problem::UnsupportedMediaType,
            Problem::Unavailable,
        ];
        let mut types = std::collections::BTreeSet::new();
        for problem in all {
            let body: serde_json::Value = serde_json::from_str(&problem.body()).unwrap();
            assert_eq!(body["status"], problem.status().as_u16());
            types.insert(body["type"].to_string());
        }
        assert_eq!(types.len(), all.len());
        let allow = Problem::MethodNotAllowed("POST").response().headers().get("allow").cloned();
        assert_eq!(allow.unwrap(), "POST");
    }
}
