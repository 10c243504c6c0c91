//! Every kind × whoever asks × every law, from the form to the effect, by the calls that people and staff make. What the law
//! wants shown is shown, and nothing else. Then: whose data is reached is what was proven; what was only typed is not; and the
//! request ends in an effect, or in somebody's turn.

mod askers;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use self::askers::{Asker, CHILD, HANDLE, MAREN, MEMBER, PARENT};
use super::*;
use crate::accept_request::{Naming, Sent, Terms, accept_request};
use crate::export::download::{download_bundle, download_by_login};
use crate::export::make_bundle::Exporter;
use crate::ingest_gate::Flag;
use crate::login::Login;
use crate::subject_request::PointKind;

/// What somebody is known by, and what they have where: the words that stand for it in a store and in a bundle.
const HAVE: [(&str, &[&str]); 4] = [
    (MAREN, &["dogwood contact#p1#profile", "elm contact#p1#profile"]),
    (HANDLE, &["birch contact#p1#profile"]),
    (MEMBER, &["alder user#u2#profile"]),
    (PARENT, &["birch contact#p2#profile"]),
];
/// What nobody but a tenant decides. The same address is also that of alder's user u1, whom nothing but a login opens.
const OF_TENANTS: [&str; 2] = ["dogwood contact#p1#profile", "elm contact#p1#profile"];
const ALL: [&str; 9] = [
    "alder user#u1#profile",
    "alder user#u2#profile",
    "birch contact#p1#profile",
    "birch contact#p2#profile",
    "cedar contact#p1#profile",
    "dogwood contact#p1#profile",
    "dogwood contact#p2#profile",
    "elm contact#p1#profile",
    "elm contact#p2#profile",
];

fn of<'a>(people: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    HAVE.iter().filter(|(who, _)| people.contains(who)).flat_map(|(_, have)| have.iter().copied()).collect()
}

/// The same without what only a tenant's word gives.
fn on_their_word<'a>(people: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    of(people).difference(&OF_TENANTS.into()).copied().collect()
}

/// The tenants that are asked: of what they decide about, and where it is theirs to decide.
fn deciding(kind: Kind, proven: &BTreeSet<&str>) -> BTreeSet<TenantId> {
    let is_handed_over = match kind {
        Kind::Access
        | Kind::Know
        | Kind::Portability
        | Kind::Correction
        | Kind::Erasure
        | Kind::Restriction
        | Kind::Objection => true,
        Kind::ConsentWithdrawal | Kind::OptOut | Kind::Limit | Kind::Appeal | Kind::Complaint => false,
    };
    let theirs = of(proven).into_iter().filter(|known| is_handed_over && OF_TENANTS.contains(known));
    theirs.filter_map(|known| known.split_once(' ')).map(|(name, _)| tenant(name)).collect()
}

/// The flag that a kind raises, and whether what is said is enough.
fn flag(kind: Kind) -> Option<(Flag, bool)> {
    match kind {
        Kind::Restriction => Some((Flag::Restricted, false)),
        Kind::Objection => Some((Flag::NoMarketing, true)),
        Kind::ConsentWithdrawal => Some((Flag::ConsentWithdrawn, false)),
        Kind::OptOut => Some((Flag::OptedOut, true)),
        Kind::Limit => Some((Flag::Limited, true)),
        Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Appeal
        | Kind::Complaint => None,
    }
}

impl House {
    /// As it is, and Tim at alder's dashboard, and a parent who wrote to birch; every record with its place in its name.
    fn for_matrix() -> Self {
        let house = Self::new();
        let (world, long_ago) = (&house.world, at("2026-01-01T00:00:00Z"));
        for (who, place) in [(MEMBER, user_place("alder", "u2")), (PARENT, place("birch", "c1", Some("p2")))] {
            world.link(&place, long_ago, &house.keys.links(&askers::identity(who))[0]);
        }
        for known in ALL {
            let (tenant, key) = known.split_once(' ').unwrap();
            let (store, partition) = match tenant {
                "alder" => ("accounts", "account#alder".to_owned()),
                "dogwood" => ("conversations", "dogwood".to_owned()),
                _ => ("inbox", format!("{tenant}#c1")),
            };
            let row = serde_json::json!({"name": known.replace(['#', ' '], ".")});
            world.stored().exports.put_row(store, &partition, key, &row);
        }
        house
    }

    async fn take_in(&self, number: u8, kind: Kind, asker: Asker, residence: Option<&str>) -> ObligationId {
        let terms = Terms { keys: &self.keys, law: &self.law, stuck_after: MIN * 10 };
        let (sent, now) = (Sent { ask: asker.ask(kind, residence), source: None }, self.world.now());
        let (world, seed) = (&self.world, [number; 20]);
        let accepted = accept_request(world, world, terms, Naming::Fresh(&seed), sent, now).await.unwrap().request;
        self.fulfilment().begin(accepted.clone(), now).await.unwrap();
        accepted.id
    }

