//! Runs an HTTP function. `lambda_http` panics on some raw queries that API Gateway lets through (`a b<>`), so the raw text is
//! dropped before it is read: such a request gets our answer, not the gateway's. What the gateway made of it, its decoded
//! parameters, stays (a name that is given twice has its values joined by commas).
//!
//! Answers go out as they are: `lambda_http` would decode each body by the charset that its type names, and the tables of every
//! charset there is would be a tenth of a function's size.

use std::future::{Future, ready};
use std::pin::Pin;

use lambda_http::request::LambdaRequest;
use lambda_http::{
    Adapter, Body, Error, IntoResponse, LambdaEvent, Request, Response, Service, lambda_runtime, service_fn,
};

/// Serves until the sandbox ends.
///
/// # Errors
/// When the runtime cannot be reached.
pub async fn run<H, F>(handler: H) -> Result<(), Error>
where
    H: Fn(Request) -> F + Send,
    F: Future<Output = Response<Body>> + Send,
{
    let answer = service_fn(move |request: Request| {
        let answered = handler(request);
        async move { Ok::<_, Error>(AsItIs(answered.await)) }
    });
    let mut adapter = Adapter::from(answer);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<LambdaRequest>| adapter.call(without_raw_query(event))))
        .await
}

/// An answer whose body is text or bytes already.
struct AsItIs(Response<Body>);

impl IntoResponse for AsItIs {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(ready(self.0))
    }
}

fn without_raw_query(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.raw_query_string = None;
    }
    event
}

#[cfg(test)]
mod tests {
    use lambda_http::RequestExt;

    use super::*;

    #[tokio::test]
    async fn a_body_goes_out_as_it_is() {
        for body in [Body::Empty, Body::from("größer"), Body::from(vec![0xff, 0xfe])] {
            let answer = Response::builder().header("content-type", "text/html; charset=utf-8").body(body.clone());
            let out = AsItIs(answer.unwrap()).into_response().await;
            assert_eq!(format!("{:?}", out.body()), format!("{body:?}"));
            assert_eq!(out.headers()["content-type"], "text/html; charset=utf-8");
        }
    }

    #[test]
    fn a_query_that_would_panic_is_dropped_and_its_parameters_stay() {
        let json = serde_json::json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/privacy/requests/x", "rawQueryString": "a b<>&state=held",
            "queryStringParameters": {"a b<>": "", "state": "held"}, "headers": {}, "isBase64Encoded": false,
            "requestContext": {"http": {"method": "GET", "path": "/privacy/requests/x"}, "stage": "$default"},
        });
        let payload: LambdaRequest = serde_json::from_value(json).unwrap();
        let event = without_raw_query(LambdaEvent::new(payload, lambda_http::Context::default()));
        let request = Request::from(event.payload);
        assert_eq!((request.uri().path(), request.uri().query()), ("/privacy/requests/x", None));
        assert_eq!(request.query_string_parameters().first("state"), Some("held"));
    }
}
