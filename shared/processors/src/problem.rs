//! What can go wrong with a processor, and whose turn it is.

use privacy::fault::{Fault, Turn};

/// Why a request to a processor has no usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The policy file names no such HTTP processor, or none that is configured.
    #[error("is not configured")]
    NotConfigured,
    /// It has no request for a target of this kind, or the request cannot be built.
    #[error("cannot be asked about such a target")]
    Unaskable,
    /// Its name leads to an address that is not public.
    #[error("has an address that is not public")]
    NotPublic,
    /// It does not prove to be who it should be, or speaks no TLS.
    #[error("failed the TLS handshake")]
    Tls,
    /// No name, no route, no listener.
    #[error("could not be reached")]
    Unreachable,
    /// It took too long.
    #[error("timed out")]
    TimedOut,
    /// The connection ended within the answer, or the answer is not HTTP.
    #[error("broke off")]
    BrokeOff,
    /// The answer is larger than is read.
    #[error("answered too much")]
    TooLarge,
    /// The answer is packed, is not JSON, or not of the shape in the policy file.
    #[error("answered what cannot be read")]
    Unreadable,
    /// A status that the policy file does not expect.
    #[error("answered {0}")]
    Status(u16),
}

impl Problem {
    /// Whose turn it is: what may go away by itself is tried again, everything else is for a person.
    #[must_use]
    pub const fn turn(self) -> Turn {
        match self {
            Self::Unreachable
            | Self::TimedOut
            | Self::BrokeOff
            | Self::Unreadable
            | Self::Status(408 | 425 | 429 | 500..=599) => Turn::Retry,
            Self::NotConfigured | Self::Unaskable | Self::NotPublic | Self::Tls | Self::TooLarge | Self::Status(_) => {
                Turn::Park
            }
        }
    }

    pub(crate) fn fault(self, action: &'static str, processor: &str) -> Fault {
        let refusal = Refusal { processor: processor.to_owned(), problem: self };
        match self.turn() {
            Turn::Retry => Fault::retry(action, refusal),
            Turn::Park => Fault::park(action, refusal),
        }
    }
}

/// A processor and its problem. Holds no URL, id, body or secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{processor} {problem}")]
pub struct Refusal {
    /// Its name in the policy file.
    pub processor: String,
    /// What went wrong.
    pub problem: Problem,
}
