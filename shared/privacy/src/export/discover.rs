//! Discover: follow the links of the person, or read the directory of the tenant, as the engine does. And what can be said as
//! soon as somebody is verified: whose purges wait for their bundle.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::job::{ExportJob, ExportQueue};
use super::order::{Order, Ordered, of_request};
use super::ports::BundleBook;
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ids::{Platform, TenantId};
use crate::keys::SubjectKeys;
use crate::ports::Connections;
use crate::scope::{Place, is_covered};
use crate::subject_request::SubjectRequest;

/// Has the bundle of a verified request made; what ends with an account in which it reaches something waits for it from now on.
/// `false` when no bundle answers such a request, or it is not verified.
///
/// # Errors
/// [`Fault`]: perhaps it was not sent; ask again.
pub async fn request_bundle(
    book: &impl BundleBook,
    vault: &impl Connections,
    queue: &impl ExportQueue,
    (keys, map): (&SubjectKeys, &DataMap),
    request: &SubjectRequest,
    now: Timestamp,
) -> Result<bool, Fault> {
    let ordered = of_request(keys, map, request.clone(), BTreeSet::new());
    let Ordered::Order(order, _) = ordered else { return Ok(false) };
    for tenant in tenants(&discover(vault, &order).await?) {
        book.await_bundle(&tenant, &request.id, now).await?;
    }
    queue.export(&ExportJob::Request(request.id.clone())).await?;
    Ok(true)
}

/// Every place that the links of the person, or the directory of the tenant, lead to, as the engine finds them; of a person
/// only what their word or a tenant's gives.
pub(super) async fn discover(vault: &impl Connections, order: &Order) -> Result<Vec<Place>, Fault> {
    let mut reaches = Vec::new();
    for link in &order.links {
        reaches.extend(vault.reach(link).await?);
    }
    reaches.retain(|reach| is_covered(reach.since, order.covers_until));
    // The address of a user of an account leads to that user, too: the limits open it to their login only.
    let mut places = Vec::with_capacity(reaches.len());
    for place in reaches.into_iter().map(|reach| reach.place) {
        let platform = vault.platform_of(&place).await?;
        if order.limits.iter().any(|limit| limit.allows(&place, platform.as_ref())) {
            places.push(place);
        }
    }
    if let Some(tenant) = &order.tenant {
        let connected = vault.of_tenant(tenant).await?;
        places.extend(connected.into_iter().map(|connected| connected.reach.place));
        places.push(Place::of_tenant(tenant.clone()));
    }
    places.sort_unstable();
    places.dedup();
    // What is inside another place of the same bundle is in it once.
    let all: BTreeSet<Place> = places.iter().cloned().collect();
    let is_inside = |place: &Place| {
        !place.is_connection() && place.whole_connection().is_some_and(|connection| all.contains(&connection))
    };
    places.retain(|place| !is_inside(place));
    Ok(places)
}

/// The connections among them whose platform allows no export of what it shows of others.
pub(super) async fn barred(
    vault: &impl Connections,
    map: &DataMap,
    places: &[Place],
) -> Result<BTreeSet<Place>, Fault> {
    let is_of_connection = |place: &&Place| place.connection().is_some();
    let tenants: BTreeSet<&TenantId> = places.iter().filter(is_of_connection).map(|place| &place.tenant).collect();
    let is_barred = |platform: &Platform| map.platform(platform).is_some_and(|rule| rule.no_export);
    let mut barred = BTreeSet::new();
    for tenant in tenants {
        let connected = vault.of_tenant(tenant).await?;
        let connected = connected.into_iter().filter(|connected| is_barred(&connected.platform));
        barred.extend(connected.map(|connected| connected.reach.place));
    }
    Ok(barred)
}

/// In whose accounts a request reaches something, as a user or as somebody who wrote to them: what ends there waits for the bundle.
pub(super) fn tenants(places: &[Place]) -> BTreeSet<TenantId> {
    places.iter().map(|place| place.tenant.clone()).collect()
}
