//! Rows of bundles: their keys, and what stands in them.

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::export::job::ExportJob;
use privacy::export::ports::{Bundle, Round};
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::obligation::ObligationId;
use privacy::ports::DUE_SHARDS;

use super::rows;
use crate::attributes::{Item, at, find_at, get_at, get_number, get_text, number, text, unreadable};

pub(super) const BUNDLE: &str = "bundle";
const EXPORT: &str = "export#";
pub(super) const EARLIER: &str = "earlier";

pub(super) fn key(job: &ExportJob) -> Item {
    let partition = match job {
        ExportJob::Request(id) => id.partition(),
        ExportJob::Tenant(tenant) => format!("{EXPORT}{tenant}"),
    };
    Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(BUNDLE))])
}

pub(super) fn job_of(item: &Item) -> Result<ExportJob, Fault> {
    match get_text(item, "pk")?.strip_prefix(EXPORT) {
        Some(tenant) => TenantId::parse(tenant).map(ExportJob::Tenant).map_err(|_| unreadable("pk")),
        None => rows::id_of(item).map(ExportJob::Request),
    }
}

pub(super) fn shard_of(job: &ExportJob) -> u8 {
    match job {
        ExportJob::Request(id) => id.shard(DUE_SHARDS),
        ExportJob::Tenant(tenant) => ObligationId::of_termination(tenant, "export").shard(DUE_SHARDS),
    }
}

pub(super) fn due_shard(shard: u8) -> String {
    format!("bundle-{}", rows::shard_name(shard))
}

pub(super) fn pending(tenant: &TenantId) -> String {
    format!("pending#{tenant}")
}

pub(super) fn bundle_of(item: &Item) -> Result<Bundle, Fault> {
    Ok(Bundle {
        round: get_number(item, "round")?,
        upload: item.get("upload").map(|_| get_text(item, "upload").map(str::to_owned)).transpose()?,
        is_kept: item.contains_key("is_kept"),
        made_at: find_at(item, "made_at")?,
        bytes: get_number(item, "bytes")?,
        erase_at: find_at(item, "erase_at")?,
        erased_at: find_at(item, "erased_at")?,
        earlier: match item.get(EARLIER) {
            Some(earlier) => {
                let earlier = earlier.as_l().map_err(|_| unreadable(EARLIER))?;
                earlier.iter().map(round_of).collect::<Result<_, _>>()?
            }
            None => Vec::new(),
        },
    })
}

fn round_of(value: &AttributeValue) -> Result<Round, Fault> {
    let item = value.as_m().map_err(|_| unreadable(EARLIER))?;
    let (made_at, erase_at) = (get_at(item, "made_at")?, get_at(item, "erase_at")?);
    Ok(Round { round: get_number(item, "round")?, made_at, erase_at })
}

/// Those that are still there; `None` for none: a row has the attribute only where there are any.
pub(super) fn earlier_value(earlier: &[Round]) -> Option<AttributeValue> {
    let value = |Round { round, made_at, erase_at }: &Round| {
        let facts = [("round", number(round)), ("made_at", at(*made_at)), ("erase_at", at(*erase_at))];
        AttributeValue::M(facts.map(|(name, value)| (name.to_owned(), value)).into())
    };
    (!earlier.is_empty()).then(|| AttributeValue::L(earlier.iter().map(value).collect()))
}
