//! What staff write.

use jiff::Timestamp;
use lambda_http::{Body, RequestExt};
use privacy::keys::SubjectKeys;
use privacy::list_requests::{Cursor, Filter};
use privacy::obligation::ObligationId;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

#[path = "../../../../functions/staff-api/src/http/requests/query.rs"]
mod query;
#[path = "../../../../functions/staff-api/src/http/requests/read.rs"]
#[allow(dead_code, reason = "the function uses what the target does not")]
mod read;

type Printed = Result<String, Problem>;

/// What every route makes of the same body, as it would stand in a log.
pub fn read_by_all(members: &Members, now: Timestamp) -> Vec<Printed> {
    fn printed<T: std::fmt::Debug>(read: Result<T, Problem>) -> Printed {
        read.map(|read| format!("{read:?}"))
    }
    let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789012345678901234567890123456789"}"#).unwrap();
    let id = ObligationId::of_request(&[7; 20]);
    vec![
        read::ask(members, now).map(|(ask, _)| super::printed(ask)),
        printed(read::why(members, "why")),
        printed(read::verification(members).map(|_| ())),
        printed(read::denial(members)),
        printed(read::corrections(members, &keys, &id).map(|_| ())),
        printed(read::closure(members).map(|_| ())),
        read::route(members).map(|tenant| tenant.to_string()),
        read::instruction(members).map(|word| word.tenant.to_string()),
        read::lift(members).map(|_| String::new()),
    ]
}

/// The filter, the place and the length of page that a query asks for.
pub fn query(pairs: Vec<(String, String)>) -> Result<(Filter, Option<Cursor>, usize), Problem> {
    let mut given = std::collections::HashMap::<String, Vec<String>>::new();
    for (name, value) in pairs {
        given.entry(name).or_default().push(value);
    }
    let request = http::Request::new(Body::Empty).with_query_string_parameters(given);
    query::read(&request).map(|query::Query { filter, after, limit }| (filter, after, limit))
}
