//! Close: everything that stands at the end of a bundle, because it tells of the rest.

use super::archive::{Archive, Entry};
use super::collect::PART_BYTES;
use super::make_bundle::{BundleKind, Making, Stop};
use super::manifest::{self, Manifest, Missing, SCHEMA_VERSION};
use super::notice::Notice;
use super::order::Order;
use super::page;
use super::ports::{BundleStore, Contents};
use super::progress::{Held, Progress};
use crate::fault::Fault;
use crate::instant;
use crate::law::Law;
use crate::ports::Clock;

impl<V: Contents, B: BundleStore, C: Clock> Making<'_, V, B, C> {
    /// Everything that stands at the end of a bundle: the open tables, the notice, the page, the manifest, the directory.
    pub(super) async fn close(&self, law: &Law, progress: &mut Progress) -> Result<(), Stop> {
        let order = self.order;
        Self::close_all(progress);
        let is_whole = order.kind != BundleKind::Know;
        let notice = Notice::of(self.map, law, order, progress, is_whole);
        add(progress, "notice.json", &notice.to_json());
        add(progress, "notice.html", &page::notice(&notice));
        let received = order.received_at.map(instant::to_text);
        let index = page::index(self.map, title(order.kind), &lead(order, received.as_deref(), progress), progress);
        add(progress, "index.html", &index);
        drop(index);
        self.upload(progress, PART_BYTES).await?;
        self.manifest(progress, received).await?;
        self.directory(progress).await?;
        let rest = progress.archive.take_rest();
        if !rest.is_empty() || progress.parts.is_empty() {
            self.part(progress, rest).await?;
        }
        Ok(())
    }

    /// Lists every file that is there.
    async fn manifest(&self, progress: &mut Progress, received_at: Option<String>) -> Result<(), Stop> {
        let records = progress.held.iter().map(|(name, held)| (name.as_str(), held.records)).collect();
        let (kind, of, redactions) = (self.order.kind.as_str(), &self.order.of, &progress.redactions);
        let missing = progress.unread.iter().map(|class| Missing::unread(class)).collect();
        let head =
            Manifest { schema_version: SCHEMA_VERSION, kind, of, received_at, records, redactions, missing }.head();
        let mut file = progress.archive.begin("manifest.json");
        progress.archive.write(&mut file, &head);
        let (mut at, mut is_first) = (0, true);
        while let Some(leaf) = progress.leaves.get(at) {
            let entries = self.leaf(leaf).await?;
            progress.archive.write(&mut file, &manifest::listed(&entries, &mut is_first));
            self.upload(progress, PART_BYTES).await?;
            at += 1;
        }
        let rest = manifest::listed(progress.archive.entries(), &mut is_first);
        progress.archive.write(&mut file, &rest);
        progress.archive.write(&mut file, manifest::TAIL);
        progress.archive.end(file);
        self.upload(progress, PART_BYTES).await
    }

    /// Closes the archive: where each file begins.
    async fn directory(&self, progress: &mut Progress) -> Result<(), Stop> {
        let (begins, mut at) = (progress.archive.bytes(), 0);
        while let Some(leaf) = progress.leaves.get(at) {
            let entries = self.leaf(leaf).await?;
            progress.archive.list(&entries);
            self.upload(progress, PART_BYTES).await?;
            at += 1;
        }
        progress.archive.finish(begins);
        self.upload(progress, PART_BYTES).await
    }

    async fn leaf(&self, leaf: &str) -> Result<Vec<Entry>, Stop> {
        let kept = self.bundles.kept(leaf).await?;
        let entries = kept.and_then(|kept| Archive::read_leaf(&kept));
        Ok(entries.ok_or_else(|| Fault::park("export.leaf", "a leaf of the directory is gone"))?)
    }
}

fn add(progress: &mut Progress, name: &str, content: &[u8]) {
    progress.archive.add(name, [content].into_iter());
}

const fn title(kind: BundleKind) -> &'static str {
    match kind {
        BundleKind::Access => "Your data",
        BundleKind::Portability => "Your data, for another service",
        BundleKind::Know => "What kinds of data we hold",
        BundleKind::Account => "Your account",
    }
}

/// Said to everybody alike: it does not tell whether there is one.
const WITHOUT_ACCOUNT: &str = "It holds nothing of an account with us, if there is one: only a login there opens that. To have it \
    too, send a request that says that you can log in.";

const UNREAD: &str = "It is not complete: some of what we hold could not be read. The notice names of which kinds. As soon as it can be read you \
    are told, and get it without asking again.";

fn lead(order: &Order, received: Option<&str>, progress: &Progress) -> Vec<String> {
    let is_without_businesses = order.businesses.iter().any(|(_, is_included)| !is_included);
    let what = match order.kind {
        BundleKind::Access if is_without_businesses => {
            "This is what we hold of what you have shown to be yours and may give you, with what we have concluded from it."
        }
        BundleKind::Access => {
            "This is what we hold of what you have shown to be yours, with what we have concluded from it."
        }
        BundleKind::Portability => {
            "This is what you gave us and what was observed of you, without what we have concluded from it."
        }
        BundleKind::Know => {
            "This says which kinds of data we hold, where they come from, what they are used for and who gets them."
        }
        BundleKind::Account => "This is what your account holds, while its export is open.",
    };
    let of = received.map(|at| format!("It answers your request {}, which we received at {at}.", order.of));
    let left_out = is_without_businesses.then(|| {
        "A part is not in it: businesses that you were in touch with decide about data that we only keep for them, and have not \
         said yet that we may give it. Which they are we do not say; you can ask every business that you wrote with."
            .to_owned()
    });
    // It is a copy of everything only if nothing is said to be left out.
    let is_partial = order.kind != BundleKind::Know && progress.held.values().any(Held::is_not_copied);
    let not_copied = is_partial.then(|| {
        "Of some kinds this has no copy: what they are and how many records we hold of each stands below, under “What we hold”."
            .to_owned()
    });
    let is_without_account = order.tenant.is_none() && order.user.is_none();
    let without_account = is_without_account.then(|| WITHOUT_ACCOUNT.to_owned());
    let unread = (!progress.unread.is_empty()).then(|| UNREAD.to_owned());
    [Some(what.to_owned()), unread, not_copied, left_out, of, without_account].into_iter().flatten().collect()
}
