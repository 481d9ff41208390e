import { Button } from "zmp-ui";
import type { Problem } from "../api/problem";
import { sharePhone } from "../api/session";
import { Go, useGo } from "../ui/go";
import { Trouble } from "../ui/notice";
import { Alternatives } from "../ui/seat";
import { useWork } from "../ui/use-answer";
import { phone } from "../words";

/** A refused hold, with what helps: other times in one tap, the appointment that is there, a proven phone number. */
export function Refused({
  problem,
  hold,
  again,
  phoneShared,
}: {
  problem: Problem;
  hold: (start: string) => void;
  again: () => void;
  phoneShared?: (number: string) => void;
}) {
  const go = useGo();
  const sharing = useWork();
  const there = problem.body.booking as { id: string } | undefined;
  const share = () =>
    sharing.start(async () => {
      const number = phone(await sharePhone());
      phoneShared?.(number);
    });
  return (
    <Trouble problem={problem} {...(problem.unsettled ? { again } : {})}>
      <Alternatives problem={problem} hold={hold} />
      {there && (
        <Button fullWidth onClick={() => go("/phieu-hen", { bookingId: there.id })}>
          Xem lịch hẹn đang có
        </Button>
      )}
      {problem.code === "too_many_bookings" && (
        <>
          <Button fullWidth loading={sharing.busy} onClick={share}>
            Chia sẻ số điện thoại Zalo
          </Button>
          <Go to="/lich-hen" variant="secondary">
            Xem lịch hẹn của tôi
          </Go>
          {sharing.problem && <Trouble problem={sharing.problem} />}
        </>
      )}
    </Trouble>
  );
}
