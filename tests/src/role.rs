//! The role of a function, as `docs/permissions.md` has it from the template, for calls in the process: what it does not give,
//! no call gets. So the paths that no run on the stack takes, of faults and of races, are held to it, too.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;

use crate::calls::names_of;
use crate::repository::read;

/// One line of the table.
struct Given {
    actions: Vec<String>,
    /// `ledger`, `ledger/index/due`, `bundles/bundles/*`, `exportqueue`; secrets and the rest go by other names in tests.
    on: String,
    /// Partition keys, or their beginnings before a `*`; empty for any.
    keys: Vec<String>,
    /// Partition keys that are none of it, though `keys` names them.
    none_of: Vec<String>,
    /// All that may be read; empty for any.
    attributes: Vec<String>,
}

/// A call as IAM sees it.
#[derive(Debug)]
struct Asked {
    action: String,
    /// As [`Given::on`], an object by its whole key; `None` for what goes by other names here.
    on: Option<String>,
    keys: Vec<String>,
    /// What it names to be read; empty for all that there is.
    attributes: Vec<String>,
}

/// What a function may do. Dropped, it panics when the function did anything else: a refusal may have been taken for a fault.
#[derive(Clone)]
pub(crate) struct Role(Arc<Held>);

struct Held {
    function: String,
    given: Vec<Given>,
    refused: Mutex<Vec<String>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let refused = self.refused.get_mut().unwrap();
        if !refused.is_empty() && !std::thread::panicking() {
            panic!("{} called what its role does not give: {refused:?}", self.function);
        }
    }
}

impl Role {
    /// Of a function by the name of its folder.
    pub(crate) fn of(function: &str) -> Self {
        let resource: String = function.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        let document = read("docs/permissions.md").replace('\\', "");
        let section = document.split("\n## ").find(|section| section.starts_with(&format!("{resource}\n")));
        let section = section.unwrap_or_else(|| panic!("docs/permissions.md has no {resource}"));
        let given = section.lines().filter(|line| line.contains(':') && line.starts_with("| ")).map(given).collect();
        Self(Arc::new(Held { function: function.to_owned(), given, refused: Mutex::default() }))
    }

    /// Whether the role lets a call through; one that it does not is remembered.
    pub(crate) fn allows(&self, request: &HttpRequest) -> bool {
        let wrong: Vec<Asked> = asked(request).into_iter().filter(|asked| !self.gives(asked)).collect();
        self.0.refused.lock().unwrap().extend(wrong.iter().map(|asked| format!("{asked:?}")));
        wrong.is_empty()
    }

    fn gives(&self, asked: &Asked) -> bool {
        self.0.given.iter().any(|given| {
            let is_there = asked.on.as_ref().is_none_or(|on| match given.on.strip_suffix('*') {
                Some(start) => on.starts_with(start),
                None => *on == given.on,
            });
            let is_one_of = |key: &String, patterns: &[String]| patterns.iter().any(|pattern| is_like(key, pattern));
            let is_key = |key: &String| is_one_of(key, &given.keys) && !is_one_of(key, &given.none_of);
            // As `Null: false` has it: a call that names no row is none of those that may be named.
            let are_keys = given.keys.is_empty() || (!asked.keys.is_empty() && asked.keys.iter().all(is_key));
            let is_read = |name: &String| given.attributes.contains(name);
            let are_read =
                given.attributes.is_empty() || (!asked.attributes.is_empty() && asked.attributes.iter().all(is_read));
            given.actions.contains(&asked.action) && is_there && are_keys && are_read
        })
    }
}

/// As `StringLike` compares, with the one star at the end that the template has.
fn is_like(key: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(key == pattern, |start| key.starts_with(start))
}

fn given(line: &str) -> Given {
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let named = |of: &str| -> Vec<String> {
        let only =
            cells[2].split("; ").filter_map(|only| only.strip_prefix(of)).find(|only| !only.starts_with("none of "));
        only.into_iter().flat_map(|names| names.split(", ")).map(str::to_owned).collect()
    };
    Given {
        actions: cells[0].split(", ").map(str::to_owned).collect(),
        on: cells[1].to_lowercase(),
        keys: named("LeadingKeys "),
        none_of: named("LeadingKeys none of "),
        attributes: named("Attributes "),
    }
}

fn asked(request: &HttpRequest) -> Vec<Asked> {
    let [operation, _] = names_of(request);
    let plain = |service: &str, action: &str, on: Option<String>| {
        vec![Asked { action: format!("{service}:{action}"), on, keys: vec![], attributes: vec![] }]
    };
    let body = request.body().bytes().unwrap_or_default();
    let Some((service, _)) = request.headers().get("x-amz-target").and_then(|target| target.split_once('.')) else {
        return if operation == "SendEmail" {
            plain("ses", "SendEmail", None)
        } else {
            of_bucket(&operation, request.uri(), body)
        };
    };
    let body = || -> Value { serde_json::from_slice(body).unwrap() };
    match service {
        "DynamoDB_20120810" => of_tables(&operation, &body()),
        "AmazonSQS" => plain("sqs", &operation, Some(queue(body()["QueueUrl"].as_str().unwrap()))),
        "AWSEvents" => plain("events", &operation, None),
        other => plain(other, &operation, None),
    }
}

