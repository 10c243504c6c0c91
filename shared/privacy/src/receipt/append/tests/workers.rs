//! Several workers at one chain, in any order of their calls; and the same simulation finds what a careless one does.

use super::*;

/// What a careless implementation would leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Careless {
    Nothing,
    ForgetsIntents,
    ReplacesIntents,
    Overwrites,
    WritesOldHeads,
}

/// The world, where another worker may go on before each call.
struct Shared<'a>(&'a World, Careless);

async fn pause() {
    let mut is_over = false;
    poll_fn(|_| if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

impl ChainLedger for Shared<'_> {
    async fn intent(&self, occasion: &Occasion) -> Answer<Option<Intent>> {
        pause().await;
        if self.1 == Careless::ForgetsIntents {
            return Ok(None);
        }
        self.0.intent(occasion).await
    }

    async fn propose(&self, occasion: &Occasion, intent: &Intent) -> Answer<Intent> {
        pause().await;
        if matches!(self.1, Careless::ForgetsIntents | Careless::ReplacesIntents) {
            self.0.stored().chains.intents.insert(occasion.clone(), intent.clone());
            return Ok(intent.clone());
        }
        self.0.propose(occasion, intent).await
    }

    async fn hint(&self, chain: &KeyedRef) -> Answer<Option<u64>> {
        pause().await;
        self.0.hint(chain).await
    }

    async fn raise_hint(&self, newest: &Position) -> Answer<()> {
        pause().await;
        self.0.raise_hint(newest).await
    }
}

impl ChainStore for Shared<'_> {
    async fn put_entry(&self, position: &Position, file: &str) -> Answer<Put> {
        pause().await;
        if self.1 == Careless::Overwrites {
            self.0.stored().chains.entries.remove(position);
        }
        self.0.put_entry(position, file).await
    }

    async fn entry(&self, position: &Position) -> Answer<Option<Vec<u8>>> {
        pause().await;
        self.0.entry(position).await
    }

    async fn head(&self, chain: &KeyedRef) -> Answer<Option<StoredHead>> {
        pause().await;
        ChainStore::head(self.0, chain).await
    }

    async fn put_head(&self, chain: &KeyedRef, file: &str, replaces: Option<&Tag>) -> Answer<bool> {
        pause().await;
        if self.1 == Careless::WritesOldHeads {
            self.0.stored().chains.heads.insert(chain.clone(), (file.as_bytes().to_vec(), 1));
            return Ok(true);
        }
        self.0.put_head(chain, file, replaces).await
    }
}

/// Workers take turns as `next` says, and some are lost and their message delivered again. In the end every message
/// is worked off.
fn simulate(
    careless: Careless,
    letters: &[&str],
    turns: usize,
    mut next: impl FnMut() -> (usize, bool),
) -> Vec<String> {
    let world = world();
    let shared = Shared(&world, careless);
    let key = signing("1");
    let chains = Chains { ledger: &shared, store: &shared, clock: &world, key: &key };
    type Work<'w> = Pin<Box<dyn Future<Output = Answer<Appended>> + 'w>>;
    let bodies: Vec<_> = letters
        .iter()
        .enumerate()
        .map(|(worker, letter)| {
            let mut receipt = receipt(letter);
            // Each delivery would write it a little differently.
            receipt.erased_at += SignedDuration::from_secs(worker.try_into().unwrap());
            (occasion(letter), chain(), Body::ErasureReceipt(receipt))
        })
        .collect();
    let start = |worker: usize| -> Work<'_> {
        let (occasion, chain, body) = &bodies[worker];
        Box::pin(chains.append(occasion, chain, body))
    };
    let mut context = Context::from_waker(Waker::noop());
    let mut works: Vec<Option<Work<'_>>> = (0..letters.len()).map(|worker| Some(start(worker))).collect();
    for _ in 0..turns {
        let (worker, is_lost) = next();
        if is_lost {
            works[worker] = Some(start(worker));
        }
        if let Some(work) = &mut works[worker]
            && work.as_mut().poll(&mut context).is_ready()
        {
            works[worker] = None;
        }
    }
    for mut work in works.into_iter().flatten() {
        while work.as_mut().poll(&mut context).is_pending() {}
    }
    let distinct: std::collections::BTreeSet<&str> = letters.iter().copied().collect();
    violations(&world, &distinct.into_iter().collect::<Vec<_>>())
}

/// Two deliveries of one message and two other messages, at one chain.
fn simulate_seed(careless: Careless, seed: u64) -> Vec<String> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below).unwrap()
    };
    simulate(careless, &["a", "a", "b", "c"], 80, move || (draw(4), draw(24) == 0))
}

#[test]
fn workers_at_one_chain_never_lose_double_or_break_an_entry() {
    for seed in 0..300 {
        assert_eq!(simulate_seed(Careless::Nothing, seed), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn a_worker_may_pause_at_any_call_while_another_goes_any_number_of_steps() {
    for letters in [["a", "a"], ["a", "b"]] {
        for (pause, steps) in (0..12).flat_map(|pause| (0..12).map(move |steps| (pause, steps))) {
            let mut turn = 0;
            let found = simulate(Careless::Nothing, &letters, pause + steps, || {
                turn += 1;
                (usize::from(turn > pause), false)
            });
            assert_eq!(found, Vec::<String>::new(), "{letters:?}: {pause} steps, then {steps} of the other");
        }
    }
}

#[test]
fn the_same_simulation_finds_what_a_careless_implementation_does() {
    let cases = [
        (Careless::ForgetsIntents, "not one entry each"),
        (Careless::ReplacesIntents, "not one entry each"),
        (Careless::Overwrites, "does not link"),
        (Careless::WritesOldHeads, "out of date"),
    ];
    for (careless, violation) in cases {
        let is_found = |seed| simulate_seed(careless, seed).iter().any(|found| found.contains(violation));
        assert!((0..300).any(is_found), "{careless:?}");
    }
}
