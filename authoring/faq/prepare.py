"""Make content/prepared.json from the content files.

python -m authoring.faq.prepare           write it again
python -m authoring.faq.prepare --check   1 if it differs from the content files
"""

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from authoring.faq.learn import learn
from cccd.text import fold
from faq.content import FOLDER, Content, Outside, Topic, content_of
from faq.index import Terms, unpacked
from faq.language import Language, Vocabulary, Word, folded, spelled_out, words
from faq.prepared import PREPARED, Prepared, plain_words

TOPIC_FILES = ("lam-the.toml", "le-phi.toml", "the-va-so.toml", "dich-vu.toml", "rieng.toml")


def read_toml(folder: Path = FOLDER) -> dict[str, Any]:
    """The content files as plain values, ready for `content_of` and, with dates as text, for JSON."""
    synonyms = _toml(folder / "synonyms.toml")
    return {
        "topics": [row for name in TOPIC_FILES for row in _toml(folder / name)["topic"]],
        "categories": _toml(folder / "categories.toml")["categories"],
        "outside": _toml(folder / "outside.toml")["outside"],
        "spelling": synonyms["spelling"],
        "fillers": synonyms["fillers"]["words"],
        "meanings": synonyms["meanings"],
    }


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def prepare(plain: dict[str, Any]) -> Prepared:
    """What a search needs, from the result of `read_toml`."""
    content = content_of(plain)
    vocabulary = _vocabulary(content)
    language = Language(vocabulary)
    return Prepared(
        content=content,
        vocabulary=vocabulary,
        terms=learn(
            [
                [language.read(phrase) for phrase in asked]
                for asked in [*map(phrases, content.topics), *map(_with_and_without_accents, content.outside)]
            ],
            vocabulary.fillers,
        ),
        outside=[
            (language.typed(name), str(position))
            for position, outside in enumerate(content.outside)
            for name in outside.named
        ],
        strong=[
            (language.typed(name), str(position))
            for position, outside in enumerate(content.outside)
            for name in outside.strong
        ],
    )


def _with_and_without_accents(outside: Outside) -> list[str]:
    """Its ways of asking twice: a word that only they use counts as another word with its accents (`Language.tokens`)."""
    return [*outside.asked, *map(fold, outside.asked)]


def phrases(topic: Topic) -> list[str]:
    """The ways of asking a topic, without repetitions."""
    return list(dict.fromkeys([*topic.asked, *(version.question for version in topic.versions)]))


def _vocabulary(content: Content) -> Vocabulary:
    synonyms = content.synonyms
    spelling = _spelling(content)
    meanings = [
        (spelled_out(words(saying), spelling), f"={meaning}")
        for meaning, sayings in synonyms.meanings.items()
        for saying in sayings
    ]
    known = [word for text in _texts(content) for word in spelled_out(words(text), spelling)]
    known += [word for said, _ in meanings for word in said]
    known += [word for meant in spelling.values() for word in meant]
    return Vocabulary(
        spelling=spelling,
        fillers=frozenset(folded(synonyms.fillers)),
        meanings=meanings,
        known=Counter(word.folded for word in known),
        accented=frozenset(word.accented for word in known),
        asked=frozenset(word.accented for word in _asked(content, spelling)),
    )


def _asked(content: Content, spelling: dict[str, list[Word]]) -> list[Word]:
    """The words of the ways of asking, of the fillers and of the meanings."""
    texts = [phrase for topic in content.topics for phrase in phrases(topic)]
    texts += [content.synonyms.fillers, *(said for sayings in content.synonyms.meanings.values() for said in sayings)]
    return [word for text in texts for word in spelled_out(words(text), spelling)]


def _spelling(content: Content) -> dict[str, list[Word]]:
    """The full form of each spelling. One with accents also counts without them, unless that is a word of ours."""
    ours = {word for text in _texts(content) for word in folded(text)}
    ours |= {word for sayings in content.synonyms.meanings.values() for saying in sayings for word in folded(saying)}
    written_out: dict[str, list[Word]] = {}
    for typed, meant in content.synonyms.spelling.items():
        (word,) = words(typed)
        written_out[word.accented] = words(meant)
        if not word.bare and word.folded not in ours:
            written_out.setdefault(word.folded, words(meant))
    return written_out


def _texts(content: Content) -> list[str]:
    """Every text of the content."""
    texts = [phrase for topic in content.topics for phrase in phrases(topic)]
    texts += [version.answer for topic in content.topics for version in topic.versions]
    texts += [name for outside in content.outside for name in [*outside.named, *outside.strong, *outside.asked]]
    return [*texts, content.synonyms.fillers]


def written(plain: dict[str, Any]) -> str:
    """The text of prepared.json."""
    made = prepare(plain)
    return json.dumps(
        {
            # The vocabulary and the weights below have read the synonyms and the ways of asking; Lambda needs them no more.
            "content": plain
            | {"spelling": {}, "fillers": "", "meanings": {}}
            | {rows: [row | {"asked": []} for row in plain[rows]] for rows in ("topics", "outside")},
            "vocabulary": {
                "spelling": {typed: plain_words(meant) for typed, meant in made.vocabulary.spelling.items()},
                "fillers": sorted(made.vocabulary.fillers),
                "meanings": [[plain_words(said), meaning] for said, meaning in made.vocabulary.meanings],
                "known": dict(sorted(made.vocabulary.known.items())),
                "accented": sorted(made.vocabulary.accented),
                "asked": sorted(made.vocabulary.asked),
            },
            "terms": _plain_terms(made.terms),
            "outside": [[plain_words(said), about] for said, about in made.outside],
            "strong": [[plain_words(said), about] for said, about in made.strong],
        },
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
    )


def _plain_terms(terms: Terms) -> dict[str, Any]:
    return {
        "packed": {term: unpacked(numbers) for term, numbers in sorted(terms.packed.items())},
        "unknown_rarity": terms.unknown_rarity,
    }


def main(arguments: list[str]) -> int:
    """Write prepared.json, or with --check only compare."""
    text = written(read_toml())
    if "--check" in arguments:
        if PREPARED.exists() and PREPARED.read_text() == text:
            return 0
        sys.stderr.write("functions/faq/content/prepared.json is stale: run make prepared\n")
        return 1
    PREPARED.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
