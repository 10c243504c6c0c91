//! The processors of a policy file over HTTP.

use std::collections::BTreeMap;

use http::HeaderMap;
use privacy::fault::Fault;
use privacy::policy::Model;
use privacy::policy::processor::{Exchange, Http, Settle};
use privacy::processors::{Finding, Processors, Reply, Target};

use crate::answer::{finding, is_body_read, reply};
use crate::base_url::BaseUrl;
use crate::client::{Client, Patience};
use crate::problem::Problem;
use crate::request::{headers, ids, request};
use crate::resolver::Guarded;
use crate::settings::{InvalidSettings, Settings};

/// One processor, ready to be asked. The headers with the secret are marked as sensitive and never print.
#[derive(Clone, Debug)]
struct Known {
    http: Http,
    base: BaseUrl,
    headers: HeaderMap,
}

impl Known {
    fn new(http: &Http, settings: &Settings) -> Result<Self, InvalidSettings> {
        let (base, secret) = settings.of(&http.parameter, &http.hosts)?;
        let headers = headers(&http.headers, &http.secret_headers, secret);
        let headers = headers.ok_or_else(|| InvalidSettings::Secret { parameter: http.parameter.clone() })?;
        Ok(Self { http: http.clone(), base, headers })
    }
}

/// Every HTTP processor that a route concerns. A call takes at most [`Patience::total`] per request: one for an ask, one
/// per query for a look.
#[derive(Clone, Debug)]
pub struct HttpProcessors {
    known: BTreeMap<String, Known>,
    client: Client,
    unusable: Vec<InvalidSettings>,
}

impl HttpProcessors {
    /// Processors as the policy file describes them and as they are configured. Loads the certificates that the machine
    /// trusts, which takes milliseconds: make it when it is needed and keep it.
    ///
    /// # Errors
    /// [`InvalidSettings::Certificates`]. A processor whose settings cannot be used leaves the others usable: it cannot
    /// be asked, and is in [`HttpProcessors::unusable`].
    pub fn new(model: &Model, settings: &Settings, patience: Patience) -> Result<Self, InvalidSettings> {
        Ok(Self::over(Client::new(Guarded::system(), patience)?, model, settings))
    }

    pub(crate) fn over(client: Client, model: &Model, settings: &Settings) -> Self {
        let (mut known, mut unusable) = (BTreeMap::new(), Vec::new());
        for (name, processor) in model.processor.iter().filter(|(_, processor)| !processor.routes.is_empty()) {
            let http = match &processor.settle {
                Settle::Http(http) => http,
                Settle::OwnInfrastructure(_) | Settle::Expires(_) => continue,
            };
            match Known::new(http, settings) {
                Ok(ready) => drop(known.insert(name.clone(), ready)),
                Err(invalid) => unusable.push(invalid),
            }
        }
        Self { known, client, unusable }
    }

    /// What is wrong with the settings of processors that cannot be asked; names no secret and no address.
    #[must_use]
    pub fn unusable(&self) -> &[InvalidSettings] {
        &self.unusable
    }

    #[cfg(test)]
    pub(crate) fn move_to(&mut self, name: &str, base: BaseUrl) {
        self.known.get_mut(name).unwrap().base = base;
    }

    fn exchange(&self, name: &str, target: &Target) -> Result<(&Known, &Exchange), Problem> {
        let known = self.known.get(name).ok_or(Problem::NotConfigured)?;
        Ok((known, target.exchange(&known.http).ok_or(Problem::Unaskable)?))
    }

    async fn try_ask(&self, name: &str, target: &Target) -> Result<Reply, Problem> {
        let (known, exchange) = self.exchange(name, target)?;
        let request = request(&known.base, &known.headers, exchange.ask.call(), &ids(target))?;
        reply(&exchange.ask, &self.client.send(request, |_| false).await?)
    }

    async fn try_confirm(&self, name: &str, target: &Target) -> Result<Finding, Problem> {
        let (known, exchange) = self.exchange(name, target)?;
        for confirm in &exchange.confirm {
            let request = request(&known.base, &known.headers, confirm.call(), &ids(target))?;
            let answer = self.client.send(request, |status| is_body_read(confirm, status.as_u16())).await?;
            match finding(confirm, &answer)? {
                Finding::Gone => {}
                found @ (Finding::StillThere | Finding::Later { .. }) => return Ok(found),
            }
        }
        // A list without a query is refused at build; it would prove nothing.
        if exchange.confirm.is_empty() { Err(Problem::Unaskable) } else { Ok(Finding::Gone) }
    }
}

impl Processors for HttpProcessors {
    async fn ask(&self, name: &str, target: &Target) -> Result<Reply, Fault> {
        self.try_ask(name, target).await.map_err(|problem| problem.fault("processors.ask", name))
    }

    async fn confirm(&self, name: &str, target: &Target) -> Result<Finding, Fault> {
        self.try_confirm(name, target).await.map_err(|problem| problem.fault("processors.confirm", name))
    }
}
