//! What people do, and what is done for them: signals come in, they ask, ask again, come back, ask once more; staff hold something.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use privacy::accept_callback::Callback;

use crate::actors::{Intake, Request};
use crate::cast::Actor;
use crate::oracle::About;
use crate::process::true_time;
use crate::product::Product;
use crate::staff::Staff;
use crate::tenants::TENANT;
use crate::world::World;

impl World {
    /// What a person does, and what is done for them: signals come in, they ask, ask again, come back, ask once more.
    pub(crate) async fn live(self: Arc<Self>, person: usize) {
        let product = Arc::new(Product::new(&format!("product-{person}"), &self));
        self.pause(1..4_000).await;
        if self.enters(Actor::Waverers) {
            self.change_mind(&product, person).await;
        }
        let mut acts = Vec::new();
        if self.enters(Actor::Leavers) {
            acts.push(tokio::spawn(Arc::clone(&self).leave(person)));
        }
        if self.cast.has(Actor::Signals) {
            acts.push(tokio::spawn(Arc::clone(&self).ingest(Arc::clone(&product), person)));
        }
        let kinds: Vec<Actor> =
            [Actor::Callbacks, Actor::Disconnects].into_iter().filter(|kind| self.cast.has(*kind)).collect();
        if !kinds.is_empty() {
            for name in ["a", "b"] {
                if name == "a" || self.cloud.draw(|rng| rng.bool()) {
                    let intake = Intake::new(&format!("meta-{person}{name}"), &self);
                    acts.push(tokio::spawn(Arc::clone(&self).ask(intake, Arc::clone(&product), person, kinds.clone())));
                }
            }
        }
        if self.cast.has(Actor::Returners) {
            self.come_back(&product, person).await;
        }
        for act in acts {
            act.await.unwrap();
        }
    }

    /// Somebody connects again, and signals come in by it.
    async fn come_back(&self, product: &Product, person: usize) {
        for time in 0..self.cast.times(Actor::Returners) {
            self.while_passes().await;
            if let Some(connection) = product.connect("alder", &format!("again{person}{time}"), person).await {
                self.enters(Actor::Returners);
                for number in 0..2 {
                    self.pause(0..60).await;
                    product.ingest(connection, number).await;
                }
            }
        }
    }

    /// Somebody asks, connects something at once, and asks again: both requests arrive together, in either order.
    async fn change_mind(self: &Arc<Self>, product: &Product, person: usize) {
        let issue = || Timestamp::from_second(true_time(&self.cloud).as_second()).unwrap();
        let first = issue();
        self.pause(1..3).await;
        product.connect("alder", &format!("brief{person}"), person).await;
        self.pause(1..3).await;
        let mut issued = [first, issue()];
        if self.cloud.draw(|rng| rng.bool()) {
            issued.reverse();
        }
        let sent = issued.into_iter().enumerate().map(|(number, issued_at)| {
            let intake = Intake::new(&format!("both-{person}{number}"), self);
            tokio::spawn(async move { intake.send(Request::Meta(Callback::DataDeletion, person, issued_at)).await })
        });
        for one in sent.collect::<Vec<_>>() {
            one.await.unwrap();
        }
    }

    /// Somebody disconnects, and asks for deletion in the same moment: two requests over one connection, worked on side by side.
    async fn leave(self: Arc<Self>, person: usize) {
        let own = self.cloud.oracle.lock().unwrap().connections.iter().position(|known| known.person == person);
        let issued_at = Timestamp::from_second(true_time(&self.cloud).as_second()).unwrap();
        self.pause(1..3).await;
        let asked = Intake::new(&format!("meta-{person}c"), &self);
        let deletion = tokio::spawn(async move {
            asked.send(Request::Meta(Callback::DataDeletion, person, issued_at)).await;
        });
        if let Some(connection) = own {
            Intake::new(&format!("product-{person}c"), &self).send(Request::Disconnect(connection)).await;
        }
        deletion.await.unwrap();
    }

    /// Meta and the dashboard, whichever of them take part, send what a person asks for, and send it again.
    async fn ask(self: Arc<Self>, intake: Intake, product: Arc<Product>, person: usize, kinds: Vec<Actor>) {
        let times = kinds.iter().map(|kind| self.cast.times(*kind)).max().unwrap_or(1);
        for _ in 0..self.cloud.draw(|rng| rng.u32(1..=1 + times)) {
            let callback = self.cloud.draw(|rng| [Callback::DataDeletion, Callback::Deauthorize][rng.usize(..2)]);
            let issued_at = Timestamp::from_second(true_time(&self.cloud).as_second()).unwrap();
            let kind = kinds[self.cloud.draw(|rng| rng.usize(..kinds.len()))];
            let request = match self.own_connection(person) {
                Some(connection) if kind == Actor::Disconnects => Request::Disconnect(connection),
                _ => Request::Meta(callback, person, issued_at),
            };
            self.enters(kind);
            self.pause(0..4).await;
            for number in 0..self.cloud.draw(|rng| rng.u32(1..=3)) {
                let often = self.cast.times(Actor::Bursts) > 1;
                if self.cast.has(Actor::Bursts) && (often || self.cloud.draw(|rng| rng.bool())) {
                    tokio::spawn(Arc::clone(&self).burst(Arc::clone(&product), person, number));
                }
                intake.send(request).await;
                self.while_passes().await;
            }
        }
    }

