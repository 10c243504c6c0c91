//! SES as far as letters need it: takes mails, refuses addresses that say so, and keeps what it took.

use serde_json::{Value, json};

use crate::account::Account;

/// Whether a request hands a mail over.
pub(crate) fn is_mail(uri: &str) -> bool {
    uri.contains("/v2/email/outbound-emails")
}

/// What was taken, the status and the answer.
pub(crate) fn take(mail: &[u8]) -> (Option<String>, u16, String) {
    let mail: Value = serde_json::from_slice(mail).unwrap();
    if mail["Destination"]["ToAddresses"][0].as_str().unwrap().contains("refused") {
        return (None, 400, json!({"__type": "BadRequestException", "message": "an invalid address"}).to_string());
    }
    (Some(mail.to_string()), 200, json!({"MessageId": "m-1"}).to_string())
}

/// The mails among everything that was sent, as they were handed over.
#[must_use]
pub fn mails(account: &Account) -> Vec<Value> {
    let sent = account.sent().into_iter().filter_map(|text| serde_json::from_str(&text).ok());
    sent.filter(|sent: &Value| sent.get("EmailTags").is_some()).collect()
}
