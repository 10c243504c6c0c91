"""Behind make policy-check: the data map against the tables and buckets of the running stack, or of another one."""

from __future__ import annotations

import argparse
import os
import sys

from local.settings import REGION, ROOT, Settings, StackError


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.policy_check")
    parser.add_argument("--outputs", help="what `aws cloudformation describe-stacks` printed; without it the local stack")
    outputs = parser.parse_args().outputs
    environment = dict(os.environ)
    if outputs is None:
        try:
            settings = Settings.from_environment()
        except StackError as problem:
            sys.exit(f"error: {problem}")
        if not settings.stack_file.exists():
            sys.exit("error: the stack is not up; run make up, or name the OUTPUTS of another one")
        outputs = str(settings.stack_file)
        environment |= {
            "AWS_ENDPOINT_URL": settings.endpoint,
            "AWS_REGION": REGION,
            # test / test is the root of the local account.
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
    outputs = os.path.abspath(outputs)
    os.chdir(ROOT)
    # Whoever has built it names it.
    built = os.environ.get("POLICY_CHECK")
    command = [built] if built else ["cargo", "run", "--quiet", "--locked", "-p", "policy-check", "--"]
    os.execvpe(command[0], [*command, "--outputs", outputs], environment)


if __name__ == "__main__":
    main()
