"""make deploy: asks what it must know, builds, shows what would change, and changes it on AWS after a yes.

Uses the AWS credentials and region of the shell, as the AWS command line does.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local import cloudformation, package
from local.build import build
from local.policy import has_meta
from local.settings import POLICY, TEMPLATE, StackError
from local.steps import step

# Asked for, in this order. The rest of template.yaml's parameters keep their defaults, or what they were set to.
ASKED = {
    "Architecture": ("architecture, x86_64 or arm64", "x86_64"),
    "DomainName": ("public host name", tomllib.loads(POLICY.read_text())["company"]["api_host"]),
    "CertificateArn": ("ACM certificate for it (empty: the API's own address)", ""),
    "HostedZoneId": ("Route 53 zone for it (empty: DNS is kept elsewhere)", ""),
    "MailFrom": ("sender of letters to people (empty: privacy@ and the public host name)", ""),
    "AlarmEmail": ("address for alarms (empty: nobody)", ""),
    "WorkerConcurrency": ("how many erase at once, and as many make bundles", "10"),
    "TableWriteUnits": ("write units a second that a table takes", "40000"),
    "ErasingPercent": ("the part of it that erasing may use, in percent", "25"),
}
# What answers callers, letters, streams and sweeps, beside the workers: see docs/runbooks/function-throttles.md.
BESIDE_WORKERS = 50
# Outputs that together only a stack of this template has.
OURS = {"LedgerTableName", "SuppressionTableName", "RetentionSweeperFunctionName"}
PAGE = "see docs/deploying.md"


def ask(question: str, default: str) -> str:
    return input(f"{question} [{default}]: ").strip() or default


def agreed(changes: list[str]) -> bool:
    print("\n".join(changes))
    return ask("make these changes? yes or no", "no") == "yes"


def earlier_parameters(client: Any, stack: str) -> dict[str, str]:
    """What an existing stack was given, so that a second deployment asks with those as defaults."""
    try:
        found = client.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return {one["ParameterKey"]: one["ParameterValue"] for one in found}


def template_parameters() -> set[str]:
    """The names that template.yaml takes. An earlier version may take fewer than the stack was given."""
    _, _, after = TEMPLATE.read_text().partition("\nParameters:\n")
    section = re.split(r"\n(?=\S)", after, maxsplit=1)[0]
    return set(re.findall(r"^  (\w+):$", section, re.MULTILINE))


def values(earlier: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What the change set is given: what was set before, and what was answered now, of what the template takes."""
    takes = template_parameters()
    return {name: value for name, value in {**earlier, **given}.items() if name in takes}


def refuse_a_second_stack(client: Any, stack: str) -> None:
    """The alarms watch metrics that have no dimension: two stacks in one account and region would each ring for the other."""
    for page in client.get_paginator("describe_stacks").paginate():
        for one in page["Stacks"]:
            if one["StackName"] != stack and {output["OutputKey"] for output in one.get("Outputs", [])} >= OURS:
                raise StackError(f"stack {one['StackName']} of this template is in this account and region already; {PAGE}")


def refuse_an_empty_ledger(dynamodb: Any, stack: str) -> None:
    """A first deployment beside tables that an earlier stack of the name left would know nothing of what stands in them."""
    names = [name for page in dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    left = sorted(name for name in names if name.startswith(f"{stack}-Ledger-"))
    if left:
        raise StackError(f"{', '.join(left)} is left from an earlier stack, and a new one would begin with an empty ledger; {PAGE}")


def warnings(limit: int, given: Mapping[str, str]) -> list[str]:
    """What is better mended before anything is changed."""
    found = []
    if not given["WorkerConcurrency"].isdecimal():
        raise StackError(f"not a number of workers: {given['WorkerConcurrency']}")
    needed = 2 * int(given["WorkerConcurrency"]) + BESIDE_WORKERS
    if limit < needed:
        found.append(
            f"this account runs {limit} functions at once in this region, and {needed} may be wanted: callbacks of Meta would be"
            " refused and lost. Ask for more (Service Quotas, Lambda, concurrent executions), or name fewer workers."
        )
    if not given["AlarmEmail"]:
        found.append("no address for alarms: nobody hears of a promise that is about to be broken.")
    return found


def agreed_anyway(found: list[str]) -> bool:
    if not found:
        return True
    print("\n".join(f"warning: {one}" for one in found))
    return ask("go on all the same? yes or no", "no") == "yes"


def artifact_bucket(s3: Any, bucket: str, region: str) -> None:
    """Creates the bucket for the zips if it is missing: private, encrypted by default."""
    try:
        s3.head_bucket(Bucket=bucket)
        return
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
    # us-east-1 is the one region that may not be named here.
    place: Mapping[str, Any] = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **place)
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True,
        },
    )


def deploy() -> None:
    session = boto3.Session()
    region = ask("region", session.region_name or "us-east-1")
    session = boto3.Session(region_name=region)
    account = session.client("sts").get_caller_identity()["Account"]
    stack = ask(f"stack in account {account}", "privacy")
    client = session.client("cloudformation")
    earlier = earlier_parameters(client, stack)
    refuse_a_second_stack(client, stack)
    if not earlier:
        refuse_an_empty_ledger(session.client("dynamodb"), stack)
    given = {name: ask(question, earlier.get(name, default)) for name, (question, default) in ASKED.items()}
    limit = session.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if not agreed_anyway(warnings(limit, given)):
        raise StackError("nothing was changed")
    bucket = ask("bucket for the zips", f"{stack}-artifacts-{account}-{region}")

    with step("building the functions"):
        build(given["Architecture"])
        package.release()
    with step("uploading"):
        s3 = session.client("s3")
        artifact_bucket(s3, bucket, region)
        key = f"templates/{package.digest(given)}.yaml"
        s3.put_object(Bucket=bucket, Key=key, Body=package.upload(s3, bucket).encode())
    address = f"https://{bucket}.s3.{region}.{'amazonaws.com.cn' if region.startswith('cn-') else 'amazonaws.com'}/{key}"
    outputs = cloudformation.apply(client, stack, {"TemplateURL": address}, values(earlier, given), poll_seconds=5, agreed=agreed)
    client.update_termination_protection(StackName=stack, EnableTerminationProtection=True)
    width = max(map(len, outputs))
    print("\n".join(f"{name:{width}}  {value}" for name, value in sorted(outputs.items())))
    print("\n" + next_steps(has_meta()))


def next_steps(with_meta: bool) -> str:
    """What is left to do by hand, in order."""
    steps = [
        *(["Store the Meta app secrets in the secret MetaAppSecretsArn; callbacks get 503 until then."] if with_meta else []),
        "Store where the processors are, and their secrets, in the secret ProcessorsArn; erasures wait for it.",
        "Store where messages to accounts of platforms go in the secret MessengersArn; their codes wait for it.",
        "Put the DKIM records of MailIdentityName into DNS if they are not there; letters wait for them.",
        "Store the public keys of the dashboard in the secret DashboardKeysArn; until then nobody is known by a login.",
        "Confirm the mail that SNS sends to AlarmEmail; no alarm arrives before.",
        "docs/deploying.md says what rings on the first day.",
    ]
    return "Next: " + "\n      ".join(steps)


if __name__ == "__main__":
    try:
        deploy()
    except (StackError, BotoCoreError, ClientError) as problem:
        sys.exit(f"error: {problem}")
    except (KeyboardInterrupt, EOFError):
        sys.exit("\nnothing was changed")
