"""People who fill in declarations: realistic ones of every kind, and the mistakes of typing."""

import unicodedata
from typing import Any

from hypothesis import strategies as st

CONSENT = {"version": "2026-11-25", "purposes": ["declaration"]}

FORM_2026: dict[str, Any] = {
    "edition": "2026",
    "procedure": "cap-cccd",
    "officeId": "ca-26740",
    "consent": CONSENT,
    "fullName": "Nguyễn Thị Lan",
    "dateOfBirth": "1990-05-20",
    "sex": "Nữ",
    "personalId": "079190001234",
    "phone": "0912 345 678",
    "residence": "12 Lê Lợi, phường Sài Gòn, Thành phố Hồ Chí Minh",
    "request": "Cấp đổi thẻ",
    "reason": "Đủ 14, 25, 40 hoặc 60 tuổi",
    "truthful": True,
}

FORM_2021: dict[str, Any] = {
    "edition": "legacy-2021",
    "procedure": "cap-cccd",
    "officeId": "cah-760",
    "consent": CONSENT,
    "fullName": "H'Hen Niê",
    "dateOfBirth": "1992-05-15",
    "sex": "Nữ",
    "oldCardNumber": "024 123 456",
    "ethnicity": "Ê Đê",
    "religion": "Không",
    "nationality": "Việt Nam",
    "maritalStatus": "Chưa kết hôn",
    "birthRegistrationPlace": "Đắk Lắk",
    "nativePlace": "Đắk Lắk",
    "permanentResidence": "Quận 1, Thành phố Hồ Chí Minh",
    "currentResidence": "Quận 1, Thành phố Hồ Chí Minh",
    "occupation": "Sinh viên",
    "education": "12/12",
    "householdHeadName": "Y Moan",
    "relationToHouseholdHead": "Con",
    "request": "Đổi",
    "phone": "0912345678",
    "truthful": True,
}

NAMES = [
    "Nguyễn Thị Lan", "Trần Văn Đức", "Lê Hoàng Phương Uyên", "H'Hen Niê", "Y Moan Ênuôl", "K'Brểu", "Siu Black", "Lan",
    "Tôn Nữ Thị Ngọc Huyền", "Phạm Ngọc-Ánh", "Sùng A Pó", "Thạch Sô Phi", "Lý Mí Sính", "Đàng Năng Thọ", "Kpă Klơng",
    "Nguyễn Thị Thuỷ", "Nguyễn Thị Thủy", "Rơ Châm H’Yéo", "Ksor Ƀeo", "Công Tằng Tôn Nữ Thị Như Ý",
]  # fmt: skip
_PHONES = [
    "0912345678",
    "+84 912 345 678",
    "84912345678",
    "0912.345.678",
    "(0912) 345-678",
    "０９１２３４５６７８",
    "02838291234",
]
_ADDRESSES: list[Any] = [
    "Ấp 3, xã Tân Phú, huyện Châu Thành, tỉnh Đồng Tháp",
    "12/3A Lê Lợi, P. Bến Nghé, Q.1, TP.HCM",
    {"province": "79", "ward": "26740", "street": "12 Lê Lợi"},
    {"province": "01", "ward": "00004", "street": "Số 1", "oldText": "Phường Quán Thánh, quận Ba Đình, Hà Nội"},
    {"province": "66", "ward": "24133"},
]

# The same text from another keyboard: decomposed, in capitals, with extra spaces, with invisible marks.
_typed_as = st.sampled_from(
    [
        lambda text: text,
        lambda text: unicodedata.normalize("NFD", text),
        str.upper,
        str.lower,
        lambda text: f"  {text.replace(' ', '   ')}\u200b ",
        lambda text: f"\u202a{text}\u202c\n",
    ]
)


@st.composite
def names(draw: st.DrawFn) -> str:
    """A name as a person types it."""
    return draw(_typed_as)(draw(st.sampled_from(NAMES)))  # type: ignore[no-any-return]  # one of the functions above


@st.composite
def people_of_2026(draw: st.DrawFn) -> dict[str, Any]:
    """A form of today, filled in by a real person."""
    year = draw(st.integers(1930, 2024))
    born = draw(st.sampled_from([f"{year}", f"{year}-03", f"{year}-03-09", f"09/03/{year}", f"9-3-{year}"]))
    sex = draw(st.sampled_from(["Nam", "Nữ"]))
    digit = (year >= 2000) * 2 + (sex == "Nữ")
    place = draw(st.sampled_from(["001", "079", "096", "066", "203", "999"]))
    number = f"{place}{digit}{year % 100:02d}{draw(st.integers(0, 999_999)):06d}"
    written = draw(st.sampled_from([number, f"{number[:3]} {number[3:6]} {number[6:]}", number.replace("0", "０")]))
    child = year > 2010
    person = FORM_2026 | {
        "fullName": draw(names()),
        "dateOfBirth": born,
        "sex": draw(_typed_as)(sex),
        "personalId": draw(st.sampled_from([written, None])),
        "phone": draw(st.sampled_from(_PHONES)),
        "residence": draw(st.sampled_from(_ADDRESSES)),
    }
    if child:
        person |= {
            "representativeName": draw(names()),
            "representativeId": "079185001234",
            "representativeRelation": "Mẹ",
        }
    return person


@st.composite
def people_of_2021(draw: st.DrawFn) -> dict[str, Any]:
    """The paper of 2021, filled in by a real person of that time."""
    year = draw(st.integers(1925, 2006))
    married = draw(st.booleans())
    return FORM_2021 | {
        "fullName": draw(names()),
        "otherName": draw(st.none() | names()),
        "dateOfBirth": draw(st.sampled_from([f"{year}", f"{year}-11-30", f"30/11/{year}"])),
        "sex": draw(st.sampled_from(["Nam", "Nữ", "nam", "nữ"])),
        "oldCardNumber": draw(
            st.sampled_from([None, "", "024123456", "024 123 456", "０２４１２３４５６", "079190001234"])
        ),
        "ethnicity": draw(st.sampled_from(["Kinh", "kinh", "Ê Đê", "Ê ĐÊ", "Mnông", "Hàn Quốc"])),
        "religion": draw(st.sampled_from([None, "Không", "Phật giáo", "Công giáo", "Đạo Mẫu"])),
        "bloodGroup": draw(st.sampled_from([None, "A", "O+", "ab"])),
        "maritalStatus": "Đang có vợ/chồng" if married else "Goá",
        "spouseName": draw(names()) if married else None,
        "fatherName": draw(st.none() | names()),
        "permanentResidence": draw(st.sampled_from(_ADDRESSES)),
        "currentResidence": draw(st.sampled_from(_ADDRESSES)),
        "request": draw(st.sampled_from(["Cấp", "Đổi", "Cấp lại"])),
    }


# Any value that a broken front end or an attacker may send in place of an answer.
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
