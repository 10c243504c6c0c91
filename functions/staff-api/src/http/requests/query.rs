//! The query of the work list.

use lambda_http::{Request, RequestExt};
use privacy::clock::model::Kind;
use privacy::list_requests::{Cursor, Filter, STATES};
use privacy_edge::problem::Problem;

/// Lines of a page that says no number.
const LIMIT: usize = 50;
/// Lines of a page at most.
const LIMIT_MAX: usize = 200;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) filter: Filter,
    pub(super) after: Option<Cursor>,
    pub(super) limit: usize,
}

/// Refuses what nobody asks for: a filter that is misspelt would show more than is meant.
pub(super) fn read(request: &Request) -> Result<Query, Problem> {
    let (mut filter, mut after, mut limit) = (Filter::default(), None, LIMIT);
    let given = request.query_string_parameters();
    for (name, value) in given.iter() {
        if given.all(name).is_some_and(|values| values.len() > 1) {
            return Err(Problem::BadRequest);
        }
        match name {
            "state" => filter.state = Some(state(value).ok_or(Problem::BadMember("state"))?),
            "kind" => filter.kind = Some(kind(value).ok_or(Problem::BadMember("kind"))?),
            "due_before" => {
                filter.due_before = Some(value.parse().map_err(|_| Problem::BadMember("due_before"))?);
            }
            "overdue" => filter.is_overdue = Some(flag(value).ok_or(Problem::BadMember("overdue"))?),
            "waiting" => filter.is_waiting = Some(flag(value).ok_or(Problem::BadMember("waiting"))?),
            "about_child" => filter.is_about_child = Some(flag(value).ok_or(Problem::BadMember("about_child"))?),
            "bounced" => filter.is_bounced = Some(flag(value).ok_or(Problem::BadMember("bounced"))?),
            "cursor" => after = Some(value.to_owned()),
            "limit" => {
                let asked = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                limit = asked.ok_or(Problem::BadMember("limit"))?;
            }
            _ => return Err(Problem::BadRequest),
        }
    }
    // Last: a cursor is of one filter.
    let after = after.map(|text| Cursor::parse(&text, &filter)).transpose();
    Ok(Query { after: after.map_err(|_| Problem::BadMember("cursor"))?, filter, limit })
}

fn state(text: &str) -> Option<String> {
    STATES.contains(&text).then(|| text.to_owned())
}

pub(super) fn kind(text: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
}

fn flag(text: &str) -> Option<bool> {
    text.parse().ok()
}
