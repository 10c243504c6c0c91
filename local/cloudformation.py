"""Brings a stack to the state of a template, and says what went wrong where."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from local.settings import StackError

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


def apply(
    client: Any,
    stack: str,
    template: Mapping[str, str],
    parameters: Mapping[str, str],
    poll_seconds: float,
    agreed: Callable[[list[str]], bool] = lambda changes: True,
) -> dict[str, str]:
    """Creates or updates `stack` through a change set and returns its outputs.

    `template` is {"TemplateBody": ...} or {"TemplateURL": ...}; `agreed` is asked before anything changes.
    """
    name = f"change-{int(time.time() * 1000)}"
    client.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if _exists(client, stack) else "CREATE",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=CAPABILITIES,
        **template,
    )
    if _change_set_is_ready(client, stack, name, poll_seconds):
        if not agreed(_changes(client, stack, name)):
            client.delete_change_set(StackName=stack, ChangeSetName=name)
            raise StackError("nothing was changed")
        client.execute_change_set(StackName=stack, ChangeSetName=name)
        _await(client, stack, poll_seconds)
    return outputs(client, stack)


def outputs(client: Any, stack: str) -> dict[str, str]:
    described = client.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _exists(client: Any, stack: str) -> bool:
    try:
        found = client.describe_stacks(StackName=stack)["Stacks"]
    except client.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    if found and found[0]["StackStatus"] == "ROLLBACK_COMPLETE":
        raise StackError(
            f"the first deployment of stack {stack} failed and was rolled back: CloudFormation wants it deleted before the next"
            " try. What it had made of tables, bucket, key and secrets is kept and empty: delete that too."
        )
    # A change set that was never executed leaves a stack in review: to be created still.
    return bool(found) and found[0]["StackStatus"] != "REVIEW_IN_PROGRESS"


def _change_set_is_ready(client: Any, stack: str, name: str, poll_seconds: float) -> bool:
    while True:
        change_set = client.describe_change_set(StackName=stack, ChangeSetName=name)
        status, reason = change_set["Status"], change_set.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            return True
        if status == "FAILED":
            client.delete_change_set(StackName=stack, ChangeSetName=name)
            if any(words in reason for words in NOTHING_TO_DO):
                return False
            raise StackError(f"the change to stack {stack} was refused: {reason}")
        time.sleep(poll_seconds)


def _changes(client: Any, stack: str, name: str) -> list[str]:
    pages = client.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name)
    changes = [change["ResourceChange"] for page in pages for change in page.get("Changes", [])]
    return [f"{change['Action']:7} {change['LogicalResourceId']} ({change['ResourceType']})" for change in changes]


def _await(client: Any, stack: str, poll_seconds: float) -> None:
    # Execution is asynchronous: a status from before it started must not count as its end.
    time.sleep(poll_seconds)
    while True:
        status = client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("IN_PROGRESS"):
            raise StackError(f"stack {stack} ended in {status}: {'; '.join(_failures(client, stack)) or 'no reason given'}")
        time.sleep(poll_seconds)


def _failures(client: Any, stack: str) -> list[str]:
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ][-5:]
