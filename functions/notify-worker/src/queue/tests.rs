use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use lambda_runtime::Context;
use privacy::accept_request::{Ask, Naming, Sent, Terms, accept_request};
use privacy::clock::model::Kind;
use privacy::data_map::DataMap;
use privacy::ids::{Platform, TenantId};
use privacy::law::Law;
use privacy::memory::World;
use privacy::obligation::ObligationId;
use privacy::subject_request::bounce::{BounceCause, LetterName};
use privacy::subject_request::notice::Notice;
use privacy::subject_request::ports::RequestBook;
use privacy::subject_request::{Channel, ConnectedAccount, Contact, Deed, EmailAddress, Handle, Standing};
use privacy::verify_request::{Verified, verify_request};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::mails::mails;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn worker(account: &Account, messengers: &str) -> Worker {
    account.set_secret("arn:subject-keys", demo::SUBJECT_KEYS);
    account.set_secret("arn:messengers", messengers);
    let config = Config {
        ledger_table: "ledger".to_owned(),
        limits_table: "limits".to_owned(),
        contacts_table: "accounts".to_owned(),
        subject_keys_arn: "arn:subject-keys".to_owned(),
        messengers_arn: "arn:messengers".to_owned(),
        mail_from: "privacy@api.kazozo.com".to_owned(),
        configuration_set: "privacy".to_owned(),
        public_base_url: "https://api.kazozo.com".to_owned(),
        is_local_allowed: true,
        model: DataMap::built_in().unwrap().model().clone(),
        law: Law::built_in().unwrap(),
    };
    Worker::new(&account.connection_of("notify-worker"), config)
}

fn mail_to(text: &str) -> Contact {
    Contact { email: EmailAddress::parse(text).ok(), account: None }
}

fn handle(platform: &str) -> Contact {
    let handle = Handle::parse("mia.loves.tea").unwrap();
    Contact { email: None, account: Some(ConnectedAccount { platform: Platform::parse(platform).unwrap(), handle }) }
}

