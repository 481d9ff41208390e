"""Secrets, read once per process from Secrets Manager."""

from aws_lambda_powertools.utilities import parameters


def secret(name: str, *, anew: bool = False) -> bytes:
    """The secret of that name or ARN, asked for once an hour, or `anew`; a line's end that was pasted with it is no part of it.

    Raises:
        aws_lambda_powertools.utilities.parameters.exceptions.GetParameterError: it cannot be read.
    """
    value = parameters.get_secret(name, max_age=3600, force_fetch=anew)
    return (value if isinstance(value, bytes) else str(value).encode()).strip()
