//! What the sections about the company itself must hold: people are sent to its addresses, and told its spans.

use super::model::Model;
use super::processor_rules::is_host;
use super::spans;
use super::validate::{InvalidPolicy, invalid};

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    let company = &model.company;
    let refuse = |problem: &str| Err(invalid("company", problem));
    if company.name.trim().is_empty() {
        return refuse("`name` is empty: write what people know the company by");
    }
    let is_address = |text: &str| {
        text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
            && !text.contains(char::is_whitespace)
    };
    if !is_address(&company.contact) {
        return refuse("`contact` is no e-mail address: write one that people can use, such as privacy@example.com");
    }
    for (key, url) in [("policy_url", &company.policy_url), ("instructions_url", &company.instructions_url)] {
        let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        let is_url = host.is_some_and(|host| host.contains('.')) && !url.contains(char::is_whitespace);
        if !is_url {
            return refuse(&format!(
                "`{key}` is no https address: write it in full, such as https://example.com/privacy"
            ));
        }
    }
    if !is_host(&company.api_host) {
        return refuse("`api_host` is no public host name in lower case: write one such as privacy.example.com");
    }
    let keep_for = &model.suppression.keep_for;
    if !keep_for.is_positive() {
        return Err(invalid(
            "suppression",
            "`keep_for` is not a span of time: write one from the erasure on, such as P24M",
        ));
    }
    match model.kept.get("suppression") {
        Some(kept) if !spans::same(&kept.keep_for, keep_for) => Err(invalid(
            "suppression",
            "`keep_for` is not what [kept.suppression] tells people: write the same span in both",
        )),
        Some(_) | None => Ok(()),
    }
}
