//! The one place that makes random bytes, from the operating system. Codes and references are made of them.

use privacy::fault::Fault;

/// So many random bytes that nobody can foresee.
///
/// # Errors
/// [`Fault`] when the operating system has none to give: then nothing is made that needs them.
pub fn bytes<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Fault::retry("random.bytes", error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_are_alike() {
        let seeds: BTreeSet<[u8; 24]> = (0..1_000).map(|_| bytes().unwrap()).collect();
        assert_eq!(seeds.len(), 1_000);
        let ones: u32 = seeds.iter().flatten().map(|byte| byte.count_ones()).sum();
        assert!((90_000..102_000).contains(&ones), "{ones} of 192,000 bits are set");
    }
}
