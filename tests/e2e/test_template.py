"""What the local stack does not enforce or keep, held here on the translated template."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.package import CODE_URI
from local.settings import POLICY, REGION, TEMPLATE

Resource = dict[str, Any]
KEY_ARN, KEY_REF = {"Fn::GetAtt": ["DataKey", "Arn"]}, {"Ref": "DataKey"}


class NoManagedPolicies:
    """The translator asks for AWS's managed policies; we have none, on purpose."""

    def load(self) -> dict[str, str]:
        return {}


@cache
def translated() -> dict[str, Resource]:
    text = CODE_URI.sub(lambda match: f"{match[1]}s3://bucket/key.zip", TEMPLATE.read_text())
    with patch.dict("os.environ", AWS_DEFAULT_REGION=REGION):
        resources: dict[str, Resource] = transform(yaml_parse(text), {}, NoManagedPolicies())["Resources"]
    return resources


def of_type(kind: str) -> dict[str, Resource]:
    found = {name: one["Properties"] for name, one in translated().items() if one["Type"] == f"AWS::{kind}"}
    assert found, kind
    return found


def statements(role: str) -> dict[str, Resource]:
    (policy,) = of_type("IAM::Role")[role]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def flat(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


# Counters of how often somebody asked, under keyed hashes, each gone within a day or two. Lost, they begin at zero again: there
# is nothing to recover and nothing to protect, and a copy of 25 days would outlive what it copies.
COUNTERS_ONLY = "Limits"


def test_tables_are_encrypted_with_our_key_and_recoverable_for_25_days() -> None:
    work, promised = (tomllib.loads(POLICY.read_text())["promise"]["disconnect"][name] for name in ("work_within", "within"))
    assert (work, promised) == ("P3D", "P30D"), "and 3 + 25 stay below 30"
    for name, table in of_type("DynamoDB::Table").items():
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY_ARN}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        if name == COUNTERS_ONLY:
            assert not {"PointInTimeRecoverySpecification", "DeletionProtectionEnabled"} & set(table)
            continue
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 25}
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsLocal", False, True]}


def test_only_suppression_entries_and_counters_expire_by_themselves() -> None:
    tables = of_type("DynamoDB::Table").items()
    expiring = {name: table["TimeToLiveSpecification"] for name, table in tables if "TimeToLiveSpecification" in table}
    assert set(expiring) == {"Suppression", COUNTERS_ONLY}
    assert all(one == {"AttributeName": "expires_at", "Enabled": True} for one in expiring.values())


def test_only_the_ledger_has_an_index_and_it_holds_keys_only() -> None:
    indexed = {name: table.get("GlobalSecondaryIndexes", []) for name, table in of_type("DynamoDB::Table").items()}
    assert [index["Projection"] for index in indexed.pop("Ledger")] == [{"ProjectionType": "KEYS_ONLY"}]
    assert not any(indexed.values())


def test_what_holds_data_outlives_the_stack() -> None:
    for name, resource in translated().items():
        if resource["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::KMS::Key"):
            kept = "Delete" if name == COUNTERS_ONLY else "Retain"
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == kept, name


def test_every_bucket_keeps_versions_and_lets_nobody_in() -> None:
    buckets = of_type("S3::Bucket")
    assert set(buckets) == {"Media", "Files", "Receipts", "Reports", "Bundles"}
    for bucket in buckets.values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY_ARN}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def queues_on_aws() -> dict[str, Any]:
    """Without the one that shows events on the local stack, and is nowhere else."""
    queues = of_type("SQS::Queue")
    return {name: queue for name, queue in queues.items() if translated()[name].get("Condition") != "IsLocal"}


