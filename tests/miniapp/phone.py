"""A citizen's phone in a test: a browser context at 360 × 740 with the double of Zalo's native side."""

import json
import re
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, expect

from tests.miniapp.world import APP, World
from tests.served import Served, ask

BRIDGE = (Path(__file__).parent / "bridge.js").read_text(encoding="utf-8")
PATIENCE = 60_000  # milliseconds until something expected is there, on a machine that does much else
OFFICE = "ca-26740"
OFFICE_NAME = "Công an phường Sài Gòn"
NAME = "NGUYỄN VĂN THỬ"

# Where the app may be, under /zapps/<id>. Whatever else stands in its address names somebody or something of theirs.
PLACES = {"/co-quan", "/thu-tuc", "/khai", "/to-khai", "/dat-lich", "/phieu-hen", "/lich-hen", "/hoi-dap", "/du-lieu"}
LINKS = re.compile(r"/thu-tuc/[a-z0-9-]+|/dat-lich\?procedure=[a-z0-9-]+|/?")
# Chromium's own words, about requests that a test made fail.
BROWSERS_OWN = re.compile(r"Failed to load resource")

expect.set_options(timeout=PATIENCE)


def personal_id_of(who: str) -> str:
    """A number of a man born in 1990 in Thành phố Hồ Chí Minh, for each name another one."""
    return f"079090{zlib.crc32(who.encode()) % 1_000_000:06}"


@dataclass
class Phone:
    """`page` is the app's page; `service` is what its API's name leads to; `citizen` is who holds the phone."""

    page: Page
    context: BrowserContext
    world: World
    service: Served
    citizen: str
    personal_id: str
    said: list[str] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)
    been: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, world: World, service: Served, name: str, agent: str, ends: ExitStack) -> "Phone":
        who = f"{re.sub(r'[^a-z0-9]', '', name.lower())[-24:]}{zlib.crc32(name.encode()):08x}"
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            has_touch=True,
            is_mobile=True,
            user_agent=agent,
            locale="vi-VN",
            timezone_id="America/New_York",  # a phone may show any time: the app goes by Việt Nam's
            reduced_motion="reduce",
        )
        ends.callback(context.close)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(f"const CITIZEN = {json.dumps(who)}, PHONE = '84912345678';\n{BRIDGE}")
        phone = cls(context.new_page(), context, world, service, who, personal_id_of(who))

        def heard(message: ConsoleMessage) -> None:
            phone.said.append(message.text)

        def moved(frame: Frame) -> None:
            phone.been.append(frame.url)

        def threw(error: Exception) -> None:
            phone.broke.append(str(error))

        phone.page.on("console", heard)
        phone.page.on("framenavigated", moved)
        phone.page.on("pageerror", threw)
        return phone

    # --- what the citizen does ---

    def open(self, path: str = "/") -> None:
        """Open the app, or one of its screens as from a link."""
        self.page.goto(f"{APP}{path}")

    def tap(self, name: str | re.Pattern[str]) -> None:
        """Tap the button of that name."""
        self.page.get_by_role("button", name=name).first.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def at(self, title: str) -> None:
        """The screen of that title is open."""
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    def comes_back(self) -> None:
        """The app comes to the front again."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def asked_of_zalo(self, action: str) -> list[dict[str, Any]]:
        """The parameters of each time the app asked the native side for that, which it does at least once."""
        self.page.wait_for_function("(action) => native.calls.some((each) => each.action === action)", arg=action)
        found: list[dict[str, Any]] = self.page.evaluate(
            "(action) => native.calls.filter((each) => each.action === action).map((each) => each.parameters)", action
        )
        return found

    def choose_office(self) -> None:
        self.tap("Tìm cơ quan")
        self.page.get_by_label("Phường, xã").fill("ben nghe")
        self.tap(OFFICE_NAME)

    def choose(self, day: str, time: str) -> None:
        """A day by its weekday and a time, on the screen that offers them."""
        self.tap(re.compile(f"^{day}"))
        self.tap(re.compile(f"^{time}"))

    def introduce(self) -> None:
        """Say whose card it is, without a declaration."""
        self.page.get_by_label("Họ, chữ đệm và tên").fill("Nguyễn Văn Thử")
        self.page.get_by_label("Số định danh cá nhân").fill(self.personal_id)
        self.page.get_by_label("Ngày, tháng, năm sinh").fill("20/05/1990")
        self.page.get_by_label("Số điện thoại").fill("0987 654 321")

    def declare_2026(self) -> None:
        """From the first step of the form to its sending: somebody who changes their card."""
        page = self.page
        page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
        self.tap("Bắt đầu khai")
        page.get_by_label("Họ, chữ đệm và tên khai sinh").fill("Nguyễn Văn Thử")
        page.get_by_label("Ngày, tháng, năm sinh").fill("20/05/1990")
        page.get_by_label("Nam", exact=True).check()
        page.get_by_label("Số định danh cá nhân").fill(self.personal_id)
        page.get_by_label("Tỉnh, thành phố").select_option(label="Thành phố Hồ Chí Minh")
        page.get_by_label("Xã, phường, đặc khu").select_option(label="Phường Sài Gòn")
        page.get_by_label("Số nhà, đường").fill("1 Đường Thử")
        page.get_by_label("Số điện thoại").fill("0987 654 321")
        self.tap("Tiếp tục")
        self.tap("Tiếp tục")
        page.get_by_label("Cấp đổi thẻ").check()
        page.get_by_label("Lý do").select_option(label="Đủ 14, 25, 40 hoặc 60 tuổi")
        page.get_by_label("Tôi xin chịu trách nhiệm").check()
        self.tap("Tiếp tục")
        self.tap("Gửi tờ khai")

    # --- what was done before, by the same citizen ---

    def api(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Ask the service as this citizen, from elsewhere; the answer must be a good one."""
        status, session = ask("POST", f"{self.service.url}/sessions", {"zaloAccessToken": f"demo-{self.citizen}"})
        assert status == 201, session
        signed = {"Authorization": f"Bearer {session['token']}", **headers}
        status, answer = ask(method, f"{self.service.url}{path}", body, **signed)
        assert status < 300, answer
        return answer

    def has(self, start: str, *, confirmed: bool = True) -> str:
        """An appointment at that time, held or confirmed; its id."""
        wanted = {
            "officeId": OFFICE,
            "procedure": "cap-cccd",
            "start": start,
            "applicant": {
                "fullName": "Nguyễn Văn Thử",
                "personalId": self.personal_id,
                "dateOfBirth": "1990-05-20",
                "phone": "0987654321",
            },
        }
        booking = self.api("POST", "/bookings", wanted, **{"Idempotency-Key": f"before-{start}"})
        if confirmed:
            self.api("POST", f"/bookings/{booking['id']}/confirm")
        return str(booking["id"])

    def bookings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api("GET", "/bookings")["items"]
        return found

    # --- what no walk may leave behind ---

    def kept_quiet(self) -> None:
        """No error of the app; nothing of a person in addresses, in the console or where other Mini Apps could read."""
        assert self.broke == []
        assert [each for each in self.said if not BROWSERS_OWN.match(each)] == []
        for url in self.been:
            path = url.removeprefix(APP)
            assert url == "about:blank" or path in PLACES or LINKS.fullmatch(path), url
        for seen in self.world.seen:
            address = unquote(seen.path)
            for own in (self.personal_id, "Nguyễn", "0987", self.citizen):
                assert own not in address, urlsplit(seen.path).path
        names = self.page.evaluate("Object.keys(localStorage)")
        assert [each for each in names if not each.startswith("native ")] == []
        assert self.page.evaluate("sessionStorage.length") == 0
