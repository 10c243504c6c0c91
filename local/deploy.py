"""make deploy: asks what it must know, builds, shows what would change, and changes it on AWS after a yes.

Uses the AWS credentials and region of the shell, as the AWS command line does.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local import cloudformation, package
from local.build import build
from local.settings import POLICY, StackError
from local.steps import step

# Asked for, in this order. The rest of template.yaml's parameters keep their defaults, or what they were set to.
ASKED = {
    "Architecture": ("architecture, x86_64 or arm64", "x86_64"),
    "DomainName": ("public host name", tomllib.loads(POLICY.read_text())["company"]["api_host"]),
    "CertificateArn": ("ACM certificate for it (empty: the API's own address)", ""),
    "HostedZoneId": ("Route 53 zone for it (empty: DNS is kept elsewhere)", ""),
    "MailFrom": ("sender of letters to people (empty: privacy@ and the public host name)", ""),
    "AlarmEmail": ("address for alarms (empty: nobody)", ""),
}


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
    given = {name: ask(question, earlier.get(name, default)) for name, (question, default) in ASKED.items()}
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
    outputs = cloudformation.apply(client, stack, {"TemplateURL": address}, earlier | given, poll_seconds=5, agreed=agreed)
    width = max(map(len, outputs))
    print("\n".join(f"{name:{width}}  {value}" for name, value in sorted(outputs.items())))
    print("\nNext: store the Meta app secrets in the secret MetaAppSecretsArn; callbacks get 503 until then.\n"
          "      Store where the processors are, and their secrets, in the secret ProcessorsArn; erasures wait for it.\n"
          "      Store where messages to accounts of platforms go in the secret MessengersArn; their codes wait for it.\n"
          "      Put the DKIM records of MailIdentityName into DNS if they are not there; letters wait for them.\n"
          "      Store the public keys of the dashboard in the secret DashboardKeysArn; until then nobody is known by a login.")


if __name__ == "__main__":
    try:
        deploy()
    except (StackError, BotoCoreError, ClientError) as problem:
        sys.exit(f"error: {problem}")
    except (KeyboardInterrupt, EOFError):
        sys.exit("\nnothing was changed")
