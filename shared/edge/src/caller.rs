//! Who calls: the principal that the gateway has checked and names, never anything that the caller says of themselves.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use privacy::fault::Fault;

/// The ARN of whoever calls.
///
/// # Errors
/// [`Fault`] when the gateway names nobody: nothing is done in nobody's name.
pub fn principal(request: &Request) -> Result<String, Fault> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { return Err(nobody()) };
    let iam = context.authorizer.as_ref().and_then(|authorizer| authorizer.iam.as_ref());
    let arn = iam.and_then(|iam| iam.user_arn.as_deref()).filter(|arn| !arn.is_empty());
    arn.map(str::to_owned).ok_or_else(nobody)
}

fn nobody() -> Fault {
    Fault::park("caller", "the gateway does not say who calls")
}
