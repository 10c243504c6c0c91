//! Variants of the code that look right and are not. Each must be caught by the same oracle, or the oracle would notice nothing.

use std::time::Duration;

/// A naive variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naive {
    /// Acknowledges once the queue has the message, whether or not the row was stored.
    SendBeforeStore,
    /// Acknowledges although the row could not be stored.
    AckOnFailedPut,
    /// Reads whether there is a row, then writes.
    ReadThenWriteDedupe,
    /// Counts the date anew with every repeated request.
    ChainedDates,
    /// Raises marks only when everything is erased.
    DeleteBeforeSuppress,
    /// Believes that what was deleted is gone.
    NoVerificationRead,
    /// Takes a batch for done, and what it has sent for gone.
    BatchWithoutUnprocessed,
    /// Reads holds once for each obligation.
    HoldOnlyAtPlan,
    /// Takes a beginning of a key without its separator.
    BeginningWithoutSeparator,
    /// Erases what was connected after the request too.
    IgnoresCover,
    /// Reads the marks, then writes the signal.
    GateReadsThenWrites,
    /// Sends once and never sweeps.
    NoSweep,
    /// Lets the marks go as soon as everything is erased.
    MarksEndWithErasure,
    /// Takes a vendor's word for it.
    AcceptedIsGone,
    /// Removes links first, then the rows that they lead to.
    LinksBeforeRows,
    /// Takes any code.
    AnyCode,
    /// Opens traffic over a restored backup without a replay.
    RestoreWithoutReplay,
    /// Notes a letter as told although it was refused.
    NotesRefusedLetters,
    /// Rings when hardly anything can be done any more.
    RingsOnLastDay,
    /// Reads only once vendors are done too.
    SaysGoneUnread,
    /// Carries out what people ask for, and leaves it at that.
    NeverAnswers,
    /// Counts wrong codes by address.
    TriesByAddress,
    /// Tries to write a receipt once.
    CertifiesOnce,
    /// Takes a hold of a whole tenant for one of nothing.
    IgnoresWideHolds,
    /// Erases again after a restore, and raises no marks again.
    ReplayLeavesMarks,
    /// Counts years as so many days.
    YearsOf365Days,
    /// Moves a watermark past what it could not empty.
    PassesFailedPeriods,
    /// Takes the connection for the contact.
    TakesWholeConnection,
}

impl Naive {
    /// Every variant.
    pub const ALL: [Self; 28] = [
        Self::SendBeforeStore,
        Self::AckOnFailedPut,
        Self::ReadThenWriteDedupe,
        Self::ChainedDates,
        Self::DeleteBeforeSuppress,
        Self::NoVerificationRead,
        Self::BatchWithoutUnprocessed,
        Self::HoldOnlyAtPlan,
        Self::BeginningWithoutSeparator,
        Self::IgnoresCover,
        Self::GateReadsThenWrites,
        Self::NoSweep,
        Self::MarksEndWithErasure,
        Self::AcceptedIsGone,
        Self::LinksBeforeRows,
        Self::AnyCode,
        Self::RestoreWithoutReplay,
        Self::NotesRefusedLetters,
        Self::RingsOnLastDay,
        Self::SaysGoneUnread,
        Self::NeverAnswers,
        Self::TriesByAddress,
        Self::CertifiesOnce,
        Self::IgnoresWideHolds,
        Self::ReplayLeavesMarks,
        Self::YearsOf365Days,
        Self::PassesFailedPeriods,
        Self::TakesWholeConnection,
    ];