def test_staff_lift_holds_and_delete_nothing_else() -> None:
    (policy,) = of_type("IAM::Role")["StaffApiRole"]["Policies"]
    (lift,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Action"] == "dynamodb:DeleteItem"]
    condition, on_local, on_aws = lift["Condition"]["Fn::If"]
    assert (condition, on_local) == ("IsLocal", {"Ref": "AWS::NoValue"})
    assert on_aws["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["holds#*"]}
    assert on_aws["Null"] == {"dynamodb:LeadingKeys": "false"}


def test_staff_learn_of_tenants_that_they_are_there_and_no_more() -> None:
    staff = statements("StaffApiRole")
    assert on_aws(staff["KnowTenants"]["Condition"]) == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "written_at"]},
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    assert on_aws(staff["ReadTheDirectory"]["Condition"]) == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["tenant#*"]}, "Null": {"dynamodb:LeadingKeys": "false"},
    }
    row = on_aws(staff["KnowConnections"]["Condition"])
    assert row["ForAllValues:StringEquals"] == {"dynamodb:Attributes": ["pk", "sk", "connected_at"]}
    secrets = tomllib.loads(POLICY.read_text())["store"]["connections"]["secrets"]
    assert not set(secrets) & set(row["ForAllValues:StringEquals"]["dynamodb:Attributes"]), "no token is read"


def test_only_one_queue_is_for_show() -> None:
    assert set(of_type("SQS::Queue")) - set(queues_on_aws()) == {"ShownEvents"}


def test_nobody_removes_a_receipt() -> None:
    (_, kept) = translated()["ReceiptsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (kept["Effect"], kept["Principal"]) == ("Deny", "*")
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"} == set(kept["Action"])
    assert "LifecycleConfiguration" not in of_type("S3::Bucket")["Receipts"]


def test_reports_go_between_their_24th_and_their_25th_month() -> None:
    (reports,) = [one for name, one in of_type("S3::Bucket").items() if name == "Reports"]
    rules = {rule["Id"]: rule for rule in reports["LifecycleConfiguration"]["Rules"]}
    gone, hidden = rules["reports-go"]["ExpirationInDays"], rules["reports-go"]["NoncurrentVersionExpiration"]["NoncurrentDays"]
    kept = tomllib.loads(POLICY.read_text())["own"]["reports"]
    assert (kept["purge"], kept["clock"]["floor"], kept["clock"]["ceiling"]) == ("lifecycle", "P24M", "P25M")
    # The longest 24 months have 731 days, the shortest 25 have 758; S3 rounds up to the next midnight, twice.
    assert gone > 731 and gone + hidden + 2 < 758


def test_plain_http_is_refused_everywhere_on_aws() -> None:
    bucket_policies = of_type("S3::BucketPolicy").values()
    assert {policy["Bucket"]["Ref"] for policy in bucket_policies} == set(of_type("S3::Bucket"))
    queue_policies = of_type("SQS::QueuePolicy").values()
    # Of two policies for one queue the last would win.
    named = [one["Ref"] for policy in queue_policies for one in policy["Queues"]]
    assert sorted(named) == sorted(queues_on_aws())
    for policy in (*bucket_policies, *queue_policies):
        statement = policy["PolicyDocument"]["Statement"][0]
        assert statement["Effect"] == "Deny" and statement["Principal"] == "*"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    names = ("MediaPolicy", "FilesPolicy", "ReceiptsPolicy", "ReportsPolicy", "BundlesPolicy", "QueuesOnlyOverTls", "NoticeQueuePolicy")
    assert {translated()[name]["Condition"] for name in names} == {"OnAws"}


def test_queues_are_encrypted_and_give_a_worker_six_times_its_time() -> None:
    queues = queues_on_aws()
    assert all(queue["KmsMasterKeyId"] == KEY_REF for queue in queues.values())
    for worker_name, dead_letters in (("ErasureWorker", "ErasureDeadLetters"), ("NotifyWorker", "NoticeDeadLetters"),
                                      ("ExportWorker", "ExportDeadLetters")):
        mapping = of_type("Lambda::EventSourceMapping")[f"{worker_name}Queue"]
        queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        worker = of_type("Lambda::Function")[mapping["FunctionName"]["Ref"]]
        assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]
        assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_letters, "Arn"]}
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_route_is_throttled_and_nobody_is_logged() -> None:
    (stage,) = of_type("ApiGatewayV2::Stage").values()
    routes = {route["RouteKey"] for route in of_type("ApiGatewayV2::Route").values()}
    assert set(stage["RouteSettings"]) == routes
    for limits in [stage["DefaultRouteSettings"], *stage["RouteSettings"].values()]:
        assert limits["ThrottlingRateLimit"] > 0 and limits["ThrottlingBurstLimit"] > 0
    # One limit for everybody: as wide as a counter of one source takes, so that a few machines do not keep people out.
    open_to_people = [key for key in routes if key.startswith(("ANY /privacy", "ANY /api/dsr"))]
    assert len(open_to_people) == 7
    assert {stage["RouteSettings"][key]["ThrottlingRateLimit"] for key in open_to_people} == {500}
    assert {stage["RouteSettings"][key]["ThrottlingBurstLimit"] for key in open_to_people} == {1_000}
    told = stage["AccessLogSettings"]["Format"].lower()
    assert not [word for word in ("path", "sourceip", "useragent", "query", "referer", "identity", "authorizer") if word in told]


