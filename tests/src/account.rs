//! The connector: matches each call to the service that answers it, counts what it consumed, injects faults.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use dynoxide::{Database, ImportOptions};
use privacy_aws::connection::Connection;
use serde_json::{Value, json};

use crate::buckets::Buckets;
use crate::calls::{is_write, names_of, refuse, respond};
use crate::classified::Classified;
use crate::connections::{InRole, over};
use crate::{bus, mails};

/// One call that was answered.
#[derive(Clone, Debug)]
pub struct Call {
    /// `UpdateItem`, `SendMessage`, `DeleteObjects`, …
    pub operation: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Read units, of tables and indexes.
    pub rru: f64,
    /// Write units, of tables and indexes.
    pub wru: f64,
}

/// What goes wrong with calls, by operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    /// The service carries it out and the answer is lost.
    AnswerLost,
    /// The service is too busy.
    Throttled,
    /// No answer comes, and the service carries it out when [`Account::carry_out_late`] lets it.
    Late,
    /// A transaction holds the row.
    Conflict,
    /// A batch leaves all but its first item undone.
    Unprocessed,
    /// The service is down.
    Down,
}

#[derive(Default)]
struct Log {
    calls: Vec<Call>,
    troubles: BTreeMap<String, Vec<Trouble>>,
    sent: Vec<String>,
    late: Vec<HttpRequest>,
    secrets: BTreeMap<String, String>,
}

/// The account.
#[derive(Clone)]
pub struct Account {
    pub(crate) database: Database,
    buckets: Buckets,
    log: Arc<Mutex<Log>>,
    pub(crate) classified: Arc<Classified>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account")
    }
}

impl Account {
    /// An empty account with the tables of the service.
    #[must_use]
    pub fn new() -> Self {
        let account = Self {
            database: Database::memory().unwrap(),
            buckets: Buckets::default(),
            log: Arc::default(),
            classified: Arc::default(),
        };
        for table in ["accounts", "billing", "connections", "conversations", "inbox", "logs", "people", "social"] {
            account.create_table(table, &["pk", "sk"], None);
        }
        account.create_table("suppression", &["pk"], None);
        account.create_table("limits", &["pk"], None);
        account.create_table("ledger", &["pk", "sk"], Some(["due_shard", "next_action_at"]));
        account
    }

    fn create_table(&self, name: &str, key: &[&str], index: Option<[&str; 2]>) {
        let schema = |names: &[&str]| -> Value {
            names
                .iter()
                .zip(["HASH", "RANGE"])
                .map(|(name, kind)| json!({"AttributeName": name, "KeyType": kind}))
                .collect()
        };
        let attributes: Value = key
            .iter()
            .chain(index.iter().flatten())
            .map(|name| json!({"AttributeName": name, "AttributeType": "S"}))
            .collect();
        let mut request = json!({"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema(key), "AttributeDefinitions": attributes});
        if let Some(index) = index {
            request["GlobalSecondaryIndexes"] = json!([{"IndexName": "due", "KeySchema": schema(&index), "Projection": {"ProjectionType": "KEYS_ONLY"}}]);
        }
        self.database.create_table(serde_json::from_value(request).unwrap()).unwrap();
    }

    /// A connection whose every call this account answers.
    #[must_use]
    pub fn connection(&self) -> Connection {
        over(SharedHttpConnector::new(self.clone()))
    }

    /// A connection of a function, by the name of its folder: it gets what its role gives. Anything else is refused, and fails the
    /// test when the connection goes.
    #[must_use]
    pub fn connection_of(&self, function: &str) -> Connection {
        over(SharedHttpConnector::new(InRole::new(self.clone(), function)))
    }

    /// Lets the next calls of an operation (`Query`), or of one on a table (`Query logs`), go wrong, one trouble each.
    pub fn trouble(&self, operation: &str, troubles: &[Trouble]) {
        let mut log = self.log.lock().unwrap();
        log.troubles.entry(operation.to_owned()).or_default().extend(troubles.iter().rev());
    }

    /// Carries out the calls that were late; their statuses.
    pub fn carry_out_late(&self) -> Vec<u16> {
        let late = std::mem::take(&mut self.log.lock().unwrap().late);
        late.iter().map(|request| self.answer(request, None).1).collect()
    }

    /// The calls since the last time this was asked.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.log.lock().unwrap().calls)
    }

    /// Bodies of the messages that were sent.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        self.log.lock().unwrap().sent.clone()
    }

    /// Sets a secret.
    pub fn set_secret(&self, arn: &str, value: &str) {
        self.log.lock().unwrap().secrets.insert(arn.to_owned(), value.to_owned());
    }

    /// The buckets.
    #[must_use]
    pub fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// Every item of a table, sorted.
    #[must_use]
    pub fn dump(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut start: Option<Value> = None;
        loop {
            let mut request = json!({"TableName": table});
            if let Some(key) = &start {
                request["ExclusiveStartKey"] = key.clone();
            }
            let answer = self.database.scan(serde_json::from_value(request).unwrap()).unwrap();
            let answer = serde_json::to_value(&answer).unwrap();
            items.extend(answer["Items"].as_array().cloned().unwrap_or_default());
            start = answer.get("LastEvaluatedKey").cloned().filter(|key| !key.is_null());
            if start.is_none() {
                items.sort_by_cached_key(ToString::to_string);
                return items;
            }
        }
    }

