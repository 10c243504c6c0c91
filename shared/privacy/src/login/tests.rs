use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use super::*;

/// RFC 8037, appendix A: the key, and the token that it signed.
const RFC_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const RFC_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const RFC_D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

const ISSUER: &str = "https://app.example";
const AUDIENCE: &str = "https://privacy.example";

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn request() -> ObligationId {
    ObligationId::of_request(&[1; 20])
}

fn signer(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn x(seed: u8) -> String {
    BASE64URL_NOPAD.encode(signer(seed).verifying_key().as_bytes())
}

fn ring() -> DashboardKeys {
    let keys = [json!({"kid": "new", "x": x(1)}), json!({"kid": "old", "x": x(2), "kty": "OKP", "crv": "Ed25519"})];
    DashboardKeys::parse(&json!({"issuer": ISSUER, "keys": keys}).to_string()).unwrap()
}

fn claims() -> Value {
    let now = now().as_second();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "tenant-alder/user-7", "request": request().as_str(),
        "auth_time": now - 60, "iat": now - 5, "exp": now + 120, "jti": "0123456789abcdef0123456789abcdef",
    })
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn sign(header: &str, payload: &str, key: &SigningKey) -> String {
    let signed = [header, payload].map(|text| BASE64URL_NOPAD.encode(text.as_bytes())).join(".");
    let signature = BASE64URL_NOPAD.encode(&key.sign(signed.as_bytes()).to_bytes());
    format!("{signed}.{signature}")
}

const HEADER: &str = r#"{"alg":"EdDSA","kid":"new","typ":"JWT"}"#;

fn token(claims: &Value) -> String {
    sign(HEADER, &claims.to_string(), &signer(1))
}

fn read(token: &str) -> Option<Login> {
    Login::read(&ring(), token, Expected { audience: AUDIENCE, request: &request() }, now())
}

