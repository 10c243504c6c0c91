//! How long openapi.yaml lets the texts of a body be. Reads what stands in that file, and no other YAML.

use std::collections::BTreeMap;

use crate::repository::read;

/// Words of a schema between the names of members.
const SCHEMA: [&str; 5] = ["properties", "oneOf", "allOf", "items", "type"];
const REFERENCE: &str = "$ref: '#/components/schemas/";

/// The longest text of each member of a schema that has a limit, `maxLength` or a pattern of one class, by its path: `agent.name`. That
/// of a schema that is a text stands under no name.
#[must_use]
pub fn maxima(schema: &str) -> BTreeMap<String, usize> {
    let text = read("openapi.yaml");
    let schemas = text.lines().skip_while(|line| *line != "  schemas:");
    let mut lines = schemas.skip_while(|line| !line.starts_with(&format!("    {schema}:")));
    let head = lines.next().unwrap_or_else(|| panic!("openapi.yaml has no schema {schema}"));
    let mut maxima: BTreeMap<String, usize> = maximum(head).map(|(_, max)| (String::new(), max)).into_iter().collect();
    let mut above: Vec<(usize, &str)> = Vec::new();
    for line in lines.take_while(|line| line.starts_with("     ")) {
        let said = line.trim_start_matches([' ', '-']);
        let depth = line.len() - said.len();
        above.retain(|(known, _)| *known < depth);
        let path = |at: usize| {
            let names = above.iter().map(|(_, name)| *name).chain(owner(&said[..at]));
            names.filter(|name| !SCHEMA.contains(name)).collect::<Vec<_>>().join(".")
        };
        maxima.extend(maximum(said).map(|(at, max)| (path(at), max)));
        for (at, _) in said.match_indices(REFERENCE) {
            let rest = said[at + REFERENCE.len()..].chars();
            for (below, max) in self::maxima(&rest.take_while(char::is_ascii_alphanumeric).collect::<String>()) {
                let parts = [path(at), below];
                maxima.insert(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("."), max);
            }
        }
        above.extend(said.split_once(':').map(|(name, _)| (depth, name)));
    }
    maxima
}

/// Whose the braces are that stand open at the end: `name: {type: string, `.
fn owner(said: &str) -> Option<&str> {
    let (before, _) = said.rsplit_once('{')?;
    before.strip_suffix(": ")?.rsplit([' ', '{']).next()
}

/// Where it begins, and `maxLength: 200` or the 64 of `pattern: '^[a-z]{1,64}$'`.
fn maximum(said: &str) -> Option<(usize, usize)> {
    const LENGTH: &str = "maxLength: ";
    const PATTERN: &str = "pattern: '^[";
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    if let Some(at) = said.find(LENGTH) {
        return Some((at, number(&said[at + LENGTH.len()..])?));
    }
    let at = said.find(PATTERN)?;
    let (_, times) = said[at..].split_once('\'')?.1.split_once('\'')?.0.split_once("]{")?;
    Some((at, times.strip_suffix("}$")?.rsplit(',').next().and_then(number)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_of_each_member_is_found_however_deep_it_stands() {
        let asked = maxima("NotedRequest");
        for (member, max) in [
            ("email", 254),
            ("connected_account.handle", 101),
            ("agent", 254),
            ("agent.name", 200),
            ("agent.permission_sha256", 64),
            ("data_points.day", 200),
            ("details", 4_000),
            ("why", 500),
        ] {
            assert_eq!(asked.get(member), Some(&max), "{member}: {asked:?}");
        }
        assert_eq!(maxima("StaffExtension"), [("reason".to_owned(), 500)].into());
        assert_eq!(maxima("StaffRoute"), [("why".to_owned(), 500)].into());
        let reviewed = maxima("StaffReview");
        assert_eq!((reviewed["held.name"], reviewed["child.connected_account.platform"]), (200, 64));
        assert_eq!(maxima("StaffCorrection")["fields.evidence"], 100);
    }
}
