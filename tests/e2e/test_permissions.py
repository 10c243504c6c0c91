"""Each function's role may do exactly what its function does: everything else is refused by the stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.settings import REGION
from tests.e2e.world import World

FUNCTIONS = ("MetaCallback", "DisconnectIntake", "DsrIntake", "StaffApi", "RequestStatus", "ErasureWorker", "ExportWorker",
             "NotifyWorker", "RetentionSweeper", "LedgerEvents")
KEY = {"pk": {"S": "permission-test"}, "sk": {"S": "none"}}
Client = Callable[[str], Any]

# Allowed table actions by function and table; what is not named must be refused.
TABLES = ("LedgerTableName", "SuppressionTableName", "ConnectionsTableName", "InboxTableName", "AccountsTableName",
          "ConversationsTableName", "PeopleTableName", "SocialTableName", "BillingTableName", "LogsTableName",
          "LimitsTableName")
MAY: dict[tuple[str, str], set[str]] = {
    ("MetaCallback", "LedgerTableName"): {"PutItem", "UpdateItem"},
    # On AWS it reads what is known of terminations and of exports of accounts only.
    ("DisconnectIntake", "LedgerTableName"): {"GetItem", "PutItem", "UpdateItem"},
    # On AWS it reaches requests of people only: their partitions begin with obligation#8 and asked-by#.
    ("DsrIntake", "LedgerTableName"): {"DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    ("DsrIntake", "LimitsTableName"): {"UpdateItem"},
    # On AWS it raises flags and no other mark.
    ("DsrIntake", "SuppressionTableName"): {"UpdateItem"},
    # It also deletes, but only where a hold is in force: test_staff.py releases one.
    # On AWS it deletes nothing but holds in force (test_staff_lift_holds_and_delete_nothing_else).
    ("StaffApi", "LedgerTableName"): {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    # On AWS keys of what tenants have, the directory and one date of a connection (test_staff_learn_of_tenants_that_they_are_there_and_no_more).
    ("StaffApi", "AccountsTableName"): {"Query"},
    ("StaffApi", "ConversationsTableName"): {"Query"},
    ("StaffApi", "PeopleTableName"): {"Query"},
    ("StaffApi", "ConnectionsTableName"): {"GetItem", "Query"},
    # On AWS it lifts flags and touches no other mark.
    ("StaffApi", "SuppressionTableName"): {"GetItem", "UpdateItem"},
    ("RequestStatus", "LedgerTableName"): {"Query"},
    ("ErasureWorker", "LedgerTableName"): {"GetItem", "PutItem", "Query", "UpdateItem"},
    ("ErasureWorker", "SuppressionTableName"): {"UpdateItem"},
    ("ErasureWorker", "ConnectionsTableName"): {"BatchWriteItem", "GetItem", "Query", "UpdateItem"},
    ("ErasureWorker", "InboxTableName"): {"BatchWriteItem", "Query"},
    ("ErasureWorker", "PeopleTableName"): {"BatchWriteItem", "DeleteItem", "Query", "UpdateItem"},
    ("ErasureWorker", "AccountsTableName"): {"BatchWriteItem", "Query"},
    ("ErasureWorker", "ConversationsTableName"): {"BatchWriteItem", "Query"},
    ("ErasureWorker", "SocialTableName"): {"BatchWriteItem", "Query"},
    # On AWS it deletes nothing but rows that say that a purge waits for a bundle.
    ("ExportWorker", "LedgerTableName"): {"DeleteItem", "GetItem", "PutItem", "UpdateItem"},
    ("ExportWorker", "ConnectionsTableName"): {"GetItem", "Query"},
    ("ExportWorker", "InboxTableName"): {"Query"},
    ("ExportWorker", "PeopleTableName"): {"Query"},
    ("ExportWorker", "AccountsTableName"): {"Query"},
    ("ExportWorker", "ConversationsTableName"): {"Query"},
    ("ExportWorker", "SocialTableName"): {"Query"},
    # On AWS of requests of people only (test_who_writes_letters_reaches_requests_of_people_and_one_sender_only).
    ("NotifyWorker", "LedgerTableName"): {"GetItem", "PutItem", "Query"},
    ("NotifyWorker", "LimitsTableName"): {"UpdateItem"},
    ("NotifyWorker", "AccountsTableName"): {"GetItem"},
    ("RetentionSweeper", "LedgerTableName"): {"BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    # On AWS it raises flags and no other mark.
    ("RetentionSweeper", "SuppressionTableName"): {"UpdateItem"},
    ("RetentionSweeper", "ConnectionsTableName"): {"GetItem", "Query"},
    ("RetentionSweeper", "SocialTableName"): {"BatchWriteItem", "Query"},
    ("RetentionSweeper", "BillingTableName"): {"BatchWriteItem", "Query"},
    ("RetentionSweeper", "LogsTableName"): {"BatchWriteItem", "Query"},
}
# Allowed beside tables.
MAY_ALSO: dict[str, set[str]] = {
    "MetaCallback": {"SendMessage", "GetAppSecrets", "GetSubjectKeys"},
    "DisconnectIntake": {"GetBundle", "SendMessage"},
    "DsrIntake": {"GetBundle", "GetSubjectKeys", "GetDashboardKeys", "SendMessage"},
    "StaffApi": {"SendMessage", "QueryDueIndex", "GetSubjectKeys"},
    "RequestStatus": set(),
    "ErasureWorker": {"SendMessage", "ReceiveMessage", "ListObjectVersions", "DeleteObject", "GetSubjectKeys", "GetReceiptKey",
                      "GetProcessors", "ListReceipts", "PutReceipt"},
    "ExportWorker": {"GetObject", "GetSubjectKeys", "PutBundle", "GetProgress", "DeleteBundle", "ListBundleVersions", "ListBundleUploads"},
    "NotifyWorker": {"GetSubjectKeys", "GetMessengers", "SendEmail", "ReceiveNotices"},
    "RetentionSweeper": {"DeleteBundle", "ListBundleVersions", "ListBundleUploads", "SendMessage", "QueryDueIndex", "PutReport",
                         "GetSubjectKeys"},
    "LedgerEvents": {"PutEvents"},
}


def clients_as(world: World, function: str) -> Client:
    """Clients with the credentials the function itself would have."""
    name = world.outputs[f"{function}FunctionName"]
    role = world.clients["lambda"].get_function_configuration(FunctionName=name)["Role"]
    given = world.clients["sts"].assume_role(RoleArn=role, RoleSessionName="permission-test")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    return lambda service: session.client(service, endpoint_url=world.settings.endpoint)


def refused(call: Callable[[], Any]) -> bool:
    """Whether the call was refused for lack of permission; any other answer means it was let through."""
    try:
        call()
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


def table_calls(client: Client, table: str) -> dict[str, Callable[[], Any]]:
    """Calls that change nothing even where they are allowed: their condition never holds, or their key is nobody's."""
    dynamodb = client("dynamodb")
    key = {"pk": KEY["pk"]} if "Suppression" in table or "Limits" in table else KEY
    never = {"ConditionExpression": "attribute_exists(pk)"}
    return {
        "GetItem": lambda: dynamodb.get_item(TableName=table, Key=key),
        "PutItem": lambda: dynamodb.put_item(TableName=table, Item=key, **never),
        "UpdateItem": lambda: dynamodb.update_item(TableName=table, Key=key, UpdateExpression="REMOVE x", **never),
        "DeleteItem": lambda: dynamodb.delete_item(TableName=table, Key=key),
        "BatchWriteItem": lambda: dynamodb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}}]}),
        "BatchGetItem": lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "Query": lambda: dynamodb.query(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": KEY["pk"]}
        ),
        "Scan": lambda: dynamodb.scan(TableName=table, Limit=1),
        "DeleteTable": lambda: dynamodb.delete_table(TableName="no-such-table"),
    }


