"""Callbacks that the gateway refuses, held on the translated template: no function hears of them."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

from tests.e2e.test_template import of_type


def test_a_callback_that_the_gateway_refuses_rings() -> None:
    (refused,) = of_type("Logs::MetricFilter").values()
    (transformation,) = refused["MetricTransformations"]
    alarm = of_type("CloudWatch::Alarm")["CallbacksRefusedAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (transformation["MetricNamespace"], transformation["MetricName"])
    assert alarm["Statistic"] == "Sum" and alarm["Threshold"] == 0 and transformation["MetricValue"] == "1"
    # It reads what the gateway writes: these fields, and the keys of these routes, where other routes have none of it.
    (stage,) = of_type("ApiGatewayV2::Stage").values()
    assert refused["LogGroupName"] == {"Ref": "AccessLogs"}
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    wanted = dict(re.findall(r'\(\$\.(\w+) = "([^"]+)"\)', refused["FilterPattern"]))
    assert set(wanted) <= set(json.loads(stage["AccessLogSettings"]["Format"])) and wanted["status"] == "429"
    keys = [route["RouteKey"] for route in of_type("ApiGatewayV2::Route").values()]
    assert [key for key in keys if fnmatchcase(key, wanted["routeKey"])] == ["ANY /api/meta/data-deletion", "ANY /api/meta/deauthorize"]
