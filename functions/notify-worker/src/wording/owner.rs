//! The letter to whose account is said to be a child's, once staff believe it. It may be anybody: so it says what was done, why and how
//! to object, nothing of whoever reported it, and leads to no request.

use privacy::subject_request::letter::{Letter, Recipient};
use privacy::subject_request::{ChildReview, SubjectRequest};
use privacy_pages::dates::spoken_moment;

use super::Writer;
use super::blocks::{Block, Wording};
use super::person::{say, zoned_day};

impl Writer<'_> {
    pub(super) fn quarantined(self, letter: &Letter<'_>) -> Wording {
        let mut blocks: Vec<Block> = what_happened(letter).into_iter().map(say).collect();
        blocks.extend([
            say(self.how_to_object(letter.request)),
            say("You can also:"),
            Block::Ways(self.ways_of_anybody(letter.request)),
        ]);
        Wording { subject: "Data of yours is being deleted: it is said to be a child's".to_owned(), blocks }
    }

    /// The same in a few lines.
    pub(super) fn quarantined_lines(self, letter: &Letter<'_>) -> String {
        let mut lines = what_happened(letter);
        lines.push(self.how_to_object(letter.request));
        format!("{}: {}", self.company.name, lines.join("\n"))
    }

    fn how_to_object(self, request: &SubjectRequest) -> String {
        format!(
            "If it is wrong, tell us at {} as soon as you can, with the number {}. Somebody here looks at it again and answers you.",
            self.company.contact,
            request.id.log_ref()
        )
    }
}

fn what_happened(letter: &Letter<'_>) -> Vec<String> {
    let whose = match letter.recipient {
        Recipient::Email(_) => "this address",
        Recipient::Account(_) => "this account",
    };
    let told = format!("We were told that {whose} is a child's. Somebody here has read that, and it can be true.");
    let done = match &letter.request.course.child {
        Some(ChildReview::Credible { at, erase_by, zone, .. }) => format!(
            "So since {} nothing uses what we hold under {whose}, and it is deleted by the end of {}. What is deleted cannot be brought back.",
            spoken_moment(*at),
            zoned_day(*erase_by, zone)
        ),
        Some(ChildReview::NotCredible { .. }) | None => String::new(),
    };
    vec![told, done, "Who told us we do not say. There is nothing that you have to do.".to_owned()]
}
