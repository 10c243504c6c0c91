"""For the client that is made from openapi.yaml: calls are signed as the local account's root, whom every IAM route lets in.

Loaded by Schemathesis through SCHEMATHESIS_HOOKS, in a process of its own.
"""

from __future__ import annotations

import requests
import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests.auth import AuthBase

from local.settings import REGION


class Signed(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        kept = {name: value for name, value in request.headers.items() if name.lower() in ("content-type", "accept")}
        signed = AWSRequest(method=request.method, url=request.url, data=request.body or b"", headers=kept)
        SigV4Auth(Credentials("test", "test"), "execute-api", REGION).add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        return request


schemathesis.auth.set_from_requests(Signed()).apply_to(path_regex=r"^/api/(staff|accounts|integrations)/")
