"""Each function's role may do exactly what template.yaml says: everything else is refused by the stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.settings import REGION
from tests.e2e.permissions import functions, grants
from tests.e2e.test_template import of_type, queues_on_aws
from tests.e2e.world import World

KEY = {"pk": {"S": "permission-test"}, "sk": {"S": "none"}}
# Sessions of these tests: what they try is no function's work.
SESSION = "permission-test"
Client = Callable[[str], Any]
# The call that is tried: action, on what of the template, and how.
Try = tuple[str, str, Callable[[], Any]]

# What would leave something behind where it is allowed is not tried there: the function's own work shows that it may.
LASTING = ("sqs:SendMessage", "s3:DeleteObject")


def clients_as(world: World, function: str) -> Client:
    """Clients with the credentials the function itself would have."""
    name = world.outputs[f"{function}FunctionName"]
    role = world.clients["lambda"].get_function_configuration(FunctionName=name)["Role"]
    given = world.clients["sts"].assume_role(RoleArn=role, RoleSessionName=SESSION)["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    return lambda service: session.client(service, endpoint_url=world.settings.endpoint)


def refused(call: Callable[[], Any]) -> bool:
    """Whether the call was refused for lack of permission; any other answer means it was let through."""
    try:
        call()
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


def table_calls(client: Client, outputs: dict[str, str]) -> Iterator[Try]:
    """Calls that change nothing even where they are allowed: their condition never holds, or their key is nobody's."""
    dynamodb = client("dynamodb")
    never = {"ConditionExpression": "attribute_exists(pk)"}
    of_nobody = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": KEY["pk"]}}
    for on, described in of_type("DynamoDB::Table").items():
        table = outputs[f"{on}TableName"]
        key = {name["AttributeName"]: KEY[name["AttributeName"]] for name in described["KeySchema"]}
        yield "dynamodb:GetItem", on, partial(dynamodb.get_item, TableName=table, Key=key)
        yield "dynamodb:PutItem", on, partial(dynamodb.put_item, TableName=table, Item=key, **never)
        yield "dynamodb:UpdateItem", on, partial(dynamodb.update_item, TableName=table, Key=key, UpdateExpression="REMOVE x", **never)
        yield "dynamodb:DeleteItem", on, partial(dynamodb.delete_item, TableName=table, Key=key)
        yield "dynamodb:BatchWriteItem", on, partial(dynamodb.batch_write_item, RequestItems={table: [{"DeleteRequest": {"Key": key}}]})
        yield "dynamodb:BatchGetItem", on, partial(dynamodb.batch_get_item, RequestItems={table: {"Keys": [key]}})
        yield "dynamodb:Query", on, partial(dynamodb.query, TableName=table, **of_nobody)
        yield "dynamodb:Scan", on, partial(dynamodb.scan, TableName=table, Limit=1)
        for index in described.get("GlobalSecondaryIndexes", []):
            due = {"KeyConditionExpression": "due_shard = :none", "ExpressionAttributeValues": {":none": {"S": "none"}}}
            name = index["IndexName"]
            yield "dynamodb:Query", f"{on}/index/{name}", partial(dynamodb.query, TableName=table, IndexName=name, **due)
            yield "dynamodb:Scan", f"{on}/index/{name}", partial(dynamodb.scan, TableName=table, IndexName=name, Limit=1)
    yield "dynamodb:DeleteTable", "none", partial(dynamodb.delete_table, TableName="no-such-table")


def folders(bucket: str) -> set[str]:
    """Every folder that some role may reach in a bucket, and one that none names."""
    named = {one.on.split("/")[1] for function in functions() for one in grants(function) if one.on.startswith(f"{bucket}/")}
    return (named - {"*"}) | {"none"}


