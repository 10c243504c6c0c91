//! Where a person goes who does not agree with an answer.

use privacy::law::denial::{DenialReason, Routes};
use privacy::subject_request::SubjectRequest;
use privacy_pages::kinds;

use super::Writer;

/// What to do, and the page for it.
pub(super) type Way = (String, Option<String>);

impl Writer<'_> {
    /// Every way on that the law of the person has from an answer to what they asked.
    pub(super) fn ways_on(self, request: &SubjectRequest) -> Vec<Way> {
        let routes = self.law.ways_on(&request.regime, request.kind);
        routes.map(|routes| self.ways(&routes)).unwrap_or_default()
    }

    /// The same, while there is no answer yet.
    pub(super) fn ways_before_answer(self, request: &SubjectRequest) -> Vec<Way> {
        let routes = self.law.ways_on(&request.regime, request.kind).map(Routes::before_answer);
        routes.map(|routes| self.ways(&routes)).unwrap_or_default()
    }

    /// Ways for whoever is not the person of the request: nobody knows by which law.
    pub(super) fn ways_of_anybody(self, request: &SubjectRequest) -> Vec<Way> {
        let routes = self.law.ways_on(&self.law.model().rights.fallback, request.kind).map(Routes::before_answer);
        routes.map(|routes| self.ways(&routes)).unwrap_or_default()
    }

    /// Why a request was denied, in words for the person, and the ways on that go with the reason.
    pub(super) fn reason(self, request: &SubjectRequest, code: &str) -> (String, Vec<Way>) {
        let reason = DenialReason::parse(code);
        let denied = reason.and_then(|reason| self.law.denial(reason, &request.regime, request.kind).ok());
        match denied {
            Some(denied) => (request.words_of(denied.denial), self.ways(&denied.routes)),
            // No letter without a way on, whatever the file has become since the request was denied. An appeal that is not right
            // has the reason of what it is about.
            None => {
                let known = reason.and_then(|reason| request.reason_words(self.law, reason));
                (known.unwrap_or_else(|| "We could not do what you asked.".to_owned()), self.ways_on(request))
            }
        }
    }

    fn ways(self, routes: &Routes<'_>) -> Vec<Way> {
        let form = || Some(format!("{}/privacy", self.base));
        let appeal = routes.appeal.map(|_| {
            (format!("Ask us to look again: choose “{}” in the form, and give your reference.", kinds::APPEAL), form())
        });
        let complaint = routes
            .complaint_to_us
            .map(|_| (format!("Complain to us: choose “{}” in the form.", kinds::COMPLAINT), form()));
        let authorities = routes
            .authorities
            .iter()
            .map(|authority| (format!("Complain to: {}.", authority.title), Some(authority.url.clone())));
        let court = routes.court.map(|law| (format!("Go to court ({law})."), None));
        appeal.into_iter().chain(complaint).chain(authorities).chain(court).collect()
    }
}