    /// One of the connections of a person that are known to stand.
    fn own_connection(&self, person: usize) -> Option<usize> {
        let own: Vec<usize> = {
            let oracle = self.cloud.oracle.lock().unwrap();
            let known = oracle.connections.iter().enumerate();
            known.filter(|(_, known)| known.person == person && known.is_known).map(|(index, _)| index).collect()
        };
        if own.is_empty() { None } else { Some(own[self.cloud.draw(|rng| rng.usize(..own.len()))]) }
    }

    /// The platform delivers what it had kept back, just while the request is worked on.
    pub(crate) async fn burst(self: Arc<Self>, product: Arc<Product>, person: usize, number: u32) {
        for signal in 0..self.cloud.draw(|rng| rng.u64(3..15)) {
            let millis = self.cloud.draw(|rng| rng.u64(..250));
            tokio::time::sleep(Duration::from_millis(millis)).await;
            let Some(connection) = self.connection_of(person) else { return };
            self.enters(Actor::Bursts);
            product.ingest(connection, 2_000 + u64::from(number) * 100 + signal).await;
        }
    }

    /// One of the connections by which signals of a person come in. An account that may have come back gets none by its old ones:
    /// whose life those belong to nobody could say.
    fn connection_of(&self, person: usize) -> Option<usize> {
        let oracle = self.cloud.oracle.lock().unwrap();
        let may_be_back = oracle.may_be_back;
        let brings = |one: &usize| {
            let known = &oracle.connections[*one];
            known.person == person && known.is_known && !(may_be_back && known.tenant == TENANT)
        };
        let all: Vec<usize> = (0..oracle.connections.len()).filter(brings).collect();
        drop(oracle);
        if all.is_empty() { None } else { Some(all[self.cloud.draw(|rng| rng.usize(..all.len()))]) }
    }

    /// Signals for old connections: many in the first minutes, a few long after.
    async fn ingest(self: Arc<Self>, product: Arc<Product>, person: usize) {
        let (many, late) = self.cloud.draw(|rng| (rng.u64(2..12), rng.u64(0..3)));
        let many = many * u64::from(self.cast.times(Actor::Signals));
        for number in 0..many + late {
            if number < many {
                self.pause(0..20).await;
            } else {
                self.pause(3_600..2_000_000).await;
            }
            let Some(connection) = self.connection_of(person) else { return };
            self.enters(Actor::Signals);
            product.ingest(connection, 1_000 + number).await;
        }
    }

    /// A dispute, or several, one after the other.
    pub(crate) async fn dispute(self: Arc<Self>) {
        let staff = Staff::new(&self);
        for _ in 0..self.cast.times(Actor::Holds) {
            self.enters(Actor::Holds);
            self.hold(&staff).await;
        }
    }

    /// A hold comes and goes, or stays; as likely as not it comes while somebody's request is worked on. Sometimes there is another beside it.
    async fn hold(&self, staff: &Staff) {
        if self.cloud.draw(|rng| rng.bool()) {
            self.while_passes().await;
        } else {
            while self.cloud.oracle.lock().unwrap().asks.is_empty() && self.cloud.elapsed() < Duration::from_secs(7_200)
            {
                self.pause(1..20).await;
            }
            self.pause(0..900).await;
        }
        let (connection, tenant) = self.cloud.draw(|rng| if rng.bool() { (0, "alder") } else { (2, "birch") });
        // What goes by its date is of no connection.
        let one_in = if self.cast.has(Actor::Purges) { 2 } else { 4 };
        let draw = || match self.cloud.draw(|rng| rng.u32(..one_in)) {
            0 => About::Tenant(tenant),
            _ => About::Connection(connection),
        };
        let mut holds = vec![staff.place(draw()).await];
        self.while_passes().await;
        if self.cloud.draw(|rng| rng.u32(..4) == 0) {
            holds.push(staff.place(draw()).await);
        }
        self.while_passes().await;
        for hold in holds {
            if self.cloud.draw(|rng| rng.u32(..4) > 0) {
                staff.release(hold).await;
                self.while_passes().await;
            }
        }
    }
}
