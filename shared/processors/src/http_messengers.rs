//! Messages to accounts of platforms, over the interfaces that the policy file describes.

use std::collections::BTreeMap;

use http::HeaderMap;
use privacy::policy::Model;
use privacy::policy::letters::Messenger;
use privacy::policy::processor::Call;
use privacy::ports::Answer;
use privacy::subject_request::ConnectedAccount;
use privacy::subject_request::letter::Delivery;

use crate::base_url::BaseUrl;
use crate::client::{Client, Patience};
use crate::problem::Problem;
use crate::request::{Values, headers, request};
use crate::resolver::Guarded;
use crate::settings::{InvalidSettings, Settings};

/// What is to be said to which account. Prints neither.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// Whom.
    pub account: &'a ConnectedAccount,
    /// Plain text.
    pub text: &'a str,
}

privacy::redacted!(Message<'a>);

/// One interface, ready to be used.
#[derive(Clone, Debug)]
struct Known {
    messenger: Messenger,
    base: BaseUrl,
    headers: HeaderMap,
}

/// Every messenger of the policy file.
#[derive(Clone, Debug)]
pub struct HttpMessengers {
    model: Model,
    known: BTreeMap<String, Known>,
    client: Client,
    unusable: Vec<InvalidSettings>,
}

impl HttpMessengers {
    /// Messengers as the policy file describes them and as they are configured.
    ///
    /// # Errors
    /// [`InvalidSettings::Certificates`]. A messenger whose settings cannot be used is in [`HttpMessengers::unusable`], and a
    /// message for it is a fault: it waits until somebody mends them.
    pub fn new(model: &Model, settings: &Settings, patience: Patience) -> Result<Self, InvalidSettings> {
        Ok(Self::over(Client::new(Guarded::system(), patience)?, model, settings))
    }

    pub(crate) fn over(client: Client, model: &Model, settings: &Settings) -> Self {
        let (mut known, mut unusable) = (BTreeMap::new(), Vec::new());
        for (name, messenger) in &model.messenger {
            match configured(messenger, settings) {
                Ok(ready) => drop(known.insert(name.clone(), ready)),
                Err(invalid) => unusable.push(invalid),
            }
        }
        Self { model: model.clone(), known, client, unusable }
    }

    /// What is wrong with settings; names no secret and no address.
    #[must_use]
    pub fn unusable(&self) -> &[InvalidSettings] {
        &self.unusable
    }

    #[cfg(test)]
    pub(crate) fn move_to(&mut self, name: &str, base: BaseUrl) {
        self.known.get_mut(name).unwrap().base = base;
    }

    /// Hands one message over. An account of a platform that nothing reaches can never be reached.
    ///
    /// # Errors
    /// A fault: it may have been sent.
    pub async fn send(&self, message: &Message<'_>) -> Answer<Delivery> {
        let platform = message.account.platform.as_str();
        let Some((name, _)) = self.model.messenger_for(platform) else { return Ok(Delivery::Unreachable) };
        self.try_send(name, message).await.map_err(|problem| problem.fault("messengers.send", name))
    }

    async fn try_send(&self, name: &str, message: &Message<'_>) -> Result<Delivery, Problem> {
        let Known { messenger, base, headers } = self.known.get(name).ok_or(Problem::NotConfigured)?;
        let ConnectedAccount { platform, handle } = message.account;
        let values =
            Values::from([("platform", platform.as_str()), ("handle", handle.expose()), ("text", message.text)]);
        let call = Call { method: messenger.method, path: &messenger.path, body: Some(&messenger.body) };
        let answer = self.client.send(request(base, headers, call, &values)?, |_| false).await?;
        let status = answer.status.as_u16();
        if messenger.accepted.contains(&status) {
            Ok(Delivery::Accepted)
        } else if messenger.unreachable.contains(&status) {
            Ok(Delivery::Unreachable)
        } else {
            Err(Problem::Status(status))
        }
    }
}

fn configured(messenger: &Messenger, settings: &Settings) -> Result<Known, InvalidSettings> {
    let (base, secret) = settings.of(&messenger.parameter, &messenger.hosts)?;
    let headers = headers(&messenger.headers, &messenger.secret_headers, secret);
    let headers = headers.ok_or_else(|| InvalidSettings::Secret { parameter: messenger.parameter.clone() })?;
    Ok(Known { messenger: messenger.clone(), base, headers })
}
