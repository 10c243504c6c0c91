//! What an act is called in the trail: a closed list. A word that is taken stays what it is.

use serde::{Deserialize, Serialize};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    // Obligations.
    /// A request was stored.
    Accepted,
    /// A newer request widened what it covers.
    Widened,
    /// A plan is being worked off.
    Begun,
    /// A plan is above a ceiling and waits for a person.
    Halted,
    /// A person has confirmed that plan.
    Confirmed,
    /// A legal hold keeps a part.
    Held,
    /// What a hold kept is worked on again.
    Released,
    /// A part could not be erased yet.
    Failed,
    /// The promised date has passed.
    Late,
    /// Everything is erased, here and at every processor: strong reads found nothing.
    Erased,
    /// The request leaves records, as a law wants them.
    Retained,
    /// A second look found something.
    Resurfaced,
    /// A second look found nothing.
    LookedAgain,
    /// The last second look found nothing.
    Completed,
    /// What it was for has not come to pass.
    Cancelled,
    /// The account came back after its window.
    Returned,
    /// A finished request was set beside its successor.
    SetAside,
    /// A plan was made.
    Planned,
    /// What became of each record class was written down.
    Accounted,
    /// A processor was asked, or looked at.
    ProcessorAsked,
    /// Every processor has confirmed, or the date of its copy is known.
    ProcessorsSettled,

    // Requests of people.
    /// It came in.
    RequestReceived,
    /// It changed; the deed stands beside it.
    RequestChanged,
    /// A notice went out.
    Told,
    /// A notice was held back.
    Withheld,
    /// A notice came back.
    Bounced,
    /// Something was shown.
    Proved,
    /// More time was taken.
    Extended,
    /// The person was asked something, and the clock of their law stands still.
    Paused,
    /// They have answered, and it goes on.
    Resumed,
    /// Where the person lives was mended: another law holds for it, or another calendar.
    Relocated,
    /// It was handed to the engine, the exporter or staff.
    RequestBegun,
    /// Tenants that decide about a part were looked for.
    PartsSought,
    /// It was handed to a tenant.
    Routed,
    /// A tenant said what to do.
    Instructed,
    /// A tenant said that it does not want that done.
    PartDeclined,
    /// A tenant said that it needs more time to decide.
    TimeAsked,
    /// What a tenant wanted done is done.
    CarriedOut,
    /// A tenant wanted a flag that the person wants no more.
    PartLeftOff,
    /// A flag was raised.
    Flagged,
    /// A flag was lifted.
    FlagLifted,
    /// It waits for a copy that the same person has asked for.
    Waits,
    /// It was joined with another of the same person.
    Joined,
    /// A report about a child is believed.
    FoundCredible,
    /// A report about a child is not believed.
    FoundNotCredible,
    /// It was refused.
    Denied,
    /// The person has taken it back.
    Withdrawn,
    /// A part of it was refused.
    PartRefused,
    /// Staff looked at what was shown to them.
    Reviewed,
    /// Fields were named or decided.
    Corrected,
    /// Staff have its bundle made again.
    BundleOrdered,
    /// An appeal put it back to work.
    Reopened,
    /// It was answered.
    Answered,
    /// Staff closed it.
    Closed,
    /// Its copy is made without something that could not be read, or with all of it again.
    CopyLacks,
    /// Its bundle was given to whoever showed that it is theirs.
    Downloaded,
    /// What served to verify was erased.
    EvidenceErased,
    /// Where they could be reached was erased.
    ContactErased,

    // Bundles.
    /// A worker has begun one, or gone on with it.
    BundleBegun,
    /// It is whole.
    BundleMade,
    /// Every version of it is erased.
    BundleErased,

    // Legal holds.
    /// It stands in the book.
    HoldPlaced,
    /// The book says that it is released.
    HoldReleased,
    /// The engine meets it from now on.
    HoldTookForce,
    /// The engine meets it no more.
    HoldLostForce,

    // Purges by date.
    /// A class was purged up to an instant.
    PeriodsPurged,
    /// A class is above its ceiling and waits for a person.
    PurgeHalted,
    /// A person has confirmed more for this once.
    PurgeConfirmed,
    /// A class goes on.
    PurgeResumed,
    /// A hold, or what the map does not know, left a part of a period.
    PeriodLeft,
    /// Nothing is left of it.
    PeriodCleared,

    // What staff and the dashboard are about to do or see. What came of it follows, if anything did.
    /// Place a hold.
    PlacingHold,
    /// Release a hold.
    ReleasingHold,
    /// Confirm a plan.
    ConfirmingPlan,
    /// Confirm what a class would purge.
    ConfirmingPurge,
    /// Have everything looked at again after a restored backup.
    BeginningReplay,
    /// See a request of a person.
    LookingAtRequest,
    /// See the list of requests.
    LookingAtList,
    /// Order the export of an account.
    OrderingExport,
    /// See that export, with a link to it.
    LookingAtExport,

    // Any row.
    /// It changed in a way that no act of ours changes it.
    Altered,
    /// It is gone, as after its months.
    Removed,
    /// It changed and cannot be read: a person has to look at it.
    Unreadable,
}
