from pathlib import Path

from infra.template import load
from local.pool import check_environments
from local.schedules import times

REAL = Path(__file__).parents[2] / "infra/template.yaml"


def test_the_repositorys_own_template_can_be_run() -> None:
    stack = load(REAL, {"ZaloGraphUrl": "http://127.0.0.1:1"})
    assert {route.function for route in stack.routes} <= stack.functions.keys()
    assert "$default" in {route.key for route in stack.routes}
    assert stack.functions["SessionsFunction"].environment["ZALO_GRAPH_URL"] == "http://127.0.0.1:1"
    assert "ZaloAppSecret" in stack.secrets
    assert stack.cors and stack.cors.allow_origins == ("*",)
    check_environments(stack.functions.values())
    for schedule in stack.schedules:
        times(schedule.expression, schedule.timezone)
