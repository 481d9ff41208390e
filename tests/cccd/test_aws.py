"""Our trimmed botocore finds the same endpoints, regions and ways to sign as botocore itself."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from cccd import aws


@pytest.fixture(autouse=True)
def session_of_its_own() -> Iterator[None]:
    aws._session.cache_clear()
    yield
    aws._session.cache_clear()


@pytest.mark.parametrize("region", ["ap-southeast-1", "ap-southeast-7", "us-east-1", "eu-central-2", "ca-west-1"])
@pytest.mark.parametrize("service", aws._SERVICES)
@pytest.mark.parametrize("variant", ["", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
def test_a_client_of_ours_is_botocores_own(
    service: str, region: str, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variant:
        monkeypatch.setenv(variant, "true")
    theirs = botocore.session.get_session().create_client(service, region_name=region)
    ours = aws._session().create_client(service, region_name=region)
    assert _told(ours) == _told(theirs)


def _told(client: Any) -> dict[str, object]:
    signer = client._request_signer
    return {
        "endpoint": client.meta.endpoint_url,
        "partition": client.meta.partition,
        "region": signer._region_name,
        "name": signer._signing_name,
        "version": signer._signature_version,
        "operations": sorted(client.meta.method_to_api_mapping),
    }
