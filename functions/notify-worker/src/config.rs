//! What this function reads from its environment.

use lambda_runtime::Error;
use privacy::data_map::DataMap;
use privacy::law::Law;
use privacy::policy::Model;
use privacy_edge::env;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) limits_table: String,
    /// Where businesses say who answers for privacy there.
    pub(crate) contacts_table: String,
    pub(crate) subject_keys_arn: String,
    pub(crate) messengers_arn: String,
    /// The address that mails come from.
    pub(crate) mail_from: String,
    pub(crate) configuration_set: String,
    /// Where pages and forms are, without a slash at the end.
    pub(crate) public_base_url: String,
    /// Only a test stack may have its messengers on its own machine.
    pub(crate) is_local_allowed: bool,
    pub(crate) model: Model,
    pub(crate) law: Law,
}

impl Config {
    pub(crate) fn read() -> Result<Self, Error> {
        let model = DataMap::built_in()?.model().clone();
        let contacts_table = match &model.letters.tenant_contact {
            Some(contact) => env::required(&format!("{}_TABLE", contact.store.to_ascii_uppercase()))?,
            None => String::new(),
        };
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            limits_table: env::required("LIMITS_TABLE")?,
            contacts_table,
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            messengers_arn: env::required("MESSENGERS_ARN")?,
            mail_from: env::required("MAIL_FROM")?,
            configuration_set: env::required("MAIL_CONFIGURATION_SET")?,
            public_base_url: env::required("PUBLIC_BASE_URL")?.trim_end_matches('/').to_owned(),
            is_local_allowed: env::optional("MESSENGERS_ON_THIS_MACHINE").is_some(),
            model,
            law: Law::built_in()?,
        })
    }
}
