//! What a copied file is called in a bundle: whoever sent it has named it, and somebody else opens it.

/// The last segment of an object's key, as a name that every system takes.
pub(super) fn file_name(key: &str) -> String {
    let last = key.rsplit('/').next().unwrap_or_default();
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let name: String =
        last.chars().map(|character| if allowed(character) { character } else { '_' }).take(80).collect();
    // Some systems drop dots at the end.
    let name = name.trim_end_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_letters_whatever_it_was() {
        let long = "x".repeat(200);
        for (key, expected) in [
            ("a/b/tea.jpg", "tea.jpg"),
            ("a/..", "file"),
            ("a/", "file"),
            ("a\\..\\b", "a_.._b"),
            ("nul. .", "nul._"),
            ("\u{202e}gpj.exe\0\r\n", "_gpj.exe___"),
            ("ünï", "_n_"),
            (long.as_str(), &"x".repeat(80)),
        ] {
            assert_eq!(file_name(key), expected, "{key}");
        }
    }
}
