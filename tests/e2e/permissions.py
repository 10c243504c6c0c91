"""What each function may do, as template.yaml gives it, and what AWS itself does in its role, from how the template wires it.

Nothing is written down a second time. What a function was seen to do is in decisions.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.e2e.test_template import flat, of_type, on_aws, translated

# What AWS does for a function that is wired to a source. Lambda's guides for SQS and for streams of DynamoDB name these.
OF_SOURCE = {
    "SQS::Queue": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "DynamoDB::Table": {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"},
}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# Services that keep things under our key: where a function uses one, it needs the key, and a key of its own to write.
KEYED = {"dynamodb", "s3", "secretsmanager", "sqs"}
READS = ("Get", "List", "Query", "BatchGet", "Describe", "Scan", "Receive")


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one thing of the template: `Ledger`, `Ledger/index/due`, `Bundles/bundles/*`."""

    function: str
    action: str
    on: str


@dataclass(frozen=True)
class Statement:
    sid: str
    actions: frozenset[str]
    on: tuple[str, ...]
    # As it stands on AWS.
    condition: dict[str, Any]

    def patterns(self) -> Iterator[tuple[str, str, list[str]]]:
        """Operator, key and values of each part of the condition."""
        for operator, wanted in self.condition.items():
            for key, values in wanted.items():
                yield operator, key, [values] if isinstance(values, str) else values


def functions() -> list[str]:
    return sorted(of_type("Lambda::Function"))


def name_of(resource: Any) -> str:
    """The thing of the template that an expression stands for."""
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        logical, attribute = resource["Fn::GetAtt"]
        return f"{logical}/stream" if attribute == "StreamArn" else str(logical)
    text: str = resource["Fn::Sub"]
    if text.startswith("arn:"):
        return text.rpartition(":")[2].replace("${", "").replace("}", "")
    return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", text)


def statements_of(function: str) -> list[Statement]:
    (policy,) = of_type("IAM::Role")[f"{function}Role"]["Policies"]
    read = []
    for one in policy["PolicyDocument"]["Statement"]:
        resource = on_aws(one["Resource"])
        names = tuple(name_of(each) for each in (resource if isinstance(resource, list) else [resource]))
        read.append(Statement(one["Sid"], frozenset(flat(one["Action"])), names, on_aws(one.get("Condition", {}))))
    return read


def grants(function: str) -> set[Grant]:
    return {Grant(function, action, on) for one in statements_of(function) for action in one.actions for on in one.on}


def wired(function: str) -> set[Grant]:
    """What AWS does in the role of the function because of how the template wires it. The stack decides none of it by policy."""
    needs = {(action, f"{function}Logs") for action in LOG} | {(action, "*") for action in TRACE}
    for mapping in of_type("Lambda::EventSourceMapping").values():
        if mapping["FunctionName"] == {"Ref": function}:
            source, attribute = mapping["EventSourceArn"]["Fn::GetAtt"]
            kind = translated()[source]["Type"].removeprefix("AWS::")
            needs |= {(action, f"{source}/stream" if attribute == "StreamArn" else source) for action in OF_SOURCE[kind]}
            needs |= _parks(mapping)
    for config in of_type("Lambda::EventInvokeConfig").values():
        if config["FunctionName"] == {"Ref": function}:
            needs |= _parks(config)
    return {Grant(function, action, on) for action, on in needs} | {Grant(function, action, "DataKey") for action in key_use(function)}


def _parks(config: dict[str, Any]) -> set[tuple[str, str]]:
    failed = config.get("DestinationConfig", {}).get("OnFailure")
    return {("sqs:SendMessage", name_of(failed["Destination"]))} if failed else set()


def keyed_services(function: str) -> set[str]:
    """The services that use our key for the function."""
    return {one.action.partition(":")[0] for one in grants(function)} & KEYED


def key_use(function: str) -> set[str]:
    """How they use it."""
    work = [one.action for one in grants(function) if one.action.partition(":")[0] in KEYED]
    writes = [action for action in work if not action.partition(":")[2].startswith(READS)]
    return {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if writes else set())


# What no run of the whole calls, and why it is needed. The last test of a run fails for a line that was called after all.
ABSENT = "S3 answers 404 for an object that is not there, and not 403, only to who may list the bucket"
VISITS = "a bundle that takes more than one visit"
UNSEEN = {
    Grant("AuditTrail", "s3:ListBucket", "Receipts"): ABSENT,
    Grant("ErasureWorker", "s3:ListBucket", "Receipts"): ABSENT,
    Grant("ExportWorker", "s3:AbortMultipartUpload", "Bundles/bundles/*"): "a second worker completed the same bundle first",
    Grant("ExportWorker", "s3:ListBucket", "Bundles"): ABSENT,
    Grant("ExportWorker", "s3:GetObject", "Bundles/progress/*"): VISITS,
    Grant("ExportWorker", "s3:PutObject", "Bundles/progress/*"): VISITS,
    Grant("ExportWorker", "sqs:SendMessage", "ExportQueue"): VISITS,
    Grant("RetentionSweeper", "s3:AbortMultipartUpload", "Bundles/*"): "an upload that a worker left half done",
}


def called(function: str) -> set[Grant]:
    """What the function itself must have been seen to do."""
    return grants(function) - wired(function) - set(UNSEEN)


def table() -> str:
    """Every permission in the words of the template, for docs/permissions.md."""
    lines = []
    for function in functions():
        lines += [f"\n## {function}\n", "| action | on | of these only, on AWS | known from |", "|---|---|---|---|"]
        by_wiring = wired(function)
        for one in statements_of(function):
            only = "; ".join(f"{key.partition(':')[2]}{' none of' if 'Not' in operator else ''} {', '.join(map(_shown, values))}" for operator, key, values in one.patterns()
                             if operator != "Null" and not key.endswith(":Select"))
            for on in one.on:
                for known in ("calls", "wiring", "reason"):
                    actions = [action for action in sorted(one.actions) if _known(Grant(function, action, on), by_wiring) == known]
                    if actions:
                        reasons = [UNSEEN[Grant(function, actions[0], on)]] if known == "reason" else []
                        said = {"calls": "its calls", "wiring": "what AWS does for it", "reason": "not called in a run: " + "".join(reasons)}
                        lines.append(f"| {', '.join(actions)} | {on.replace('*', chr(92) + '*')} | {only or '–'} | {said[known]} |")
    return "\n".join(lines) + "\n"


def _known(grant: Grant, by_wiring: set[Grant]) -> str:
    return "wiring" if grant in by_wiring else "reason" if grant in UNSEEN else "calls"


def _shown(value: Any) -> str:
    text: str = value if isinstance(value, str) else next((str(one) for one in value.values() if isinstance(one, str)), "the sender")
    return text.removesuffix(".${AWS::Region}.amazonaws.com").replace("*", "\\*")
