"""The inner loop: `cargo lambda watch` for the functions, against the tables and queues of the running stack.

A function answers at http://127.0.0.1:9000/lambda-url/<function>/<path>; `cargo lambda invoke` sends it an event.
"""

from __future__ import annotations

import os
import sys

from local import stack
from local.build import tool_environment
from local.settings import REGION, ROOT, Settings, StackError

WATCH = "http://127.0.0.1:9000/lambda-url"


def environment(settings: Settings) -> dict[str, str]:
    """What the deployed functions have, together: each reads only what it needs."""
    outputs = stack.read(settings)["outputs"]
    functions = settings.client("lambda")
    merged: dict[str, str] = {}
    for name, value in sorted(outputs.items()):
        if name.endswith("FunctionName"):
            merged |= functions.get_function_configuration(FunctionName=value)["Environment"]["Variables"]
    return merged | {
        # So that the address in an answer leads to the page being worked on.
        "PUBLIC_BASE_URL": f"{WATCH}/request-status",
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def main() -> None:
    try:
        settings = Settings.from_environment()
        file = settings.state_dir / "watch.env"
        lines = [f"{name}={value}\n" for name, value in environment(settings).items()]
    except StackError as problem:
        sys.exit(f"error: {problem}")
    file.write_text("".join(lines))
    print(f"  POST {WATCH}/meta-callback/api/meta/data-deletion\n  GET  {WATCH}/request-status/privacy/requests/<code>", flush=True)
    os.chdir(ROOT)
    os.execvpe("cargo", ["cargo", "lambda", "watch", "--env-file", str(file)], tool_environment())


if __name__ == "__main__":
    main()
