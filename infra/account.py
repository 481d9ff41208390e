"""The invented AWS account of the local stack: names, signatures and the engine use the same values.

The engine keeps its data per region and account, so these values stay the same from run to run.
"""

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
