//! The connector: what the weather does to each call on its way there and back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::process::Process;
use crate::weather::Trouble;

/// Longer than any patience: whoever waits for this gives up.
const FOREVER: Duration = Duration::from_secs(3_600);

/// One call that was made.
pub struct Call {
    pub(super) operation: String,
    pub(super) is_dynamodb: bool,
    pub(super) body: Value,
    pub(super) text: String,
    pub(super) request: HttpRequest,
}

impl Call {
    fn of(request: HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").map(str::to_owned);
        let bytes = request.body().bytes().unwrap_or_default();
        match &target {
            Some(target) => Self {
                operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
                is_dynamodb: target.starts_with("DynamoDB"),
                body: serde_json::from_slice(bytes).unwrap(),
                text: String::new(),
                request,
            },
            None => Self {
                operation: privacy_tests::buckets::Buckets::operation(request.method(), request.uri()).to_owned(),
                is_dynamodb: false,
                body: Value::Null,
                text: String::from_utf8_lossy(bytes).into_owned(),
                request,
            },
        }
    }

    /// The rows of a table that a write is about, by partition and sort key.
    pub(super) fn rows_of(&self, table: &str) -> Vec<(String, String)> {
        let of_batch = self.body["RequestItems"][table].as_array().into_iter().flatten();
        let of_batch = of_batch.flat_map(|one| [&one["PutRequest"]["Item"], &one["DeleteRequest"]["Key"]]);
        let of_transaction = self.body["TransactItems"].as_array().into_iter().flatten();
        let of_transaction = of_transaction.filter_map(Value::as_object).flat_map(|one| one.values());
        let one_by_one = of_transaction.chain([&self.body]).filter(|one| one["TableName"] == table);
        let rows = one_by_one.flat_map(|one| [&one["Key"], &one["Item"]]).chain(of_batch);
        let text = |row: &Value, name: &str| row[name]["S"].as_str().unwrap_or_default().to_owned();
        rows.filter(|row| row.is_object()).map(|row| (text(row, "pk"), text(row, "sk"))).collect()
    }

    /// What DynamoDB says while a transaction holds a row: of a transaction, which of its parts met it.
    fn conflict(&self, pick: impl FnOnce(usize) -> usize) -> Value {
        let Some(parts) = self.body["TransactItems"].as_array() else {
            return exception("TransactionConflictException");
        };
        let met = pick(parts.len());
        let reason = |part: usize| json!({"Code": if part == met { "TransactionConflict" } else { "None" }});
        let mut canceled = exception("TransactionCanceledException");
        canceled["CancellationReasons"] = (0..parts.len()).map(reason).collect();
        canceled
    }

    /// What the trace says of it: the operation, and what it is about.
    fn about(&self) -> String {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let key = |key: &Value| format!("{} {}", text(&key["pk"]["S"]), text(&key["sk"]["S"]));
        let body = &self.body;
        let about = match self.operation.as_str() {
            "Query" => {
                let values = body["ExpressionAttributeValues"].as_object().into_iter().flatten();
                let mut values: Vec<String> = values.map(|(_, value)| text(&value["S"])).collect();
                values.sort();
                values.join(" ")
            }
            "PutItem" => key(&body["Item"]),
            "BatchWriteItem" => {
                let all = body["RequestItems"].as_object().and_then(|all| all.iter().next());
                all.map_or_else(String::new, |(table, all)| {
                    format!("{table}, {} items", all.as_array().map_or(0, Vec::len))
                })
            }
            "TransactWriteItems" => format!("{} items", body["TransactItems"].as_array().map_or(0, Vec::len)),
            "SendMessage" => text(&body["MessageBody"]),
            _ if body.is_null() => self.request.uri().split('?').next().unwrap_or_default().to_owned(),
            _ => key(&body["Key"]),
        };
        format!("{} {} {about}", self.operation, text(&body["TableName"]))
    }
}

impl Cloud {
    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The rows of the ledger, by partition and sort key, that were written since this was asked last.
    pub(crate) fn take_touched(&self) -> BTreeSet<(String, String)> {
        std::mem::take(&mut self.touched.lock().unwrap())
    }
}

impl HttpConnector for Process {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = Call::of(request);
        let trouble = self.cloud.strike(&call);
        let process = self.clone();
        HttpConnectorFuture::new(async move {
            let cloud = Arc::clone(&process.cloud);
            let about = call.about();
            let say = |how: &str| match trouble {
                Some(trouble) => cloud.note(&process.name, &format!("{about} -> {how} [{}]", trouble.name())),
                None => cloud.note(&process.name, &format!("{about} -> {how}")),
            };
            let (there, back) = cloud.draw(|rng| (rng.u64(1..30), rng.u64(1..30)));
            tokio::time::sleep(Duration::from_millis(there)).await;
            match trouble {
                Some(Trouble::Lost) => {
                    say("nothing");
                    return never().await;
                }
                Some(Trouble::Down) => {
                    say("503");
                    return Ok(respond(503, "{}".to_owned(), None));
                }
                Some(Trouble::Throttled) => {
                    say("throttled");
                    return Ok(respond(400, exception("ThrottlingException").to_string(), None));
                }
                Some(Trouble::Conflict) => {
                    say("conflict");
                    return Ok(respond(
                        400,
                        call.conflict(|count| cloud.draw(|rng| rng.usize(..count))).to_string(),
                        None,
                    ));
                }
                Some(Trouble::CrashBefore) => {
                    say("dead");
                    process.crash();
                    return never().await;
                }
                Some(Trouble::Late) => {
                    say("nothing yet");
                    let wait = Duration::from_millis(cloud.draw(|rng| rng.u64(500..90_000)));
                    let (cloud, name) = (Arc::clone(&cloud), Arc::clone(&process.name));
                    tokio::spawn(async move {
                        tokio::time::sleep(wait).await;
                        let answered = cloud.carry_out(&call, None);
                        cloud.note(&name, &format!("{about} -> {} at last", answered.status));
                    });
                    return never().await;
                }
                Some(Trouble::Slow) => {
                    let wait = Duration::from_millis(cloud.draw(|rng| rng.u64(500..7_900)));
                    tokio::time::sleep(wait).await;
                }
                _ => {}
            }
            let answered = cloud.carry_out(&call, trouble);
            say(&answered.status.to_string());
            match trouble {
                Some(Trouble::AnswerLost) => return never().await,
                Some(Trouble::CrashAfter) => {
                    process.crash();
                    return never().await;
                }
                _ => {}
            }
            tokio::time::sleep(Duration::from_millis(back)).await;
            Ok(respond(answered.status, answered.body, answered.tag))
        })
    }
}

fn exception(name: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}")})
}

async fn never<T>() -> T {
    tokio::time::sleep(FOREVER).await;
    std::future::pending().await
}

fn respond(status: u16, body: String, tag: Option<String>) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    if let Some(tag) = tag {
        response.headers_mut().insert("etag", tag);
    }
    response
}
