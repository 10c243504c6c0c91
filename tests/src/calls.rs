//! What a call is named, and how it is answered.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::buckets::Buckets;
use crate::mails;

/// What troubles may be told by: the operation, and the operation with its table: `Query logs`.
pub(crate) fn names_of(request: &HttpRequest) -> [String; 2] {
    let Some(target) = request.headers().get("x-amz-target") else {
        let is_mail = mails::is_mail(request.uri());
        let operation = if is_mail { "SendEmail" } else { Buckets::operation(request.method(), request.uri()) };
        return [operation.to_owned(), operation.to_owned()];
    };
    let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap();
    [operation.to_owned(), format!("{operation} {}", body["TableName"].as_str().unwrap_or_default())]
}

pub(crate) fn respond(status: u16, body: String) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

pub(crate) fn refuse(exception: &str) -> HttpResponse {
    respond(400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{exception}")}).to_string())
}

/// Whether an operation of DynamoDB writes.
pub(crate) fn is_write(operation: &str) -> bool {
    !matches!(operation, "Query" | "GetItem" | "BatchGetItem" | "Scan")
}