    /// Sweeps, tells, erases and makes bundles.
    async fn turn(&self) {
        self.rounds(1).await;
        let jobs = std::mem::take(&mut self.world.stored().exports.jobs);
        let Self { world, keys, map, law } = self;
        for job in jobs {
            let exporter =
                Exporter { ledger: world, queue: world, vault: world, bundles: world, clock: world, map, law, keys };
            exporter.make(&job, "w", world.now() + MIN * 2).await.unwrap();
        }
        self.work().await;
    }

    fn left(&self) -> BTreeSet<&'static str> {
        let is_left = |known: &&str| {
            let (tenant, key) = known.split_once(' ').unwrap();
            self.world.of_tenant(tenant).iter().any(|line| line.ends_with(key))
        };
        ALL.into_iter().filter(is_left).collect()
    }

    async fn flagged(&self, who: &str) -> BTreeSet<Flag> {
        self.world.flags(&self.keys.suppressions(&askers::identity(who))).await.unwrap()
    }

    /// The files of the one bundle.
    fn bundle(&self) -> BTreeMap<String, String> {
        let stored = self.world.stored();
        let bundles = stored.exports.visible.iter().filter(|(object, _)| !object.starts_with("progress/"));
        let seen: Vec<Vec<u8>> = bundles.flat_map(|(_, versions)| versions.clone()).collect();
        assert_eq!(seen.len(), 1);
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(seen[0].clone())).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            files.insert(file.name().to_owned(), content);
        }
        files
    }

    /// What is in the bundle, and whether it comes to whoever asked, and to nobody by a weaker proof.
    async fn fetched(&self, id: &ObligationId, kind: Kind) -> BTreeSet<&'static str> {
        let files = self.bundle();
        let data: String =
            files.iter().filter(|(name, _)| name.starts_with("data/")).map(|(_, data)| data.as_str()).collect();
        let found: BTreeSet<&str> =
            ALL.into_iter().filter(|known| data.contains(&known.replace(['#', ' '], "."))).collect();
        let manifest: serde_json::Value = serde_json::from_str(&files["manifest.json"]).unwrap();
        let records: u64 = manifest["records"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        let request = self.request(id);
        let (world, now) = (&self.world, self.world.now());
        let link = if request.opened_by() == Some(Proof::AccountLogin) {
            assert!(!request.has_code_to_send(), "no code opens what a login does");
            let login = askers::login("download-0123456789", now);
            download_by_login(world, world, world, &self.keys, id, (&login, None), now).await.unwrap()
        } else {
            let (notice, round) = (Notice::Code, request.next_round(Notice::Code));
            self.fulfilment().notify(&request, notice, None, round).await.map_err(|_| "no code").unwrap();
            self.work().await;
            let code = self.code(id).unwrap();
            download_bundle(world, world, &self.keys, id, (&code, None), now).await.unwrap()
        };
        assert!(link.is_some(), "whoever has shown who they are gets it");
        let expected = on_their_word(&self.proven(id));
        assert_eq!(records, expected.len() as u64, "{expected:?}");
        if kind == Kind::Know { expected } else { found }
    }

    /// The newest code that went out.
    fn code(&self, id: &ObligationId) -> Option<String> {
        let stored = self.world.stored();
        stored
            .requests
            .letters
            .iter()
            .rev()
            .filter(|letter| letter.request == *id)
            .find_map(|letter| letter.code.clone())
    }

    /// Whom what was shown names, by this test's own reckoning.
    fn proven(&self, id: &ObligationId) -> BTreeSet<&'static str> {
        let request = self.request(id);
        let has = |proof| request.proven.iter().any(|proven| proven.proof == proof);
        let is_by_attorney = request.agent.as_ref().is_some_and(|agent| agent.has_power_of_attorney);
        // A parent asks for nothing of their own.
        let is_named = request.contact.email.is_some() && !request.about_child;
        let email = (is_named && (has(Proof::EmailCode) || is_by_attorney)).then_some(MAREN);
        let handle =
            (request.contact.account.is_some() && (has(Proof::HandleCode) || is_by_attorney)).then_some(HANDLE);
        [email, handle, has(Proof::AccountLogin).then_some(MEMBER)].into_iter().flatten().collect()
    }
}

/// The places that anybody lives in, one of each law, by what has to be shown there.
async fn laws(house: &House, kind: Kind, asker: Asker) -> BTreeMap<Vec<Proof>, Vec<Option<String>>> {
    let mut laws: BTreeMap<Vec<Proof>, Vec<Option<String>>> = BTreeMap::new();
    let places = house.law.model().residence.values().map(|places| places.keys().next().cloned());
    house.world.stored().requests.heads.clear();
    for (number, residence) in (1..).zip(places.chain([None])) {
        let id = house.take_in(number, kind, asker, residence.as_deref()).await;
        laws.entry(house.request(&id).needs).or_default().push(residence);
    }
    laws
}

