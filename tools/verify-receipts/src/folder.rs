//! Walks a folder of chains. Names are listed; of the files, one is in memory at a time.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use privacy::keys::KeyedRef;
use privacy::receipt::{AUDIT_ROOT, ChainCheck, EntryHash, HEAD_NAME, PublicKeys, ROOT, Summary, seq_of_name};
use serde::Serialize;

use crate::seen::Seen;

/// More than any file of ours has. What is longer is read no further and so does not verify.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Something that is not as it was signed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Found {
    /// The file or folder, from the folder that was given.
    pub(crate) file: String,
    /// What is wrong, to follow the name of the file.
    pub(crate) problem: String,
}

/// One chain and where it stands.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) name: KeyedRef,
    folder: PathBuf,
    /// How its folder is called in what is said of it.
    called: String,
}

/// A folder of chains, listed.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    pub(crate) chains: Vec<Chain>,
    pub(crate) strays: Vec<Found>,
}

/// A name in a folder, and whether it is a plain file, a plain folder, or neither.
fn list(folder: &Path) -> io::Result<Vec<(String, fs::FileType)>> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?))
    };
    let mut names = fs::read_dir(folder)?.map(entry).collect::<io::Result<Vec<_>>>()?;
    names.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(names)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Chains {
    /// The chains in a folder: the one that holds `receipts` or `audit` or both, or one of these itself.
    pub(crate) fn list(folder: &Path) -> io::Result<Self> {
        let mut chains = Self::default();
        let roots: Vec<&str> = [AUDIT_ROOT, ROOT].into_iter().filter(|root| folder.join(root).is_dir()).collect();
        for root in &roots {
            chains.add(&folder.join(root), &format!("{root}/"))?;
        }
        if roots.is_empty() {
            chains.add(folder, "")?;
        }
        Ok(chains)
    }

    fn add(&mut self, root: &Path, prefix: &str) -> io::Result<()> {
        for (name, kind) in list(root)? {
            let called = format!("{prefix}{name}");
            match KeyedRef::parse(&name) {
                Ok(chain) if kind.is_dir() => {
                    self.chains.push(Chain { name: chain, folder: root.join(&name), called });
                }
                Ok(_) | Err(_) => self.strays.push(Found { file: called, problem: "is not a chain".to_owned() }),
            }
        }
        Ok(())
    }

    pub(crate) fn holds(&self, name: &KeyedRef) -> bool {
        self.chains.iter().any(|chain| chain.name == *name)
    }
}

impl Chain {
    /// Checks one chain from its first entry to its head.
    pub(crate) fn check(&self, keys: &PublicKeys, seen: &Seen) -> io::Result<(Summary, Vec<Found>)> {
        let folder = &self.folder;
        let found = |name: &str, problem: String| Found { file: format!("{}/{name}", self.called), problem };
        let mut problems = Vec::new();
        let mut has_head = false;
        let mut check = ChainCheck::new(self.name.clone(), keys);
        let seen = seen.get(&self.name);
        let mut is_as_seen = false;
        for (name, kind) in list(folder)? {
            match seq_of_name(&name) {
                Some(seq) if kind.is_file() => {
                    let file = read(&folder.join(&name))?;
                    problems
                        .extend(check.entry(seq, &file).into_iter().map(|problem| found(&name, problem.to_string())));
                    is_as_seen |= seen == Some(&(seq, EntryHash::of(&file)));
                }
                None if kind.is_file() && name == HEAD_NAME => has_head = true,
                Some(_) | None => problems.push(found(&name, "is neither an entry nor a head".to_owned())),
            }
        }
        let head = if has_head { Some(read(&folder.join(HEAD_NAME))?) } else { None };
        let (summary, problem) = check.finish(head.as_deref());
        problems.extend(problem.map(|problem| found(HEAD_NAME, problem.to_string())));
        if let Some((seq, _)) = seen.filter(|_| !is_as_seen) {
            problems.push(found(&format!("{seq:010}.json"), "is not what the earlier report saw there".to_owned()));
        }
        Ok((summary, problems))
    }
}