#[test]
fn a_signature_is_read_as_the_standard_writes_it() {
    let key: [u8; 32] = BASE64URL_NOPAD.decode(RFC_D.as_bytes()).unwrap().try_into().unwrap();
    let key = SigningKey::from_bytes(&key);
    assert_eq!(BASE64URL_NOPAD.encode(key.verifying_key().as_bytes()), RFC_X);
    assert_eq!(sign(r#"{"alg":"EdDSA"}"#, "Example of Ed25519 signing", &key), RFC_TOKEN);
    let ring = json!({"issuer": ISSUER, "keys": [{"kid": "rfc", "x": RFC_X, "alg": "EdDSA", "use": "sig"}]});
    let ring = DashboardKeys::parse(&ring.to_string()).unwrap();
    let good = sign(r#"{"alg":"EdDSA","kid":"rfc"}"#, &claims().to_string(), &key);
    assert!(Login::read(&ring, &good, Expected { audience: AUDIENCE, request: &request() }, now()).is_some());
    assert!(Login::read(&ring, RFC_TOKEN, Expected { audience: AUDIENCE, request: &request() }, now()).is_none());
}

#[test]
fn a_fresh_login_is_whose_the_dashboard_says_it_is() {
    let login = read(&token(&claims())).unwrap();
    assert_eq!((login.member.tenant.as_str(), login.member.user.as_str()), ("tenant-alder", "user-7"));
    assert_eq!(login.expires_at.as_second(), now().as_second() + 120);
    // While keys are rotated both sign; what else a token says decides nothing.
    assert!(read(&sign(r#"{"kid":"old","alg":"EdDSA"}"#, &with("amr", "pwd").to_string(), &signer(2))).is_some());
    let instant = now().as_second();
    for bound in [with("auth_time", instant - 300), with("iat", instant + 30), with("exp", instant + 1)] {
        assert!(read(&token(&bound)).is_some(), "{bound}");
    }
    assert!(ring().knows(&token(&claims())) && !ring().knows(RFC_TOKEN) && !ring().knows("a.b.c"));
}

#[test]
fn the_dashboard_may_say_where_it_reaches_them() {
    assert_eq!(read(&token(&claims())).unwrap().email, None);
    let named = read(&token(&with("email", "mia@alder.example"))).unwrap();
    assert_eq!(named.email, EmailAddress::parse("mia@alder.example").ok());
    assert!(!format!("{named:?}").contains("mia"));
    for bad in [json!("mia"), json!(""), json!(7)] {
        assert_eq!(read(&token(&with("email", bad.clone()))), None, "{bad}");
    }
}

#[test]
fn what_was_signed_for_anything_else_shows_nothing() {
    let now = now().as_second();
    let other = ObligationId::of_request(&[2; 20]);
    for claims in [
        with("iss", "https://app.example.evil"),
        with("iss", ""),
        with("aud", "https://privacy.example/"),
        with("aud", json!([AUDIENCE])),
        with("request", other.as_str()),
        with("request", ""),
        with("sub", "user-7"),
        with("sub", "tenant-alder/"),
        with("sub", "tenant-alder/user-7/x"),
        with("sub", "tenant-alder/a#b"),
        with("auth_time", now - 301),
        with("auth_time", now + 1),
        with("auth_time", (now - 60).to_string()),
        with("auth_time", i64::MIN),
        with("iat", now + 31),
        with("iat", now - 600),
        with("exp", now),
        with("exp", now - 1),
        with("exp", now + 596),
        with("exp", i64::MAX),
        with("exp", 1.5e9),
        with("jti", "short"),
        with("jti", "a".repeat(65)),
        with("jti", "0123456789abcdef#123456789abcdef"),
        without("iss"),
        without("aud"),
        without("sub"),
        without("request"),
        without("auth_time"),
        without("iat"),
        without("exp"),
        without("jti"),
        json!([]),
    ] {
        assert_eq!(read(&token(&claims)), None, "{claims}");
    }
    let twice = claims().to_string().replacen('{', r#"{"sub":"tenant-birch/user-1","#, 1);
    assert_eq!(read(&sign(HEADER, &twice, &signer(1))), None, "a claim that stands twice");
}

#[test]
fn what_was_not_signed_by_the_dashboard_shows_nothing() {
    let good = token(&claims());
    let payload = claims().to_string();
    let [head, body, signature] = <[&str; 3]>::try_from(good.split('.').collect::<Vec<_>>()).unwrap();
    let hs256 = r#"{"alg":"HS256","kid":"new"}"#;
    let mut bad = vec![
        String::new(),
        "..".to_owned(),
        format!("{head}.{body}."),
        format!("{head}.{body}"),
        format!("{good}."),
        format!("{good}="),
        format!(" {good}"),
        format!("{head}.{body}.{}", &signature[1..]),
        format!(
            "{head}.{}.{signature}",
            BASE64URL_NOPAD.encode(with("sub", "tenant-birch/user-1").to_string().as_bytes())
        ),
        format!("{}.{body}.", BASE64URL_NOPAD.encode(br#"{"alg":"none","kid":"new"}"#)),
        // Signed by the other key of the ring, and by one that is not in it.
        sign(HEADER, &payload, &signer(2)),
        sign(HEADER, &payload, &signer(3)),
        // A signature of zeros, for the key that would take it.
        format!("{head}.{body}.{}", BASE64URL_NOPAD.encode(&[0; 64])),
    ];
    for header in [
        r#"{"alg":"none","kid":"new"}"#,
        hs256,
        r#"{"alg":"eddsa","kid":"new"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","kid":"newer"}"#,
        r#"{"alg":"EdDSA","kid":"new","crit":["b64"],"b64":false}"#,
        r#"{"alg":"EdDSA","kid":"new","jwk":{}}"#,
        r#"{"alg":"EdDSA","kid":"new","typ":"JWE"}"#,
        r#"{"alg":"none","alg":"EdDSA","kid":"new"}"#,
        r#"["EdDSA","new"]"#,
        "[]",
        "{",
    ] {
        bad.push(sign(header, &payload, &signer(1)));
    }
    bad.push(token(&with("padding", "a".repeat(BYTES_MAX))));
    bad.push("[".repeat(1_000_000));
    bad.push(sign(HEADER, &"[".repeat(1_000), &signer(1)));
    for bad in bad {
        assert_eq!(read(&bad), None, "{}", &bad[..bad.len().min(200)]);
    }
    for (index, byte) in good.bytes().enumerate() {
        let flipped = if byte == b'A' { 'B' } else { 'A' };
        let mut changed = good.clone();
        changed.replace_range(index..=index, &flipped.to_string());
        assert_eq!(read(&changed), None, "{index}");
    }
}

#[test]
fn keys_that_cannot_be_relied_on_are_refused_and_none_let_nobody_in() {
    let none = DashboardKeys::parse("{}").unwrap();
    let expected = Expected { audience: AUDIENCE, request: &request() };
    assert_eq!(Login::read(&none, &token(&claims()), expected, now()), None);
    let weak = BASE64URL_NOPAD.encode(&[0; 32]);
    for bad in [
        json!([]),
        json!({"keys": [{"kid": "a", "x": x(1)}]}),
        json!({"issuer": ISSUER, "keys": [{"kid": "a", "x": x(1)}, {"kid": "a", "x": x(2)}]}),
        json!({"issuer": ISSUER, "keys": [{"kid": "", "x": x(1)}]}),
        json!({"issuer": ISSUER, "keys": [{"kid": "a", "x": weak}]}),
        json!({"issuer": ISSUER, "keys": [{"kid": "a", "x": "short"}]}),
        json!({"issuer": ISSUER, "keys": [{"kid": "a", "x": x(1), "crv": "X25519"}]}),
        json!({"issuer": ISSUER, "keys": [{"kid": "a", "x": x(1), "d": "private"}]}),
        json!({"issuer": ISSUER, "other": 1}),
    ] {
        assert!(DashboardKeys::parse(&bad.to_string()).is_err(), "{bad}");
    }
    assert!(!format!("{:?}", ring()).contains(&x(1)));
}

#[test]
fn a_token_with_bytes_that_are_no_text_shows_nothing() {
    let claims = [claims().to_string().trim_end_matches('}').as_bytes(), b",\"name\":\"\xb1\"}"].concat();
    let signed = format!("{}.{}", BASE64URL_NOPAD.encode(HEADER.as_bytes()), BASE64URL_NOPAD.encode(&claims));
    let signature = BASE64URL_NOPAD.encode(&signer(1).sign(signed.as_bytes()).to_bytes());
    assert_eq!(read(&format!("{signed}.{signature}")), None);
}
