//! What there was before a run begins: connections with their data, somebody who only wrote, what vendors hold.

use jiff::Timestamp;
use privacy::processors::Target;

use crate::cast::Actor;
use crate::oracle::{Connected, Copy};
use crate::people::{self, PEOPLE, WRITER};
use crate::process::BEGINNING;
use crate::world::World;

impl World {
    /// What there was before the run began.
    pub(crate) fn furnish(&self) {
        let cloud = &self.cloud;
        let before = Timestamp::from_second(BEGINNING - 50 * 86_400).unwrap();
        let known = [("alder", "c1", 0), ("alder", "c10", PEOPLE - 1), ("birch", "c2", 0), ("birch", "c3", 1)];
        for (tenant, id, person) in known {
            if id == "c2" && cloud.draw(|rng| rng.bool()) {
                continue;
            }
            let connected = Connected {
                tenant: tenant.to_owned(),
                id: id.to_owned(),
                person,
                platform: "facebook",
                connected_at: before,
                is_known: true,
                written_by: None,
            };
            let signals = cloud.draw(|rng| if rng.u32(..4) == 0 { rng.u64(20..60) } else { rng.u64(1..5) });
            let mut inbox = connected.about("p1");
            for number in 0..signals {
                inbox.push(connected.signal(if number % 2 == 0 { "p1" } else { "p2" }, before, number));
            }
            let mut oracle = cloud.oracle.lock().unwrap();
            oracle.connections.push(connected.clone());
            let index = oracle.connections.len() - 1;
            for (table, rows) in [("connections", connected.rows()), ("inbox", inbox)] {
                cloud.put(table, &rows);
                for row in &rows {
                    let key = oracle.may_store(index, table, row);
                    oracle.has_stored(&key);
                }
            }
            let key = format!("{tenant}/{id}/p1/avatar/a.jpg");
            cloud.account.buckets().put_in("media", &key, "1");
            cloud.account.buckets().put(&key, "2", true);
            for (version, is_marker) in [("1", false), ("2", true)] {
                oracle.has_object(index, &key, version, is_marker);
            }
        }
        self.furnish_vendors();
        if self.cast.has(Actor::Writers) {
            self.furnish_writer();
        }
        if self.cast.has(Actor::Purges) {
            self.furnish_dated();
        }
    }

    /// Somebody wrote to one tenant or two, who know them by their address, and has connected nothing.
    fn furnish_writer(&self) {
        let cloud = &self.cloud;
        let tenants = if cloud.draw(|rng| rng.bool()) { &["c1", "c3"][..] } else { &["c1"][..] };
        let known = cloud.oracle.lock().unwrap().connections.clone();
        for by in known.into_iter().filter(|known| tenants.contains(&known.id.as_str())) {
            let written = Connected { is_known: false, written_by: Some(WRITER), ..by };
            let mut inbox = written.about("w1");
            for number in 0..cloud.draw(|rng| rng.u64(0..5)) {
                inbox.push(written.signal("w1", written.connected_at, number));
            }
            let [link, beside] = written.links_of("w1", WRITER);
            inbox.push(beside);
            let mut oracle = cloud.oracle.lock().unwrap();
            oracle.connections.push(written);
            let index = oracle.connections.len() - 1;
            for (table, rows) in [("connections", vec![link]), ("inbox", inbox)] {
                cloud.put(table, &rows);
                for row in &rows {
                    let key = oracle.may_store(index, table, row);
                    oracle.has_stored(&key);
                }
            }
        }
    }

    /// Vendors know some people, by what a platform calls them or by their address.
    fn furnish_vendors(&self) {
        for person in 0..PEOPLE {
            for (by_mail, link) in [false, true].into_iter().zip(people::links(person)) {
                for vendor in ["posthog", "payments"] {
                    if self.cloud.draw(|rng| rng.bool()) {
                        let target = Target::Subject(link.clone());
                        let copy = Copy { vendor, target, person, by_mail, gone_at: None };
                        self.cloud.oracle.lock().unwrap().copies.push(copy);
                    }
                }
            }
        }
    }
}
