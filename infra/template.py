"""What the SAM template declares, as far as the local stack and the tests imitate it.

    stack = load(Path("infra/template.yaml"))
    dynamodb.create_table(**stack.tables["BookingsTable"].definition)

One function here knows each kind of resource or event. Unknown kinds are ignored (a log group, an alarm), unless a
function's environment needs the resource's name: that is a `TemplateError`. Events of an unknown kind are listed in
`Stack.not_run`, so that nobody waits for them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra import account
from infra.intrinsics import TemplateError, Values, read

FUNCTION = "AWS::Serverless::Function"
HTTP_API = "AWS::Serverless::HttpApi"
TABLE = "AWS::DynamoDB::Table"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a kind of resource
QUEUE = "AWS::SQS::Queue"
BUCKET = "AWS::S3::Bucket"
KEY = "AWS::KMS::Key"

DEFAULT_TIMEOUT = 3  # seconds, Lambda's default
DEFAULT_MEMORY = 128  # megabytes


@dataclass(frozen=True)
class Function:
    """A Lambda function: `handler` is module.attribute, `timeout` in seconds, `memory` in megabytes."""

    name: str
    handler: str
    timeout: int
    memory: int
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """One route of the HTTP API; method and path are `None` for the `$default` route. `authorizer` guards it, by its name."""

    function: str
    method: str | None
    path: str | None
    authorizer: str | None = None

    @property
    def key(self) -> str:
        """API Gateway's name for it: `GET /offices/{officeId}` or `$default`."""
        return f"{self.method} {self.path}" if self.path else "$default"


@dataclass(frozen=True)
class Authorizer:
    """A JWT authorizer of the HTTP API: whose tokens it takes, and for whom they must be made."""

    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True)
class Cors:
    """The HTTP API's CorsConfiguration; `max_age` in seconds."""

    allow_origins: tuple[str, ...]
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: int | None = None
    allow_credentials: bool = False


@dataclass(frozen=True)
class Table:
    """A DynamoDB table: `definition` is what `create_table` takes; time to live is separate, as in DynamoDB."""

    name: str
    definition: Mapping[str, Any]
    ttl_attribute: str | None


@dataclass(frozen=True)
class Secret:
    """A secret: generated (`generate` is CloudFormation's GenerateSecretString), or given as `text`."""

    name: str
    generate: Mapping[str, Any]
    text: str | None


@dataclass(frozen=True)
class Schedule:
    """A function on a timer. Its event names `source` as the sender; `payload` replaces that event."""

    name: str
    function: str
    expression: str
    timezone: str
    source: str
    payload: str | None


@dataclass(frozen=True)
class Queue:
    """An SQS queue: `visibility` in seconds; after `max_receives` a message goes to the queue named `dead_letters`."""

    name: str
    visibility: int
    dead_letters: str | None
    max_receives: int


@dataclass(frozen=True)
class QueueSource:
    """A function that gets a queue's messages, `batch` at a time."""

    function: str
    queue: str
    batch: int


@dataclass(frozen=True)
class StreamSource:
    """A function that gets a table's changes, `batch` at a time."""

    function: str
    table: str
    batch: int


@dataclass(frozen=True)
class Stack:
    """Everything of the template that the local stack imitates, by logical id."""

    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    cors: Cors | None
    tables: Mapping[str, Table]
    secrets: Mapping[str, Secret]
    schedules: tuple[Schedule, ...]
    not_run: tuple[str, ...]
    key_aliases: tuple[str, ...] = ()
    queues: tuple[Queue, ...] = ()
    queue_sources: tuple[QueueSource, ...] = ()
    stream_sources: tuple[StreamSource, ...] = ()
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    buckets: tuple[str, ...] = ()


def load(
    path: Path,
    parameters: Mapping[str, str] | None = None,
    *,
    table_suffix: str = "",
    engine_url: str = "http://engine",
) -> Stack:
    """The stack that the template at `path` declares, with `parameters` in place of their defaults.

    `table_suffix` ends every table's name, for stacks that share one DynamoDB. `engine_url` is the base of queue URLs.
    Raises `TemplateError`.
    """
    return _Reader(read(path), parameters or {}, table_suffix, engine_url).stack()