    /// As reports and the command line name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendBeforeStore => "send-before-store",
            Self::AckOnFailedPut => "ack-on-failed-put",
            Self::ReadThenWriteDedupe => "read-then-write-dedupe",
            Self::ChainedDates => "chained-dates",
            Self::DeleteBeforeSuppress => "delete-before-suppress",
            Self::NoVerificationRead => "no-verification-read",
            Self::BatchWithoutUnprocessed => "batch-without-unprocessed",
            Self::HoldOnlyAtPlan => "hold-only-at-plan",
            Self::BeginningWithoutSeparator => "beginning-without-separator",
            Self::IgnoresCover => "ignores-cover",
            Self::GateReadsThenWrites => "gate-reads-then-writes",
            Self::NoSweep => "no-sweep",
            Self::MarksEndWithErasure => "marks-end-with-erasure",
            Self::AcceptedIsGone => "accepted-is-gone",
            Self::LinksBeforeRows => "links-before-rows",
            Self::AnyCode => "any-code",
            Self::RestoreWithoutReplay => "restore-without-replay",
            Self::NotesRefusedLetters => "notes-refused-letters",
            Self::RingsOnLastDay => "rings-on-last-day",
            Self::SaysGoneUnread => "says-gone-unread",
            Self::NeverAnswers => "never-answers",
            Self::TriesByAddress => "tries-by-address",
            Self::CertifiesOnce => "certifies-once",
            Self::IgnoresWideHolds => "ignores-wide-holds",
            Self::ReplayLeavesMarks => "replay-leaves-marks",
            Self::YearsOf365Days => "years-of-365-days",
            Self::PassesFailedPeriods => "passes-failed-periods",
            Self::TakesWholeConnection => "takes-whole-connection",
        }
    }

    /// What it does wrong, in a sentence.
    #[must_use]
    pub const fn wrong(self) -> &'static str {
        match self {
            Self::SendBeforeStore => "Acknowledges once the queue has the message, whether or not the row was stored.",
            Self::AckOnFailedPut => "Acknowledges although the row could not be stored.",
            Self::ReadThenWriteDedupe => "Reads whether there is a row, then writes it, over whatever came in between.",
            Self::ChainedDates => "Counts the 30 days anew with every repeated request.",
            Self::DeleteBeforeSuppress => "Raises the marks only when everything is erased and verified.",
            Self::NoVerificationRead => "Believes that what was listed and deleted is all there was.",
            Self::BatchWithoutUnprocessed => "Ignores `UnprocessedItems`, and strikes what it sent off its list.",
            Self::HoldOnlyAtPlan => "Reads the holds once for each obligation.",
            Self::BeginningWithoutSeparator => "Lists `alder/c1` for `alder/c1/`, and so takes `alder/c10/` too.",
            Self::IgnoresCover => "Erases what was connected after the request too.",
            Self::GateReadsThenWrites => "Reads the marks first and writes the signal then, not in one transaction.",
            Self::NoSweep => "Sends each request once and never looks at what is due.",
            Self::MarksEndWithErasure => "Lets the marks go as soon as everything is erased and verified.",
            Self::AcceptedIsGone => "Takes a vendor that says yes for one that has erased.",
            Self::LinksBeforeRows => "Removes the links to a connection, then its rows, not all in one write.",
            Self::AnyCode => "Takes a guess for the code that was sent.",
            Self::RestoreWithoutReplay => "Opens traffic over a restored backup without a replay.",
            Self::NotesRefusedLetters => "Notes a letter as told although the post has refused it.",
            Self::RingsOnLastDay => "Rings for what is late only when its last day has begun.",
            Self::SaysGoneUnread => {
                "Reads nothing as long as a vendor has a copy, and says that nothing of ours is left."
            }
            Self::NeverAnswers => "Erases what people ask for, and neither answers nor denies.",
            Self::TriesByAddress => {
                "Counts wrong codes by address: who guesses uses up the tries of everybody who asks under it."
            }
            Self::CertifiesOnce => "Tries to write a receipt once, whatever comes of it.",
            Self::IgnoresWideHolds => "Looks for holds of the connection, and finds none that is of the whole tenant.",
            Self::ReplayLeavesMarks => "Erases again what a restore brought back, and raises no marks again.",
            Self::YearsOf365Days => "Takes seven years for 2,555 days, which leap years make longer.",
            Self::PassesFailedPeriods => "Moves the watermark of a class past a period that could not be emptied.",
            Self::TakesWholeConnection => "Takes the connection that somebody wrote by for what it knows of them.",
        }
    }

    /// The variant of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|naive| naive.name() == name)
    }
}

/// What a variant that does in two calls what belongs into one may take between them: minutes, as a process that is about to die does, or,
/// one time in four, moments. Less than a hold takes until it has effect, so that it breaks no other promise. By the chance of the thread,
/// which the seed decides: a run without a variant draws none of it.
pub async fn linger() {
    let millis = if fastrand::u32(..4) == 0 { fastrand::u64(..5_000) } else { fastrand::u64(..240_000) };
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
