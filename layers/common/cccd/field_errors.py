"""What is wrong with each field, in kind Vietnamese: Pydantic's errors in words for a citizen."""

from collections.abc import Sequence
from typing import Any

from cccd.errors import FieldError

# Pydantic's error types (docs.pydantic.dev, "Validation Errors"), as a stable code and a sentence.
# The error's own context fills `{…}`.
_SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("required", "Vui lòng điền mục này."),
    "string_type": ("wrong_type", "Mục này phải là chữ."),
    "string_unicode": ("wrong_type", "Mục này có ký tự không đọc được."),
    "string_too_short": ("too_short", "Mục này cần ít nhất {min_length} ký tự."),
    "string_too_long": ("too_long", "Mục này dài quá {max_length} ký tự."),
    "string_pattern_mismatch": ("wrong_format", "Mục này chưa đúng định dạng."),
    "int_parsing": ("wrong_type", "Mục này phải là số nguyên."),
    "int_type": ("wrong_type", "Mục này phải là số nguyên."),
    "int_from_float": ("wrong_type", "Mục này phải là số nguyên."),
    "int_parsing_size": ("wrong_type", "Số này quá lớn."),
    "bool_type": ("wrong_type", "Mục này phải là có hoặc không."),
    "bool_parsing": ("wrong_type", "Mục này phải là có hoặc không."),
    "greater_than_equal": ("too_small", "Giá trị nhỏ nhất là {ge}."),
    "less_than_equal": ("too_large", "Giá trị lớn nhất là {le}."),
    "enum": ("not_a_choice", "Vui lòng chọn một trong các giá trị cho sẵn."),
    "literal_error": ("not_a_choice", "Vui lòng chọn một trong các giá trị cho sẵn."),
    "date_type": ("wrong_date", "Ngày phải theo dạng năm-tháng-ngày, ví dụ 2026-11-30."),
    "date_parsing": ("wrong_date", "Ngày phải có thật và theo dạng năm-tháng-ngày, ví dụ 2026-11-30."),
    "date_from_datetime_parsing": (
        "wrong_date",
        "Ngày phải có thật và theo dạng năm-tháng-ngày, ví dụ 2026-11-30.",
    ),
    "date_from_datetime_inexact": ("wrong_date", "Ngày phải theo dạng năm-tháng-ngày, ví dụ 2026-11-30."),
    "datetime_type": ("wrong_time", "Thời điểm phải theo dạng 2026-11-30T08:00:00+07:00."),
    "datetime_parsing": ("wrong_time", "Thời điểm phải có thật và theo dạng 2026-11-30T08:00:00+07:00."),
    "datetime_from_date_parsing": (
        "wrong_time",
        "Thời điểm phải có thật và theo dạng 2026-11-30T08:00:00+07:00.",
    ),
    "timezone_aware": ("wrong_time", "Thời điểm phải kèm múi giờ, ví dụ 2026-11-30T08:00:00+07:00."),
    "model_type": ("wrong_type", "Mục này phải là một nhóm thông tin."),
    "model_attributes_type": ("wrong_type", "Mục này phải là một nhóm thông tin."),
    "dict_type": ("wrong_type", "Mục này phải là một nhóm thông tin."),
    "list_type": ("wrong_type", "Mục này phải là một danh sách."),
    "too_long": ("too_long", "Danh sách này có quá {max_length} mục."),
}
_OTHERWISE = ("invalid", "Giá trị này chưa hợp lệ.")
_PLACES = {"body", "query", "path"}


def field_errors(found: Sequence[Any]) -> list[FieldError]:
    """Pydantic's errors as ours: every one, in the order of the fields.

    An error from our own types (`PydanticCustomError`) is in Vietnamese already and stays as it is.
    """
    return [_field_error(error) for error in found]


def _field_error(error: Any) -> FieldError:
    code, sentence = _SENTENCES.get(error["type"], _OTHERWISE)
    if error["type"].startswith("cccd_"):
        code, sentence = error["type"].removeprefix("cccd_"), error["msg"]
    else:
        sentence = sentence.format(**error.get("ctx", {}))
    return FieldError(field=_name(error["loc"]), code=code, message=sentence)


def _name(location: Sequence[Any]) -> str:
    parts = list(location)
    if parts and parts[0] == "header":  # Powertools looks headers up in lower case
        return "-".join(word.capitalize() for word in str(parts[1]).split("-"))
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    return ".".join(str(part) for part in parts) or "body"
