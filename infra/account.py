"""The AWS account that does not exist: what names, signatures and the engine agree on.

The engine keeps its data per region and account, so all of this stays the same from run to run.
"""

REGION = "ap-southeast-1"
ACCOUNT = "000000000000"
ACCESS_KEY = ACCOUNT  # the engine takes a key of twelve digits for the account's number
SECRET_KEY = "local"  # nobody checks it


def arn(service: str, resource: str) -> str:
    """The ARN of something of ours: `arn("dynamodb", "table/Bookings")`."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def queue_url(engine_url: str, queue: str) -> str:
    """The URL of a queue of ours at the engine."""
    return f"{engine_url}/{ACCOUNT}/{queue}"
