//! What of a request of a person is read alike, whoever sends it in.

use privacy::subject_request::{Agent, EmailAddress, InvalidText, Sha256Hex, Words};

use crate::json::{Members, bare};
use crate::problem::Problem;

/// Characters of any script, as openapi.yaml counts them.
const SHORT_MAX: usize = 200;

/// A few words on one line.
///
/// # Errors
/// [`InvalidText`]
pub fn short(text: &str) -> Result<Words, InvalidText> {
    if text.chars().count() > SHORT_MAX || text.contains('\n') { Err(InvalidText) } else { Words::parse(text) }
}

/// A name that somebody signs with: one line that no table takes for a formula.
///
/// # Errors
/// [`InvalidText`]
pub fn person_name(text: &str) -> Result<Words, InvalidText> {
    let name = short(text)?;
    if name.expose().starts_with(['=', '+', '-', '@']) { Err(InvalidText) } else { Ok(name) }
}

/// The member `agent`: who asks for somebody else. An address alone says who it is, too.
///
/// # Errors
/// [`Problem::BadMember`]
pub fn agent(members: &Members) -> Result<Option<Agent>, Problem> {
    let bad = |_| Problem::BadMember("agent");
    if let Ok(Some(email)) = members.email("agent") {
        return Ok(Some(of_address(email)));
    }
    let Some(agent) = members.object("agent")? else { return Ok(None) };
    let agent = Agent {
        email: agent.email("email").map_err(bad)?,
        name: agent.parse("name", person_name).map_err(bad)?,
        permission_sha256: agent.parse("permission_sha256", bare(Sha256Hex::parse)).map_err(bad)?,
        has_power_of_attorney: agent.flag("power_of_attorney").map_err(bad)?,
    };
    if agent.email.is_none() && agent.name.is_none() { Err(Problem::BadMember("agent")) } else { Ok(Some(agent)) }
}

const fn of_address(email: EmailAddress) -> Agent {
    Agent { email: Some(email), name: None, permission_sha256: None, has_power_of_attorney: false }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use lambda_http::Body;
    use serde_json::{Value, json};

    use super::*;

    fn read(agent: &Value) -> Result<Option<Agent>, Problem> {
        let members = Members::read(&HeaderMap::new(), &Body::from(json!({"agent": agent}).to_string())).unwrap();
        super::agent(&members)
    }

    #[test]
    fn an_agent_is_named_by_an_address_or_a_name_and_by_nothing_that_a_table_computes() {
        assert_eq!(read(&Value::Null), Ok(None));
        let alone = read(&json!("leo@example.org")).unwrap().unwrap();
        assert!(alone.email.is_some() && alone.name.is_none());
        let named = read(&json!({"name": "Leo & Sons", "power_of_attorney": true})).unwrap().unwrap();
        assert!(named.name.is_some() && named.has_power_of_attorney);
        for bad in [
            json!({}),
            json!(true),
            json!({"name": "=HYPERLINK(1)"}),
            json!({"name": " @SUM(A1)"}),
            json!({"name": "Leo\nBcc: x@example.com"}),
            json!({"name": "é".repeat(SHORT_MAX + 1)}),
            json!({"email": "leo"}),
            json!({"email": "leo@example.org", "permission_sha256": "short"}),
            json!({"email": "leo@example.org", "power_of_attorney": "yes"}),
        ] {
            assert_eq!(read(&bad), Err(Problem::BadMember("agent")), "{bad}");
        }
        assert!(read(&json!({"name": "é".repeat(SHORT_MAX)})).is_ok());
    }
}