def bucket_calls(client: Client, outputs: dict[str, str]) -> Iterator[Try]:
    s3 = client("s3")
    for on in of_type("S3::Bucket"):
        bucket = outputs[f"{on}BucketName"]
        yield "s3:ListBucket", on, partial(s3.list_objects_v2, Bucket=bucket, MaxKeys=1)
        yield "s3:ListBucketVersions", on, partial(s3.list_object_versions, Bucket=bucket, MaxKeys=1, Prefix="none/")
        yield "s3:ListBucketMultipartUploads", on, partial(s3.list_multipart_uploads, Bucket=bucket, Prefix="none/")
        for folder in folders(on):
            key = f"{folder}/{SESSION}"
            yield "s3:GetObject", f"{on}/{key}", partial(s3.get_object, Bucket=bucket, Key=key)
            # Nothing there has this tag, so nothing is put.
            yield "s3:PutObject", f"{on}/{key}", partial(s3.put_object, Bucket=bucket, Key=key, Body=b"", IfMatch="never")
            yield "s3:DeleteObject", f"{on}/{key}", partial(s3.delete_object, Bucket=bucket, Key=key)


def other_calls(client: Client, outputs: dict[str, str]) -> Iterator[Try]:
    sqs, secrets = client("sqs"), client("secretsmanager")
    for on in queues_on_aws():
        queue = outputs[f"{on}Url"]
        yield "sqs:SendMessage", on, partial(sqs.send_message, QueueUrl=queue, MessageBody=SESSION)
        yield "sqs:ReceiveMessage", on, partial(sqs.receive_message, QueueUrl=queue, VisibilityTimeout=0)
        yield "sqs:PurgeQueue", on, partial(sqs.purge_queue, QueueUrl=queue)
    for on in of_type("SecretsManager::Secret"):
        yield "secretsmanager:GetSecretValue", on, partial(secrets.get_secret_value, SecretId=outputs[f"{on}Arn"])
    yield "secretsmanager:PutSecretValue", "none", partial(secrets.put_secret_value, SecretId="no-such-secret", SecretString="{}")
    entry = {"EventBusName": outputs["EventBusName"], "Source": SESSION, "DetailType": "none", "Detail": "{}"}
    yield "events:PutEvents", "PrivacyEvents", partial(client("events").put_events, Entries=[entry])
    text = {"Data": "none"}
    yield "ses:SendEmail", "identity/MailIdentity", partial(
        client("sesv2").send_email, FromEmailAddress=outputs["MailFromAddress"], Content={"Simple": {"Subject": text, "Body": {"Text": text}}},
        Destination={"ToAddresses": [f"{SESSION}@example.com"]},
    )
    sweeper = outputs["RetentionSweeperFunctionName"]
    yield "lambda:InvokeFunction", "RetentionSweeper", partial(client("lambda").invoke, FunctionName=sweeper)
    yield "iam:ListUsers", "*", client("iam").list_users


@pytest.mark.parametrize("calls", [table_calls, bucket_calls, other_calls])
@pytest.mark.parametrize("function", functions())
def test_a_role_does_what_its_function_does_and_nothing_else(
    world: World, function: str, calls: Callable[[Client, dict[str, str]], Iterator[Try]]
) -> None:
    given = grants(function)
    wrong = []
    for action, on, call in calls(clients_as(world, function), world.outputs):
        may = any(one.action == action and fnmatchcase(on, one.on) for one in given)
        if (may and action in LASTING) or refused(call) != may:
            continue
        wrong.append(f"{action} on {on} was {'refused' if may else 'let through'}")
    assert wrong == []


def test_no_role_has_a_wildcard(world: World) -> None:
    iam = world.settings.client("iam")
    for function in functions():
        name = world.outputs[f"{function}FunctionName"]
        role = world.clients["lambda"].get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
        (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any("*" in action for action in actions)
            # X-Ray knows no resources, and the stand-in none of a mail (on AWS it is one identity, see test_template.py).
            assert statement["Resource"] != "*" or all(action.startswith(("xray:", "ses:")) for action in actions)
