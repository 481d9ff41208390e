"""CloudFormation's YAML, and the values of its intrinsic functions.

A value is resolved only where the local stack needs it: a function that nobody evaluates may refer to anything.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra import account


class TemplateError(Exception):
    """The template, or the part of it that the local stack needs, is inconsistent."""


PSEUDO_PARAMETERS = {
    "AWS::AccountId": account.ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": account.REGION,
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags; dates stay text, as CloudFormation reads them."""


def _short_tag(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


def _as_written(loader: _Loader, node: yaml.Node) -> Any:
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _short_tag)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def read(path: Path) -> dict[str, Any]:
    """The template as plain data, short tags in their long form: `!Ref X` is `{"Ref": "X"}`."""
    try:
        template = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader, with CloudFormation's tags
    except FileNotFoundError:
        raise TemplateError(f"there is no {path}") from None
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"{path} has no Resources")
    return template


class Values:
    """Resolves intrinsic functions. `reference` and `attribute` answer for the template's resources."""

    def __init__(
        self,
        template: Mapping[str, Any],
        overrides: Mapping[str, str],
        reference: Callable[[str], str],
        attribute: Callable[[str, str], str],
    ):
        declared = template.get("Parameters") or {}
        if unknown := overrides.keys() - declared.keys():
            raise TemplateError(f"the template has no parameter {', '.join(sorted(unknown))}")
        defaults = {name: body["Default"] for name, body in declared.items() if "Default" in body}
        self._parameters = {**PSEUDO_PARAMETERS, **defaults, **overrides}
        self._declared = declared
        self._conditions = template.get("Conditions") or {}
        self._reference = reference
        self._attribute = attribute

    def resolve(self, value: Any) -> Any:
        """`value` with every intrinsic function in it replaced by its value."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref":
                return self._ref(argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def holds(self, condition: Any) -> bool:
        """Whether a condition holds: its name, or an expression of conditions."""
        if isinstance(condition, str):
            if condition not in self._conditions:
                raise TemplateError(f"the template has no condition {condition}")
            return self.holds(self._conditions[condition])
        match condition:
            case {"Condition": name}:
                return self.holds(name)
            case {"Fn::Equals": [left, right]}:
                return bool(self.resolve(left) == self.resolve(right))
            case {"Fn::And": parts}:
                return all(map(self.holds, parts))
            case {"Fn::Or": parts}:
                return any(map(self.holds, parts))
            case {"Fn::Not": [part]}:
                return not self.holds(part)
        raise TemplateError(f"the local stack cannot tell whether this holds: {condition}")

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._parameters:
            return self._parameters[name]
        if name in self._declared:
            raise TemplateError(f"parameter {name} has no default and no local value")
        return self._reference(name)

    def _call(self, name: str, argument: Any) -> Any:
        match name, argument:
            case "Fn::GetAtt", [resource, attribute]:
                return self._attribute(resource, attribute)
            case "Fn::Sub", str():
                return self._substitute(argument, {})
            case "Fn::Sub", [str() as text, dict() as names]:
                return self._substitute(text, self.resolve(names))
            case "Fn::Join", [separator, parts]:
                return separator.join(map(str, self.resolve(parts)))
            case "Fn::Select", [index, parts]:
                return self.resolve(parts)[int(index)]
            case "Fn::Split", [separator, text]:
                return self.resolve(text).split(separator)
            case "Fn::If", [condition, yes, no]:
                return self.resolve(yes if self.holds(condition) else no)
        raise TemplateError(f"the local stack does not know {name} of {argument}")

    def _substitute(self, text: str, names: Mapping[str, Any]) -> str:
        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in names:
                return str(names[name])
            resource, dot, attribute = name.partition(".")
            return str(self._attribute(resource, attribute) if dot else self._ref(name))

        return _PLACEHOLDER.sub(replacement, text)
