//! The policy file made ready for work: key ranges to fill and patterns to recognise keys by.

mod export;
mod links;
mod shared;
mod target;

pub use shared::SharedRow;

use jiff::Timestamp;

use crate::ids::Platform;
use crate::policy::model::{Model, PlatformRule, Range, StoreKind};
use crate::policy::pattern::{InvalidPattern, Pattern};
use crate::policy::platform::rule_of;
use crate::policy::processor::Settle;
use crate::policy::validate::InvalidPolicy;
use crate::policy::{Counted, Phase, Promise, Route, spoken};
use crate::scope::{Part, Place};
use crate::target::Limit;

/// The class of a key that no pattern of the data map matches. It is erased with its range and reported.
pub const UNCLASSIFIED: &str = "unclassified";

/// The class of a record that nothing dates, in the account of a tenant that came back before it was erased: it may be old or
/// new. It always halts the plan.
pub const UNCLEAR: &str = "undated-after-return";

/// The policy that was built in cannot be used: only a test with a policy of its own can meet this.
#[derive(Debug, thiserror::Error)]
pub enum UnusablePolicy {
    /// Not the shape of a policy.
    #[error("policy: not the expected shape")]
    Shape(#[from] serde_json::Error),
    /// A pattern that validation would have refused.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
    /// A text that validation would have refused.
    #[error(transparent)]
    Text(#[from] InvalidPolicy),
}

/// Where one store keeps what belongs to a [`Place`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyRange {
    /// Sort keys of one partition of a table, all or those with a beginning.
    Table {
        /// The partition key.
        partition: String,
        /// What the sort keys begin with; empty for all.
        begins_with: String,
    },
    /// Object keys of a bucket.
    Bucket {
        /// What the object keys begin with.
        prefix: String,
    },
}

/// One store with its parsed ranges and classes.
#[derive(Debug)]
pub struct StoreMap {
    /// Its name in the policy file.
    pub name: String,
    /// Whether it finds people: erased last.
    pub identities: bool,
    tenant: Option<RangeMap>,
    tenant_contact: Option<RangeMap>,
    user: Option<RangeMap>,
    connection: Option<RangeMap>,
    contact: Option<RangeMap>,
    classes: Vec<(String, Pattern)>,
    pointers: Vec<shared::Pointers>,
    sources: Vec<Pattern>,
    links: Vec<(String, Pattern)>,
}

#[derive(Debug)]
enum RangeMap {
    Table { partition: Pattern, begins_with: Option<Pattern> },
    Bucket { prefix: Pattern },
}

impl StoreMap {
    /// The range of a place in this store, or `None` when the store holds nothing of such a place.
    #[must_use]
    pub fn range(&self, place: &Place) -> Option<KeyRange> {
        let range = match &place.part {
            Part::Own => &self.tenant,
            Part::OwnContact(_) => &self.tenant_contact,
            Part::User(_) => &self.user,
            Part::Connection(_, None) => &self.connection,
            Part::Connection(_, Some(_)) => &self.contact,
        };
        let value = |name: &str| place.id(name);
        match range.as_ref()? {
            RangeMap::Table { partition, begins_with } => Some(KeyRange::Table {
                partition: partition.fill(value).ok()?,
                begins_with: begins_with.as_ref().map_or(Ok(String::new()), |pattern| pattern.fill(value)).ok()?,
            }),
            RangeMap::Bucket { prefix } => Some(KeyRange::Bucket { prefix: prefix.fill(value).ok()? }),
        }
    }

    /// Whether it holds users of accounts.
    #[must_use]
    pub const fn has_users(&self) -> bool {
        self.user.is_some()
    }

    /// The record class of a key, [`UNCLASSIFIED`] when the data map does not know it.
    #[must_use]
    pub fn classify(&self, key: &str) -> &str {
        self.classes.iter().find(|(_, pattern)| pattern.matches(key)).map_or(UNCLASSIFIED, |(name, _)| name)
    }

    /// When a record happened, if its key says so in a placeholder `{instant}`.
    #[must_use]
    pub fn occurred_at(&self, key: &str) -> Option<Timestamp> {
        self.captured(key, "instant").and_then(|text| text.parse().ok())
    }

