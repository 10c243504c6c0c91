//! JSON bodies, as the routes for people, the dashboard and staff read them.

use privacy_edge::form::BODY_BYTES_MAX;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;
use serde_json::Value;

use crate::mark::{is_unmarked, marked};
use crate::requests::ask::{Read, from_json};
use crate::requests::{is_a_problem_document, now, printed, request, staff};

/// Members that are text where they are anything.
const TEXTS: [&str; 6] = ["kind", "email", "residence", "appeal_of", "declaration", "details"];

pub fn run(body: &[u8]) {
    let read: Option<Value> = serde_json::from_slice(body).ok().filter(Value::is_object);
    let request = request(Some(b"application/json"), body).unwrap();
    let members = Members::read(request.headers(), request.body());
    assert_eq!(members.is_ok(), read.is_some() && body.len() <= BODY_BYTES_MAX, "an object that is not too large");
    match from_json(&request, now()) {
        Ok(Read::Ask(ask, _)) => {
            let read = read.as_ref().expect("what was accepted is an object");
            for name in TEXTS {
                assert!(read[name].is_string() || read[name].is_null(), "`{name}` was taken for text");
            }
            for (name, flag) in [("has_account", ask.has_account), ("about_child", ask.about_child)] {
                assert_eq!(read[name].as_bool().unwrap_or(false), flag, "`{name}` changed its meaning");
            }
            assert!(ask.contact.email.is_some() || ask.contact.account.is_some(), "there is somebody to answer");
        }
        Ok(Read::Mend(..)) => panic!("JSON is not mended"),
        Err(problem) => is_a_problem_document(problem),
    }
    if let Ok(members) = members {
        for said in staff::read_by_all(&members, now()) {
            said.map(drop).unwrap_or_else(is_a_problem_document);
        }
    }
    if let Some(read) = read {
        tells_nothing(&marked(read));
    }
}

/// The same body with everything in it marked: neither an answer nor what a log would say has the mark.
fn tells_nothing(body: &Value) {
    let request = request(None, body.to_string().as_bytes()).unwrap();
    match from_json(&request, now()) {
        Ok(Read::Ask(ask, _)) => is_unmarked(&printed(*ask)),
        Ok(Read::Mend(..)) => {}
        Err(problem) => is_a_problem_document(problem),
    }
    let members: Result<Members, Problem> = Members::read(request.headers(), request.body());
    is_unmarked(&format!("{members:?}"));
    if let Ok(members) = members {
        // What is told of a request that staff note; their other words are ids, which may be told.
        if let Some(Ok(said)) = staff::read_by_all(&members, now()).first() {
            is_unmarked(said);
        }
    }
}
