//! What staff and the dashboard are about to do or see: one row for each deed, which holds the last one and counts.
//!
//! | partition | sort key | holds |
//! |---|---|---|
//! | `staff-acts` | `<deed>` | `who`, `at`, `about` by keyed reference, `class`, `since`, `reason` as the deed has them, `count` |
//! | `export#<tenant>` | `noted#<deed>` | the same, about the export of that account |

use privacy::audit::{Noted, StaffAct, StaffActs, StaffDeed, StaffReason};
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::ports::Answer;

use super::LedgerTable;
use crate::attributes::{Item, at, find_at, find_parsed, get_at, get_text, number, text, unreadable};
use crate::faults::fault;
use crate::patience;

const STAFF: &str = "staff-acts";
/// What the sort key of a deed about an account begins with.
pub(super) const NOTED: &str = "noted#";
const EXPORT: &str = "export#";

fn key(deed: &StaffDeed) -> Item {
    let (partition, sort) = match deed.noted().tenant {
        Some(tenant) => (format!("{EXPORT}{tenant}"), format!("{NOTED}{}", deed.name())),
        None => (STAFF.to_owned(), deed.name().to_owned()),
    };
    Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(sort))])
}

pub(super) fn act_of(item: &Item) -> Result<StaffAct, Fault> {
    let sort = get_text(item, "sk")?;
    let tenant = get_text(item, "pk")?.strip_prefix(EXPORT).map(TenantId::parse).transpose();
    let noted = Noted {
        about: find_parsed(item, "about", KeyedRef::parse)?,
        tenant: tenant.map_err(|_| unreadable("pk"))?,
        class: item.get("class").map(|_| get_text(item, "class").map(str::to_owned)).transpose()?,
        since: find_at(item, "since")?,
        reason: find_parsed(item, "reason", StaffReason::stored)?,
    };
    let deed = StaffDeed::named(sort.strip_prefix(NOTED).unwrap_or(sort), noted);
    Ok(StaffAct {
        deed: deed.ok_or_else(|| unreadable("sk"))?,
        who: get_text(item, "who")?.to_owned(),
        at: get_at(item, "at")?,
    })
}

impl StaffActs for LedgerTable {
    async fn note_act(&self, act: &StaffAct) -> Answer<()> {
        let Noted { about, tenant: _, class, since, reason } = act.deed.noted();
        let told = [
            ("about", about.map(|about| text(about.as_str()))),
            ("class", class.map(text)),
            ("since", since.map(at)),
            ("reason", reason.map(|reason| text(reason.as_str()))),
        ];
        let mut change = "SET who = :who, #at = :at".to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&act.deed)))
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":who", text(&act.who))
            .expression_attribute_values(":at", at(act.at))
            .expression_attribute_values(":one", number(1));
        // A deed always has the same of them, so nothing of the one before is left.
        for (name, value) in told.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            change.push_str(&format!(", #{name} = :{name}"));
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        let update = update.update_expression(format!("{change} ADD #count :one"));
        patience::send(update).await.map(drop).map_err(fault("staff.note_act"))
    }
}
