//! Meta's `signed_request`. The bytes are tried as a whole text, and as a payload that the app really signed: no fuzzer finds
//! a signature.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use privacy::meta_secrets::AppSecrets;
use privacy::signed_request::{Refusal, SignedRequest, verify};
use serde_json::value::RawValue;
use sha2::Sha256;

const SECRET: &str = "appsecret";

pub fn run(data: &[u8]) {
    let secrets = AppSecrets::parse(&serde_json::json!({"facebook": {"current": SECRET}}).to_string()).unwrap();
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(request) = verify(text, &secrets)
    {
        let (signature, payload) = text.split_once('.').unwrap();
        // There is one text for each signature and payload, padding aside: this decoder takes no other.
        let decode = |text: &str| BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).expect("one spelling");
        assert_eq!(decode(signature).len(), 32);
        let bytes = decode(payload);
        is_what_the_payload_says(&request, &bytes);
    }
    let text = signed(data);
    match verify(&text, &secrets) {
        Ok(request) => is_what_the_payload_says(&request, data),
        Err(refusal) => {
            let is_of_the_payload = matches!(refusal, Refusal::Payload | Refusal::Algorithm | Refusal::UserId);
            assert!(is_of_the_payload || data.is_empty(), "signed, and refused as {refusal}");
        }
    }
    is_bound_to_every_bit(&text, data, &secrets);
}

fn signed(payload: &[u8]) -> String {
    let payload = BASE64URL_NOPAD.encode(payload);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(payload.as_bytes());
    format!("{}.{payload}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

/// As a second reader understands it.
fn is_what_the_payload_says(request: &SignedRequest, payload: &[u8]) {
    // Values as they stand: a number that fits no type of ours is JSON all the same.
    let read: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(payload).expect("what was accepted is JSON");
    assert_eq!(read["algorithm"].get(), "\"HMAC-SHA256\"");
    let id = request.user_id.expose();
    assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()), "an id of digits only");
    let said = read["user_id"].get();
    assert_eq!(serde_json::from_str::<String>(said).unwrap_or_else(|_| said.to_owned()), id);
    assert!(!format!("{request:?}").contains(id) || id.len() < 4, "an id is printed");
}

/// Another text is another request: no bit of it is ignored.
fn is_bound_to_every_bit(text: &str, data: &[u8], secrets: &AppSecrets) {
    let place = data.iter().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut bytes = text.as_bytes().to_vec();
    let at = place % bytes.len();
    bytes[at] ^= 1 << (place / bytes.len() % 7);
    let changed = String::from_utf8(bytes).expect("seven bits stay ASCII");
    assert!(verify(&changed, secrets).is_err(), "a changed bit was not seen");
}
