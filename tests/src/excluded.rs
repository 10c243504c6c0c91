//! The part of `docs/retention.md` that says whose records a store never holds.

use privacy::policy::model::Model;

/// The stores, and whose records none of them holds; nothing where every store is open to every platform.
pub(crate) fn table(policy: &Model) -> String {
    let mut part = String::new();
    for (store, described) in policy.store.iter().filter(|(_, store)| !store.excluded_platforms.is_empty()) {
        let names = described.excluded_platforms.iter().map(|name| {
            let rule = policy.platform.iter().find(|(own, rule)| rule.names(own).any(|known| known == name));
            rule.map_or(name.as_str(), |(_, rule)| rule.title.as_str())
        });
        part += &format!("| {store} | {} |\n", names.collect::<Vec<_>>().join(", "));
    }
    if part.is_empty() {
        return part;
    }
    let text = "What is kept there lasts longer than a limit of theirs. Erasing looks there all the same.";
    format!("## What never stands where\n\n{text}\n\n| store | records of |\n|---|---|\n{part}\n")
}
