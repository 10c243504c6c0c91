//! Collect: read everything of every place page by page, redact it, and write it away before the next page is read. What is
//! in memory is a page, the open tables and two parts of the upload, however much there is and in how many files.

use serde_json::Value;

use super::file_name::file_name;
use super::make_bundle::{Making, Stop};
use super::ports::{BundleStore, Contents, Object, Row};
use super::progress::{Held, Progress};
use super::redact::{Reason, Redactor, Whose};
use super::shown::Shown;
use super::table::Table;
use crate::data_map::{KeyRange, StoreMap, UNCLASSIFIED};
use crate::fault::Fault;
use crate::policy::model::Class;
use crate::ports::Clock;
use crate::scope::Place;

/// S3 takes parts of 5 MiB and more.
pub(super) const PART_BYTES: usize = 5 << 20;
/// When the open tables are longer than this together, the longest is written away. Small accounts reach it too: what is in memory is
/// the same for them as for large ones.
pub(super) const TABLES_BYTES: usize = 1 << 20;
/// How much of an object is read at once.
const PIECE_BYTES: u64 = 1 << 20;
/// A larger object is named and not copied: the bundle would not fit into anybody's download.
const OBJECT_BYTES_MAX: u64 = 1 << 29;
/// How many records of a class the page shows.
const PREVIEW: usize = 20;
/// How much of a value it shows.
const PREVIEW_CHARACTERS: usize = 300;