def other_calls(client: Client, outputs: dict[str, str]) -> dict[str, Callable[[], Any]]:
    queue, bucket = outputs["ErasureQueueUrl"], outputs["MediaBucketName"]
    dead, key, receipts = outputs["ErasureDeadLettersUrl"], "no/such/object", outputs["ReceiptsBucketName"]
    bundles = outputs["BundlesBucketName"]
    return {
        "ReceiveMessage": lambda: client("sqs").receive_message(QueueUrl=queue, VisibilityTimeout=0),
        "PurgeQueue": lambda: client("sqs").purge_queue(QueueUrl=queue),
        "ReceiveNotices": lambda: client("sqs").receive_message(QueueUrl=outputs["NoticeQueueUrl"], VisibilityTimeout=0),
        "GetMessengers": lambda: client("secretsmanager").get_secret_value(SecretId=outputs["MessengersArn"]),
        "SendEmail": lambda: client("sesv2").send_email(
            FromEmailAddress=outputs["MailFromAddress"], Destination={"ToAddresses": ["permission-test@example.com"]},
            Content={"Simple": {"Subject": {"Data": "none"}, "Body": {"Text": {"Data": "none"}}}},
        ),
        "ReceiveDeadLetters": lambda: client("sqs").receive_message(QueueUrl=dead, VisibilityTimeout=0),
        # Allowed senders are shown by their functions' work; here only the refusal matters (see below).
        "SendMessage": lambda: client("sqs").send_message(QueueUrl=queue, MessageBody="permission test"),
        "ListObjectVersions": lambda: client("s3").list_object_versions(Bucket=bucket, MaxKeys=1, Prefix="none/"),
        "GetObject": lambda: client("s3").get_object(Bucket=bucket, Key=key),
        "DeleteObject": lambda: client("s3").delete_object(Bucket=bucket, Key=key),
        "PutObject": lambda: client("s3").put_object(Bucket=bucket, Key="permission/test", Body=b""),
        "PutReport": lambda: client("s3").put_object(Bucket=outputs["ReportsBucketName"], Key="sweeps/permission-test", Body=b"{}"),
        "GetReport": lambda: client("s3").get_object(Bucket=outputs["ReportsBucketName"], Key="sweeps/permission-test"),
        "DeleteReport": lambda: client("s3").delete_object(Bucket=outputs["ReportsBucketName"], Key="sweeps/permission-test"),
        "PutBesideReports": lambda: client("s3").put_object(Bucket=outputs["ReportsBucketName"], Key="permission/test", Body=b"{}"),
        "PutBundle": lambda: client("s3").put_object(Bucket=bundles, Key="bundles/permission-test", Body=b"", IfMatch="never"),
        "GetBundle": lambda: client("s3").get_object(Bucket=bundles, Key="bundles/no-such"),
        "GetProgress": lambda: client("s3").get_object(Bucket=bundles, Key="progress/no-such"),
        "DeleteBundle": lambda: client("s3").delete_object(Bucket=bundles, Key="bundles/no-such"),
        "ListBundleVersions": lambda: client("s3").list_object_versions(Bucket=bundles, MaxKeys=1, Prefix="none/"),
        "ListBundleUploads": lambda: client("s3").list_multipart_uploads(Bucket=bundles, Prefix="none/"),
        "GetAppSecrets": lambda: client("secretsmanager").get_secret_value(SecretId=outputs["MetaAppSecretsArn"]),
        "GetSubjectKeys": lambda: client("secretsmanager").get_secret_value(SecretId=outputs["SubjectKeysArn"]),
        "GetReceiptKey": lambda: client("secretsmanager").get_secret_value(SecretId=outputs["ReceiptKeyArn"]),
        "GetDashboardKeys": lambda: client("secretsmanager").get_secret_value(SecretId=outputs["DashboardKeysArn"]),
        "GetProcessors": lambda: client("secretsmanager").get_secret_value(SecretId=outputs["ProcessorsArn"]),
        "ListReceipts": lambda: client("s3").list_objects_v2(Bucket=receipts, MaxKeys=1),
        "PutReceipt": lambda: client("s3").put_object(
            Bucket=receipts, Key="receipts/permission-test", Body=b"", IfMatch="never"
        ),
        "PutBesideReceipts": lambda: client("s3").put_object(Bucket=receipts, Key="none", Body=b"", IfMatch="never"),
        "DeleteReceipt": lambda: client("s3").delete_object(Bucket=receipts, Key="receipts/no-such"),
        "PutSecret": lambda: client("secretsmanager").put_secret_value(SecretId="no-such-secret", SecretString="{}"),
        "QueryDueIndex": lambda: client("dynamodb").query(
            TableName=outputs["LedgerTableName"], IndexName="due",
            KeyConditionExpression="due_shard = :none", ExpressionAttributeValues={":none": {"S": "none"}},
        ),
        "PutEvents": lambda: client("events").put_events(
            Entries=[{"EventBusName": outputs["EventBusName"], "Source": "permission-test", "DetailType": "none", "Detail": "{}"}]
        ),
        "InvokeFunction": lambda: client("lambda").invoke(FunctionName=outputs["RetentionSweeperFunctionName"]),
        "ListUsers": lambda: client("iam").list_users(),
    }


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_does_to_a_table_what_its_function_does(world: World, function: str, table: str) -> None:
    calls = table_calls(clients_as(world, function), world.outputs[table])
    assert {name for name, call in calls.items() if not refused(call)} == MAY.get((function, table), set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_does_nothing_else(world: World, function: str) -> None:
    # What would leave something behind where it is allowed is not tried there: the function's own work shows that it may.
    lasting = {"SendMessage", "DeleteObject", "PutReport"} & MAY_ALSO[function]
    calls = other_calls(clients_as(world, function), world.outputs)
    let_through = {name for name, call in calls.items() if name not in lasting and not refused(call)}
    assert let_through == MAY_ALSO[function] - lasting


def test_no_role_has_a_wildcard(world: World) -> None:
    iam = world.settings.client("iam")
    for function in FUNCTIONS:
        name = world.outputs[f"{function}FunctionName"]
        role = world.clients["lambda"].get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
        (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any("*" in action for action in actions)
            # X-Ray knows no resources, and the stand-in none of a mail (on AWS it is one identity, see test_template.py).
            assert statement["Resource"] != "*" or all(action.startswith(("xray:", "ses:")) for action in actions)
