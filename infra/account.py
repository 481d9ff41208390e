"""The invented AWS account of the local stack: names, signatures and the engine use the same values.

The engine keeps its data per region and account, so these values stay the same from run to run.
"""

import os

REGION = "ap-southeast-1"
ACCOUNT = "000000000000"
ACCESS_KEY = ACCOUNT  # the engine reads a key of twelve digits as the account's number
SECRET_KEY = "local"  # noqa: S105 - the engine checks it in links to objects only


def arn(service: str, resource: str) -> str:
    """The ARN of one of our resources: `arn("dynamodb", "table/Bookings")`."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def queue_url(engine_url: str, queue: str) -> str:
    """The URL of one of our queues at the engine."""
    return f"{engine_url}/{ACCOUNT}/{queue}"


def variables() -> dict[str, str]:
    """The variables by which AWS's own tools use this account and no other: in place of the engineer's."""
    ours = {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
