//! What a `[processor.<name>]` must say of routes: on which it is asked, about what, and why not about the rest.

use super::model::{Model, Route};
use super::processor::{Http, NotAsked, Processor, Settle, TargetKind};
use super::processor_rules::{Checked, ensure};

/// Checks what a processor says of routes.
pub(super) fn check(processor: &Processor, model: &Model) -> Checked {
    if let Settle::Http(http) = &processor.settle {
        processor.routes.iter().try_for_each(|route| check_route(*route, http))?;
    }
    processor.not_asked.iter().try_for_each(|not_asked| check_not_asked(not_asked, processor))?;
    if let Settle::Http(http) = &processor.settle {
        processor.routes.iter().try_for_each(|route| check_whole(*route, processor, http))?;
    }
    let not_asked = processor.not_asked.iter().flat_map(|not_asked| &not_asked.routes);
    check_promised(processor.routes.iter().chain(not_asked), model)?;
    check_every_route(processor, model)
}

/// A route that nothing is promised for brings no request, so whatever names it is a mistake or a leftover.
pub(super) fn check_promised<'a>(mut routes: impl Iterator<Item = &'a Route>, model: &Model) -> Checked {
    match routes.find(|route| !model.has_route(**route)) {
        Some(route) => Err(format!("names the route `{0}`, for which there is no [promise.{0}]", route.as_str())),
        None => Ok(()),
    }
}

/// Every processor says of every route that there is whether it is concerned, and if not, why: what is left out would be taken for
/// settled.
fn check_every_route(processor: &Processor, model: &Model) -> Checked {
    let speaks = |route: &Route| processor.routes.contains(route) || processor.is_left_out_of(*route);
    match Route::ALL.iter().find(|route| model.has_route(**route) && !speaks(route)) {
        Some(route) => Err(format!(
            "nothing says whether it is asked on `{}`: name that route in `routes`, or in `not_asked` with the reason",
            route.as_str()
        )),
        None => Ok(()),
    }
}

/// What an erasure of a route can ask a processor about.
const fn kinds(route: Route) -> &'static [TargetKind] {
    match route {
        Route::MetaDataDeletion | Route::MetaDeauthorize | Route::SubjectRequest => &TargetKind::ALL,
        Route::Disconnect => &[TargetKind::Connection],
        // The users of the account, whose links are read before they go.
        Route::Termination => &[TargetKind::Subject, TargetKind::Connection],
    }
}

/// A route on which it could be asked about nothing would say "concerned" and ask nobody.
fn check_route(route: Route, http: &Http) -> Checked {
    let can_ask = kinds(route).iter().any(|kind| http.exchange(*kind).is_some());
    let names: Vec<&str> = kinds(route).iter().map(|kind| kind.as_str()).collect();
    ensure(
        can_ask,
        &format!("on `{}` nobody would be asked: it needs a section for {}", route.as_str(), names.join(" or ")),
    )
}

/// Whoever has copies of single contacts has them of a whole connection, too: where one goes, it is asked about it, or it is said why not.
fn check_whole(route: Route, processor: &Processor, http: &Http) -> Checked {
    let whole = TargetKind::Connection;
    let is_silent = http.exchange(TargetKind::Contact).is_some()
        && http.exchange(whole).is_none()
        && kinds(route).contains(&whole)
        && !processor.is_not_asked_about(whole, route);
    ensure(
        !is_silent,
        &format!(
            "on `{}` a whole connection can go, and it is asked about single contacts only: it needs a section for connection, or \
             the reason in `not_asked` with `about = [\"connection\"]`",
            route.as_str()
        ),
    )
}

fn check_not_asked(not_asked: &NotAsked, processor: &Processor) -> Checked {
    let is_asked = |route: &Route| processor.routes.contains(route);
    ensure(!not_asked.routes.is_empty(), "`not_asked` names no route")?;
    if not_asked.about.is_empty() {
        ensure(!not_asked.routes.iter().any(is_asked), "`not_asked` names a route on which it is asked")?;
    } else {
        ensure(
            not_asked.routes.iter().all(is_asked),
            "`not_asked` with `about` names a route on which it is not asked",
        )?;
        let can_ask =
            |kind: &TargetKind| matches!(&processor.settle, Settle::Http(http) if http.exchange(*kind).is_some());
        ensure(!not_asked.about.iter().any(can_ask), "`not_asked` is about what it has a section for")?;
    }
    ensure(!not_asked.reason.is_empty() && !not_asked.ends.is_empty(), "`not_asked` needs `reason` and `ends`")
}