def test_the_stage_waits_for_every_route_that_its_settings_name() -> None:
    assert set(translated()["Stage"]["DependsOn"]) == set(of_type("ApiGatewayV2::Route"))


def test_every_table_queue_and_bucket_is_named_in_the_outputs() -> None:
    outputs = yaml_parse(TEMPLATE.read_text())["Outputs"]
    named = [one["Value"] for name, one in outputs.items() if name.endswith("Name")]
    for kind in ("DynamoDB::Table", "S3::Bucket"):
        assert [name for name in of_type(kind) if {"Ref": name} not in named] == []
    queues = [value["Fn::GetAtt"] for value in named if "Fn::GetAtt" in value]
    assert [name for name in of_type("SQS::Queue") if [name, "QueueName"] not in queues] == []


def test_the_domain_takes_tls_1_2_and_closes_the_other_door() -> None:
    (domain,) = of_type("ApiGatewayV2::DomainName").values()
    assert {one["SecurityPolicy"] for one in domain["DomainNameConfigurations"]} == {"TLS_1_2"}
    (api,) = of_type("ApiGatewayV2::Api").values()
    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasDomain", True, False]}


def test_every_function_has_its_own_role_and_log_group() -> None:
    functions = of_type("Lambda::Function")
    roles = {name: function["Role"]["Fn::GetAtt"][0] for name, function in functions.items()}
    assert roles == {name: f"{name}Role" for name in functions}
    # The schedule's is the only other role: the translator added none.
    assert set(of_type("IAM::Role")) == {*roles.values(), "SweepRole"}
    assert not any("ManagedPolicyArns" in role for role in of_type("IAM::Role").values())
    for name, function in functions.items():
        assert function["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": f"{name}Logs"}}
        assert function["TracingConfig"] == {"Mode": "Active"}
    for group in of_type("Logs::LogGroup").values():
        assert group["KmsKeyId"] == KEY_ARN and group["RetentionInDays"] <= 30


@pytest.mark.parametrize("function", ["MetaCallback", "DisconnectIntake", "RequestStatus", "ErasureWorker", "ExportWorker",
                                      "NotifyWorker", "RetentionSweeper", "AuditTrail"])
def test_the_key_is_used_through_services_only(function: str) -> None:
    use = statements(f"{function}Role")["UseTheKeyThroughServices"]
    assert use["Resource"] == KEY_ARN and use["Condition"]["StringEquals"]["kms:ViaService"]
    assert flat(use["Action"]) <= {"kms:Decrypt", "kms:GenerateDataKey"}


