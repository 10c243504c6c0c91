//! CPU of one warm callback beside the least it can be done with: HMAC, JSON, one SDK write, one SDK send. Both over the
//! same connector, interleaved in one run: `cargo run --release -p privacy-tests --example warm_callback`.

use std::hint::black_box;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use lambda_http::http::HeaderMap;
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::meta_secrets::AppSecrets;
use privacy::signed_request;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_tests::{demo, hot};
use sha2::Sha256;

const CALLBACKS: usize = 1_000;
const ROUNDS: usize = 11;

fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let connection = hot::connection("{}".to_owned());
    let (dynamodb, sqs) = (connection.dynamodb(), connection.sqs());
    let ledger = LedgerTable::new(&connection, "ledger".to_owned());
    let queue = SqsQueue::new(&connection, "https://sqs.us-east-1.amazonaws.com/000000000000/q".to_owned());
    let (keys, map) = (demo::keys(), demo::map());
    let secrets = AppSecrets::parse(r#"{"facebook":{"current":"appsecret"}}"#).unwrap();
    let terms = Terms { keys: &keys, map: &map, stuck_after: SignedDuration::from_mins(5) };
    let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let start = cpu();
        for user in 0..CALLBACKS {
            let field = hot::sign(user);
            let body = Body::from(format!("signed_request={field}"));
            let mut headers = HeaderMap::new();
            headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
            let field = privacy_edge::form::single_field(&headers, &body, "signed_request").await.unwrap();
            let request = signed_request::verify(&field, &secrets).unwrap();
            let accepted =
                accept_callback(&ledger, &queue, terms, &request, Callback::DataDeletion, now).await.unwrap();
            black_box(
                serde_json::json!({"url": accepted.id.as_str(), "confirmation_code": accepted.id.as_str()}).to_string(),
            );
        }
        let ours = cpu() - start;
        let start = cpu();
        for user in 0..CALLBACKS {
            use aws_sdk_dynamodb::types::AttributeValue::S;
            let field = hot::sign(user);
            let (signature, text) = field.split_once('.').unwrap();
            let mut mac = Hmac::<Sha256>::new_from_slice(b"appsecret").unwrap();
            mac.update(text.as_bytes());
            mac.verify_slice(&data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()).unwrap();
            let payload = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
            let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            // The same row as ours, put as it is.
            let mut put = dynamodb.put_item().table_name("ledger").condition_expression("attribute_not_exists(pk)");
            for name in [
                "pk",
                "sk",
                "state",
                "route",
                "links",
                "suppressions",
                "received_at",
                "covers_until",
                "due_date",
                "due_zone",
                "next_action_at",
                "due_shard",
                "seq",
                "reopened",
            ] {
                put = put.item(name, S(payload["user_id"].as_str().unwrap().to_owned()));
            }
            put.send().await.unwrap();
            sqs.send_message()
                .queue_url("https://sqs.us-east-1.amazonaws.com/000000000000/q")
                .message_body("{}")
                .send()
                .await
                .unwrap();
        }
        let floor = cpu() - start;
        ratios.push((ours.as_secs_f64() / floor.as_secs_f64(), ours / CALLBACKS as u32, floor / CALLBACKS as u32));
    }
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (ratio, ours, floor) = ratios[ROUNDS / 2];
    println!(
        "one warm callback: {ours:?} CPU, its floor {floor:?}; median ratio {ratio:.2} (min {:.2}, max {:.2})",
        ratios[0].0,
        ratios[ROUNDS - 1].0
    );
}
