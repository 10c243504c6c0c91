//! Parses and validates `policy.toml` when the crate is built, with the code that the crate itself uses,
//! and hands it on as JSON, so that no function carries a TOML parser.

#[path = "src/policy/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "the build script uses the parsing half of the module")]
mod policy;

use std::error::Error;
use std::path::PathBuf;

#[allow(clippy::disallowed_methods, reason = "cargo talks to build scripts by the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../policy.toml");
    println!("cargo::rerun-if-changed={}", source.display());
    println!("cargo::rerun-if-changed=src/policy");
    let text = std::fs::read_to_string(&source)?;
    let model: policy::model::Model = toml::from_str(&text)?;
    policy::validate::validate(&model)?;
    let target = PathBuf::from(std::env::var("OUT_DIR")?).join("policy.json");
    std::fs::write(target, serde_json::to_vec(&model)?)?;
    Ok(())
}