/// `exportqueue` of `http://account.test/000000000000/exports`, whatever it is called there; `eventdeadletters` as it is.
fn queue(url: &str) -> String {
    let name = url.rsplit('/').next().unwrap();
    if name.ends_with("deadletters") { name.to_owned() } else { format!("{}queue", name.trim_end_matches('s')) }
}

/// A call by path: `http://account.test/bundles/progress/x?x-id=GetObject`. Lists are of a bucket, the rest of an object in it.
fn of_bucket(operation: &str, uri: &str, body: &[u8]) -> Vec<Asked> {
    let path = uri.split("//").last().and_then(|rest| rest.split_once('/')).map_or(uri, |(_, path)| path);
    let path = path.split('?').next().unwrap().trim_end_matches('/');
    let asked = |action: &str, on: String| Asked {
        action: format!("s3:{action}"),
        on: Some(on),
        keys: vec![],
        attributes: vec![],
    };
    let action = match operation {
        "DeleteObjects" => {
            let body = str::from_utf8(body).unwrap();
            let keys = body.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap());
            let of_key =
                |key: &str| ["DeleteObject", "DeleteObjectVersion"].map(|name| asked(name, format!("{path}/{key}")));
            return keys.flat_map(of_key).collect();
        }
        "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "PutObject",
        other => other,
    };
    vec![asked(action, path.to_owned())]
}

