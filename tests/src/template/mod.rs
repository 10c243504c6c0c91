//! The parts of `template.yaml` that follow from the policy file: its tables and buckets, what each function is told of them and may do
//! with them, and its spans. Each stands between a comment `# policy.toml: <part>` and `# policy.toml: end`.
//!
//! What a function may do follows from which stores it asks for ([`Store`] says so, and the function's own configuration
//! asks the same), so a store that it never reads is in none of its statements.

use privacy::data_map::DataMap;
use privacy::policy::Counted;
use privacy::policy::model::{Model, Store, StoreKind};
use privacy::policy::own::EXPORTS;

use crate::retention::words;

mod rights;

const MARK: &str = "# policy.toml: ";

/// The template with every part drawn anew.
///
/// # Panics
/// On a part that is not known, and on one without an end.
#[must_use]
pub fn drawn(template: &str, map: &DataMap) -> String {
    let mut lines = template.lines();
    let mut text = String::new();
    while let Some(line) = lines.next() {
        text += line;
        text.push('\n');
        let Some((indent, name)) = line.split_once(MARK).filter(|(before, _)| before.trim().is_empty()) else {
            continue;
        };
        for drawn in part(name, map.model()).lines() {
            let drawn = format!("{indent}{drawn}");
            text += drawn.trim_end();
            text.push('\n');
        }
        let end = lines.find(|line| line.split_once(MARK).is_some()).unwrap_or_default();
        assert_eq!(end.trim(), format!("{MARK}end"), "`{name}` has no end");
        text += end;
        text.push('\n');
    }
    text
}

fn part(name: &str, model: &Model) -> String {
    match name {
        "address" => format!("Default: {}\n", model.company.api_host),
        "recovery" => recovery(model),
        "stores" => model.store.iter().map(|(name, store)| resource(name, store, model)).collect::<Vec<_>>().join("\n"),
        "work within" => work_within(model),
        "progress" => progress(model),
        "outputs" => model.store.iter().map(|(name, store)| output(name, store)).collect(),
        _ => match (name.strip_prefix("stores of "), name.strip_prefix("rights of ")) {
            (Some(function), _) => variables(function, model),
            (_, Some(function)) => rights::of(function, model),
            (None, None) => panic!("no part `{name}`"),
        },
    }
}

/// `member_files` is the resource `MemberFiles`.
#[must_use]
pub fn logical(store: &str) -> String {
    let mut words = store.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.by_ref().collect()
}

/// `INBOX_TABLE`, as a function asks for it.
#[must_use]
pub fn variable(name: &str, kind: StoreKind) -> String {
    let kind = match kind {
        StoreKind::Table => "TABLE",
        StoreKind::Bucket => "BUCKET",
    };
    format!("{}_{kind}", name.to_ascii_uppercase())
}

fn output(name: &str, store: &Store) -> String {
    let kind = match store.kind {
        StoreKind::Table => "Table",
        StoreKind::Bucket => "Bucket",
    };
    let logical = logical(name);
    format!("{logical}{kind}Name: {{Value: !Ref {logical}}}\n")
}

// ---------------------------------------------------------------------------------------------- spans

/// The promises whose last day is counted here.
fn counted(model: &Model) -> impl Iterator<Item = &Counted> {
    model.promise.values().filter_map(|promise| promise.counted.as_ref())
}

fn seconds(span: &jiff::Span) -> i64 {
    let hours = 24 * (i64::from(span.get_days()) + 7 * i64::from(span.get_weeks())) + i64::from(span.get_hours());
    // A month is taken for its shortest.
    3600 * (hours + 24 * (28 * i64::from(span.get_months()) + 365 * i64::from(span.get_years())))
        + 60 * span.get_minutes()
}

/// The most days for which copies may be recovered: with the days to erase, and one at each end that is not whole, they are gone
/// within the shortest promise.
#[must_use]
pub fn recovery_days(model: &Model) -> i64 {
    let left = |counted: &Counted| (seconds(&counted.within) - seconds(&counted.work_within)) / 86_400 - 2;
    let days = counted(model).map(left).min().unwrap_or(35).min(35);
    assert!(days >= 1, "no day is left in which copies of a table can be recovered: write a shorter `work_within`");
    days
}

