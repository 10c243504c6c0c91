//! What people do about what stands still: plans are confirmed, processors and stores mended.

use privacy::confirm_plan::confirm_plan;
use privacy::memory::{Mood, World};
use privacy::obligation::Head;
use privacy::ports::Clock;

use crate::office::{Office, VENDOR, ready};

impl Office {
    /// Staff confirm whatever waits for them, as it is.
    pub(crate) fn confirm(&self, world: &World) {
        let halted: Vec<Head> = world.stored().heads.values().filter(|head| head.is_halted()).cloned().collect();
        for head in halted {
            let plan = head.state.plan().expect("what is halted has a plan").hash.clone();
            ready(confirm_plan(world, world, &head.id, &plan, world.now())).expect("ports in memory do not fail");
        }
    }
}

pub(crate) fn mend(world: &World) {
    world.break_store(None);
    world.stored().vendors.by_name.entry(VENDOR.to_owned()).or_default().mood = Mood::Honest;
}
