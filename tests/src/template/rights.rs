//! What each function may do with the stores of the policy file.

use privacy::policy::model::{Model, Store, StoreKind};

use super::{asks, logical};

fn is_shared(name: &str, model: &Model) -> bool {
    model.class.values().filter_map(|class| class.shared.as_ref()).any(|shared| shared.store == name)
}

/// Whether rows of a store name identity links, with which they go.
fn names_links(name: &str, model: &Model) -> bool {
    model.class.values().any(|class| class.store == name && class.key.contains("{link}"))
}

/// `!GetAtt Inbox.Arn`, or a list of several; none where there is nothing.
fn listed(arns: &[String]) -> Option<String> {
    match arns {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("[{}]", several.join(", "))),
    }
}

/// Stores that a function asks for, as resources of a statement.
struct Asked<'a> {
    function: &'a str,
    model: &'a Model,
}

impl Asked<'_> {
    fn those(&self, kind: StoreKind, is_wanted: impl Fn(&str, &Store) -> bool) -> Vec<String> {
        let stores = self.model.store.iter().filter(|(name, store)| {
            store.kind == kind && asks(self.function, name, self.model) && is_wanted(name, store)
        });
        stores.map(|(name, _)| logical(name)).collect()
    }

    fn tables(&self, is_wanted: impl Fn(&str, &Store) -> bool) -> Option<String> {
        let names = self.those(StoreKind::Table, is_wanted);
        listed(&names.iter().map(|name| format!("!GetAtt {name}.Arn")).collect::<Vec<_>>())
    }

    fn finder(&self) -> Option<String> {
        self.tables(|_, store| store.identities)
    }

    fn buckets(&self) -> Option<String> {
        let names = self.those(StoreKind::Bucket, |_, _| true);
        listed(&names.iter().map(|name| format!("!GetAtt {name}.Arn")).collect::<Vec<_>>())
    }

    fn objects(&self) -> Option<String> {
        let names = self.those(StoreKind::Bucket, |_, _| true);
        listed(&names.iter().map(|name| format!("!Sub '${{{name}.Arn}}/*'")).collect::<Vec<_>>())
    }
}

/// One statement in a line; none without a resource.
fn allow(sid: &str, actions: &str, resource: Option<String>) -> String {
    let Some(resource) = resource else { return String::new() };
    format!("- {{Sid: {sid}, Effect: Allow, Action: {actions}, Resource: {resource}}}\n")
}

/// One that holds under a condition on AWS; the local stand-in knows none of these.
fn allow_if(sid: &str, action: &str, resource: Option<String>, condition: &str) -> String {
    let Some(resource) = resource else { return String::new() };
    format!(
        "- Sid: {sid}\n  Effect: Allow\n  Action: {action}\n  Resource: {resource}\n  \
         Condition: !If [IsLocal, !Ref AWS::NoValue, {{{condition}}}]\n"
    )
}

/// That only some attributes are read.
fn attributes(names: &str, select: &str) -> String {
    format!(
        "'ForAllValues:StringEquals': {{dynamodb:Attributes: [{names}]}}, {select}: {{dynamodb:Select: SPECIFIC_ATTRIBUTES}}"
    )
}

pub(super) fn of(function: &str, model: &Model) -> String {
    let asked = Asked { function, model };
    let plain = |name: &str, store: &Store| !store.identities && !is_shared(name, model);
    match function {
        "erasure-worker" => [
            allow(
                "EraseConnections",
                "[dynamodb:BatchWriteItem, dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem]",
                asked.finder(),
            ),
            allow("EraseRecords", "[dynamodb:BatchWriteItem, dynamodb:Query]", asked.tables(plain)),
            allow(
                "EraseRowsWithTheirLinks",
                "dynamodb:DeleteItem",
                asked.tables(|name, store| plain(name, store) && names_links(name, model)),
            ),
            allow(
                "TakeSourcesOut",
                "[dynamodb:BatchWriteItem, dynamodb:DeleteItem, dynamodb:Query, dynamodb:UpdateItem]",
                asked.tables(|name, store| !store.identities && is_shared(name, model)),
            ),
            allow("FindObjects", "s3:ListBucketVersions", asked.buckets()),
            allow("EraseObjects", "[s3:DeleteObject, s3:DeleteObjectVersion]", asked.objects()),
        ]
        .concat(),
        "export-worker" => [
            allow("FollowLinks", "dynamodb:Query", asked.finder()),
            allow("ReadRecords", "dynamodb:Query", asked.tables(|_, store| !store.identities)),
            allow("FindObjects", "s3:ListBucket", asked.buckets()),
            allow("ReadObjects", "s3:GetObject", asked.objects()),
        ]
        .concat(),
        "retention-sweeper" => [
            allow(
                "PurgeWhatGoesByItsDate",
                "[dynamodb:BatchWriteItem, dynamodb:Query]",
                asked.tables(|_, store| store.goes_by_date()),
            ),
            "# Which tenants have something of a person that is theirs to decide.\n".to_owned(),
            allow("FindWhoDecides", "[dynamodb:GetItem, dynamodb:Query]", asked.finder()),
        ]
        .concat(),
        "notify-worker" => tenant_contacts(&asked),
        _ => staff(&asked),
    }
}

fn tenant_contacts(asked: &Asked<'_>) -> String {
    let Some(contact) = &asked.model.letters.tenant_contact else { return String::new() };
    let only = attributes(&format!("pk, sk, {}", contact.attribute), "StringEqualsIfExists");
    let statement = allow_if("FindContactsOfBusinesses", "dynamodb:GetItem", asked.tables(|_, _| true), &only);
    format!(
        "# One attribute of one row of each business; where the stand-in checks no attributes, of every row.\n{statement}"
    )
}

fn staff(asked: &Asked<'_>) -> String {
    let others = asked.tables(|_, store| !store.identities);
    let directory =
        "'ForAllValues:StringLike': {dynamodb:LeadingKeys: ['tenant#*']}, 'Null': {dynamodb:LeadingKeys: 'false'}";
    [
        "# Whether anybody has a tenant, a connection, a contact or a user that staff name: keys, and no fact of anybody. The \
         local stand-in knows neither condition.\n"
            .to_owned(),
        allow_if("KnowTenants", "dynamodb:Query", others, &attributes("pk, sk, written_at", "StringEquals")),
        allow_if("ReadTheDirectory", "dynamodb:Query", asked.finder(), directory),
        allow_if(
            "KnowConnections",
            "dynamodb:GetItem",
            asked.finder(),
            &attributes("pk, sk, connected_at", "StringEqualsIfExists"),
        ),
    ]
    .concat()
}