    /// What stands for a placeholder in a key, if its class has that placeholder.
    #[must_use]
    pub fn captured<'a>(&'a self, key: &'a str, name: &str) -> Option<&'a str> {
        let captured = self.classes.iter().find_map(|(_, pattern)| pattern.capture(key))?;
        captured.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
    }
}

/// A policy ready for work.
#[derive(Debug)]
pub struct DataMap {
    model: Model,
    stores: Vec<StoreMap>,
}

impl DataMap {
    /// The policy file that this crate was built with.
    ///
    /// # Errors
    /// [`UnusablePolicy`], which the build has ruled out.
    pub fn built_in() -> Result<Self, UnusablePolicy> {
        Self::new(serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/policy.json")))?)
    }

    /// Makes a validated policy ready, with its spans in its texts.
    ///
    /// # Errors
    /// [`UnusablePolicy`]
    pub fn new(mut model: Model) -> Result<Self, UnusablePolicy> {
        spoken::fill(&mut model)?;
        let mut stores = Vec::with_capacity(model.store.len());
        for (name, store) in &model.store {
            let (mut classes, mut pointers): (Vec<(String, Pattern)>, _) = (Vec::new(), Vec::new());
            for (class, described) in model.class.iter().filter(|(_, class)| class.store == *name) {
                classes.push((class.clone(), Pattern::parse(&described.key)?));
                pointers.extend(shared::Pointers::of(described, &model)?);
            }
            let fed_from = model.class.values().filter_map(|class| class.shared.as_ref());
            let fed_from = fed_from.filter(|shared| shared.store == *name);
            let sources = fed_from.map(|shared| Pattern::parse(&shared.source)).collect::<Result<_, _>>()?;
            let has_link = |(_, pattern): &&(String, Pattern)| pattern.slots().any(|slot| slot == links::SLOT);
            let links = classes.iter().filter(has_link).cloned().collect();
            let ready = |range: &Option<Range>| range.as_ref().map(|range| range_map(store.kind, range)).transpose();
            stores.push(StoreMap {
                name: name.clone(),
                identities: store.identities,
                tenant: ready(&store.tenant)?,
                tenant_contact: ready(&store.tenant_contact)?,
                user: ready(&store.user)?,
                connection: ready(&store.connection)?,
                contact: ready(&store.contact)?,
                classes,
                pointers,
                sources,
                links,
            });
        }
        stores.sort_by_key(|store| store.identities);
        Ok(Self { model, stores })
    }

    /// The same policy with another wait between asking an HTTP processor and looking at it, for test stacks.
    #[must_use]
    pub fn confirming_after(mut self, wait: jiff::Span) -> Self {
        for processor in self.model.processor.values_mut() {
            match &mut processor.settle {
                Settle::Http(http) => http.confirm_after = wait,
                Settle::OwnInfrastructure(_) | Settle::Expires(_) => {}
            }
        }
        self
    }

    /// The policy file itself.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Every store, the one that finds people last.
    #[must_use]
    pub fn stores(&self) -> &[StoreMap] {
        &self.stores
    }

    /// One store by its name.
    #[must_use]
    pub fn store(&self, name: &str) -> Option<&StoreMap> {
        self.stores.iter().find(|store| store.name == name)
    }

    /// Whether a store may hold records of a platform; what the map does not know holds none.
    #[must_use]
    pub fn may_hold(&self, store: &str, platform: &Platform) -> bool {
        let described = self.model.store.get(store);
        described.is_some_and(|store| !store.excluded_platforms.iter().any(|name| name == platform.as_str()))
    }

    /// The promise of a route. Validation ensures that there is one.
    #[must_use]
    pub fn promise(&self, route: Route) -> Option<&Promise> {
        self.model.promise.get(&route)
    }

    /// How the last day of a route's promise is counted, where it is: some requests bring their own.
    #[must_use]
    pub fn counted(&self, route: Route) -> Option<&Counted> {
        self.promise(route)?.counted.as_ref()
    }

    /// One phase of what happens when a tenant's account ends.
    #[must_use]
    pub fn phase(&self, name: &str) -> Option<&Phase> {
        self.model.termination.phase.get(name)
    }

    /// Whether a phase takes connections of a tenant, and not only what the tenant has of its own.
    #[must_use]
    pub fn takes_connections(&self, phase: &Phase) -> bool {
        self.stores.iter().any(|store| store.identities && phase.stores.contains(&store.name))
    }

    /// Whether a phase takes connections of a platform: it names it, or no phase does.
    #[must_use]
    pub fn is_of_phase(&self, phase: &Phase, platform: &Platform) -> bool {
        let names = |phase: &Phase| phase.platforms.iter().any(|name| name == platform.as_str());
        if phase.platforms.is_empty() { !self.model.termination.phase.values().any(names) } else { names(phase) }
    }

    /// What a platform's terms ask beyond the promises, if the policy knows it. Several platforms may have terms in common, and are
    /// then known by the name that those have, too.
    #[must_use]
    pub fn platform(&self, platform: &Platform) -> Option<&PlatformRule> {
        rule_of(&self.model, platform.as_str())
    }

    /// How far the word of a person alone reaches; `user` is what they logged in as, if they did.
    #[must_use]
    pub fn on_their_word(&self, user: Option<Place>) -> Limit {
        let names = self.model.routing.on_their_word.iter();
        Limit::OnTheirWord { platforms: names.filter_map(|name| Platform::parse(name).ok()).collect(), user }
    }

    /// What a plan may erase of a class before it halts; an unclassified record always halts it.
    #[must_use]
    pub fn ceiling(&self, class: &str) -> u64 {
        self.model.class.get(class).map_or(0, |class| class.ceiling_per_request)
    }

    /// The title of a class for people.
    #[must_use]
    pub fn title<'a>(&'a self, class: &'a str) -> &'a str {
        let other =
            if class == UNCLEAR { "Records of an account that came back" } else { "Other records of the connection" };
        self.model.class.get(class).map_or(other, |class| &class.title)
    }

    /// The classes that live in a store.
    pub fn classes_of<'a>(&'a self, store: &'a str) -> impl Iterator<Item = &'a str> {
        self.model.class.iter().filter(move |(_, class)| class.store == store).map(|(name, _)| name.as_str())
    }
}

fn range_map(kind: StoreKind, range: &Range) -> Result<RangeMap, InvalidPattern> {
    let parse = |text: &Option<String>| Pattern::parse(text.as_deref().unwrap_or_default());
    match kind {
        StoreKind::Table => Ok(RangeMap::Table {
            partition: parse(&range.partition)?,
            begins_with: range.begins_with.as_deref().map(Pattern::parse).transpose()?,
        }),
        StoreKind::Bucket => Ok(RangeMap::Bucket { prefix: parse(&range.prefix)? }),
    }
}
