"""The commands behind make up, make down and make demo."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from local import cloudformation, package, server, vendors
from local.build import build
from local.demo import people
from local.demo.counts import Counter
from local.demo.dashboard import Dashboard
from local.demo.model import Connection
from local.demo.accounts import account_users, conversation_contacts, seed_accounts
from local.demo.periods import dated, pass_hours, seed_dated
from local.demo.seed import seed
from local.policy import has_meta
from local.settings import REGION, STACK_NAME, Settings, StackError, default_state_dir, host_architecture
from local.steps import step

ARTIFACTS = "artifacts"

# What the demo writes to. Under a policy with other stores there is no demo: nobody knows what its rows mean.
DEMO_STORES = {
    "AccountsTableName", "BillingTableName", "ConnectionsTableName", "ConversationsTableName", "FilesBucketName", "InboxTableName",
    "LogsTableName", "MediaBucketName", "PeopleTableName", "SocialTableName",
}
NO_DEMO: dict[str, Any] = {"meta_users": [], "tenants": [], "handles": [], "account_users": [], "conversation_contacts": []}


def up(settings: Settings) -> dict[str, Any]:
    """Brings the stack to what the sources say, and returns what stack.json holds."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    # NO_BUILD=1 deploys what target/lambda already holds.
    if os.environ.get("NO_BUILD") != "1":
        with step("building the functions"):
            build(host_architecture(), movable_clock=True)
    wanted = package.digest(parameters(settings))
    running = server.is_up(settings)
    if running and settings.stack_file.exists() and _deployed(settings) == wanted:
        print(f"  the stack is up: {settings.endpoint}")
        return read(settings)
    if not running:
        # Leftovers of a stack that was killed.
        server.stop(settings)
        settings.stack_file.unlink(missing_ok=True)
        with step("starting the AWS stand-in"):
            server.start(settings)
    try:
        with step("deploying template.yaml"):
            outputs = _deploy(settings)
        known = read(settings)["demo"] if settings.stack_file.exists() else _first_data(settings, outputs)
    except BaseException:
        if not running:
            server.stop(settings)
        raise
    stack = {"api_url": outputs["ApiUrl"], "endpoint_url": settings.endpoint, "region": REGION, "outputs": outputs, "demo": known}
    _write(settings, stack)
    settings.deployed_file.write_text(wanted)
    print(f"  the stack is up: {settings.endpoint}")
    return stack


def down(settings: Settings) -> None:
    """Stops everything and discards all data; the tools in the default folder stay for the next time."""
    with step("stopping the stack"):
        server.stop(settings)
        for file in (settings.stack_file, settings.deployed_file, settings.log_file, settings.state_dir / "watch.env"):
            file.unlink(missing_ok=True)
        if settings.state_dir != default_state_dir().resolve() and settings.state_dir.exists():
            shutil.rmtree(settings.state_dir)


def demo(settings: Settings) -> None:
    """Brings back the connections that were erased; the others stay byte for byte."""
    outputs = read(settings)["outputs"]
    if not has_demo(outputs):
        print("  no demo for this policy")
        return
    counter = Counter({name: settings.client(name) for name in ("dynamodb", "s3")}, outputs)
    with step("writing the demo data that is missing"):
        _seed(settings, outputs, lambda one: not counter.is_connected(one.tenant_id, one.connection_id))


def read(settings: Settings) -> dict[str, Any]:
    if not settings.stack_file.exists():
        raise StackError("the stack is not up; run make up")
    stack: dict[str, Any] = json.loads(settings.stack_file.read_text())
    return stack


def has_demo(outputs: Mapping[str, str]) -> bool:
    return outputs.keys() >= DEMO_STORES


def parameters(settings: Settings) -> dict[str, str]:
    """Short clocks, so that a person can watch; everything else as on AWS."""
    return {
        "Architecture": host_architecture(),
        "LocalEndpoint": settings.endpoint,
        "StuckAfterSeconds": "20",
        "SecondLooks": "PT15S,P7D,P30D",
        "ProcessorConfirmAfter": "PT0S",
        "SweepSchedule": "rate(1 minute)",
    }