#[test]
fn whoever_asks_for_whatever_reaches_what_they_have_shown_and_gets_an_end() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (mut ways, mut broken, bare) = (0, Vec::new(), House::bare());
    for (kind, asker) in Kind::ALL.into_iter().flat_map(|kind| Asker::ALL.map(|asker| (kind, asker))) {
        for (needs, residences) in runtime.block_on(laws(&bare, kind, asker)) {
            let case = format!("{} {asker:?} {needs:?} in {:?}", kind.as_str(), residences[0]);
            if asker == Asker::LateLogin && needs.is_empty() {
                continue;
            }
            ways += 1;
            // Each way is gone, whatever another one came to.
            let way = || runtime.block_on(go(kind, asker, residences[0].as_deref(), &case));
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(way)).is_err() {
                broken.push(case);
            }
        }
    }
    assert_eq!(broken, [""; 0], "of {ways}");
    assert!(ways > 120, "{ways}");
}

async fn go(kind: Kind, asker: Asker, residence: Option<&str>, case: &str) {
    let house = House::for_matrix();
    let before = house.left();
    let id = house.take_in(7, kind, asker, residence).await;
    asker.prove(&house, &id, case).await;
    let request = house.request(&id);
    if !request.is_of_child() {
        let shown: BTreeSet<Proof> = request.proven.iter().map(|proven| proven.proof).collect();
        assert_eq!(
            shown,
            request.needs.iter().copied().collect(),
            "{case}: what the law wants shown, and nothing else"
        );
        assert!(request.is_verified(), "{case}");
    }
    for _ in 0..4 {
        house.turn().await;
        assert_moves(&house, &id, case);
    }
    let proven = house.proven(&id);
    let is_bundle = matches!(kind, Kind::Access | Kind::Know | Kind::Portability) && !request.is_of_child();
    if is_bundle {
        let is_whole = deciding(kind, &proven).is_empty();
        assert_eq!(house.standing(&id), if is_whole { "completed" } else { "partly-retained" }, "{case}");
        assert_eq!(house.fetched(&id, kind).await, on_their_word(&proven), "{case}");
    }
    let waits = house.request(&id);
    // Nothing is waited for any more: of a child nobody but the engine, of the rest no tenant either.
    let date = waits.carry_out_by().date;
    let over = if waits.is_of_child() { at(&format!("{date}T23:00:00Z")) } else { waits.lapses_at() };
    if over > house.world.now() {
        house.world.stored().set_now(over);
    }
    for _ in 0..4 {
        house.turn().await;
        assert_moves(&house, &id, case);
    }
    let request = house.request(&id);
    let gone: BTreeSet<&str> = before.difference(&house.left()).copied().collect();
    let erased: BTreeSet<&str> = if request.is_of_child() {
        of(&BTreeSet::from([CHILD]))
    } else if kind == Kind::Erasure {
        on_their_word(&proven)
    } else {
        BTreeSet::new()
    };
    assert_eq!(gone, erased, "{case}: what was erased");
    let asked = if request.is_of_child() { BTreeSet::new() } else { deciding(kind, &proven) };
    let routed: BTreeSet<TenantId> = request.routed.iter().map(|part| part.tenant.clone()).collect();
    assert_eq!(routed, asked, "{case}: which tenants are asked");
    assert_flags(&house, &request, asker, case).await;
    if !is_bundle {
        assert!(house.world.stored().exports.visible.is_empty(), "{case}: nothing is shown");
    }
    let waits_for_staff = matches!(kind, Kind::Correction | Kind::Objection | Kind::Appeal | Kind::Complaint);
    let is_answered = matches!(request.standing, Standing::Answered { .. });
    assert_eq!(is_answered, !waits_for_staff || request.is_of_child(), "{case}: {:?}", request.standing);
    if is_answered {
        assert_eq!(house.letters().iter().filter(|notice| *notice == "answer").count(), 1, "{case}");
    }
}

async fn assert_flags(house: &House, request: &SubjectRequest, asker: Asker, case: &str) {
    let proven = house.proven(&request.id);
    for who in [MAREN, HANDLE, MEMBER, PARENT] {
        let mut expected = BTreeSet::new();
        if let Some((flag, is_said_enough)) = flag(request.kind) {
            // Whoever reports a child's data says nothing of themselves.
            let is_said = || asker.typed().contains(&who) && who != PARENT;
            let is_theirs = if is_said_enough { is_said() } else { proven.contains(who) };
            expected.extend(is_theirs.then_some(flag));
        }
        expected.extend((request.is_of_child() && who == CHILD).then_some(Flag::Quarantined));
        assert_eq!(house.flagged(who).await, expected, "{case}: {who}");
    }
}

/// It is closed, or somebody's turn, or looked at again by itself.
fn assert_moves(house: &House, id: &ObligationId, case: &str) {
    let request = house.request(id);
    if request.standing.closed_at().is_some() {
        return;
    }
    let is_engine_s = house.head(&request.erasure_id()).is_some();
    let is_exporter_s = !house.world.stored().exports.jobs.is_empty();
    let is_tenant_s = request.routed.iter().any(|part| part.instruction.is_none());
    let has_turn = !request.turns().is_empty();
    assert!(has_turn || is_engine_s || is_exporter_s || is_tenant_s, "{case}: it is nobody's turn");
    assert!(request.next_action_at.is_some(), "{case}: nobody looks at it again");
}
