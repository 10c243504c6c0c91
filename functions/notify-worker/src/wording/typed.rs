//! Letters to an address that somebody else may have typed: they say as little as they can.

use privacy::subject_request::letter::Letter;
use privacy::subject_request::pass::Pass;

use super::Writer;
use super::at_once::{at_once, nothing, read_first};
use super::blocks::{Block, Wording};
use super::late::{day_is_over, facts};
use super::person::say;

/// What the person of an agent hears whom we cannot write to.
pub(super) const FOR_YOU: &str = "Somebody says that they act for you, and has made a privacy request in your name. They gave no address of their own, so we write to you \
    alone.";

impl Writer<'_> {
    /// To the person, where whoever asks for them gave no address.
    pub(super) fn acknowledgement_for(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        let mut blocks = vec![say(FOR_YOU), facts(letter)];
        blocks.extend(day_is_over(letter));
        if !request.is_verified() {
            blocks.extend(at_once(request).map(say));
            let shows =
                "they have to show that they may ask for you. Where you have to agree, another letter asks you.";
            blocks.push(say(match read_first(request) {
                Some(read_first) => format!("{read_first} If we do not, {shows}"),
                None => format!("Before we act on it, {shows} Until then {} is done.", nothing(request)),
            }));
        }
        blocks.push(say(format!("If you have asked nobody to, tell us at {}.", self.company.contact)));
        blocks.extend(self.ways_if_late(letter));
        self.letter("Somebody has made a privacy request for you", request, blocks)
    }

    /// The last letter of a day to an address that somebody floods. It is about no request: the one that was held back may be
    /// anybody's.
    pub(super) fn no_more_today(self, pass: &Pass) -> Wording {
        let blocks = vec![
            say(
                "So many privacy requests have named this address today that we send no more letters about them before tomorrow.",
            ),
            say(
                "If you have made one of them: open its page, enter this number there instead of the code, and your code comes at once.",
            ),
            Block::Code(pass.expose().to_owned()),
            say(
                "It works today and tomorrow, as often as you need it, and only for requests that name this address. It is no code: \
                 nothing is done by it. Give it to nobody.",
            ),
            say("If you have made none of them, you need do nothing: what takes a code is not done without it."),
        ];
        Wording { subject: "No more letters about privacy requests today".to_owned(), blocks }
    }

    /// To an address that somebody with a login typed, and nobody has shown to be theirs: nothing of what they asked, and no way
    /// to its page.
    pub(super) fn as_typed(self) -> Wording {
        let blocks = vec![
            say(
                "Somebody who logged in to our product has made a privacy request and given this address to be written to. There is \
                 news of it.",
            ),
            say(
                "If it was you, read it on the page of your request: you have its reference. We say no more here, since nobody has \
                 shown that this address is yours.",
            ),
            say("If you know nothing of it, you need do nothing. It is about their account and not about you."),
        ];
        Wording { subject: "There is news of a privacy request".to_owned(), blocks }
    }
}
