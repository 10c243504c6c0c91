//! The files of this repository, for tests that hold documents to code.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the repository starts.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file by its path from the root.
#[must_use]
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of the repository, relative to its root, without what is built, installed or kept by tools.
#[must_use]
pub fn files() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let (path, entry) = entry.map(|entry| (entry.path(), entry)).unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                if !["target", ".git", ".cargo", ".state", "__pycache__", ".pytest_cache"].contains(&name.as_str()) {
                    walk(&path, found);
                }
            } else if entry.file_type().unwrap().is_file() && name != ".git" {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    let relative = |path: PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let mut files: Vec<String> = found.into_iter().map(relative).collect();
    files.sort();
    files
}
