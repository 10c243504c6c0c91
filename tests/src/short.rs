//! The short table of what ends when, as README.md and ARCHITECTURE.md hold it between two marks.

use std::collections::BTreeMap;

use privacy::data_map::DataMap;
use privacy::policy::Ends;
use privacy::policy::own::Purge;

use crate::retention::words;

/// What ends, when and by what, in a few lines: classes with the same clock stand in one. For README.md and ARCHITECTURE.md.
#[must_use]
pub fn table(map: &DataMap) -> String {
    let policy = map.model();
    let mut lines: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for (name, class) in &policy.class {
        let ends = Ends::effective(class, policy);
        let anchor = class.clock.anchor.trim_end_matches("_at").replace('_', " ");
        let kept = match (&ends.floor, &class.purge) {
            (Some(floor), _) => format!("{} from `{anchor}` on", words(floor)),
            (None, Some(_)) => format!("until it goes, from `{anchor}` on"),
            (None, None) => format!("until `{anchor}`"),
        };
        let begins = ends.last_day.zip(ends.purge_lead).and_then(|(last, lead)| {
            let before = last.checked_sub((lead, jiff::SpanRelativeTo::days_are_24_hours())).ok()?;
            Some(match before.get_days() {
                0 => "worked at once, ".to_owned(),
                days => format!("worked from day {days}, "),
            })
        });
        let last = ends.last_day.map_or("–".to_owned(), |last| words(&last));
        let gone = match &class.purge {
            Some(purge) if class.clock.floor.is_none() => format!("{last}, purged {} before", words(&purge.lead)),
            Some(_) => format!("the day after {last}"),
            None => format!("{}gone by {last}", begins.unwrap_or_default()),
        };
        lines.entry((kept, gone)).or_default().push(name);
    }
    let mut table = "| record classes | kept | gone |\n|---|---|---|\n".to_owned();
    for ((kept, gone), names) in &lines {
        table += &format!("| {} | {kept} | {gone} |\n", names.join(", "));
    }
    for (name, rule) in &policy.platform {
        if let Some(within) = &rule.erase_within {
            table += &format!(
                "| everything of {name} | until `disconnected` or `terminated` | gone by {} |\n",
                words(within)
            );
        }
    }
    let mut own_lines: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for (name, own) in policy.own.iter().filter(|(_, own)| own.clock.anchor != "disconnected_at") {
        let anchor = own.clock.anchor.trim_end_matches("_at").replace('_', " ");
        let kept =
            own.clock.floor.as_ref().map_or("–".to_owned(), |floor| format!("{} from `{anchor}` on", words(floor)));
        let gone = match (&own.clock.ceiling, own.purge) {
            (Some(ceiling), _) => format!("{} after `{anchor}`", words(ceiling)),
            (None, Purge::Stays) => "stays".to_owned(),
            (None, _) => "by expiry".to_owned(),
        };
        own_lines.entry((kept, gone)).or_default().push(name);
    }
    for ((kept, gone), names) in &own_lines {
        table += &format!("| own: {} | {kept} | {gone} |\n", names.join(", "));
    }
    table
}
