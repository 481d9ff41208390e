"""The one place where clients of AWS are made: botocore's own, as what boto3 adds is never used and takes a tenth longer."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

# What this service calls. botocore would otherwise look through its 440 services before it loads one.
_SERVICES = ["dynamodb", "kms", "s3", "secretsmanager", "sqs"]

# Each of our services has a rule set that finds its endpoints. From the older table of all services in all regions, 1.2 MB
# of JSON, botocore then takes only the partition: ours is the commercial one, as China's and governments' are not served.
_FIPS = "{service}-fips.{region}.{dnsSuffix}"
_PARTITIONS = {
    "version": 3,
    "partitions": [
        {
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "regionRegex": r"^(us|eu|ap|sa|ca|me|af|il|mx)\-\w+\-\d+$",
            "defaults": {
                "hostname": "{service}.{region}.{dnsSuffix}",
                "protocols": ["https"],
                "signatureVersions": ["v4"],
                "variants": [
                    {"tags": ["fips"], "hostname": _FIPS, "dnsSuffix": "amazonaws.com"},
                    {"tags": ["dualstack"], "hostname": "{service}.{region}.{dnsSuffix}", "dnsSuffix": "api.aws"},
                    {"tags": ["dualstack", "fips"], "hostname": _FIPS, "dnsSuffix": "api.aws"},
                ],
            },
            "regions": {},
            # S3 alone had such names before there was a rule for all.
            "services": {
                "s3": {
                    "defaults": {
                        "signatureVersions": ["s3v4"],
                        "variants": [
                            {"tags": ["fips"], "hostname": _FIPS, "dnsSuffix": "amazonaws.com"},
                            {
                                "tags": ["dualstack"],
                                "hostname": "{service}.dualstack.{region}.{dnsSuffix}",
                                "dnsSuffix": "amazonaws.com",
                            },
                            {
                                "tags": ["dualstack", "fips"],
                                "hostname": "{service}-fips.dualstack.{region}.{dnsSuffix}",
                                "dnsSuffix": "amazonaws.com",
                            },
                        ],
                    },
                    "endpoints": {
                        "aws-global": {"credentialScope": {"region": "us-east-1"}, "hostname": "s3.amazonaws.com"}
                    },
                    "partitionEndpoint": "aws-global",
                    "isRegionalized": True,
                }
            },
        }
    ],
}


class _OurServices(Loader):
    def list_available_services(self, type_name: str) -> list[str]:
        return _SERVICES

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        return (_PARTITIONS, "") if name == "endpoints" else super().load_data_with_path(name)


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    paths = session.get_config_variable("data_path")
    session.register_component("data_loader", _OurServices(extra_search_paths=paths.split(":") if paths else None))
    return session


def make_client(service: str, config: Config) -> Any:
    """A client of one of our services, in the function's own region and with its own credentials."""
    return _session().create_client(service, config=config)