impl<V: Contents, B: BundleStore, C: Clock> Making<'_, V, B, C> {
    /// Reads on until everything is read. [`Stop::OutOfTime`] leaves the cursor where the next visit goes on.
    pub(super) async fn collect(&self, progress: &mut Progress) -> Result<(), Stop> {
        while let Some(place) = progress.places.get(progress.cursor.place).cloned() {
            while let Some(store) = self.map.stores().get(progress.cursor.store) {
                let read = match store.range(&place) {
                    Some(range @ KeyRange::Table { .. }) => self.table(progress, &place, store, &range).await,
                    Some(KeyRange::Bucket { prefix }) => self.bucket(progress, &place, store, &prefix).await,
                    None => Ok(()),
                };
                self.or_missing(progress, self.map.classes_of(&store.name), read)?;
                progress.cursor.after = None;
                progress.cursor.store += 1;
            }
            progress.cursor.place += 1;
            progress.cursor.store = 0;
        }
        Ok(())
    }

    async fn table(
        &self,
        progress: &mut Progress,
        place: &Place,
        store: &StoreMap,
        range: &KeyRange,
    ) -> Result<(), Stop> {
        if self.is_person() {
            self.know_own(progress, place, store).await?;
        }
        loop {
            self.in_time()?;
            let page = self.vault.rows(&store.name, range, progress.cursor.after.as_deref()).await;
            let page = page.map_err(Stop::Unread)?;
            for row in page.rows {
                self.row(progress, place, store, row);
                if progress.table_bytes() > TABLES_BYTES {
                    self.write_away(progress, TABLES_BYTES);
                    self.upload(progress, PART_BYTES).await?;
                }
            }
            self.upload(progress, PART_BYTES).await?;
            progress.cursor.after = page.next;
            if progress.cursor.after.is_none() {
                return Ok(());
            }
        }
    }

    /// What the person is known by there: names that stand in other records too, and are theirs.
    async fn know_own(&self, progress: &mut Progress, place: &Place, store: &StoreMap) -> Result<(), Stop> {
        for (name, class) in self.map.identifying(store) {
            let Some(range) = store.single(place, name) else { continue };
            for row in self.vault.rows(&store.name, &range, None).await.map_err(Stop::Unread)?.rows {
                for name in &class.names {
                    if let Some(Value::String(text)) = row.attributes.get(name) {
                        progress.own.know(text);
                    }
                }
            }
        }
        Ok(())
    }

    fn row(&self, progress: &mut Progress, place: &Place, store: &StoreMap, row: Row) {
        let name = store.classify(&row.key);
        let other = self.other(place, store, &row.key);
        let Some((class, shown)) = self.shown(progress, place, name, other.is_some()) else { return };
        let held = progress.held.entry(name.to_owned()).or_default();
        held.records += 1;
        if shown != Shown::Whole {
            return;
        }
        let mut redactor = Redactor {
            people: &mut progress.people,
            own: &progress.own,
            hides_people: self.is_person(),
            counts: &mut progress.redactions,
        };
        let whose = other.as_deref().map_or(Whose::Own, Whose::Other);
        let row = redactor.row(class, whose, row.attributes);
        if held.preview.len() < PREVIEW {
            held.preview.push(class.attributes.iter().map(|name| preview(name, &row)).collect());
        }
        let table = progress.tables.entry(name.to_owned()).or_insert_with(|| Table::new(next_number(held)));
        table.push(&class.attributes, &row);
    }

    /// The class of a record, unless nothing is said of it. What is left out for a reason is counted.
    fn shown(&self, progress: &mut Progress, place: &Place, name: &str, is_other: bool) -> Option<(&Class, Shown)> {
        let class = self.map.class(name).filter(|_| name != UNCLASSIFIED);
        let Some(class) = class else {
            progress.redactions.add(Reason::Unmapped);
            return None;
        };
        let is_barred = || place.whole_connection().is_some_and(|connection| progress.barred.contains(&connection));
        if is_other && is_barred() {
            progress.redactions.add(Reason::Platform);
            return None;
        }
        match self.rule(class.export) {
            Shown::Hidden => None,
            shown @ (Shown::Whole | Shown::Counted) => Some((class, shown)),
        }
    }

    /// Whose a record is, if not of whoever gets the bundle.
    fn other(&self, place: &Place, store: &StoreMap, key: &str) -> Option<String> {
        let is_whole = self.is_person() && place.contact().is_none();
        is_whole.then(|| store.captured(key, "contact")).flatten().map(|contact| format!("contact\n{contact}"))
    }

    async fn bucket(&self, progress: &mut Progress, place: &Place, store: &StoreMap, prefix: &str) -> Result<(), Stop> {
        loop {
            let page = self.vault.objects(&store.name, prefix, progress.cursor.after.as_deref()).await;
            let page = page.map_err(Stop::Unread)?;
            for object in page.objects {
                self.in_time_for(object.bytes)?;
                let read = self.object(progress, place, store, &object).await;
                self.or_missing(progress, std::iter::once(store.classify(&object.key)), read)?;
                self.upload(progress, PART_BYTES).await?;
                progress.cursor.after = Some(object.key);
            }
            progress.cursor.after = page.next;
            if progress.cursor.after.is_none() {
                return Ok(());
            }
        }
    }

    async fn object(
        &self,
        progress: &mut Progress,
        place: &Place,
        store: &StoreMap,
        object: &Object,
    ) -> Result<(), Stop> {
        let name = store.classify(&object.key);
        let is_other = self.other(place, store, &object.key).is_some();
        let Some((_, shown)) = self.shown(progress, place, name, is_other) else { return Ok(()) };
        let number = {
            let held = progress.held.entry(name.to_owned()).or_default();
            held.records += 1;
            held.records
        };
        if shown != Shown::Whole {
            return Ok(());
        }
        // A picture cannot be redacted: what another person sent stays theirs.
        if is_other || object.bytes > OBJECT_BYTES_MAX {
            progress.redactions.add(if is_other { Reason::OtherPeople } else { Reason::TooLarge });
            return Ok(());
        }
        let path = format!("files/{name}/{number:05}-{}", file_name(&object.key));
        let (mut file, mut from) = (None, 0_u64);
        while from < object.bytes {
            let piece = self.vault.read(&store.name, &object.key, from, PIECE_BYTES.min(object.bytes - from)).await;
            // What is begun would be half a file.
            let piece = piece.map_err(|fault| if file.is_none() { Stop::Unread(fault) } else { Stop::Fault(fault) })?;
            let piece = piece.filter(|piece| !piece.is_empty());
            // Gone or replaced while it was read: what is begun would be half a file.
            let piece = piece.ok_or_else(|| Fault::retry("export.object", "an object changed while it was read"))?;
            from += piece.len() as u64;
            let file = file.get_or_insert_with(|| progress.archive.begin(&path));
            progress.archive.write(file, &piece);
            self.upload(progress, PART_BYTES).await?;
        }
        let file = file.unwrap_or_else(|| progress.archive.begin(&path));
        progress.archive.end(file);
        let held: &mut Held = progress.held.entry(name.to_owned()).or_default();
        if held.files.len() < 1_000 {
            held.files.push(path);
        }
        Ok(())
    }

    /// Writes the longest tables into the archive until the rest is within `bytes`.
    pub(super) fn write_away(&self, progress: &mut Progress, bytes: usize) {
        while progress.table_bytes() > bytes {
            let longest = progress.tables.iter().max_by_key(|(_, table)| table.bytes()).map(|(name, _)| name.clone());
            match longest {
                Some(name) => close(progress, &name),
                None => return,
            }
        }
    }

    /// Writes every table into the archive, in their order.
    pub(super) fn close_all(progress: &mut Progress) {
        let names: Vec<String> = progress.tables.keys().cloned().collect();
        for name in names {
            close(progress, &name);
        }
    }

    /// Uploads every whole part that the archive has, and keeps every whole leaf of its directory.
    pub(super) async fn upload(&self, progress: &mut Progress, bytes: usize) -> Result<(), Stop> {
        while let Some(leaf) = progress.archive.take_leaf() {
            let object = self.key.leaf(&leaf);
            self.bundles.keep(&object, leaf).await?;
            progress.leaves.push(object);
        }
        while let Some(part) = progress.archive.take(bytes) {
            self.part(progress, part).await?;
        }
        Ok(())
    }

    pub(super) async fn part(&self, progress: &mut Progress, bytes: Vec<u8>) -> Result<(), Stop> {
        let number = i32::try_from(progress.parts.len() + 1).unwrap_or(i32::MAX);
        let part = self.bundles.part(&self.key, &progress.upload, number, bytes).await?;
        progress.parts.push(part.ok_or(Stop::UploadGone)?);
        Ok(())
    }
}

fn close(progress: &mut Progress, name: &str) {
    let Some(table) = progress.tables.remove(name) else { return };
    let number = table.number;
    let (json, csv) = table.close();
    for (kind, content) in [("json", json), ("csv", csv)] {
        let path = format!("data/{name}-{number:03}.{kind}");
        progress.archive.add(&path, content.iter());
        progress.held.entry(name.to_owned()).or_default().files.push(path);
    }
}

/// The number of the next file of a class: two were written for each before.
fn next_number(held: &Held) -> u32 {
    u32::try_from(held.files.len() / 2 + 1).unwrap_or(u32::MAX)
}

fn preview(name: &str, row: &[(String, Value)]) -> String {
    let value = row.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => value.to_string(),
    };
    if text.chars().count() > PREVIEW_CHARACTERS {
        text.chars().take(PREVIEW_CHARACTERS).chain(['…']).collect()
    } else {
        text
    }
}