    /// Puts items of one table, unconditionally.
    pub fn put_all(&self, table: &str, items: &[Value]) {
        let items = items.iter().map(|item| serde_json::from_value(item.clone()).unwrap()).collect();
        self.database.import_items(table, items, ImportOptions::default()).unwrap();
    }

    fn answer(&self, request: &HttpRequest, trouble: Option<Trouble>) -> (String, u16, String, Option<String>) {
        let target = request.headers().get("x-amz-target").map(str::to_owned);
        let body = request.body().bytes().unwrap_or_default();
        if mails::is_mail(request.uri()) {
            let (taken, status, answer) = mails::take(body);
            self.log.lock().unwrap().sent.extend(taken);
            return ("SendEmail".to_owned(), status, answer, None);
        }
        let Some(target) = target else {
            let answered = self.buckets.answer(request);
            if answered.status == 200 && ["PutObject", "CreateMultipartUpload"].contains(&answered.operation) {
                self.classify_object(request.uri());
            }
            return (answered.operation.to_owned(), answered.status, answered.body, answered.tag);
        };
        let (service, operation) = target.split_once('.').unwrap();
        let body: Value = serde_json::from_slice(body).unwrap();
        let (status, answer) = match service {
            "DynamoDB_20120810" => self.dynamodb(operation, body, trouble),
            "AmazonSQS" => {
                let text = body["MessageBody"].as_str().unwrap().to_owned();
                self.log.lock().unwrap().sent.push(text);
                (200, json!({"MessageId": "m-1"}))
            }
            "secretsmanager" => match self.log.lock().unwrap().secrets.get(body["SecretId"].as_str().unwrap()) {
                Some(secret) => (200, json!({"SecretString": secret})),
                None => (400, json!({"__type": "ResourceNotFoundException"})),
            },
            "AWSEvents" => {
                let (taken, answer) = bus::put(&body, trouble == Some(Trouble::Unprocessed));
                self.log.lock().unwrap().sent.extend(taken);
                (200, answer)
            }
            other => panic!("no service {other}"),
        };
        (operation.to_owned(), status, answer.to_string(), None)
    }

    /// Answers one call to anything that is not DynamoDB: operation, status, body and entity tag.
    #[must_use]
    pub fn pass(&self, request: &HttpRequest) -> (String, u16, String, Option<String>) {
        self.answer(request, None)
    }

    fn dynamodb(&self, operation: &str, mut body: Value, trouble: Option<Trouble>) -> (u16, Value) {
        body["ReturnConsumedCapacity"] = json!("INDEXES");
        let mut undone = Vec::new();
        if trouble == Some(Trouble::Unprocessed) {
            for (table, requests) in body["RequestItems"].as_object_mut().unwrap() {
                let kept = requests.as_array_mut().unwrap();
                let rest = kept.split_off(1);
                undone.push((table.clone(), rest));
            }
        }
        let written = is_write(operation).then(|| body.clone());
        let (status, mut answer) = self.carry_out(operation, body);
        if let Some(written) = written.filter(|_| status == 200) {
            self.classify(&written);
        }
        for (table, rest) in undone {
            answer["UnprocessedItems"] = json!({table: rest});
        }
        (status, answer)
    }

    fn note(&self, operation: &str, status: u16, body: &str) {
        let answer: Value = serde_json::from_str(body).unwrap_or_default();
        let consumed = &answer["ConsumedCapacity"];
        // One object, or one per table of a batch.
        let all: Vec<&Value> = consumed.as_array().map_or_else(|| vec![consumed], |all| all.iter().collect());
        let units: f64 = all.iter().map(|one| one["CapacityUnits"].as_f64().unwrap_or_default()).sum();
        let (rru, wru) = if is_write(operation) { (0.0, units) } else { (units, 0.0) };
        self.log.lock().unwrap().calls.push(Call { operation: operation.to_owned(), status, rru, wru });
    }
}

impl Default for Account {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpConnector for Account {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let trouble = names_of(&request).iter().find_map(|name| self.log.lock().unwrap().troubles.get_mut(name)?.pop());
        match trouble {
            Some(Trouble::Throttled) => return HttpConnectorFuture::ready(Ok(refuse("ThrottlingException"))),
            Some(Trouble::Conflict) => return HttpConnectorFuture::ready(Ok(refuse("TransactionConflictException"))),
            Some(Trouble::Down) => return HttpConnectorFuture::ready(Ok(respond(503, "{}".to_owned()))),
            Some(Trouble::Late) => {
                self.log.lock().unwrap().late.push(request.try_clone().unwrap());
                return HttpConnectorFuture::new(std::future::pending());
            }
            Some(Trouble::AnswerLost | Trouble::Unprocessed) | None => {}
        }
        let (operation, status, body, tag) = self.answer(&request, trouble);
        self.note(&operation, status, &body);
        HttpConnectorFuture::new(async move {
            if trouble == Some(Trouble::AnswerLost) {
                tokio::time::sleep(Duration::from_secs(3600)).await;
            }
            // Others come in between a call and its answer.
            tokio::task::yield_now().await;
            let mut response = respond(status, body);
            if let Some(tag) = tag {
                response.headers_mut().insert("etag", tag);
            }
            Ok(response)
        })
    }
}
