//! What people do, and what is done for them: signals come in, they ask, ask again, come back, ask once more; staff hold something.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use privacy::accept_callback::Callback;

use crate::actors::{Intake, Request};
use crate::oracle::About;
use crate::process::true_time;
use crate::product::Product;
use crate::staff::Staff;
use crate::tenants::TENANT;
use crate::world::World;

impl World {
    /// What a person does, and what is done for them: signals come in, they ask, ask again, come back, ask once more.
    pub(crate) async fn live(self: Arc<Self>, person: usize) {
        let chance = |one_in: u32| self.cloud.draw(|rng| rng.u32(..one_in) == 0);
        let product = Arc::new(Product::new(&format!("product-{person}"), &self));
        self.pause(1..4_000).await;
        if chance(6) {
            return;
        }
        if chance(5) {
            self.change_mind(&product, person).await;
        }
        let mut acts = Vec::new();
        if chance(4) {
            acts.push(tokio::spawn(Arc::clone(&self).leave(person)));
        }
        acts.push(tokio::spawn(Arc::clone(&self).ingest(Arc::clone(&product), person)));
        let intakes = [Intake::new(&format!("meta-{person}a"), &self), Intake::new(&format!("meta-{person}b"), &self)];
        for (number, intake) in intakes.into_iter().enumerate() {
            if number == 0 || chance(2) {
                acts.push(tokio::spawn(Arc::clone(&self).ask(intake, Arc::clone(&product), person)));
            }
        }
        if chance(2) {
            self.while_passes().await;
            if let Some(connection) = product.connect("alder", &format!("again{person}"), person).await {
                for number in 0..2 {
                    self.pause(0..60).await;
                    product.ingest(connection, number).await;
                }
            }
        }
        for act in acts {
            act.await.unwrap();
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

    async fn ask(self: Arc<Self>, intake: Intake, product: Arc<Product>, person: usize) {
        for _ in 0..self.cloud.draw(|rng| rng.u32(1..=2)) {
            let callback = self.cloud.draw(|rng| [Callback::DataDeletion, Callback::Deauthorize][rng.usize(..2)]);
            let issued_at = Timestamp::from_second(true_time(&self.cloud).as_second()).unwrap();
            let is_disconnect = self.cloud.draw(|rng| rng.u32(..5) == 0);
            let request = if is_disconnect {
                let oracle = self.cloud.oracle.lock().unwrap();
                let own = oracle.connections.iter().position(|known| known.person == person);
                own.map_or(Request::Meta(callback, person, issued_at), Request::Disconnect)
            } else {
                Request::Meta(callback, person, issued_at)
            };
            self.pause(0..4).await;
            for number in 0..self.cloud.draw(|rng| rng.u32(1..=3)) {
                if self.cloud.draw(|rng| rng.bool()) {
                    tokio::spawn(Arc::clone(&self).burst(Arc::clone(&product), person, number));
                }
                intake.send(request).await;
                self.while_passes().await;
            }
        }
    }

    /// The platform delivers what it had kept back, just while the request is worked on.
    pub(crate) async fn burst(self: Arc<Self>, product: Arc<Product>, person: usize, number: u32) {
        for signal in 0..self.cloud.draw(|rng| rng.u64(3..15)) {
            let millis = self.cloud.draw(|rng| rng.u64(..250));
            tokio::time::sleep(Duration::from_millis(millis)).await;
            let Some(connection) = self.connection_of(person) else { return };
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
        for number in 0..many + late {
            if number < many {
                self.pause(0..20).await;
            } else {
                self.pause(3_600..2_000_000).await;
            }
            let Some(connection) = self.connection_of(person) else { return };
            product.ingest(connection, 1_000 + number).await;
        }
    }

    /// A hold comes and goes, or stays; as likely as not it comes while somebody's request is worked on. Sometimes there is another beside it.
    pub(crate) async fn dispute(self: Arc<Self>) {
        let staff = Staff::new(&self);
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
        let draw = || match self.cloud.draw(|rng| rng.u32(..4)) {
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