def _deploy(settings: Settings) -> dict[str, str]:
    s3 = settings.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS)
    # By its address, as on AWS: sent along, a template may have 51,200 bytes at most.
    s3.put_object(Bucket=ARTIFACTS, Key="template.yaml", Body=package.upload(s3, ARTIFACTS).encode())
    template = {"TemplateURL": f"{settings.endpoint}/{ARTIFACTS}/template.yaml"}
    return cloudformation.apply(
        settings.client("cloudformation"), STACK_NAME, template, parameters(settings), poll_seconds=0.2
    )


def _first_data(settings: Settings, outputs: dict[str, str]) -> dict[str, Any]:
    app_secrets = _app_secrets() if has_meta() else {}
    if app_secrets:
        with step("setting the Meta app secrets"):
            settings.client("secretsmanager").put_secret_value(
                SecretId=outputs["MetaAppSecretsArn"], SecretString=json.dumps(app_secrets)
            )
    with step("setting where the processors are"):
        settings.client("secretsmanager").put_secret_value(
            SecretId=outputs["ProcessorsArn"], SecretString=vendors.settings(int(settings.vendors_file.read_text()))
        )
    with step("setting where the messenger is"):
        settings.client("secretsmanager").put_secret_value(
            SecretId=outputs["MessengersArn"],
            SecretString=vendors.messenger_settings(int(settings.vendors_file.read_text())),
        )
    with step("making the key of the dashboard"):
        dashboard = Dashboard.new()
        dashboard.save(settings.dashboard_file)
        settings.client("secretsmanager").put_secret_value(
            SecretId=outputs["DashboardKeysArn"], SecretString=dashboard.public()
        )
    if has_demo(outputs):
        with step("writing the demo data"):
            known = _seed(settings, outputs)
    else:
        print("  no demo for this policy")
        known = NO_DEMO
    current = {namespace: pair["current"] for namespace, pair in app_secrets.items()}
    return {"meta_app_secrets": current, **known}


def _app_secrets() -> dict[str, dict[str, str]]:
    app_secrets = {
        namespace: {"current": secrets.token_hex(16), "previous": secrets.token_hex(16)}
        for namespace in people.META_NAMESPACES
    }
    # The payloads in events/ are signed with this, so that `cargo lambda invoke` finds a stack that accepts them.
    app_secrets["facebook"]["previous"] = "appsecret"
    return app_secrets


def _seed(
    settings: Settings, outputs: dict[str, str], wanted: Callable[[Connection], bool] = lambda connection: True
) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    connections = people.connections(now)
    clients = {name: settings.client(name) for name in ("dynamodb", "s3", "secretsmanager")}
    known = seed(clients, outputs, [connection for connection in connections if wanted(connection)], now)
    own = seed_accounts(clients, outputs, people.TENANTS, now)
    pass_hours(clients["dynamodb"], outputs["LedgerTableName"], now)
    linkedin = next(connection for connection in connections if connection.platform == "linkedin")
    seed_dated(clients, outputs, dated(linkedin.tenant_id, linkedin.connection_id, now, now - timedelta(days=3)))
    return {
        "meta_users": people.meta_users(connections),
        "tenants": people.tenants(connections),
        "handles": people.handles(known),
        "account_users": account_users(own),
        "conversation_contacts": conversation_contacts(own),
    }


def _deployed(settings: Settings) -> str:
    return settings.deployed_file.read_text() if settings.deployed_file.exists() else ""


def _write(settings: Settings, stack: dict[str, Any]) -> None:
    """In one move, so that a reader never sees half of it. It holds secrets: for the owner's eyes."""
    draft = settings.stack_file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(stack, indent=2) + "\n")
    draft.replace(settings.stack_file)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.stack")
    parser.add_argument("command", choices=["up", "down", "demo"])
    command = parser.parse_args().command
    try:
        settings = Settings.from_environment()
        {"up": up, "down": down, "demo": demo}[command](settings)
    except StackError as problem:
        sys.exit(f"error: {problem}")
    except KeyboardInterrupt:
        sys.exit("interrupted")


if __name__ == "__main__":
    main()
