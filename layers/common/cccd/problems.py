"""How each refusal is told: RFC 9457 problem documents with a stable code and a kind Vietnamese sentence."""

from dataclasses import dataclass
from typing import Any

from cccd import errors
from cccd.errors import Refusal


@dataclass(frozen=True)
class Problem:
    """Status, stable code, and the sentences; `{words}` in `detail` come from the refusal."""

    status: int
    code: str
    title: str
    detail: str


PROBLEMS: dict[type[Refusal], Problem] = {
    errors.MalformedJson: Problem(
        400,
        "malformed_json",
        "Nội dung gửi lên chưa đọc được",
        "Nội dung gửi lên không phải JSON hợp lệ. Vui lòng gửi lại.",
    ),
    errors.InvalidRequest: Problem(
        422,
        "invalid_request",
        "Một vài mục chưa hợp lệ",
        "Vui lòng xem từng mục được đánh dấu, sửa lại rồi gửi lại. Những gì bạn đã điền vẫn được giữ.",
    ),
    errors.PayloadTooLarge: Problem(
        413,
        "payload_too_large",
        "Nội dung gửi lên quá lớn",
        "Nội dung gửi lên vượt quá 64 KB. Vui lòng rút gọn rồi gửi lại.",
    ),
    errors.NotFound: Problem(
        404,
        "not_found",
        "Không tìm thấy",
        "Không có thông tin này, hoặc thông tin không thuộc về bạn. Vui lòng kiểm tra lại.",
    ),
    errors.MethodNotAllowed: Problem(
        405, "method_not_allowed", "Không hỗ trợ thao tác này", "Địa chỉ này không nhận thao tác vừa gửi."
    ),
    errors.WrongEntrance: Problem(
        403,
        "wrong_entrance",
        "Địa chỉ này không nhận yêu cầu trực tiếp",
        "Vui lòng mở ứng dụng trên Zalo để dùng dịch vụ.",
    ),
    errors.Unauthenticated: Problem(
        401, "unauthenticated", "Bạn chưa đăng nhập", "Vui lòng đăng nhập lại bằng Zalo để tiếp tục."
    ),
    errors.SessionExpired: Problem(
        401,
        "session_expired",
        "Phiên đăng nhập đã hết hạn",
        "Vui lòng đăng nhập lại bằng Zalo; những gì bạn đã gửi vẫn còn.",
    ),
    errors.BadSignature: Problem(
        401, "bad_signature", "Chữ ký không đúng", "Yêu cầu này không mang chữ ký hợp lệ của Zalo."
    ),
    errors.ZaloTokenInvalid: Problem(
        401,
        "zalo_token_invalid",
        "Zalo chưa xác nhận đăng nhập",
        "Vui lòng mở lại ứng dụng trên Zalo rồi đăng nhập lại.",
    ),
    errors.PhoneTokenInvalid: Problem(
        400,
        "phone_token_invalid",
        "Chưa lấy được số điện thoại",
        "Mã chia sẻ số điện thoại đã dùng hoặc hết hạn. Vui lòng bấm chia sẻ lại, hoặc tự nhập số điện thoại.",
    ),
    errors.ZaloUnavailable: Problem(
        503,
        "zalo_unavailable",
        "Chưa kết nối được với Zalo",
        "Zalo đang tạm gián đoạn. Vui lòng thử lại sau ít phút.",
    ),
    errors.TemporarilyUnavailable: Problem(
        503,
        "temporarily_unavailable",
        "Hệ thống đang bận",
        "Hệ thống chưa trả lời kịp. Vui lòng gửi lại yêu cầu này: việc đã làm xong sẽ không bị làm hai lần.",
    ),
    errors.SlotClosed: Problem(
        422, "slot_closed", "Khung giờ này không nhận hồ sơ", "{reason} Vui lòng chọn một khung giờ khác."
    ),
    errors.SlotFull: Problem(
        409,
        "slot_full",
        "Khung giờ này vừa hết chỗ",
        "Vui lòng chọn một trong các khung giờ gần nhất còn chỗ.",
    ),
    errors.AlreadyBooked: Problem(
        409,
        "already_booked",
        "Người làm thẻ đã có lịch hẹn",
        "Mỗi người chỉ giữ một lịch hẹn đang hiệu lực. {advice}",
    ),
    errors.TooManyBookings: Problem(
        429,
        "too_many_bookings",
        "Bạn đang giữ đủ số lịch hẹn",
        "Tài khoản của bạn giữ được tối đa {limit} lịch hẹn cùng lúc. {advice}",
    ),
    errors.TooManyApplicants: Problem(
        429,
        "too_many_applicants",
        "Bạn đã đặt lịch cho nhiều người",
        "Mỗi tài khoản đặt lịch cho tối đa {limit} người trong 30 ngày. Vui lòng nhờ người cần làm thẻ tự đặt bằng Zalo "
        "của mình, hoặc liên hệ cơ quan Công an.",
    ),
    errors.MovedTooOften: Problem(
        409,
        "moved_too_often",
        "Lịch hẹn này đã đổi nhiều lần",
        "Mỗi lịch hẹn đổi được tối đa {limit} lần. Lịch hẹn của bạn vẫn được giữ; nếu không đến được, vui lòng huỷ để "
        "nhường chỗ rồi đặt lịch mới.",
    ),
    errors.RateLimited: Problem(
        429,
        "rate_limited",
        "Bạn đã làm việc này quá nhiều lần trong ngày",
        "Vui lòng thử lại vào ngày mai, hoặc liên hệ trực tiếp cơ quan Công an. Lịch hẹn và tờ khai đang có của bạn vẫn được "
        "giữ.",
    ),
    errors.IdempotencyKeyReused: Problem(
        422,
        "idempotency_key_reused",
        "Yêu cầu trùng mã nhưng khác nội dung",
        "Mã Idempotency-Key này đã dùng cho một yêu cầu khác. Vui lòng dùng mã mới cho yêu cầu mới.",
    ),
    errors.StaleVersion: Problem(
        409,
        "stale_version",
        "Tờ khai đã được sửa ở nơi khác",
        "Tờ khai này vừa được thay đổi. Vui lòng xem bản hiện tại rồi sửa tiếp trên bản đó.",
    ),
    errors.NotWithdrawable: Problem(
        409,
        "not_withdrawable",
        "Không thể rút tờ khai này",
        "Tờ khai này chưa gửi nên chưa phải rút. Nếu không cần nữa, bạn có thể xoá.",
    ),
    errors.TooManyDeclarations: Problem(
        429,
        "too_many_declarations",
        "Bạn đang giữ đủ số tờ khai",
        "Mỗi tài khoản giữ tối đa {limit} tờ khai. Vui lòng xoá bớt tờ khai không dùng rồi thử lại.",
    ),
    errors.HoldExpired: Problem(
        410,
        "hold_expired",
        "Đã quá thời gian giữ chỗ",
        "Chỗ bạn giữ đã hết hạn. {seats} Vui lòng chọn lại khung giờ.",
    ),
    errors.NotWaiting: Problem(
        409,
        "not_waiting",
        "Lịch hẹn này chưa chờ chỗ sớm hơn được",
        "Chỉ lịch hẹn đã xác nhận và chưa đến giờ mới chờ được chỗ sớm hơn. Vui lòng xác nhận lịch hẹn trước.",
    ),
    errors.OfferOver: Problem(
        410,
        "offer_over",
        "Chỗ sớm hơn không còn dành cho bạn",
        "Chỗ này được giữ cho bạn trong 10 phút và nay đã qua. Lịch hẹn hiện có của bạn vẫn được giữ nguyên.",
    ),
    errors.NotConfirmable: Problem(
        409,
        "not_confirmable",
        "Không thể xác nhận lịch hẹn này",
        "Lịch hẹn này {status} nên không xác nhận được. Nếu cần, bạn đặt lịch mới nhé.",
    ),
    errors.NotReschedulable: Problem(
        409,
        "not_reschedulable",
        "Không thể đổi lịch hẹn này",
        "Lịch hẹn này {status} nên không đổi được. Nếu cần, bạn đặt lịch mới nhé.",
    ),
    errors.NotServable: Problem(409, "not_servable", "Không thể tiếp nhận lịch hẹn này", "Lịch hẹn này {status}."),
    errors.NotYourOffice: Problem(
        403,
        "not_your_office",
        "Không thuộc cơ quan của bạn",
        "Tài khoản của bạn không phụ trách cơ quan này. Nếu cần, vui lòng nhờ người quản trị thêm quyền.",
    ),
    errors.ChiefOnly: Problem(
        403,
        "chief_only",
        "Việc này cần chỉ huy",
        "Chỉ chỉ huy của cơ quan làm được việc này. Vui lòng báo chỉ huy của bạn.",
    ),
    errors.NotHere: Problem(
        409,
        "not_here",
        "Phiếu này không gọi được ở đây",
        "Phiếu này {why}. Vui lòng hướng dẫn người dân xem lại lịch hẹn.",
    ),
    errors.NotToday: Problem(
        409,
        "not_today",
        "Không phải ngày hôm nay",
        "Chỉ làm việc với phiếu của đúng ngày hôm nay; ngày {day} chỉ xem được.",
    ),
    errors.WrongTicketState: Problem(
        409, "wrong_ticket_state", "Phiếu đang ở bước khác", "Phiếu {ticket} {state} nên không làm được việc này."
    ),
    errors.CounterBusy: Problem(
        409,
        "counter_busy",
        "Quầy đang có người",
        "Quầy này đang gọi phiếu {ticket}. Hãy bấm Xong, Vắng mặt hoặc Để lại cho phiếu đó rồi gọi tiếp.",
    ),
    errors.NobodyWaits: Problem(
        409, "nobody_waits", "Chưa có ai chờ", "Hiện không có người nào đã đến mà chưa được gọi."
    ),
    errors.NoWalkInSeat: Problem(
        409,
        "no_walk_in_seat",
        "Hết chỗ cho người chưa đặt lịch",
        "Hôm nay không còn chỗ dành cho người chưa đặt lịch. Vui lòng mời người dân đặt lịch hẹn, hoặc đến vào ngày khác.",
    ),
    errors.GrantOver: Problem(
        409,
        "grant_over",
        "Lần kết nối đã hết hiệu lực",
        "Lần kết nối này không còn hiệu lực. Vui lòng bấm “Kết nối OA” và đồng ý lại trong 10 phút.",
    ),
    errors.AccountTaken: Problem(
        409,
        "account_taken",
        "Trang Zalo đã được kết nối",
        "Trang Zalo này đang gắn với cơ quan khác, hoặc cơ quan bạn đang gắn với trang khác. Vui lòng ngắt kết nối trước.",
    ),
    errors.TooManyNotices: Problem(
        409,
        "too_many_notices",
        "Đang có đủ số thông báo",
        "Mỗi cơ quan hiện cùng lúc tối đa {limit} thông báo. Vui lòng gỡ bớt một thông báo rồi thêm lại.",
    ),
    errors.NotCancellable: Problem(
        409,
        "not_cancellable",
        "Không thể huỷ lịch hẹn này",
        "Lịch hẹn này {status} nên không huỷ được nữa.",
    ),
}


def document(refusal: Refusal) -> dict[str, Any]:
    """The problem document of a refusal, extra members included."""
    problem = PROBLEMS[type(refusal)]
    return {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail.format(**refusal.said),
        "code": problem.code,
        **refusal.extra,
    }


def unexpected(request_id: str) -> dict[str, Any]:
    """What a citizen reads when we failed: a number to tell the office, and nothing of the inside."""
    return {
        "type": "about:blank",
        "title": "Hệ thống gặp lỗi",
        "status": 500,
        "detail": "Rất tiếc, hệ thống gặp lỗi. Vui lòng thử lại sau; nếu vẫn lỗi, hãy báo mã yêu cầu cho cơ quan Công an.",
        "code": "internal_error",
        "requestId": request_id,
    }