class _Reader:
    def __init__(self, template: dict[str, Any], parameters: Mapping[str, str], table_suffix: str, engine_url: str):
        self._engine_url = engine_url
        self._globals = template.get("Globals") or {}
        self._declared = template["Resources"]
        self._table_suffix = table_suffix
        self._values = Values(template, parameters, self._reference, self._attribute)
        self._resources = {
            name: body
            for name, body in self._declared.items()
            if "Condition" not in body or self._values.holds(body["Condition"])
        }

    def stack(self) -> Stack:
        events = list(self._events())
        return Stack(
            functions={name: self._function(name, body) for name, body in self._of_type(FUNCTION)},
            routes=tuple(_route(function, event) for function, _, event in events if event["Type"] == "HttpApi"),
            cors=self._cors(),
            authorizers=self._authorizers(),
            tables={name: self._table(name, body) for name, body in self._of_type(TABLE)},
            secrets={name: self._secret(name, body) for name, body in self._of_type(SECRET)},
            key_aliases=tuple(_key_alias(name) for name, _ in self._of_type(KEY)),
            schedules=tuple(
                _schedule(function, name, event)
                for function, name, event in events
                if event["Type"] in _SCHEDULES and _enabled(event["Properties"])
            ),
            queues=tuple(self._queue(name, body) for name, body in self._of_type(QUEUE)),
            buckets=tuple(_bucket_name(name) for name, _ in self._of_type(BUCKET)),
            queue_sources=tuple(
                QueueSource(
                    function, _last(event["Properties"]["Queue"]), int(event["Properties"].get("BatchSize", 10))
                )
                for function, _, event in events
                if event["Type"] == "SQS"
            ),
            stream_sources=tuple(
                StreamSource(function, _stream(event["Properties"]), int(event["Properties"].get("BatchSize", 100)))
                for function, _, event in events
                if event["Type"] == "DynamoDB"
            ),
            not_run=tuple(
                f"{function}: {event['Type']} {name}" for function, name, event in events if event["Type"] not in _KNOWN
            ),
        )

    def _of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((name, body) for name, body in self._resources.items() if body["Type"] == kind)

    def _resource(self, name: str) -> dict[str, Any]:
        if name in self._resources:
            found: dict[str, Any] = self._resources[name]
            return found
        raise TemplateError(f"{name} is referred to, but the template does not declare it")

    def _reference(self, name: str) -> str:
        """The value of `!Ref` for a resource. For a secret it is the name, as Secrets Manager takes name or ARN."""
        match kind := self._resource(name)["Type"]:
            case "AWS::DynamoDB::Table":
                return self._table_name(name)
            case "AWS::Serverless::Function" | "AWS::SecretsManager::Secret":
                return name
            case "AWS::Serverless::HttpApi":
                return "local"
            case "AWS::S3::Bucket":
                return _bucket_name(name)
            case "AWS::SQS::Queue":
                return account.queue_url(self._engine_url, name)
            case "AWS::Cognito::UserPool" | "AWS::Cognito::UserPoolClient":
                return name
        raise TemplateError(f"{name} is needed, but the local stack has nothing in place of {kind}")

    def _attribute(self, name: str, attribute: str) -> str:
        match kind := self._resource(name)["Type"], attribute:
            case "AWS::DynamoDB::Table", "Arn":
                return account.arn("dynamodb", f"table/{self._table_name(name)}")
            case "AWS::Serverless::Function", "Arn":
                return account.arn("lambda", f"function:{name}")
            case "AWS::DynamoDB::Table", "StreamArn":
                return account.arn("dynamodb", f"table/{self._table_name(name)}/stream/local")
            case "AWS::SQS::Queue", "Arn":
                return account.arn("sqs", name)
            case "AWS::KMS::Key", "Arn":
                return _key_alias(name)  # KMS takes either; an engine chooses its keys' ids itself
        raise TemplateError(f"{name}.{attribute} is needed, but the local stack has nothing in place of {kind[0]}")

    def _table_name(self, name: str) -> str:
        declared = self._values.resolve((self._declared[name].get("Properties") or {}).get("TableName", name))
        return f"{declared}{self._table_suffix}"

    def _function(self, name: str, body: Mapping[str, Any]) -> Function:
        properties = self._function_properties(body)
        if "Handler" not in properties:
            raise TemplateError(f"{name} has no Handler")
        try:
            variables = self._values.resolve((properties.get("Environment") or {}).get("Variables") or {})
            return Function(
                name=name,
                handler=self._values.resolve(properties["Handler"]),
                timeout=int(self._values.resolve(properties.get("Timeout", DEFAULT_TIMEOUT))),
                memory=int(self._values.resolve(properties.get("MemorySize", DEFAULT_MEMORY))),
                environment={key: _text(value) for key, value in variables.items()},
            )
        except TemplateError as error:
            raise TemplateError(f"{name}: {error}") from None

    def _function_properties(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A function's properties over Globals.Function: its own values win, environments are joined."""
        shared, own = self._globals.get("Function") or {}, body.get("Properties") or {}
        variables = {
            **((shared.get("Environment") or {}).get("Variables") or {}),
            **((own.get("Environment") or {}).get("Variables") or {}),
        }
        return {**shared, **own, "Environment": {"Variables": variables}}

    def _events(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every event of every function: function, name, the event with its properties resolved.

        For other kinds than ours it reads only the type, as their properties may refer to resources that we do not
        imitate.
        """
        for function, body in self._of_type(FUNCTION):
            for name, event in ((body.get("Properties") or {}).get("Events") or {}).items():
                known = event["Type"] in _KNOWN
                properties = self._values.resolve(event.get("Properties") or {}) if known else {}
                yield function, name, {"Type": event["Type"], "Properties": properties}

    def _cors(self) -> Cors | None:
        shared = self._globals.get("HttpApi") or {}
        apis = [body.get("Properties") or {} for _, body in self._of_type(HTTP_API)]
        if len(apis) > 1:
            raise TemplateError("the local stack serves one HTTP API, the template declares several")
        declared = self._values.resolve({**shared, **(apis[0] if apis else {})}.get("CorsConfiguration"))
        if isinstance(declared, str):
            return Cors(allow_origins=(declared,))
        if declared is True:
            return Cors(allow_origins=("*",), allow_methods=("*",), allow_headers=("*",))
        if not declared:
            return None
        return Cors(
            allow_origins=tuple(declared.get("AllowOrigins") or ()),
            allow_methods=tuple(declared.get("AllowMethods") or ()),
            allow_headers=tuple(declared.get("AllowHeaders") or ()),
            expose_headers=tuple(declared.get("ExposeHeaders") or ()),
            max_age=declared.get("MaxAge"),
            allow_credentials=bool(declared.get("AllowCredentials")),
        )

    def _authorizers(self) -> dict[str, Authorizer]:
        declared: dict[str, Any] = {}
        for _, body in self._of_type(HTTP_API):
            declared |= ((body.get("Properties") or {}).get("Auth") or {}).get("Authorizers") or {}
        return {
            name: Authorizer(
                issuer=self._values.resolve(each["JwtConfiguration"]["issuer"]),
                audience=tuple(self._values.resolve(each["JwtConfiguration"]["audience"])),
            )
            for name, each in declared.items()
        }

    def _table(self, name: str, body: Mapping[str, Any]) -> Table:
        """Keys, indexes and billing; a local engine ignores encryption, backups and protection."""
        wanted = (
            "AttributeDefinitions",
            "KeySchema",
            "BillingMode",
            "ProvisionedThroughput",
            "GlobalSecondaryIndexes",
            "LocalSecondaryIndexes",
        )
        declared = body.get("Properties") or {}
        stream = self._values.resolve(declared.get("StreamSpecification"))
        ttl = self._values.resolve(declared.get("TimeToLiveSpecification") or {})
        return Table(
            name=self._table_name(name),
            definition={
                "TableName": self._table_name(name),
                **{key: self._values.resolve(declared[key]) for key in wanted if key in declared},
                **({"StreamSpecification": {"StreamEnabled": True, **stream}} if stream else {}),
            },
            ttl_attribute=ttl.get("AttributeName") if ttl.get("Enabled") else None,
        )

    def _queue(self, name: str, body: Mapping[str, Any]) -> Queue:
        declared = self._values.resolve(body.get("Properties") or {})
        redrive = declared.get("RedrivePolicy")
        return Queue(
            name=name,
            visibility=int(declared.get("VisibilityTimeout", 30)),
            dead_letters=_last(redrive["deadLetterTargetArn"]) if redrive else None,
            max_receives=int(redrive["maxReceiveCount"]) if redrive else 0,
        )

    def _secret(self, name: str, body: Mapping[str, Any]) -> Secret:
        declared = body.get("Properties") or {}
        generate = self._values.resolve(declared.get("GenerateSecretString") or {})
        return Secret(name=name, generate=generate, text=self._values.resolve(declared.get("SecretString")))


def _bucket_name(name: str) -> str:
    """A name that S3 takes."""
    return name.lower()


def _key_alias(name: str) -> str:
    """The alias that replaces a key's ARN."""
    return f"alias/{name}"


# For each kind of schedule event: the property with its expression, and the sender that its events name.
_SCHEDULES = {"ScheduleV2": ("ScheduleExpression", "aws.scheduler"), "Schedule": ("Schedule", "aws.events")}


_KNOWN = {"HttpApi", "SQS", "DynamoDB", *_SCHEDULES}


def _last(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rpartition(":")[2]


def _stream(properties: Mapping[str, Any]) -> str:
    """The name of the table whose stream the function reads."""
    name: str = properties["Stream"].rpartition("table/")[2].partition("/")[0]
    return name


def _route(function: str, event: Mapping[str, Any]) -> Route:
    path, method = event["Properties"].get("Path"), event["Properties"].get("Method")
    authorizer = (event["Properties"].get("Auth") or {}).get("Authorizer")
    return Route(function, (method or "ANY").upper() if path else None, path, authorizer)


def _schedule(function: str, name: str, event: Mapping[str, Any]) -> Schedule:
    expression, source = _SCHEDULES[event["Type"]]
    properties = event["Properties"]
    if dated := properties.keys() & {"StartDate", "EndDate"}:
        raise TemplateError(f"{function}: the local stack knows no {dated.pop()} of a schedule")
    return Schedule(
        name=f"{function}{name}",
        function=function,
        expression=properties[expression],
        timezone=properties.get("ScheduleExpressionTimezone", "UTC"),
        source=source,
        payload=properties.get("Input"),
    )


def _enabled(schedule: Mapping[str, Any]) -> bool:
    return bool(schedule.get("Enabled", True)) and schedule.get("State", "ENABLED") == "ENABLED"


def _text(value: Any) -> str:
    """A value as CloudFormation writes it into an environment."""
    return str(value).lower() if isinstance(value, bool) else str(value)
