import { useState } from "react";
import { Button } from "zmp-ui";
import { type Erased, type Held, mine, open, told } from "../api/client";
import { signOut } from "../api/session";
import { type Purpose, readForm } from "../form";
import { currentPlan, forgetPlan } from "../plan";
import { dropAll } from "../saved";
import { Tick } from "../ui/field";
import { Go, useGo } from "../ui/go";
import { Shown, Trouble } from "../ui/notice";
import { Screen } from "../ui/screen";
import { useAnswer, useWork } from "../ui/use-answer";
import { hour, longDate } from "../words";
import { save } from "../zalo";

/** What is held about the citizen: to read, to take along, to erase; and what they agree to. */
export default function MyData() {
  const [wanted, setWanted] = useState(false);
  const [erased, setErased] = useState<Erased | null>(null);
  if (erased) {
    // Nothing that was read before stays on the screen, or could still be downloaded.
    return (
      <Screen title="Dữ liệu của tôi">
        <Erase done={erased} tell={setErased} />
      </Screen>
    );
  }
  return (
    <Screen title="Dữ liệu của tôi">
      <p>Bạn có quyền xem, tải về, xoá thông tin của mình và rút lại đồng ý bất cứ lúc nào.</p>
      {wanted ? (
        <Everything />
      ) : (
        <Button fullWidth onClick={() => setWanted(true)}>
          Xem dữ liệu đang được giữ
        </Button>
      )}
      <Consents />
      <Erase done={null} tell={setErased} />
      <SignInAnew />
    </Screen>
  );
}

function Everything() {
  const held = useAnswer<Held>(() => told(mine.GET("/me/data")), "");
  return (
    <Shown answer={held}>
      {(found) => (
        <>
          <h2>Đang giữ</h2>
          <dl className="amounts">
            <div>
              <dt>Tờ khai</dt>
              <dd>{found.declarations.length}</dd>
            </div>
            <div>
              <dt>Lịch hẹn</dt>
              <dd>{found.bookings.length}</dd>
            </div>
            <div>
              <dt>Trò chuyện với trang Zalo</dt>
              <dd>{found.chat ? "có" : "không"}</dd>
            </div>
            <div>
              <dt>Lần dữ liệu được xem hoặc tải</dt>
              <dd>{found.accesses.length}</dd>
            </div>
          </dl>
          <Go to="/to-khai" variant="secondary">
            Xem tờ khai
          </Go>
          <Go to="/lich-hen" variant="secondary">
            Xem lịch hẹn
          </Go>
          <Export held={found} />
          <details>
            <summary>Giữ bao lâu, vì sao</summary>
            <ul className="said">
              {found.retention.map((each) => (
                <li key={each.what}>{each.why}</li>
              ))}
            </ul>
          </details>
        </>
      )}
    </Shown>
  );
}

function Export({ held }: { held: Held }) {
  const work = useWork();
  const take = () =>
    work.start(() => save(new Blob([JSON.stringify(held, null, 2)], { type: "text/plain" }), "du-lieu-cua-toi.txt"));
  return (
    <>
      <Button fullWidth variant="secondary" loading={work.busy} onClick={take}>
        Tải về máy
      </Button>
      {work.problem && <Trouble problem={work.problem} again={take} />}
    </>
  );
}

/** What the citizen agrees to, to be changed one by one at any time. */
function Consents() {
  const words = useAnswer(async () => {
    const path = { procedure: currentPlan().procedure };
    return readForm(await told(open.GET("/forms/{procedure}", { params: { path } })));
  }, "");
  const standing = useAnswer(async () => (await told(mine.GET("/me/consents"))).purposes, "");
  const [changed, setChanged] = useState<string[] | null>(null);
  const work = useWork();
  const choose = (version: string, purposes: string[]) =>
    work.start(async () => {
      const agreed = await told(mine.PUT("/me/consents", { body: { version, purposes } }));
      setChanged(agreed.purposes);
    });
  return (
    <>
      <h2>Điều tôi đồng ý</h2>
      <Shown answer={words}>
        {(form) => (
          <Shown answer={standing}>
            {(before) => {
              const given = changed ?? before;
              return form.purposes.map((each: Purpose) => (
                <Tick
                  key={each.code}
                  label={each.text}
                  checked={given.includes(each.code)}
                  onChange={(on) =>
                    choose(form.version, on ? [...given, each.code] : given.filter((one) => one !== each.code))
                  }
                />
              ));
            }}
          </Shown>
        )}
      </Shown>
      <div role="status">{changed && !work.busy && !work.problem && <p>Đã ghi nhận.</p>}</div>
      {work.problem && <Trouble problem={work.problem} />}
    </>
  );
}

function Erase({ done, tell }: { done: Erased | null; tell: (erased: Erased) => void }) {
  const go = useGo();
  const work = useWork();
  const [asking, setAsking] = useState(false);
  const erase = () =>
    work.start(async () => {
      const erased = await told(mine.DELETE("/me/data"));
      dropAll();
      forgetPlan();
      signOut();
      setAsking(false);
      tell(erased);
    });
  return (
    <section className="box" aria-labelledby="erase">
      <h2 id="erase">Xoá dữ liệu</h2>
      {done ? (
        <div role="status">
          <p>
            Đã xoá {done.declarations} tờ khai và {done.bookings} lịch hẹn.
          </p>
          <p>{done.note}</p>
          {done.remaining.map((each) => (
            <p key={each.id}>
              {hour(each.start)} {longDate(each.start)}: {each.why}
            </p>
          ))}
          <ul className="said">
            {done.left.map((each) => (
              <li key={each.what}>{each.why}</li>
            ))}
          </ul>
          <Button fullWidth onClick={() => go("/", {}, true)}>
            Về trang đầu
          </Button>
        </div>
      ) : asking ? (
        <div role="alert">
          <p>Xoá mọi tờ khai và lịch hẹn của bạn, cả lịch hẹn sắp tới? Việc này không hoàn tác được.</p>
          <Button fullWidth type="danger" loading={work.busy} onClick={erase}>
            Đồng ý xoá tất cả
          </Button>
          <Button fullWidth variant="secondary" onClick={() => setAsking(false)}>
            Không xoá
          </Button>
        </div>
      ) : (
        <>
          <p>Tờ khai, lịch hẹn và những gì ứng dụng nhớ trên máy này.</p>
          <Button fullWidth variant="secondary" type="danger" onClick={() => setAsking(true)}>
            Xoá dữ liệu của tôi
          </Button>
        </>
      )}
      {work.problem && <Trouble problem={work.problem} again={erase} />}
    </section>
  );
}

function SignInAnew() {
  const [done, setDone] = useState(false);
  return (
    <section className="box" aria-labelledby="sign-in">
      <h2 id="sign-in">Đăng nhập lại</h2>
      <p>
        Nếu bạn vừa đổi tài khoản Zalo, hãy đăng nhập lại. Những gì ứng dụng nhớ trên máy này sẽ mất; tờ khai và lịch
        hẹn đã gửi vẫn còn.
      </p>
      <Button
        fullWidth
        variant="secondary"
        onClick={() => {
          signOut();
          dropAll();
          forgetPlan();
          setDone(true);
        }}
      >
        Đăng nhập lại
      </Button>
      <div role="status">{done && <p>Lần gửi tới sẽ đăng nhập lại bằng tài khoản Zalo đang mở.</p>}</div>
    </section>
  );
}