/// A request in the account's ledger.
async fn asked(account: &Account, number: u8, contact: Contact) -> ObligationId {
    let ask = Ask {
        kind: Kind::Erasure,
        contact,
        residence: None,
        agent: None,
        data_points: std::collections::BTreeMap::new(),
        declaration: None,
        has_account: false,
        about_child: false,
        appeal_of: None,
        details: None,
        channel: Channel::Web,
        received_at: None,
    };
    let (keys, law) = (keys(), Law::built_in().unwrap());
    let terms = Terms { keys: &keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
    let (now, queue) = (SystemClock.now(), World::default());
    let sent = Sent { ask, source: None };
    let accepted = accept_request(&demo::ledger(account), &queue, terms, Naming::Fresh(&[number; 20]), sent, now).await;
    accepted.unwrap().request.id
}

fn keys() -> SubjectKeys {
    SubjectKeys::parse(demo::SUBJECT_KEYS).unwrap()
}

fn tell(request: &ObligationId, notice: Notice, round: u32) -> String {
    NoticeJob { request: request.clone(), notice, tenant: None, round, source: None }.to_body()
}

/// Delivers bodies as messages m0, m1, …; the ids that have to come again.
async fn deliver(worker: &Worker, bodies: &[String]) -> Vec<String> {
    let record = |(index, body): (usize, &String)| serde_json::json!({"messageId": format!("m{index}"), "body": body});
    let records: Vec<serde_json::Value> = bodies.iter().enumerate().map(record).collect();
    let payload: SqsEvent = serde_json::from_value(serde_json::json!({"Records": records})).unwrap();
    let response = worker.handle(LambdaEvent { payload, context: Context::default() }).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

/// The six digits of a mail.
fn code(mail: &serde_json::Value) -> String {
    let text = mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
    let line =
        text.lines().map(str::trim).find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    line.unwrap_or_else(|| panic!("no code in: {text}")).to_owned()
}

async fn is_code_good(account: &Account, id: &ObligationId, code: &str) -> bool {
    let verified = verify_request(&demo::ledger(account), &keys(), id, code, SystemClock.now()).await.unwrap();
    matches!(verified, Verified::Proved(_))
}

#[tokio::test]
async fn a_mail_says_its_request_and_letter_to_the_carrier_and_nothing_else_of_anybody() {
    let account = Account::new();
    let id = asked(&account, 1, mail_to("mia@example.com")).await;
    let worker = worker(&account, "{}");
    assert_eq!(deliver(&worker, &[tell(&id, Notice::Acknowledgement, 1)]).await, Vec::<String>::new());
    let [mut mail] = <[_; 1]>::try_from(mails(&account)).unwrap();
    assert_eq!(mail["Destination"]["ToAddresses"], serde_json::json!(["mia@example.com"]));
    let body = mail["Content"]["Simple"]["Body"].take();
    for part in ["Text", "Html"] {
        assert!(body[part]["Data"].as_str().unwrap().contains(id.as_str()), "{part}");
        assert!(!body[part]["Data"].as_str().unwrap().contains("mia"), "{part}");
    }
    let rest = mail.to_string().replace(id.as_str(), "<request>");
    expect_test::expect![[r#"{"ConfigurationSetName":"privacy","Content":{"Simple":{"Body":null,"Headers":[{"Name":"Auto-Submitted","Value":"auto-generated"}],"Subject":{"Charset":"UTF-8","Data":"We have received your privacy request"}}},"Destination":{"ToAddresses":["mia@example.com"]},"EmailTags":[{"Name":"request","Value":"<request>"},{"Name":"letter","Value":"acknowledgement.1"}],"FromEmailAddress":"privacy@api.kazozo.com","ReplyToAddresses":["privacy@kazozo.com"]}"#]].assert_eq(&rest);
}

#[tokio::test]
async fn a_poison_message_comes_again_alone_and_a_letter_goes_out_once() {
    let account = Account::new();
    let (one, two) =
        (asked(&account, 1, mail_to("mia@example.com")).await, asked(&account, 2, mail_to("leo@example.com")).await);
    let worker = worker(&account, "{}");
    let bodies = [tell(&one, Notice::Acknowledgement, 1), "poison".to_owned(), tell(&two, Notice::Acknowledgement, 1)];
    assert_eq!(deliver(&worker, &bodies).await, ["m1"]);
    assert_eq!(deliver(&worker, &bodies).await, ["m1"], "delivered twice");
    assert_eq!(mails(&account).len(), 2);
    for (id, mail) in [&one, &two].into_iter().zip(mails(&account)) {
        assert!(is_code_good(&account, id, &code(&mail)).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_may_have_gone_out_goes_out_again_with_a_code_that_voids_the_one_before() {
    let account = Account::new();
    let id = asked(&account, 1, mail_to("mia@example.com")).await;
    let worker = worker(&account, "{}");
    // It went out, and nobody could note it.
    account.trouble("TransactWriteItems", &[Trouble::Down; 3]);
    let bodies = [tell(&id, Notice::Acknowledgement, 1)];
    assert_eq!(deliver(&worker, &bodies).await, ["m0"]);
    assert_eq!(deliver(&worker, &bodies).await, Vec::<String>::new());
    let [first, second] = <[_; 2]>::try_from(mails(&account)).unwrap();
    assert!(!is_code_good(&account, &id, &code(&first)).await);
    assert!(is_code_good(&account, &id, &code(&second)).await);
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_is_down_lets_the_letter_come_again() {
    let account = Account::new();
    let id = asked(&account, 1, mail_to("mia@example.com")).await;
    let worker = worker(&account, "{}");
    account.trouble("SendEmail", &[Trouble::Down; 3]);
    assert_eq!(deliver(&worker, &[tell(&id, Notice::Acknowledgement, 1)]).await, ["m0"]);
    assert_eq!(mails(&account), Vec::<serde_json::Value>::new());
    assert_eq!(demo::ledger(&account).request(&id).await.unwrap().unwrap().standing, Standing::Received);
    assert_eq!(deliver(&worker, &[tell(&id, Notice::Acknowledgement, 1)]).await, Vec::<String>::new());
    assert_eq!(mails(&account).len(), 1);
}

#[tokio::test]
async fn what_comes_back_is_noted_once_and_denies_nothing() {
    let account = Account::new();
    let (refused, known) = (
        asked(&account, 1, mail_to("refused@example.com")).await,
        asked(&account, 2, mail_to("mia@example.com")).await,
    );
    let worker = worker(&account, "{}");
    let bodies = [tell(&refused, Notice::Acknowledgement, 1), tell(&known, Notice::Acknowledgement, 1)];
    assert_eq!(deliver(&worker, &bodies).await, Vec::<String>::new(), "an address that cannot be reached is no fault");
    let letter = LetterName { notice: Notice::Acknowledgement, round: 1, tenant: None };
    let bounce = BounceReport { request: known.clone(), letter, cause: BounceCause::Bounce }.to_body();
    for _ in 0..2 {
        assert_eq!(deliver(&worker, std::slice::from_ref(&bounce)).await, Vec::<String>::new());
    }
    let ledger = demo::ledger(&account);
    for (id, cause) in [(&refused, BounceCause::Unreachable), (&known, BounceCause::Bounce)] {
        let request = ledger.request(id).await.unwrap().unwrap();
        assert_eq!(request.standing, Standing::AwaitingVerification);
        assert_eq!(request.undelivered, [Notice::Acknowledgement].into());
        let acts = ledger.acts(id).await.unwrap();
        let expected = Deed::Bounced { notice: "acknowledgement".to_owned(), tenant: None, round: 1, cause };
        assert_eq!(acts.iter().filter(|act| act.deed == expected).count(), 1, "{acts:?}");
    }
}

#[tokio::test]
async fn a_business_is_written_to_where_it_says() {
    let account = Account::new();
    let id = asked(&account, 1, mail_to("mia@example.com")).await;
    let worker = worker(&account, "{}");
    for (tenant, email) in [("alder", "privacy@alder.example"), ("birch", "no address at all")] {
        let row = serde_json::json!({"pk": {"S": format!("account#{tenant}")}, "sk": {"S": "profile"}, "privacy_email": {"S": email}});
        account.put_all("accounts", &[row]);
    }
    let forward = |tenant: &str| {
        let tenant = TenantId::parse(tenant).ok();
        NoticeJob { request: id.clone(), notice: Notice::TenantForward, tenant, round: 1, source: None }.to_body()
    };
    deliver(&worker, &[forward("alder")]).await;
    assert_eq!(mails(&account).len(), 0, "nobody has verified it");
    deliver(&worker, &[tell(&id, Notice::Acknowledgement, 1)]).await;
    assert!(is_code_good(&account, &id, &code(&mails(&account)[0])).await);
    let bodies = [forward("alder"), forward("birch"), forward("cedar")];
    // Three at once change one row: who came too late comes again.
    let mut again = deliver(&worker, &bodies).await;
    while !again.is_empty() {
        again = deliver(&worker, &bodies).await;
    }
    let sent = mails(&account);
    let told: Vec<_> =
        sent[1..].iter().map(|mail| (&mail["Destination"]["ToAddresses"][0], &mail["EmailTags"][1]["Value"])).collect();
    let expected = [("privacy@alder.example", "tenant-forward.1.alder"), ("mia@example.com", "routed.2")];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((to, tag), expected) in told.into_iter().zip(expected) {
        assert_eq!((to.as_str(), tag.as_str()), (Some(expected.0), Some(expected.1)));
    }
    let request = demo::ledger(&account).request(&id).await.unwrap().unwrap();
    assert_eq!(request.undelivered, [Notice::TenantForward].into());
    assert_eq!(request.told_tenants.len(), 1, "who could not be reached was not asked");
}

/// A messenger on this machine that answers every message with a status; what it was told.
async fn messenger(status: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            // Head and body come in one or two pieces.
            while !request.ends_with(b"}") {
                let mut piece = [0; 8192];
                let read = stream.read(&mut piece).await.unwrap();
                request.extend_from_slice(&piece[..read]);
            }
            log.lock().unwrap().push(String::from_utf8(request).unwrap());
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (format!(r#"{{"messenger":{{"base_url":"http://127.0.0.1:{port}","secret":"sesame"}}}}"#), seen)
}

#[tokio::test]
async fn a_handle_gets_its_code_through_the_product() {
    let account = Account::new();
    let id = asked(&account, 1, handle("instagram")).await;
    let (settings, seen) = messenger(202).await;
    let worker = worker(&account, &settings);
    assert_eq!(deliver(&worker, &[tell(&id, Notice::Acknowledgement, 1)]).await, Vec::<String>::new());
    let [message] = <[_; 1]>::try_from(seen.lock().unwrap().clone()).unwrap();
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /internal/v1/privacy-messages ") && head.contains("authorization: Bearer sesame"));
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["platform"], &body["handle"]), (&"instagram".into(), &"mia.loves.tea".into()));
    let text = body["text"].as_str().unwrap();
    let code = text.split("Your code: ").nth(1).unwrap().get(..6).unwrap();
    assert!(is_code_good(&account, &id, code).await);
}

#[tokio::test]
async fn a_handle_that_cannot_be_reached_is_no_fault_and_a_messenger_that_is_down_is() {
    for (status, is_fault) in [(404, false), (503, true), (401, true)] {
        let account = Account::new();
        let id = asked(&account, 1, handle("instagram")).await;
        let worker = worker(&account, &messenger(status).await.0);
        let again = deliver(&worker, &[tell(&id, Notice::Acknowledgement, 1)]).await;
        assert_eq!(!again.is_empty(), is_fault, "{status}");
        let request = demo::ledger(&account).request(&id).await.unwrap().unwrap();
        assert_eq!(request.undelivered.is_empty(), is_fault, "{status}");
        assert_eq!(request.standing == Standing::Received, is_fault, "{status}");
    }
    // Nothing is configured: it waits until somebody does.
    let account = Account::new();
    let id = asked(&account, 1, handle("instagram")).await;
    assert_eq!(deliver(&worker(&account, "{}"), &[tell(&id, Notice::Acknowledgement, 1)]).await, ["m0"]);
}
