import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from infra.intrinsics import TemplateError
from infra.template import Cors, Function, Queue, QueueSource, Route, Schedule, Secret, Stack, StreamSource, load

REPOSITORY = Path(__file__).parents[2]

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
  Count: {Type: Number, Default: 3}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Timeout: 10
    MemorySize: 512
    Environment: {Variables: {STAGE: !Ref Stage, LEVEL: INFO}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: ["*"], AllowMethods: [GET], MaxAge: 60}
  Key: {Type: AWS::KMS::Key}
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: at, AttributeType: N}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by-time
          KeySchema: [{AttributeName: at, KeyType: HASH}]
          Projection: {ProjectionType: KEYS_ONLY}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
      SSESpecification: {SSEEnabled: true, KMSMasterKeyId: !GetAtt Key.Arn}
  Hidden:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 20}}
  OnlyProd:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties: {Handler: none.handler}
  ThingsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: things.api.handler
      Timeout: 20
      Environment:
        Variables: {LEVEL: DEBUG, TABLE: !Ref Things, ARN: !GetAtt Things.Arn, HIDDEN: !Ref Hidden, COUNT: !Ref Count, FLAG: true}
      Policies: [{Statement: [{Resource: !GetAtt Key.Arn}]}]
      Events:
        Read: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: "/things/{id}", Method: get}}
        Any: {Type: HttpApi, Properties: {Path: /any}}
        Rest: {Type: HttpApi}
        Changes: {Type: SNS, Properties: {Queue: !GetAtt Key.Arn}}
        Often: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
        Off: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute), State: DISABLED}}
        Nightly:
          Type: Schedule
          Properties: {Schedule: "cron(0 1 * * ? *)", Input: '{"a": 1}'}
"""


def loaded(folder: Path, text: str = TEMPLATE, **parameters: str) -> Stack:
    path = folder / "template.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return load(path, parameters)


def test_a_function_has_its_own_properties_over_the_shared_ones(tmp_path: Path) -> None:
    assert loaded(tmp_path).functions == {
        "ThingsFunction": Function(
            name="ThingsFunction",
            handler="things.api.handler",
            timeout=20,
            memory=512,
            environment={
                "STAGE": "dev",
                "LEVEL": "DEBUG",
                "TABLE": "Things",
                "ARN": "arn:aws:dynamodb:ap-southeast-1:000000000000:table/Things",
                "HIDDEN": "Hidden",
                "COUNT": "3",
                "FLAG": "true",
            },
        )
    }


def test_a_resource_whose_condition_holds_is_there(tmp_path: Path) -> None:
    assert "OnlyProd" in loaded(tmp_path, Stage="prod").functions


def test_routes(tmp_path: Path) -> None:
    routes = loaded(tmp_path).routes
    assert routes == (
        Route("ThingsFunction", "GET", "/things/{id}"),
        Route("ThingsFunction", "ANY", "/any"),
        Route("ThingsFunction", None, None),
    )
    assert [route.key for route in routes] == ["GET /things/{id}", "ANY /any", "$default"]


def test_cors(tmp_path: Path) -> None:
    assert loaded(tmp_path).cors == Cors(allow_origins=("*",), allow_methods=("GET",), max_age=60)


def test_a_table_is_what_create_table_takes(tmp_path: Path) -> None:
    table = loaded(tmp_path).tables["Things"]
    assert table.definition == {
        "TableName": "Things",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-time",
                "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    }
    assert table.ttl_attribute == "ttl"


def test_secrets_and_schedules(tmp_path: Path) -> None:
    stack = loaded(tmp_path)
    assert stack.secrets == {"Hidden": Secret("Hidden", {"PasswordLength": 20}, None)}
    assert stack.schedules == (
        Schedule("ThingsFunctionOften", "ThingsFunction", "rate(1 minute)", "UTC", "aws.scheduler", None),
        Schedule("ThingsFunctionNightly", "ThingsFunction", "cron(0 1 * * ? *)", "UTC", "aws.events", '{"a": 1}'),
    )


def test_events_of_other_kinds_are_named(tmp_path: Path) -> None:
    assert loaded(tmp_path).not_run == ("ThingsFunction: SNS Changes",)


def test_queues_and_streams_feed_their_functions(tmp_path: Path) -> None:
    text = """
        Resources:
          Dead: {Type: AWS::SQS::Queue}
          Work:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 60
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
          Things:
            Type: AWS::DynamoDB::Table
            Properties:
              AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
              KeySchema: [{AttributeName: pk, KeyType: HASH}]
              StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
          Worker:
            Type: AWS::Serverless::Function
            Properties:
              Handler: a.b
              Environment: {Variables: {QUEUE: !Ref Work}}
              Events:
                Messages: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 5}}
                Changes: {Type: DynamoDB, Properties: {Stream: !GetAtt Things.StreamArn, StartingPosition: LATEST}}
    """
    stack = loaded(tmp_path, text)
    assert stack.queue_sources == (QueueSource("Worker", "Work", 5),)
    assert stack.stream_sources == (StreamSource("Worker", "Things", 100),)
    assert Queue("Work", 60, "Dead", 5) in stack.queues
    assert stack.tables["Things"].definition["StreamSpecification"]["StreamEnabled"] is True
    assert stack.functions["Worker"].environment["QUEUE"].endswith("/Work")


def test_tables_of_stacks_that_share_a_database_are_told_apart(tmp_path: Path) -> None:
    loaded(tmp_path)
    stack = load(tmp_path / "template.yaml", table_suffix="-7")
    assert stack.tables["Things"].definition["TableName"] == "Things-7"
    assert stack.functions["ThingsFunction"].environment["TABLE"] == "Things-7"


def test_a_function_that_needs_what_has_no_stand_in_is_refused(tmp_path: Path) -> None:
    text = """
        Resources:
          Key: {Type: AWS::KMS::Key}
          Needy:
            Type: AWS::Serverless::Function
            Properties: {Handler: a.b, Environment: {Variables: {KEY: !Ref Key}}}
    """
    with pytest.raises(TemplateError, match="Needy: Key is needed, but .* AWS::KMS::Key"):
        loaded(tmp_path, text)


def test_it_is_read_without_the_local_stack() -> None:
    alone = "import sys, infra.template; sys.exit('local' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", alone], cwd=REPOSITORY).returncode == 0
