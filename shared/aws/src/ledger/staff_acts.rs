//! What staff and the dashboard are about to do or see: one row for each deed, which holds the last one and counts.
//!
//! | partition | sort key | holds |
//! |---|---|---|
//! | `staff-acts` | `<deed>` | `who`, `at`, `about` by keyed reference, `count` |
//! | `export#<tenant>` | `noted#<deed>` | the same, about the export of that account |

use privacy::audit::{StaffAct, StaffActs, StaffDeed};
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::ports::Answer;

use super::LedgerTable;
use crate::attributes::{Item, at, find_parsed, get_at, get_text, number, text, unreadable};
use crate::faults::fault;
use crate::patience;

const STAFF: &str = "staff-acts";
/// What the sort key of a deed about an account begins with.
pub(super) const NOTED: &str = "noted#";
const EXPORT: &str = "export#";

fn key(deed: &StaffDeed) -> Item {
    let (partition, sort) = match deed {
        StaffDeed::OrderExport(tenant) | StaffDeed::LookAtExport(tenant) => {
            (format!("{EXPORT}{tenant}"), format!("{NOTED}{}", deed.name()))
        }
        StaffDeed::PlaceHold(_)
        | StaffDeed::ReleaseHold(_)
        | StaffDeed::ConfirmPlan(_)
        | StaffDeed::LookAtRequest(_)
        | StaffDeed::LookAtList => (STAFF.to_owned(), deed.name().to_owned()),
    };
    Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(sort))])
}

pub(super) fn act_of(item: &Item) -> Result<StaffAct, Fault> {
    let sort = get_text(item, "sk")?;
    let tenant = get_text(item, "pk")?.strip_prefix(EXPORT).map(TenantId::parse).transpose();
    let tenant = tenant.map_err(|_| unreadable("pk"))?;
    let about = find_parsed(item, "about", KeyedRef::parse)?;
    let deed = StaffDeed::named(sort.strip_prefix(NOTED).unwrap_or(sort), about, tenant);
    Ok(StaffAct {
        deed: deed.ok_or_else(|| unreadable("sk"))?,
        who: get_text(item, "who")?.to_owned(),
        at: get_at(item, "at")?,
    })
}

impl StaffActs for LedgerTable {
    async fn note_act(&self, act: &StaffAct) -> Answer<()> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key(&act.deed)));
        let update = update
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":who", text(&act.who))
            .expression_attribute_values(":at", at(act.at))
            .expression_attribute_values(":one", number(1));
        let update = match act.deed.about() {
            Some(about) => update
                .update_expression("SET who = :who, #at = :at, about = :about ADD #count :one")
                .expression_attribute_values(":about", text(about.as_str())),
            None => update.update_expression("SET who = :who, #at = :at ADD #count :one"),
        };
        patience::send(update).await.map(drop).map_err(fault("staff.note_act"))
    }
}
