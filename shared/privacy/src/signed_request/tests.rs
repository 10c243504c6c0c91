use super::*;
use crate::identity::Kind;

fn secrets(secret: &str) -> AppSecrets {
    AppSecrets::parse(&serde_json::json!({"facebook": {"current": secret}}).to_string()).unwrap()
}

fn signed(payload: &str, secret: &str) -> String {
    let encoded = BASE64URL_NOPAD.encode(payload.as_bytes());
    format!("{}.{encoded}", signature(&encoded, secret))
}

fn signature(text: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    signed_request: String,
    hmac_ok: bool,
    payload: Option<serde_json::Value>,
}

/// What the rules make of each published vector; `hmac_ok` alone does not accept it.
fn expected(vector: &Vector) -> Result<&'static str, &'static [Refusal]> {
    match vector.name.as_str() {
        "FB-DOC-CANVAS" | "PHP-SDK2010 algo only" | "OWN-6 no user_id" => Err(&[Refusal::UserId]),
        "OWN-7 algorithm none" | "OWN-8 algorithm lower case" => Err(&[Refusal::Algorithm]),
        "OWN-9 duplicate user_id key" | "OWN-11 payload not JSON" => Err(&[Refusal::Payload]),
        "OWN-18 non-canonical last char of the signature" => Err(&[Refusal::SignatureEncoding]),
        "PHP-GRAPH-SDK" => Ok("123"),
        "KOALA-COOKIE" => Ok("2905623"),
        "WOOGA/OMNIAUTH" => Ok("111111111111111"),
        "OWN-1 docs sample payload, secret appsecret" | "OWN-2 same, padded text signed" => Ok("218471"),
        "OWN-3 no expires, big numeric user_id" => Ok("17841400008460056"),
        "OWN-5 user_id \"0\"" | "OWN-12 deauth of a Page (profile_id, user_id 0)" => Ok("0"),
        _ => Err(&[Refusal::NotTwoParts, Refusal::SignatureEncoding, Refusal::Signature]),
    }
}

#[test]
fn every_published_vector_is_judged_by_the_rules() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../../../tests/vectors/signed_request.json")).unwrap();
    assert!(vectors.len() >= 26);
    for vector in &vectors {
        let found = verify(&vector.signed_request, &secrets(&vector.secret));
        match expected(vector) {
            Ok(id) => assert_eq!(found.as_ref().map(|request| request.user_id.expose()), Ok(id), "{}", vector.name),
            Err(refusals) => {
                let refusal = found.err().unwrap_or_else(|| panic!("{} was accepted", vector.name));
                assert!(refusals.contains(&refusal), "{}: {refusal}", vector.name);
            }
        }
        if expected(vector).is_ok() {
            assert!(vector.hmac_ok && vector.payload.is_some(), "{}", vector.name);
        }
    }
}