/// A batch is asked for each of its tables, a transaction for each of its parts.
fn of_tables(operation: &str, body: &Value) -> Vec<Asked> {
    let asked = |action: &str, table: &str, keys: Vec<String>| Asked {
        action: format!("dynamodb:{action}"),
        on: Some(table.to_owned()),
        keys,
        attributes: attributes(body),
    };
    if let Some(parts) = body["TransactItems"].as_array() {
        let parts = parts.iter().flat_map(|part| part.as_object().unwrap());
        let action = |member: &str| {
            if member == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{member}Item") }
        };
        return parts.map(|(member, part)| asked(&action(member), table(part), keys(part))).collect();
    }
    if let Some(tables) = body["RequestItems"].as_object() {
        let rows = |requests: &Value| -> Vec<String> {
            let rows = requests["Keys"].as_array().or(requests.as_array()).unwrap().iter();
            rows.flat_map(|row| row.as_object().unwrap().values().chain([row]).flat_map(keys).collect::<Vec<_>>())
                .collect()
        };
        return tables.iter().map(|(table, requests)| asked(operation, table, rows(requests))).collect();
    }
    let index = body["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
    vec![asked(operation, &format!("{}{index}", table(body)), keys(body))]
}

/// What a read names, without the placeholders. What stands inside an attribute is named by it.
fn attributes(body: &Value) -> Vec<String> {
    let named = |name: &str| {
        let name = name.trim().split(['.', '[']).next().unwrap_or_default();
        body["ExpressionAttributeNames"][name].as_str().unwrap_or(name).to_owned()
    };
    body["ProjectionExpression"].as_str().into_iter().flat_map(|names| names.split(',').map(named)).collect()
}

fn table(part: &Value) -> &str {
    part["TableName"].as_str().unwrap()
}

/// The partition key of a row, or the one that a query names first.
fn keys(part: &Value) -> Vec<String> {
    let row = [&part["Key"], &part["Item"], part].into_iter().find_map(|row| row["pk"]["S"].as_str());
    let query = || {
        let value = part["KeyConditionExpression"].as_str()?.split(" AND ").next()?.rsplit(' ').next()?;
        part["ExpressionAttributeValues"][value]["S"].as_str()
    };
    row.or_else(query).map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gives(function: &str, operation: &str, body: &Value) -> bool {
        let role = Role::of(function);
        of_tables(operation, body).iter().all(|asked| role.gives(asked))
    }

    #[test]
    fn a_role_gives_what_the_table_says_and_no_more() {
        let row = |table: &str, key: &str| json!({"TableName": table, "Key": {"pk": {"S": key}}});
        assert!(gives("dsr-intake", "GetItem", &row("ledger", "obligation#8abc")));
        assert!(!gives("dsr-intake", "GetItem", &row("ledger", "obligation#1abc")));
        assert!(!gives("dsr-intake", "GetItem", &row("inbox", "obligation#8abc")));
        assert!(!gives("dsr-intake", "Scan", &json!({"TableName": "ledger"})));
        let due = json!({"TableName": "ledger", "IndexName": "due", "KeyConditionExpression": "due_shard = :shard"});
        assert!(gives("staff-api", "Query", &due) && !gives("request-status", "Query", &due));
        let part = |member: &str, key: &str| json!({"TransactItems": [{member: row("ledger", key)}]});
        assert!(gives("staff-api", "TransactWriteItems", &part("Delete", "holds#alder")));
        assert!(!gives("staff-api", "TransactWriteItems", &part("Delete", "obligation#8abc")));
        for (key, may_put, may_change) in [
            ("holds", true, true),
            ("holds#alder", true, false),
            ("replay", true, false),
            ("purge#own.holds", false, true),
            ("staff-acts", false, true),
            ("purge", false, false),
        ] {
            assert_eq!(gives("staff-api", "PutItem", &row("ledger", key)), may_put, "{key}");
            assert_eq!(gives("staff-api", "UpdateItem", &row("ledger", key)), may_change, "{key}");
        }
        for key in ["chain#v1abc", "export#alder", "waiting#hold-0001", "pending#alder"] {
            assert!(!gives("staff-api", "PutItem", &row("ledger", key)), "{key}");
            assert!(gives("staff-api", "GetItem", &row("ledger", key)), "{key}: it only reads");
        }
        let batch = json!({"RequestItems": {"inbox": [{"DeleteRequest": {"Key": {"pk": {"S": "alder#c1"}}}}]}});
        assert!(gives("erasure-worker", "BatchWriteItem", &batch) && !gives("export-worker", "BatchWriteItem", &batch));
    }

    #[test]
    fn a_role_gives_no_row_that_its_condition_leaves_out_and_no_attribute_that_it_does_not_name() {
        let row = |table: &str, key: &str| json!({"TableName": table, "Key": {"pk": {"S": key}}});
        for (key, may_write) in
            [("obligation#a1", true), ("obligation#71", true), ("obligation#01", false), ("obligation#81", false)]
        {
            assert_eq!(gives("meta-callback", "UpdateItem", &row("ledger", key)), may_write, "{key}");
        }
        assert!(!gives("dsr-intake", "GetItem", &json!({"TableName": "ledger"})), "no row, so none of those");
        let mut read = row("connections", "connection#alder#c1");
        assert!(!gives("staff-api", "GetItem", &read), "the whole row, tokens and all");
        read["ProjectionExpression"] = json!("#at, pk");
        read["ExpressionAttributeNames"] = json!({"#at": "connected_at"});
        assert!(gives("staff-api", "GetItem", &read));
        read["ExpressionAttributeNames"] = json!({"#at": "access_token"});
        assert!(!gives("staff-api", "GetItem", &read));
    }

    #[test]
    fn a_role_reaches_its_folders_and_queues_and_no_others() {
        let reaches = |function: &str, operation: &str, path: &str| {
            let role = Role::of(function);
            of_bucket(operation, &format!("http://account.test/{path}"), b"").iter().all(|asked| role.gives(asked))
        };
        assert!(reaches("export-worker", "PutObject", "bundles/progress/r1?x-id=PutObject"));
        assert!(reaches("export-worker", "UploadPart", "bundles/bundles/r1?uploadId=1"));
        assert!(reaches("export-worker", "GetObject", "bundles/progress/r1"));
        assert!(!reaches("export-worker", "GetObject", "bundles/bundles/r1"), "who makes bundles reads none");
        assert!(!reaches("export-worker", "PutObject", "receipts/progress/r1"));
        assert!(reaches("audit-trail", "PutObject", "receipts/audit/1"));
        assert!(!reaches("audit-trail", "PutObject", "receipts/receipts/1"));
        assert!(reaches("erasure-worker", "ListObjectVersions", "media/?versions&prefix=alder"));
        assert!(!reaches("erasure-worker", "ListObjectVersions", "bundles?versions"));
        let body = b"<Delete><Object><Key>bundles/r1</Key></Object><Object><Key>progress/r1</Key></Object></Delete>";
        let gone = of_bucket("DeleteObjects", "http://account.test/bundles?delete", body);
        let (sweeper, eraser) = (Role::of("retention-sweeper"), Role::of("erasure-worker"));
        assert!(gone.len() == 4 && gone.iter().all(|asked| sweeper.gives(asked) && !eraser.gives(asked)), "{gone:?}");
        let sends = |function: &str, name: &str| {
            let on = Some(queue(&format!("http://account.test/000000000000/{name}")));
            let action = "sqs:SendMessage".to_owned();
            Role::of(function).gives(&Asked { action, on, keys: vec![], attributes: vec![] })
        };
        assert!(sends("export-worker", "export") && sends("export-worker", "notices"));
        assert!(!sends("export-worker", "erasure") && !sends("erasure-worker", "exports"));
        assert!(sends("ledger-events", "eventdeadletters") && !sends("ledger-events", "auditdeadletters"));
    }
}
