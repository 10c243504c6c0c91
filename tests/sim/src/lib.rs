//! Fault simulation: the real use cases and the real adapters over an in-process account, with everything that can go wrong
//! decided by a seed, against an oracle made of the policy. `docs/simulation.md` says what is simulated and what is not.

pub mod actors;
pub mod asker;
pub mod cast;
pub mod caught;
pub mod cloud;
pub mod command;
pub mod furnish;
pub mod lives;
pub mod machinery;
pub mod many;
pub mod naive;
pub mod open;
pub mod oracle;
pub mod people;
pub mod post;
pub mod process;
pub mod product;
pub mod purger;
pub mod queue;
pub mod restore;
pub mod seen;
pub mod spoiled;
pub mod staff;
pub mod sweeper;
pub mod tenants;
pub mod trace;
pub mod vendors;
pub mod weather;
pub mod world;

/// A third of a run is allocations, small and short-lived: JSON on its way there and back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
