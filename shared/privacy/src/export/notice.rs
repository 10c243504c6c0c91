//! The notice that goes with a bundle: what is held, why, from where, who gets it, for how long, and what a person can do.
//! GDPR Art. 15(1) and (2) with recipients by name; CCPA section 1798.110(a) by categories.

use serde::Serialize;

use super::order::Order;
use super::progress::Progress;
use crate::data_map::DataMap;
use crate::law::Law;
use crate::policy::Route;
use crate::policy::model::{Class, Clock, ExportRule};

/// A category of data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Category {
    pub(super) title: String,
    /// How many records; none where only the category is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) records: Option<u64>,
    pub(super) basis: String,
    pub(super) kept: String,
    /// Whether it was concluded by us, not given or observed.
    pub(super) is_inferred: bool,
}

/// Somebody who gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Recipient {
    pub(super) name: String,
    /// The categories of yours that they have a copy of.
    pub(super) categories: Vec<String>,
    /// What they keep when all else is erased, and for how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keeps: Option<String>,
}

/// A record that stays when a person asks for erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Kept {
    pub(super) title: String,
    pub(super) reason: String,
    pub(super) source: String,
}

/// Where somebody complains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Authority {
    pub(super) title: String,
    pub(super) url: String,
}

/// The businesses that decide about data that we only keep for them. One is named once it has said that its data may be given,
/// and its rows are there; that the person deals with any other is between the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Businesses {
    /// As their rows name them.
    pub(super) included: Vec<String>,
    /// How many others have been asked.
    pub(super) others: usize,
}

/// The whole notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Notice {
    pub(super) controller: String,
    pub(super) contact: String,
    pub(super) policy: String,
    pub(super) purposes: Vec<String>,
    pub(super) grounds: Vec<String>,
    pub(super) categories: Vec<Category>,
    /// Kinds of which something is held and missing, because it could not be read. Absent where nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) third_parties: Vec<String>,
    pub(super) recipients: Vec<Recipient>,
    pub(super) businesses: Businesses,
    pub(super) transfers: Vec<String>,
    pub(super) automated: Vec<String>,
    pub(super) rights: Vec<String>,
    pub(super) kept: Vec<Kept>,
    pub(super) authorities: Vec<Authority>,
}

impl Notice {
    pub(super) fn of(map: &DataMap, law: &Law, order: &Order, progress: &Progress, shows_counts: bool) -> Self {
        let model = map.model();
        let held = || progress.held.iter().filter(|(_, held)| held.records > 0);
        let class = |name: &str| map.class(name);
        let category = |name: &str, records: u64, class: &Class| Category {
            title: map.title(name).to_owned(),
            records: shows_counts.then_some(records),
            basis: class.basis.clone(),
            kept: kept(&class.clock),
            is_inferred: class.export == ExportRule::AccessOnly,
        };
        let categories = held().filter_map(|(name, held)| Some(category(name, held.records, class(name)?))).collect();
        let recipients = model.processor.values().map(|processor| Recipient {
            name: processor.title.clone(),
            categories: held()
                .filter(|(name, _)| processor.classes.contains(name))
                .map(|(name, _)| map.title(name).to_owned())
                .collect(),
            keeps: processor.retains().map(|retains| retains.reason.clone()),
        });
        let regime = order.regime.as_deref().unwrap_or(&law.model().rights.fallback);
        let included = order.businesses.iter().filter(|(_, is_included)| *is_included);
        let included: Vec<String> = included.map(|(tenant, _)| tenant.to_string()).collect();
        let others = order.businesses.len() - included.len();
        let authorities = law.routes(regime).map(|routes| routes.authorities).unwrap_or_default();
        let authority =
            |known: &crate::law::denial::Authority| Authority { title: known.title.clone(), url: known.url.clone() };
        let texts = model.notice.clone();
        Self {
            controller: model.company.name.clone(),
            contact: model.company.contact.clone(),
            policy: model.company.policy_url.clone(),
            purposes: texts.purposes,
            grounds: texts.grounds,
            categories,
            missing: progress.unread.iter().map(|name| map.title(name).to_owned()).collect(),
            sources: texts.sources,
            third_parties: texts.third_parties,
            recipients: recipients.collect(),
            businesses: Businesses { included, others },
            transfers: texts.transfers,
            automated: texts.automated,
            rights: texts.rights,
            kept: stays(map, progress),
            authorities: authorities.iter().map(authority).collect(),
        }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// What stays when a person asks for erasure: with us as a law wants it, with processors, and our own records.
fn stays(map: &DataMap, progress: &Progress) -> Vec<Kept> {
    let retained = map.retained(Route::SubjectRequest, progress.places.iter()).map(|(name, retained)| Kept {
        title: map.title(name).to_owned(),
        reason: retained.reason.clone(),
        source: retained.source.clone(),
    });
    let elsewhere = map.kept_elsewhere(Route::SubjectRequest).map(|(_, processor, retains)| Kept {
        title: processor.title.clone(),
        reason: retains.reason.clone(),
        source: retains.source.clone(),
    });
    let own = map.model().kept.values().map(|kept| Kept {
        title: kept.title.clone(),
        reason: kept.reason.clone(),
        source: kept.source.clone(),
    });
    retained.chain(elsewhere).chain(own).collect()
}

/// How long a class is kept, in words.
fn kept(clock: &Clock) -> String {
    let anchor = clock.anchor.trim_end_matches("_at").replace('_', " ");
    match (clock.floor, clock.ceiling) {
        (_, Some(ceiling)) => format!("at most {} after it was {anchor}", words(ceiling)),
        (Some(floor), None) => format!("at least {} after it was {anchor}", words(floor)),
        (None, None) => "as long as the account exists".to_owned(),
    }
}

fn words(span: jiff::Span) -> String {
    let units = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
    ];
    let unit = |(count, name): (i64, &str)| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    let words: Vec<String> = units.into_iter().filter(|(count, _)| *count > 0).map(unit).collect();
    words.join(" ")
}
