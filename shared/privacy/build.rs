//! Parses and validates `policy.toml` and `law.toml` when the crate is built, with the code that the crate itself
//! uses, and hands them on as JSON, so that no function carries a TOML parser.

#[path = "src/clock/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "the build script uses the parsing half of the module")]
mod clock;
#[path = "src/policy/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "the build script uses the parsing half of the module")]
mod policy;

use std::error::Error;
use std::path::{Path, PathBuf};

#[allow(clippy::disallowed_methods, reason = "cargo talks to build scripts by the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    let crate_dir = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=src/policy");
    println!("cargo::rerun-if-changed=src/clock");

    let mut model: policy::model::Model = toml::from_str(&read(&crate_dir.join("../../policy.toml"))?)?;
    policy::validate::validate(&model)?;
    policy::spoken::fill(&mut model)?;
    std::fs::write(out_dir.join("policy.json"), serde_json::to_vec(&model)?)?;

    let model: clock::model::Model = toml::from_str(&read(&crate_dir.join("law.toml"))?)?;
    clock::validate::validate(&model)?;
    std::fs::write(out_dir.join("law.json"), serde_json::to_vec(&model)?)?;
    Ok(())
}

fn read(source: &Path) -> std::io::Result<String> {
    println!("cargo::rerun-if-changed={}", source.display());
    std::fs::read_to_string(source)
}