fn recovery(model: &Model) -> String {
    let days = recovery_days(model);
    format!("PointInTimeRecoverySpecification: {{PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: {days}}}\n")
}

/// What a worker left of a bundle goes by the bucket's own rule on the bundle's last day, which the sweeper did not wait for.
fn progress(model: &Model) -> String {
    let ceiling = model.own.get(EXPORTS).and_then(|own| own.clock.ceiling);
    format!("ExpirationInDays: {}\n", seconds(&ceiling.unwrap()).max(86_400) / 86_400)
}

/// One number watches obligations of every route, so it is the longest that any of them may take.
fn work_within(model: &Model) -> String {
    let longest = counted(model).map(|counted| &counted.work_within).max_by_key(|span| seconds(span)).unwrap();
    format!(
        "AlarmDescription: An obligation has been open for more than the {} that we allow ourselves. See docs/runbooks/oldest-obligation.md\n\
         Threshold: {}\n",
        words(longest),
        seconds(longest)
    )
}

// ---------------------------------------------------------------------------------------------- tables and buckets

const TABLE: &str = "\
{name}:
  Type: AWS::DynamoDB::Table
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties:
    BillingMode: PAY_PER_REQUEST
    DeletionProtectionEnabled: !If [IsLocal, false, true]
    AttributeDefinitions:
      - {AttributeName: pk, AttributeType: S}
      - {AttributeName: sk, AttributeType: S}
    KeySchema:
      - {AttributeName: pk, KeyType: HASH}
      - {AttributeName: sk, KeyType: RANGE}
    SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt DataKey.Arn}
    {recovery}";

const BUCKET: &str = "\
{name}:
  Type: AWS::S3::Bucket
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties:
    VersioningConfiguration: {Status: Enabled}
    OwnershipControls:
      Rules: [{ObjectOwnership: BucketOwnerEnforced}]
    PublicAccessBlockConfiguration:
      BlockPublicAcls: true
      BlockPublicPolicy: true
      IgnorePublicAcls: true
      RestrictPublicBuckets: true
    BucketEncryption:
      ServerSideEncryptionConfiguration:
        - BucketKeyEnabled: true
          ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt DataKey.Arn}
    LifecycleConfiguration:
      Rules:
        - Id: abandoned-uploads
          Status: Enabled
          AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}
{name}Policy:
  Type: AWS::S3::BucketPolicy
  Condition: OnAws
  Properties:
    Bucket: !Ref {name}
    PolicyDocument:
      Version: '2012-10-17'
      Statement:
        - Sid: OnlyOverTls
          Effect: Deny
          Principal: '*'
          Action: s3:*
          Resource: [!GetAtt {name}.Arn, !Sub '${{name}.Arn}/*']
          Condition: {Bool: {aws:SecureTransport: 'false'}}
";

fn resource(name: &str, store: &Store, model: &Model) -> String {
    let text = match store.kind {
        StoreKind::Table => TABLE.replace("{recovery}", &recovery(model)),
        StoreKind::Bucket => BUCKET.to_owned(),
    };
    text.replace("{name}", &logical(name))
}

// ---------------------------------------------------------------------------------------------- functions

/// Whether a function asks for a store at all.
#[must_use]
pub fn asks(function: &str, name: &str, model: &Model) -> bool {
    let store = &model.store[name];
    match function {
        "erasure-worker" | "export-worker" => store.is_reached_by_requests(),
        "retention-sweeper" => store.goes_by_date() || store.identities,
        "staff-api" => store.knows_tenants(),
        "notify-worker" => model.letters.tenant_contact.as_ref().is_some_and(|contact| contact.store == name),
        _ => panic!("{function} asks for no store"),
    }
}

/// The functions that ask for stores.
pub const ASKING: [&str; 5] = ["erasure-worker", "export-worker", "notify-worker", "retention-sweeper", "staff-api"];

fn variables(function: &str, model: &Model) -> String {
    let asked = model.store.iter().filter(|(name, _)| asks(function, name, model));
    asked.map(|(name, store)| format!("{}: !Ref {}\n", variable(name, store.kind), logical(name))).collect()
}