#[test]
fn ids_are_kept_as_digits_and_everything_else_is_refused() {
    let payload = |user_id: &str| format!(r#"{{"algorithm":"HMAC-SHA256","user_id":{user_id}}}"#);
    let accepted = [
        ("\"0\"", "0"),
        ("\"007\"", "007"),
        ("17841400008460056", "17841400008460056"),
        ("99999999999999999999999", "99999999999999999999999"),
    ];
    for (json, id) in accepted {
        let request = verify(&signed(&payload(json), "s"), &secrets("s")).unwrap();
        assert_eq!(request.user_id.expose(), id);
    }
    for json in ["1.0", "1e3", "-5", "\"\"", "\" 1\"", "\"abc\"", "null", "[1]", "{}", "true", "\"\\u0031\""] {
        assert_eq!(verify(&signed(&payload(json), "s"), &secrets("s")), Err(Refusal::UserId), "{json}");
    }
}

#[test]
fn nothing_of_an_unsigned_payload_is_looked_at() {
    let encoded = BASE64URL_NOPAD.encode(b"not json");
    let forged = format!("{}.{encoded}", signature(&encoded, "another"));
    assert_eq!(verify(&forged, &secrets("s")), Err(Refusal::Signature));
}

#[test]
fn only_an_object_is_a_payload() {
    for json in [r#"["HMAC-SHA256","218471",null,1700000000]"#, "null", "1", "\"x\"", ""] {
        assert!(verify(&signed(json, "s"), &secrets("s")).is_err(), "{json}");
    }
    let array = signed(r#"["HMAC-SHA256","218471",null,1700000000]"#, "s");
    assert_eq!(verify(&array, &secrets("s")), Err(Refusal::Payload));
    assert!(verify(&signed(" {\"algorithm\":\"HMAC-SHA256\",\"user_id\":\"1\"}", "s"), &secrets("s")).is_ok());
}

#[test]
fn one_signature_has_one_spelling() {
    let good = signed(r#"{"algorithm":"HMAC-SHA256","user_id":"1"}"#, "s");
    let (signature, payload) = good.split_once('.').unwrap();
    assert!(verify(&format!("{signature}=.{payload}"), &secrets("s")).is_ok(), "padding is tolerated");
    let standard = signature.replace('-', "+").replace('_', "/");
    let mangled = [
        format!("{signature}==.{payload}"),
        format!("{signature}===.{payload}"),
        format!(" {signature}.{payload}"),
        format!("{}.{payload}", &signature[..42]),
        format!("{signature}A.{payload}"),
        format!("{}\u{e9}.{payload}", &signature[..42]),
    ];
    for text in mangled {
        assert!(verify(&text, &secrets("s")).is_err(), "{text}");
    }
    if standard != signature {
        assert_eq!(verify(&format!("{standard}.{payload}"), &secrets("s")), Err(Refusal::SignatureEncoding));
    }
    // The last letter has two bits that say nothing: a lenient reader takes four letters for one.
    let decoded = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let mut lenient = BASE64URL_NOPAD.specification();
    lenient.check_trailing_bits = false;
    let lenient = lenient.encoding().unwrap();
    let letters = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
    let spelled = letters.map(|letter| format!("{}{letter}", &signature[..42]));
    let others: Vec<String> = spelled
        .filter(|text| text != signature && lenient.decode(text.as_bytes()).is_ok_and(|bytes| bytes == decoded))
        .collect();
    assert_eq!(others.len(), 3);
    for other in others {
        assert_eq!(verify(&format!("{other}.{payload}"), &secrets("s")), Err(Refusal::SignatureEncoding), "{other}");
    }
}

#[test]
fn the_secret_that_verifies_names_the_app() {
    let secrets = AppSecrets::parse(
        r#"{"facebook":{"current":"f2","previous":"f1"},"instagram":{"current":"i1"},"threads":{"previous":"t0"}}"#,
    )
    .unwrap();
    let text = |secret: &str| signed(r#"{"algorithm":"HMAC-SHA256","user_id":"1"}"#, secret);
    for (secret, namespace) in [("f1", "facebook"), ("f2", "facebook"), ("i1", "instagram"), ("t0", "threads")] {
        assert_eq!(verify(&text(secret), &secrets).unwrap().namespace.as_str(), namespace);
    }
    assert_eq!(verify(&text("f0"), &secrets), Err(Refusal::Signature));
}

#[test]
fn a_page_is_named_only_where_there_is_no_person() {
    let request = |payload: &str| verify(&signed(payload, "s"), &secrets("s")).unwrap();
    let page = request(r#"{"algorithm":"HMAC-SHA256","user_id":"0","profile_id":"324556365474"}"#);
    assert!(matches!(page.deauthorized(), Identity::Platform { kind: Kind::Page, .. }));
    assert!(matches!(page.person(), Identity::Platform { kind: Kind::User, .. }));
    let person = request(r#"{"algorithm":"HMAC-SHA256","user_id":"5","profile_id":"324556365474"}"#);
    assert_eq!(person.deauthorized(), person.person());
}

#[test]
fn issued_at_bounds_the_cover_and_never_refuses() {
    let now: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let cover = |json: &str| {
        let payload = format!(r#"{{"algorithm":"HMAC-SHA256","user_id":"1"{json}}}"#);
        verify(&signed(&payload, "s"), &secrets("s")).unwrap().issued_at.map(|at| at.at_most(now).to_string())
    };
    let cases = [
        ("", None),
        (r#","issued_at":null"#, None),
        (r#","issued_at":"yesterday""#, None),
        (r#","issued_at":1760000000.5"#, None),
        (r#","issued_at":321"#, Some("1970-01-01T00:05:21Z")),
        (r#","issued_at":"1760000000""#, Some("2025-10-09T08:53:20Z")),
        (r#","issued_at":99999999999"#, Some("2026-03-01T00:00:00Z")),
        (r#","issued_at":99999999999999999999999999"#, Some("2026-03-01T00:00:00Z")),
        (r#","issued_at":-99999999999999999999999999"#, Some("1970-01-01T00:00:00Z")),
        (r#","expires":"1","issued_at":1760000000"#, Some("2025-10-09T08:53:20Z")),
    ];
    for (json, expected) in cases {
        assert_eq!(cover(json).as_deref(), expected, "{json}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic(text in "\\PC{0,200}") {
        proptest::prop_assert!(verify(&text, &secrets("s")).is_err());
    }

    #[test]
    fn any_change_of_one_character_is_refused(position in 0_usize..90, letter in "[A-Za-z0-9_-]") {
        let good = signed(r#"{"algorithm":"HMAC-SHA256","user_id":"218471"}"#, "s");
        let position = position.min(good.len() - 1);
        let mut changed = good.clone();
        changed.replace_range(position..=position, &letter);
        proptest::prop_assume!(changed != good);
        proptest::prop_assert!(verify(&changed, &secrets("s")).is_err());
    }
}

#[test]
fn a_signed_payload_that_is_no_text_is_refused_wherever_the_bad_byte_stands() {
    for bad in [&b"{\"algorithm\":\"HMAC-SHA256\",\"user_id\":\"1\",\"name\":\"\xb1\"}"[..], b"{\"\xb1\":1}", b"\xff"] {
        let encoded = BASE64URL_NOPAD.encode(bad);
        let text = format!("{}.{encoded}", signature(&encoded, "appsecret"));
        assert_eq!(verify(&text, &secrets("appsecret")), Err(Refusal::Payload));
    }
}
