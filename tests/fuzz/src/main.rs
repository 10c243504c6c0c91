//! Hands what libFuzzer makes up to the target that `FUZZ_TARGET` names.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use privacy_fuzz::{Target, target};

static CHOSEN: OnceLock<Target> = OnceLock::new();

fuzz_target!(
    init: {
        #[allow(clippy::disallowed_methods, reason = "libFuzzer keeps the arguments for itself")]
        let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
        CHOSEN.set(target(&name).unwrap_or_else(|| panic!("there is no target `{name}`"))).unwrap();
    },
    |data: &[u8]| CHOSEN.get().expect("a target is chosen")(data)
);
