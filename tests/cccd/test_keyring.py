"""Secrets, as people paste them."""

import boto3

from cccd.keyring import secret


def test_a_line_end_that_was_pasted_is_no_part_of_a_secret(aws: None) -> None:
    """A line end would break every header that carries the secret, and the error would quote the secret."""
    boto3.client("secretsmanager").create_secret(Name="Pasted", SecretString="pasted by hand\n")
    assert secret("Pasted", anew=True) == b"pasted by hand"
