//! What the name of a field says of its value, in words with `_` between them.

/// Names that no value is shown of, also where their words are written as one.
const SECRETS: [&str; 20] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "hash",
    "digest",
    "seed",
    "session",
    "cookie",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "signing_key",
    "signingkey",
    "credential",
    "suppression",
];
/// Names of what the law never has disclosed.
const NEVER: [&str; 35] = [
    "national_id",
    "routing_number",
    "ssn",
    "social_security",
    "passport",
    "driver_licen",
    "drivers_licen",
    "driverlicen",
    "driverslicen",
    "driving_licen",
    "drivinglicen",
    "government_id",
    "tax_id",
    "iban",
    "account_number",
    "bank_account",
    "bankaccount",
    "card_number",
    "cvv",
    "cvc",
    "license_number",
    "licensenumber",
    "licence_number",
    "licencenumber",
    "faceprint",
    "face_print",
    "voiceprint",
    "voice_print",
    "health",
    "medical",
    "insurance_id",
    "security_answer",
    "security_question",
    "biometric",
    "fingerprint",
];
/// The same, but where they are words of a name: others have these letters in them (`shipping`, `footprint`, `account_notes`).
const NEVER_WORDS: [&str; 7] = ["pin", "otp", "account_no", "accountno", "license_no", "licence_no", "card_no"];
/// Names of what is no secret, with the letters of one in them.
const NO_SECRETS: [&str; 7] =
    ["hashtag", "token_count", "tokens_count", "tokens_used", "total_tokens", "prompt_tokens", "completion_tokens"];
/// Words of names under which a number may be one of a payment card.
const CARDS: [&str; 6] = ["card", "cards", "creditcard", "debitcard", "paymentcard", "pan"];

/// Whether no value of that name is shown.
pub(super) fn is_secret(snake: &str) -> bool {
    let rest = NO_SECRETS.iter().fold(snake.to_owned(), |rest, harmless| rest.replace(harmless, ""));
    SECRETS.iter().any(|secret| rest.contains(secret))
}

/// Whether it names what the law never has disclosed.
pub(super) fn is_never_disclosed(snake: &str) -> bool {
    NEVER.iter().any(|never| snake.contains(never)) || has_words(snake, &NEVER_WORDS)
}

/// Whether a number under it may be one of a payment card.
pub(super) fn says_card(snake: &str) -> bool {
    has_words(snake, &CARDS)
}

/// Whether one of these stands in a name as words of its own.
fn has_words(snake: &str, words: &[&str]) -> bool {
    let name = format!("_{snake}_");
    words.iter().any(|words| name.contains(&format!("_{words}_")))
}

/// A name in words with `_` between them, however it is written: `apiKey`, `API-Key`.
pub(super) fn snake(name: &str) -> String {
    let (mut snake, mut is_low) = (String::with_capacity(name.len()), false);
    for letter in name.chars() {
        if letter.is_uppercase() && is_low {
            snake.push('_');
        }
        is_low = letter.is_lowercase() || letter.is_numeric();
        if letter.is_alphanumeric() {
            snake.extend(letter.to_lowercase());
        } else {
            snake.push('_');
        }
    }
    snake
}
