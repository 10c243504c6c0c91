//! Who answers for privacy at a business: an attribute of a row that the product keeps.

use aws_sdk_dynamodb::Client;
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::policy::letters::TenantContact;
use privacy::policy::pattern::Pattern;
use privacy::ports::Answer;
use privacy::subject_request::EmailAddress;
use privacy::subject_request::letter::TenantContacts;

use crate::attributes::text;
use crate::connection::Connection;
use crate::faults::fault;

const ACTION: &str = "tenants.contact";

/// The table that the policy file names.
#[derive(Clone, Debug)]
pub struct ContactTable {
    client: Client,
    table: String,
    contact: Option<TenantContact>,
}

impl ContactTable {
    /// Contacts as the policy file says where they stand; without that nobody is found.
    #[must_use]
    pub fn new(connection: &Connection, table: String, contact: Option<TenantContact>) -> Self {
        Self { client: connection.dynamodb(), table, contact }
    }
}

impl TenantContacts for ContactTable {
    async fn privacy_contact(&self, tenant: &TenantId) -> Answer<Option<EmailAddress>> {
        let Some(contact) = &self.contact else { return Ok(None) };
        let unusable = |_| Fault::park(ACTION, "the policy names no row");
        let partition = Pattern::parse(&contact.partition).map_err(unusable)?;
        let partition = partition.fill(|name| (name == "tenant").then(|| tenant.as_str()));
        let partition = partition.map_err(|_| Fault::park(ACTION, "the policy names no row"))?;
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(&partition))
            .key("sk", text(&contact.key))
            .projection_expression("#contact")
            .expression_attribute_names("#contact", &contact.attribute);
        let row = get.send().await.map_err(fault(ACTION))?.item.unwrap_or_default();
        // What the business wrote there may be no address: then it has named none.
        let written = row.get(&contact.attribute).and_then(|value| value.as_s().ok());
        Ok(written.and_then(|written| EmailAddress::parse(written).ok()))
    }
}
