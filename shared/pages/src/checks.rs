//! What holds for every page, for the tests of those who make them.

use data_encoding::BASE64;
use http::Response;
use lambda_http::Body;
use sha2::{Digest, Sha256};

use crate::headers;

const FORBIDDEN: [&str; 16] = [
    "<script",
    "<link",
    "<img",
    "<iframe",
    "<object",
    "<embed",
    "<base",
    " src=",
    "srcset=",
    " style=",
    " onload=",
    " onclick=",
    "@import",
    "@font-face",
    "url(",
    "http-equiv",
];

/// Checks a page.
///
/// # Panics
/// When it loads or runs something, lacks a landmark, or its style is not the one that its headers allow.
pub fn check_page(name: &str, page: &str) {
    for word in FORBIDDEN {
        assert!(!page.contains(word), "{name}: {word}");
    }
    let count = |word: &str| page.matches(word).count();
    for word in ["<h1", "<main", "<header", "<footer", "<title>", "<html lang=\"en\"", "href=\"#main\"", "id=\"main\""]
    {
        assert_eq!(count(word), 1, "{name}: {word}");
    }
    // What is typed never stands in an address.
    assert_eq!(count("<form"), count("<form method=\"post\" action=\""), "{name}");
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
    for named in ["aria-labelledby=\"", "aria-describedby=\"", " for=\""] {
        for ids in page.split(named).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.split(' ').all(|id| unique.contains(id)), "{name}: {named} {ids}");
        }
    }
    assert!(between(page, "<title>", "</title>").starts_with(&between(page, "<h1>", "</h1>")), "{name}");
    check_style(name, page);
}

fn between(page: &str, open: &str, close: &str) -> String {
    let inner = page.split_once(open).and_then(|(_, rest)| rest.split_once(close));
    inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
}

fn check_style(name: &str, page: &str) {
    let mut response = Response::new(Body::Empty);
    headers::guard(&mut response);
    let policy = response.headers().get("content-security-policy").and_then(|policy| policy.to_str().ok());
    let policy = policy.unwrap_or_default();
    assert_eq!(page.matches("<style").count(), 1, "{name}");
    let hash = BASE64.encode(&Sha256::digest(between(page, "<style>", "</style>").as_bytes()));
    assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{name}: {policy}");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{name}: {policy}");
}
