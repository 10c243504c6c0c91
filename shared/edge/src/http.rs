//! Runs an HTTP function. `lambda_http` panics on some raw queries that API Gateway lets through (`a b<>`), so the raw text is
//! dropped before it is read: such a request gets our answer, not the gateway's. What the gateway made of it, its decoded
//! parameters, stays (a name that is given twice has its values joined by commas).

use std::future::Future;

use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Error, LambdaEvent, Request, Response, Service, lambda_runtime, service_fn};

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
        async move { Ok::<_, Error>(answered.await) }
    });
    let mut adapter = Adapter::from(answer);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<LambdaRequest>| adapter.call(without_raw_query(event))))
        .await
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
