//! What holds personal data or secrets prints its name and nothing else.

/// Gives types a `Debug` that shows nothing of what they hold: `EmailAddress(redacted)`. They get no `Display`, so no message and
/// no field of a log takes them but as that. A test reads every type of the workspace: one that holds text and prints otherwise
/// has to say why it may.
///
/// ```
/// struct Phone(String);
/// privacy::redacted!(Phone);
/// assert_eq!(format!("{:?}", Phone("+351 912 345 678".to_owned())), "Phone(redacted)");
/// ```
#[macro_export]
macro_rules! redacted {
    ($($name:ident$(<$lifetime:lifetime>)?),+ $(,)?) => {
        $(
            impl$(<$lifetime>)? ::core::fmt::Debug for $name$(<$lifetime>)? {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(concat!(stringify!($name), "(redacted)"))
                }
            }
        )+
    };
}
