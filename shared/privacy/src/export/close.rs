//! Close: everything that stands at the end of a bundle, because it tells of the rest.

use super::make_bundle::{BundleKind, Making, Stop};
use super::manifest::Manifest;
use super::notice::Notice;
use super::order::Order;
use super::page;
use super::ports::{BundleStore, Contents};
use super::progress::Progress;
use crate::instant;
use crate::law::Law;
use crate::ports::Clock;

impl<V: Contents, B: BundleStore, C: Clock> Making<'_, V, B, C> {
    /// Everything that stands at the end of a bundle: the open tables, the notice, the page, the manifest, the directory.
    pub(super) async fn close(&self, law: &Law, progress: &mut Progress) -> Result<(), Stop> {
        let order = self.order;
        Self::close_all(progress);
        let is_whole = order.kind != BundleKind::Know;
        let notice = Notice::of(self.map, law, order.regime.as_deref(), progress, is_whole);
        progress.archive.add("notice.json", &notice.to_json());
        progress.archive.add("notice.html", &page::notice(&notice));
        let received = order.received_at.map(instant::to_text);
        let index = page::index(self.map, title(order.kind), &lead(order, received.as_deref()), progress);
        progress.archive.add("index.html", &index);
        let records = progress.held.iter().map(|(name, held)| (name.as_str(), held.records)).collect();
        let entries = progress.archive.entries();
        let manifest = Manifest::new(order.kind.as_str(), &order.of, received, records, &progress.redactions, entries);
        let manifest = manifest.to_json();
        progress.archive.add("manifest.json", &manifest);
        progress.archive.finish();
        self.upload(progress, super::collect::PART_BYTES).await?;
        let rest = progress.archive.take_rest();
        if !rest.is_empty() || progress.parts.is_empty() {
            self.part(progress, rest).await?;
        }
        Ok(())
    }
}

const fn title(kind: BundleKind) -> &'static str {
    match kind {
        BundleKind::Access => "Your data",
        BundleKind::Portability => "Your data, for another service",
        BundleKind::Know => "What kinds of data we hold",
        BundleKind::Account => "Your account",
    }
}

fn lead(order: &Order, received: Option<&str>) -> Vec<String> {
    let what = match order.kind {
        BundleKind::Access => "This is everything that we hold of you, with what we have concluded from it.",
        BundleKind::Portability => {
            "This is what you gave us and what was observed of you, without what we have concluded from it."
        }
        BundleKind::Know => {
            "This says which kinds of data we hold, where they come from, what they are used for and who gets them."
        }
        BundleKind::Account => "This is what your account holds, while its export is open.",
    };
    let of = received.map(|at| format!("It answers your request {}, which we received at {at}.", order.of));
    [Some(what.to_owned()), of].into_iter().flatten().collect()
}
