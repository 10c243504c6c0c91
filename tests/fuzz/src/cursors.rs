//! Texts that name a place: the cursor and the query of the work list, and the references in paths, rows and keys. Each has one
//! spelling, and what has it is read as what was written.

use data_encoding::BASE64URL_NOPAD;
use privacy::keys::KeyedRef;
use privacy::list_requests::{Cursor, Filter, STATES};
use privacy::obligation::ObligationId;
use privacy::subject_request::bounce::LetterName;
use sha2::{Digest, Sha256};

use crate::requests::{is_a_problem_document, staff};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let open = Filter { is_waiting: Some(true), ..Filter::default() };
    let all = Filter::default();
    let texts = [text.to_owned(), BASE64URL_NOPAD.encode(data), written(text, &all), written(text, &open)];
    for cursor in &texts {
        let (of_all, of_open) = (Cursor::parse(cursor, &all), Cursor::parse(cursor, &open));
        assert!(of_all.is_err() || of_open.is_err(), "a cursor is of one list");
        for read in [of_all, of_open].into_iter().flatten() {
            assert_eq!(read.to_text(), *cursor, "a cursor has one spelling");
        }
    }
    assert_eq!(
        Cursor::parse(&texts[2], &all).is_ok(),
        is_a_place(text),
        "what we would have written, and nothing else"
    );
    names_have_one_spelling(text);
    reads_a_query(text);
}

/// `rank.instant.id` as a cursor of a list, whatever it is.
fn written(place: &str, filter: &Filter) -> String {
    let of: String =
        Sha256::digest(format!("{filter:?}").as_bytes())[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    BASE64URL_NOPAD.encode(format!("2.{place}.{of}").as_bytes())
}

fn is_a_place(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let [rank, due_at, id] = parts[..] else { return false };
    let is_rank = ["0", "1", "2"].contains(&rank);
    let is_instant = due_at.parse::<i64>().is_ok_and(|at| at.to_string() == due_at);
    is_rank && is_instant && ObligationId::parse(id).is_ok_and(|id| id.is_request())
}

fn names_have_one_spelling(text: &str) {
    if let Ok(id) = ObligationId::parse(text) {
        assert_eq!(id.as_str(), text);
        assert!([id.is_request(), id.is_part()] != [true, true], "an id is of one kind");
        assert!(!id.log_ref().contains(text), "a log opens a page");
    }
    if let Ok(reference) = KeyedRef::parse(text) {
        assert_eq!(reference.as_str(), text);
    }
    if let Ok(letter) = LetterName::parse(text) {
        assert_eq!(LetterName::parse(&letter.to_mark()), Ok(letter));
    }
}

fn reads_a_query(text: &str) {
    let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let given = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    match staff::query(pairs.clone()) {
        Ok((filter, after, limit)) => {
            assert!((1..=200).contains(&limit), "a page of {limit} lines");
            assert_eq!(after.map(|after| after.to_text()), given("cursor"), "a list begins where it was said");
            assert!(filter.state.is_none_or(|state| STATES.contains(&state.as_str())));
            for (name, flag) in [("overdue", filter.is_overdue), ("waiting", filter.is_waiting)] {
                assert_eq!(flag.map(|flag| flag.to_string()), given(name), "`{name}` changed its meaning");
            }
        }
        Err(problem) => is_a_problem_document(problem),
    }
}
