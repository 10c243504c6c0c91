//! Whom or what an obligation is about, and how far it reaches, as attributes of its row.

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::fault::Fault;
use privacy::ids::{Platform, TenantId, UserId};
use privacy::keys::KeyedRef;
use privacy::scope::{Part, Place};
use privacy::target::{Limit, Target};

use crate::attributes::{Item, find_parsed, get_place, get_text, get_texts, place_facts, text, texts, unreadable};

fn references(item: &Item, name: &str) -> Result<Vec<KeyedRef>, Fault> {
    Ok(get_texts(item, name)?.into_iter().map(KeyedRef::from_stored).collect())
}

/// The attributes of whom or what an obligation is about.
pub(super) fn target_facts(target: &Target) -> Vec<(&'static str, AttributeValue)> {
    match target {
        Target::Person { links, suppressions, limit } => {
            let mut facts = vec![("links", texts(links)), ("suppressions", texts(suppressions))];
            facts.extend(limit_facts(limit));
            facts
        }
        Target::Connection { place, platform } => {
            let mut facts = place_facts(place);
            facts.push(("platform", text(platform.as_str())));
            facts
        }
        Target::Tenant { tenant, phase } => {
            vec![("tenant_id", text(tenant.as_str())), ("phase", text(phase))]
        }
    }
}

/// How far an obligation towards a person reaches; nothing for one that reaches everywhere.
fn limit_facts(limit: &Limit) -> Vec<(&'static str, AttributeValue)> {
    match limit {
        Limit::Everywhere => Vec::new(),
        Limit::OnTheirWord { platforms, user } => {
            let platforms: Vec<&str> = platforms.iter().map(Platform::as_str).collect();
            let mut facts = vec![("limit_platforms", texts(&platforms))];
            // No id holds a slash.
            let name = user.as_ref().and_then(|place| Some(format!("{}/{}", place.tenant, place.user()?)));
            facts.extend(name.map(|name| ("limit_user", text(name))));
            facts
        }
        Limit::Tenant(tenant) => vec![("limit_tenant", text(tenant.as_str()))],
    }
}

fn user(name: &str) -> Result<Place, Fault> {
    let (tenant, user) = name.split_once('/').ok_or_else(|| unreadable("limit_user"))?;
    let tenant = TenantId::parse(tenant).map_err(|_| unreadable("limit_user"))?;
    let user = UserId::parse(user).map_err(|_| unreadable("limit_user"))?;
    Ok(Place { tenant, part: Part::User(user) })
}

fn limit(item: &Item) -> Result<Limit, Fault> {
    if let Some(tenant) = find_parsed(item, "limit_tenant", TenantId::parse)? {
        return Ok(Limit::Tenant(tenant));
    }
    if !item.contains_key("limit_platforms") {
        return Ok(Limit::Everywhere);
    }
    let platforms = get_texts(item, "limit_platforms")?;
    let platforms = platforms.iter().map(|name| Platform::parse(name)).collect::<Result<_, _>>();
    let platforms = platforms.map_err(|_| unreadable("limit_platforms"))?;
    let user = item.get("limit_user").map(|_| user(get_text(item, "limit_user")?)).transpose()?;
    Ok(Limit::OnTheirWord { platforms, user })
}

pub(super) fn target(item: &Item) -> Result<Target, Fault> {
    if item.contains_key("connection_id") {
        let platform = Platform::parse(get_text(item, "platform")?).map_err(|_| unreadable("platform"))?;
        return Ok(Target::Connection { place: get_place(item)?, platform });
    }
    if item.contains_key("phase") {
        return Ok(Target::Tenant { tenant: get_place(item)?.tenant, phase: get_text(item, "phase")?.to_owned() });
    }
    let (links, suppressions) = (references(item, "links")?, references(item, "suppressions")?);
    Ok(Target::Person { links, suppressions, limit: limit(item)? })
}
