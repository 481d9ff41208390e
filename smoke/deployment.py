"""A stack in the engine: deployed by the real `sam deploy`, then asked what came of it."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from infra import account, here
from local.resources import client

NAME = "cccd-smoke"
UNCHANGED = "No changes to deploy"
PATIENCE = 60  # seconds


class Refused(Exception):
    """The smoke test found something wrong; the message says what."""


class Deployment:
    """The stack `NAME` of the engine at `url`, from the template at `path`."""

    def __init__(self, url: str, path: Path):
        self._url = url
        self._path = path
        self._stack = ""

    def deploy(self, **parameters: str) -> str:
        """What `sam deploy` printed. `Refused` if it failed."""
        given = [f"{name}={value}" for name, value in parameters.items()]
        command: list[str | Path] = [here.SAM, "deploy", "--template", self._path, "--stack-name", NAME, "--resolve-s3"]
        options = ["--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--parameter-overrides", *given]
        # From the template's folder, so that no samconfig.toml adds to it.
        run = subprocess.run(
            [*command, *options],
            cwd=self._path.parent,
            env=account.variables() | {"AWS_ENDPOINT_URL": self._url},
            capture_output=True,
            text=True,
        )
        printed: str = run.stdout + run.stderr
        if run.returncode and UNCHANGED not in printed:
            raise Refused(f"sam deploy failed:\n{printed[-3000:]}")
        self._stack = self.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]["StackId"]
        return printed

    def resources(self) -> dict[str, dict[str, str]]:
        """The stack's resources by their logical ids, each with its `type`, its `id` and its `status`."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self._stack)
        return {
            each["LogicalResourceId"]: {
                "type": each["ResourceType"],
                "id": each["PhysicalResourceId"],
                "status": each["ResourceStatus"],
            }
            for page in pages
            for each in page["StackResourceSummaries"]
        }

    def invoke(self, function: str, event: Any) -> Any:
        """The answer of the function's published version. `Refused` if it raised."""
        name = self.resources()[function]["id"]
        answer = self.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=json.dumps(event))
        told = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise Refused(f"{function} failed: {told}")
        return told

    def delete(self) -> None:
        """Delete the stack, to its end."""
        formation = self.client("cloudformation")
        formation.delete_stack(StackName=self._stack)
        give_up = time.monotonic() + PATIENCE
        while (
            status := formation.describe_stacks(StackName=self._stack)["Stacks"][0]["StackStatus"]
        ) != "DELETE_COMPLETE":
            if status != "DELETE_IN_PROGRESS" or time.monotonic() > give_up:
                raise Refused(f"the deletion ended as {status}")
            time.sleep(0.2)

    def client(self, service: str) -> Any:
        """A client of the engine's service."""
        return client(service, self._url)
