"""Counts the questions that got no answer, by the topics nearest to them: never the text, never who asked.

`make facts LOG=…` adds the records up, so that an editor sees where ways of asking are missing (docs/decisions/0018).
"""

from aws_lambda_powertools.metrics import MetricUnit

from cccd.observability import logger, metrics
from faq.search import Answer

RECORD = "unanswered question"  # the message of the log record
ELSEWHERE = "elsewhere"  # instead of topics: the question is another office's


def count_unanswered(found: Answer) -> None:
    """Count a question that has no answer; nothing if it has one."""
    if found.confident:
        return
    nearest = [ELSEWHERE] if found.elsewhere else [entry.topic.id for entry in found.nearest]
    metrics.add_metric("UnansweredQuestions", MetricUnit.Count, 1)
    logger.info(RECORD, nearest=nearest)
