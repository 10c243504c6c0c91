//! What a person wrote, in a row of its own where it is too long to stand in their request: `words` in the partition of the
//! request. It is written once, after the request, and read where staff or a worker read the whole; the status page and every
//! change of the request leave it alone, so their cost does not grow with it.

use privacy::fault::Fault;
use privacy::ports::Answer;
use privacy::subject_request::{SubjectRequest, Words};

use super::{LedgerTable, key};
use crate::attributes::{Item, get_text, text, unreadable};
use crate::faults::fault;

pub(super) const WORDS: &str = "words";
const DETAILS: &str = "details";

/// The row of a request without what stands beside it.
pub(super) fn without_words(request: &SubjectRequest, mut row: Item) -> Item {
    if request.has_words_beside {
        row.remove(DETAILS);
    }
    row
}

impl LedgerTable {
    /// Writes what stands beside a request, if anything does. Done twice it is done once.
    pub(super) async fn keep_words(&self, request: &SubjectRequest) -> Answer<()> {
        let Some(words) = request.details.as_ref().filter(|_| request.has_words_beside) else { return Ok(()) };
        let mut row = key(&request.id, WORDS);
        row.insert(DETAILS.to_owned(), text(words.expose()));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(row));
        put.send().await.map(drop).map_err(fault("requests.keep-words"))
    }

    /// The request with what stands beside it, by a strong read; as it is where nothing does.
    pub(super) async fn with_words(&self, request: SubjectRequest) -> Result<SubjectRequest, Fault> {
        if !request.has_words_beside {
            return Ok(request);
        }
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(&request.id, WORDS)));
        let row = get.consistent_read(true).send().await.map_err(fault("requests.words"))?.item;
        let words = |row: Item| Words::parse(get_text(&row, DETAILS)?).map_err(|_| unreadable(DETAILS));
        let details = row.map(words).transpose()?;
        Ok(SubjectRequest { details, ..request })
    }
}
