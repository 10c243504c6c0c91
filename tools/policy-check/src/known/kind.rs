//! What is asked of one kind of row or object.

use jiff::Timestamp;
use privacy::policy::pattern::Pattern;

use super::{EXPIRY_TAKES, Expiry, Kind, Listed, Owner, REGISTRY, Unexpired, owner};

/// What stands for the period of a row in its keys.
const PERIODS: [&str; 4] = ["hour", "day", "month", "period"];

/// On which side of a registry a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// It lists a connection for a period.
    Line,
    /// It is found by such a line.
    Record,
}

impl Kind {
    /// The connection under which a row or an object stands.
    #[must_use]
    pub fn owner(&self, partition: Option<&str>, key: Option<&str>) -> Option<Owner> {
        let of = |pattern: &Option<Pattern>, text: Option<&str>| owner(pattern.as_ref()?.capture(text?)?);
        of(&self.partition, partition).or_else(|| of(&self.key, key))
    }

    /// The patterns of its keys, as the map has them.
    #[must_use]
    pub fn shape(&self) -> &str {
        &self.shape
    }

    /// The attributes that the map knows of it.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(String::as_str)
    }

    /// The class of a row that stands in a shard in which no purge looks.
    #[must_use]
    pub fn beyond_shards(&self, partition: &str) -> Option<&str> {
        let shards = self.shards?;
        let slots = self.partition.as_ref()?.capture(partition)?;
        let (_, shard) = slots.into_iter().find(|(slot, _)| *slot == "shard")?;
        // As a purge writes it: `01` is another partition than `1`.
        (!(0..shards).any(|known| known.to_string() == shard)).then_some(self.name.as_str())
    }

    /// What a registry has to do with a row: what one of its lines lists, or what has to be listed for one of its records.
    pub(crate) fn listed(&self, partition: &str, sort: Option<&str>) -> Option<(Side, Listed)> {
        let slots = self.slots(partition, sort);
        let owner = self.owner(Some(partition), sort)?;
        let period = value_of(&slots, |slot| PERIODS.contains(&slot))?.to_owned();
        if self.name == REGISTRY {
            let class = value_of(&slots, |slot| slot == "class")?.to_owned();
            return Some((Side::Line, Listed { class, period, owner }));
        }
        let class = self.since.contains_key(&self.name).then(|| self.name.clone())?;
        Some((Side::Record, Listed { class, period, owner }))
    }

    /// The class of a row that is older than the first day of its class, where no purge ever looks.
    #[must_use]
    pub fn before_since(&self, partition: &str, sort: Option<&str>) -> Option<&str> {
        let slots = self.slots(partition, sort);
        let value = |is: &dyn Fn(&str) -> bool| value_of(&slots, is);
        let class = value(&|slot| slot == "class").unwrap_or(&self.name);
        let (class, since) = self.since.get_key_value(class)?;
        let period = value(&|slot| PERIODS.contains(&slot))?;
        // Text order is time order; a month is shorter than a day.
        (period < since.get(..period.len().min(since.len()))?).then_some(class.as_str())
    }

    /// The class of a row that says another instant than that of the period in which it stands: it goes with the period.
    #[must_use]
    pub fn misdated(&self, partition: &str, sort: Option<&str>) -> Option<&str> {
        let slots = self.slots(partition, sort);
        let period = value_of(&slots, |slot| PERIODS.contains(&slot))?;
        let instant = value_of(&slots, |slot| slot == "instant")?;
        // A period is how its instants begin.
        (!instant.starts_with(period)).then_some(self.name.as_str())
    }

    /// What stands for each placeholder of the keys of a row.
    fn slots(&self, partition: &str, sort: Option<&str>) -> Vec<(String, String)> {
        let captured = |pattern: &Option<Pattern>, text: &str| -> Vec<(String, String)> {
            let found = pattern.as_ref().and_then(|pattern| pattern.capture(text)).unwrap_or_default();
            found.into_iter().map(|(slot, value)| (slot.to_owned(), value.to_owned())).collect()
        };
        let mut slots = captured(&self.partition, partition);
        slots.extend(sort.map(|sort| captured(&self.key, sort)).unwrap_or_default());
        slots
    }

    /// Why a row is there that was to expire; `None` where it may be.
    #[must_use]
    pub fn unexpired(&self, expires_at: Option<i64>, now: Timestamp) -> Option<Unexpired> {
        match (self.expiry?, expires_at) {
            (Expiry::Always, None) => Some(Unexpired::Never),
            (Expiry::Later, None) => None,
            (_, Some(second)) => (second < (now - EXPIRY_TAKES).as_second()).then_some(Unexpired::Overdue),
        }
    }

    /// The attributes that no class names, of those of a row.
    pub fn unknown<'a>(&'a self, attributes: &'a [String]) -> impl Iterator<Item = &'a str> {
        attributes.iter().filter(|name| !self.attributes.contains(*name)).map(String::as_str)
    }
}

fn value_of(slots: &[(String, String)], is: impl Fn(&str) -> bool) -> Option<&str> {
    slots.iter().find(|(slot, _)| is(slot)).map(|(_, value)| value.as_str())
}
