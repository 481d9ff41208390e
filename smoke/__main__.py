"""`make deploy-smoke`: the built template, deployed by `sam deploy` to the embedded engine, used, changed and deleted.

It shows that the template can be deployed and that its parts are tied together. It does not show what AWS alone has: the
engine checks no permissions, makes no routes of an HTTP API, and drops time to live and the time zones of schedules.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from cccd.dynamodb import from_item
from infra import here
from infra.intrinsics import TemplateError, read
from infra.stamp import stamped
from infra.template import Stack, load
from local.accounts import OPERATOR, connect_accounts
from local.engine import Engine
from local.settings import CannotRun
from local.stack import ZALO_URLS
from local.zalo import FakeZalo
from smoke.citizen import Citizen, until
from smoke.deployment import UNCHANGED, Deployment, Refused
from smoke.template import for_engine, kept, left_out

ENGINE = Path(".tools/smoke/bin/ministack")
SHOWN = {
    "AWS::Lambda::Function": "functions",
    "AWS::DynamoDB::Table": "tables",
    "AWS::Scheduler::Schedule": "schedules",
    "AWS::SQS::Queue": "queues",
    "AWS::Lambda::EventSourceMapping": "event sources",
    "AWS::IAM::Role": "roles",
    "AWS::SecretsManager::Secret": "secrets",
    "AWS::KMS::Key": "keys",
    "AWS::CloudWatch::Alarm": "alarms",
}


def main() -> int:
    """0 if all of it holds; 1, with what does not."""
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="cccd-smoke-") as folder, FakeZalo() as zalo:
            built = here.build()
            _say(begun, f"built for {here.processor()}")
            with Engine(ENGINE, Path(folder) / "state", Path(folder) / "log", services=None) as engine:
                _walk(begun, built, engine.url, zalo)
    except (Refused, CannotRun, TemplateError) as error:
        print(f"deploy-smoke: {error}", file=sys.stderr)
        return 1
    _say(begun, "all of it holds")
    return 0


def _walk(begun: float, built: Path, url: str, zalo: FakeZalo) -> None:
    template, stack = read(built), load(built)
    path = built.with_name("smoke.json")
    deployment = Deployment(url, path)
    parameters = dict.fromkeys(ZALO_URLS, zalo.url) | {"ZaloAppId": zalo.app_id}

    def deploy(**changed: str) -> str:
        given = parameters | changed
        here.write(for_engine(template, url), path)
        path.write_text(stamped(path.read_text(encoding="utf-8"), json.dumps(given)), encoding="utf-8")
        return deployment.deploy(**given)

    deploy()
    resources = deployment.resources()
    _check_resources(deployment, template, stack, resources)
    counted = Counter(SHOWN[each["type"]] for each in resources.values() if each["type"] in SHOWN)
    _say(begun, f"deployed {len(resources)} resources: " + ", ".join(f"{n} {what}" for what, n in counted.items()))
    _say(begun, f"left out, as the engine refuses metric math: {', '.join(left_out(template))}")

    secrets = deployment.client("secretsmanager")
    for name, value in zalo.secrets.items():
        secrets.put_secret_value(SecretId=resources[name]["id"], SecretString=value)
    if refused := connect_accounts(partial(deployment.invoke, OPERATOR), zalo):
        raise Refused(f"not connected: {refused}")
    citizen = Citizen(deployment, stack, zalo)
    citizen.signs_in()
    ticket = citizen.books()
    until(lambda: _notices(deployment, resources) > 0, "the message about the appointment")
    citizen.follows()
    audit = deployment.invoke("AuditFunction", {})
    if audit["differences"]:
        raise Refused(f"the audit finds {audit}")
    _say(
        begun,
        f"a citizen signed in, has ticket {ticket}, a message to be sent and the chat's welcome; the audit finds nothing",
    )

    if UNCHANGED not in deploy():
        raise Refused("the second deploy changed something")
    _say(begun, "deployed again: nothing to change")

    deploy(LogLevel="DEBUG")
    _check_changed(deployment, resources)
    if citizen.tickets() != [ticket]:
        raise Refused("the appointment is gone after a deploy that changes a parameter")
    _say(begun, "deployed with LogLevel=DEBUG: every function has it, and the appointment is there")

    deployment.delete()
    _check_deleted(deployment, template, resources)
    _say(begun, f"deleted: {', '.join(sorted(kept(template) & resources.keys()))} stay, nothing else does")


def _check_resources(
    deployment: Deployment, template: dict[str, Any], stack: Stack, resources: dict[str, dict[str, str]]
) -> None:
    """Whether what came up is what the template declares."""
    undone = [name for name, each in resources.items() if not each["status"].endswith("_COMPLETE")]
    _expect("resources that are not complete", undone, [])
    by_type = {kind: {name for name, each in resources.items() if each["type"] == kind} for kind in SHOWN}
    _expect("functions", by_type["AWS::Lambda::Function"], set(stack.functions))
    _expect("queues", by_type["AWS::SQS::Queue"], {each.name for each in stack.queues})
    dynamodb, schedules, iam = map(deployment.client, ("dynamodb", "scheduler", "iam"))
    for name, table in stack.tables.items():
        found = dynamodb.describe_table(TableName=resources[name]["id"])["Table"]
        _expect(f"the keys of {name}", found["KeySchema"], table.definition["KeySchema"])
        indexes = {each["IndexName"]: each["KeySchema"] for each in found.get("GlobalSecondaryIndexes", [])}
        declared = {each["IndexName"]: each["KeySchema"] for each in table.definition.get("GlobalSecondaryIndexes", [])}
        _expect(f"the indexes of {name}", indexes, declared)
    for schedule in stack.schedules:
        found = schedules.get_schedule(Name=resources[schedule.name]["id"])
        _expect(schedule.name, found["ScheduleExpression"], schedule.expression)
        function = resources[schedule.function]["id"]
        _expect(
            f"the function of {schedule.name}", found["Target"]["Arn"].rpartition("function:")[2], f"{function}:live"
        )
    for name in stack.functions:
        role = resources[f"{name}Role"]["id"]
        policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
        given = [
            iam.get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"]["Statement"] for each in policies
        ]
        wanted = [each["Statement"] for each in template["Resources"][name]["Properties"].get("Policies", [])]
        # SAM adds a policy of its own for the queue of what was given up.
        missing = [each for each in wanted if _actions(each) not in map(_actions, given)]
        _expect(f"what {name} may not do, but should", missing, [])


def _actions(statements: list[dict[str, Any]]) -> list[Any]:
    return [each["Action"] for each in statements]


def _check_changed(deployment: Deployment, resources: dict[str, dict[str, str]]) -> None:
    functions = deployment.client("lambda")
    for name, each in resources.items():
        if each["type"] == "AWS::Lambda::Function":
            live = functions.get_function_configuration(FunctionName=each["id"], Qualifier="live")
            _expect(f"the log level of {name}", live["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"], "DEBUG")


def _check_deleted(deployment: Deployment, template: dict[str, Any], resources: dict[str, dict[str, str]]) -> None:
    """Whether exactly what must stay is there: by a look into each service, not by what CloudFormation says."""
    keys = deployment.client("kms")
    left = {
        *deployment.client("dynamodb").list_tables()["TableNames"],
        *(each["Name"] for each in deployment.client("secretsmanager").list_secrets()["SecretList"]),
        *(each["Id"] for each in deployment.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]),
        *(
            each["KeyId"]
            for each in keys.list_keys()["Keys"]
            if keys.describe_key(KeyId=each["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"
        ),
        *(each["FunctionName"] for each in deployment.client("lambda").list_functions()["Functions"]),
        *(each["Name"] for each in deployment.client("scheduler").list_schedules()["Schedules"]),
        *deployment.client("sqs").list_queues().get("QueueUrls", []),
        *(each["RoleName"] for each in deployment.client("iam").list_roles()["Roles"]),
        *(each["Name"] for each in deployment.client("s3").list_buckets()["Buckets"] if not _of_sam(each["Name"])),
    }
    stays = [resources[name] for name in kept(template) & resources.keys()]
    _expect(
        "what stays", left, {each["id"] for each in stays if each["type"] != "AWS::S3::BucketPolicy"}
    )  # seen with its bucket


def _of_sam(bucket: str) -> bool:
    """Whether it is the bucket in which `sam deploy --resolve-s3` puts the code, of a stack of its own."""
    return bucket.startswith("aws-sam-cli-managed-default")


def _notices(deployment: Deployment, resources: dict[str, dict[str, str]]) -> int:
    """How many messages there are to be sent: the stream's, made by the outbox."""
    items = deployment.client("dynamodb").scan(TableName=resources["NoticesTable"]["id"])["Items"]
    return sum(from_item(each).get("state") == "waiting" for each in items)


def _expect(what: str, found: Any, wanted: Any) -> None:
    if found != wanted:
        raise Refused(f"{what}: {found}, and not {wanted}")


def _say(begun: float, line: str) -> None:
    print(f"{time.monotonic() - begun:4.0f} s  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
