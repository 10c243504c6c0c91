//! What carries letters: mails for addresses, messages for accounts of platforms.

use std::sync::Arc;

use privacy::fault::Fault;
use privacy::policy::Model;
use privacy::ports::Answer;
use privacy::subject_request::bounce::LetterName;
use privacy::subject_request::letter::{Delivery, Letter, Messenger, Recipient};
use privacy_aws::connection::Connection;
use privacy_aws::mail::{Mail, Sender, SesMail};
use privacy_aws::secret::{Keep, Secret};
use privacy_processors::{HttpMessengers, Message, Patience, Settings};
use tokio::sync::Mutex;

use crate::config::Config;
use crate::wording::{Writer, blocks};

/// Messengers made of a reading of their settings.
type Built = (Arc<Settings>, Arc<HttpMessengers>);

/// The carriers.
#[derive(Debug)]
pub(crate) struct Carriers {
    mail: SesMail,
    settings: Secret<Settings>,
    built: Mutex<Option<Built>>,
}

fn parse_settings(text: &str) -> Result<Settings, Fault> {
    Settings::parse(text).map_err(|error| Fault::park("secret.messengers", error))
}

fn parse_local_settings(text: &str) -> Result<Settings, Fault> {
    Settings::parse_for_test_stack(text).map_err(|error| Fault::park("secret.messengers", error))
}

impl Carriers {
    pub(crate) fn new(connection: &Connection, config: &Config) -> Self {
        let sender = Sender {
            from: config.mail_from.clone(),
            reply_to: config.model.company.contact.clone(),
            configuration_set: config.configuration_set.clone(),
        };
        let parse = if config.is_local_allowed { parse_local_settings } else { parse_settings };
        Self {
            mail: SesMail::new(connection, sender),
            settings: Secret::new(connection, config.messengers_arn.clone(), Keep::GROWING, parse),
            built: Mutex::new(None),
        }
    }

    /// The messengers as they are configured now. Read when one is needed: mails go out without them.
    async fn messengers(&self, model: &Model) -> Answer<Arc<HttpMessengers>> {
        let settings = self.settings.get().await?;
        let mut built = self.built.lock().await;
        if let Some((of, messengers)) = built.as_ref()
            && Arc::ptr_eq(of, &settings)
        {
            return Ok(Arc::clone(messengers));
        }
        let messengers = HttpMessengers::new(model, &settings, Patience::WORK);
        let messengers = Arc::new(messengers.map_err(|error| Fault::park("messengers.configure", error))?);
        for invalid in messengers.unusable() {
            tracing::error!(outcome = "misconfigured", cause = %invalid, "a messenger cannot be used");
        }
        *built = Some((settings, Arc::clone(&messengers)));
        Ok(messengers)
    }
}

/// [`Carriers`] with the words that they carry.
#[derive(Debug)]
pub(crate) struct AtWork<'a> {
    pub(crate) carriers: &'a Carriers,
    pub(crate) config: &'a Config,
}

impl Messenger for AtWork<'_> {
    async fn send(&self, letter: &Letter<'_>) -> Answer<Delivery> {
        let writer = Writer::new(self.config);
        match letter.recipient {
            Recipient::Email(to) => {
                let wording = writer.mail(letter);
                let name = LetterName { notice: letter.notice, round: letter.round, tenant: letter.tenant.cloned() };
                let mail = Mail {
                    to,
                    subject: &wording.subject,
                    text: &blocks::text(&wording, writer.company),
                    html: &blocks::html(&wording, writer.company),
                    request: &letter.request.id,
                    letter: &name,
                };
                self.carriers.mail.send(&mail).await
            }
            Recipient::Account(account) => {
                let messengers = self.carriers.messengers(&self.config.model).await?;
                messengers.send(&Message { account, text: &writer.message(letter) }).await
            }
        }
    }
}
