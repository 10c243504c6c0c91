//! What a call is named, and how it is answered.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::json;

use crate::buckets::Buckets;
use crate::mails;

pub(crate) fn operation_of(request: &HttpRequest) -> String {
    match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next().unwrap().to_owned(),
        None if mails::is_mail(request.uri()) => "SendEmail".to_owned(),
        None => Buckets::operation(request.method(), request.uri()).to_owned(),
    }
}

pub(crate) fn respond(status: u16, body: String) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

pub(crate) fn refuse(exception: &str) -> HttpResponse {
    respond(400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{exception}")}).to_string())
}
