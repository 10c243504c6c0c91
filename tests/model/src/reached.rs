//! What must be reachable for a search to say anything.

use crate::bounds::Search;

/// What a search has to come by, or it has shown nothing.
pub(crate) const fn reached(search: Search) -> &'static [&'static str] {
    match search {
        Search::Strangers => &[
            "answered",
            "denied",
            "waits for a processor",
            "a request near its target, past it, near its last day and on it",
            "erased beside a stranger who has asked the same",
        ],
        Search::Verification => &[
            "answered",
            "denied",
            "waits for a processor",
            "shown by a fresh code, the one before void",
            "a code is void, and the fresh one lost",
        ],
        Search::Holds => &[
            "answered",
            "held",
            "waits for a processor",
            "looked at again",
            "waits for a processor past its own last day, and it rang",
            "held once part of it was gone",
            "one of two holds released, the other in force",
            "released, and a processor still answers nothing",
        ],
        Search::Halts => &[
            "answered",
            "held",
            "waits for a processor",
            "past its date, and named before",
            "halted above a ceiling",
            "halted, named before its date, and past it",
            "a store has failed",
            "a store has failed, and a hold is in force",
            "confirmed, and erased",
        ],
        Search::Deaths => &[
            "answered",
            "a message came twice",
            "waits for a processor",
            "looked at again",
            "past its date, and named before",
            "the schedule did not run",
        ],
        Search::Product => &[
            "answered",
            "denied",
            "held",
            "waits for a processor",
            "past its date, and named before",
            "a request near its target, past it, near its last day and on it",
            "held before anybody has shown who they are",
            "held once part of it was gone",
            "held, and a worker died",
            "held, and a message was lost",
            "erased beside a stranger who has asked the same",
            "released, and a processor still answers nothing",
        ],
        Search::Everything => &[
            "answered",
            "denied",
            "held",
            "waits for a processor",
            "past its date, and named before",
            "a request near its target, past it, near its last day and on it",
            "held before anybody has shown who they are",
            "held once part of it was gone",
            "one of two holds released, the other in force",
            "held, and a worker died",
            "held, and a message was lost",
            "erased beside a stranger who has asked the same",
            "released, and a processor still answers nothing",
        ],
    }
}