def test_the_worker_may_erase_versions_and_work_its_queue() -> None:
    worker = statements("ErasureWorkerRole")
    assert flat(worker["EraseObjects"]["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert flat(worker["WorkTheQueue"]["Action"]) == {
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage",
    }


def on_aws(value: Any) -> Any:
    """What stands there on AWS, where the local stack is told something else."""
    return value["Fn::If"][2] if isinstance(value, dict) and value.get("Fn::If", [""])[0] == "IsLocal" else value


def test_who_writes_letters_reaches_requests_of_people_and_one_sender_only() -> None:
    writer = statements("NotifyWorkerRole")
    assert flat(writer["ReadAndNoteRequests"]["Action"]) == {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}
    requests = on_aws(writer["ReadAndNoteRequests"]["Condition"])
    assert requests["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["obligation#8*"]}
    assert requests["Null"] == {"dynamodb:LeadingKeys": "false"}
    contacts = on_aws(writer["FindContactsOfBusinesses"]["Condition"])
    attribute = tomllib.loads(POLICY.read_text())["letters"]["tenant_contact"]["attribute"]
    assert contacts["ForAllValues:StringEquals"] == {"dynamodb:Attributes": ["pk", "sk", attribute]}
    assert flat(writer["SendMails"]["Action"]) == {"ses:SendEmail"}
    identity, configuration_set = (one["Fn::Sub"] for one in on_aws(writer["SendMails"]["Resource"]))
    assert identity.endswith(":identity/${MailIdentity}") and configuration_set.endswith(":configuration-set/${MailSet}")
    sender = on_aws(writer["SendMails"]["Condition"])["StringEquals"]["ses:FromAddress"]
    assert sender == of_type("Lambda::Function")["NotifyWorker"]["Environment"]["Variables"]["MAIL_FROM"]


def test_what_comes_back_from_ses_reaches_the_queue_without_an_address() -> None:
    (destination,) = of_type("SES::ConfigurationSetEventDestination").values()
    assert set(destination["EventDestination"]["MatchingEventTypes"]) == {"bounce", "complaint"}
    rules = {name: one for name, one in of_type("Events::Rule").items() if name.startswith("Mail")}
    assert set(rules) == {"MailBounces", "MailComplaints"}
    for rule in rules.values():
        (target,) = rule["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["NoticeQueue", "Arn"]}
        paths = target["InputTransformer"]["InputPathsMap"]
        assert paths == {name: f"$.detail.mail.tags.{name}[0]" for name in ("request", "letter")}
    statement = translated()["NoticeQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"][1]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [name, "Arn"]} for name in rules]}}


def test_the_schedules_may_start_the_sweeper_and_park_what_failed() -> None:
    schedules = of_type("Scheduler::Schedule")
    assert {one["Target"]["Input"] for one in schedules.values()} == {'{"sweep":"due"}', '{"sweep":"periods"}'}
    for schedule in schedules.values():
        assert schedule["Target"]["RoleArn"] == {"Fn::GetAtt": ["SweepRole", "Arn"]}
        assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["SweeperDeadLetters", "Arn"]}}
    given = {(one["Action"], one["Resource"]["Fn::GetAtt"][0]) for sid, one in statements("SweepRole").items() if "Key" not in sid}
    assert given == {("lambda:InvokeFunction", "RetentionSweeper"), ("sqs:SendMessage", "SweeperDeadLetters")}


def test_every_function_and_dead_letter_queue_is_watched() -> None:
    watched = {(one["MetricName"], repr(one.get("Dimensions"))) for one in of_type("CloudWatch::Alarm").values()}
    for function in of_type("Lambda::Function"):
        for metric in ("Errors", "Throttles"):
            assert (metric, repr([{"Name": "FunctionName", "Value": {"Ref": function}}])) in watched
    for queue in of_type("SQS::Queue"):
        if "DeadLetters" in queue:
            name = {"Fn::GetAtt": [queue, "QueueName"]}
            assert ("ApproximateNumberOfMessagesVisible", repr([{"Name": "QueueName", "Value": name}])) in watched
    assert all(one["AlarmActions"] for one in of_type("CloudWatch::Alarm").values())
