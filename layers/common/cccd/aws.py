"""The one place where clients of AWS are made: botocore's own, as what boto3 adds is never used and takes a tenth longer."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

# What this service calls. botocore would otherwise look through its 440 services before it loads one.
_SERVICES = ["dynamodb", "kms", "secretsmanager", "sqs"]


class _OurServices(Loader):
    def list_available_services(self, type_name: str) -> list[str]:
        return _SERVICES


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    paths = session.get_config_variable("data_path")
    session.register_component("data_loader", _OurServices(extra_search_paths=paths.split(":") if paths else None))
    return session


def make_client(service: str, config: Config) -> Any:
    """A client of one of our services, in the function's own region and with its own credentials."""
    return _session().create_client(service, config=config)
