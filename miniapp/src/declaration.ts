import { type Declaration, mine, open, told } from "./api/client";
import { press } from "./api/press";
import { Problem } from "./api/problem";
import { type ReadForm, readForm } from "./form";
import { type Draft, recall } from "./saved";

/** The form, and what was filled in before: on this phone, or on the server. */
export async function begin(procedure: string, revised: string): Promise<{ form: ReadForm; draft: Draft }> {
  const form = readForm(await told(open.GET("/forms/{procedure}", { params: { path: { procedure } } })));
  if (revised) {
    const found = await told(
      mine.GET("/declarations/{declarationId}", { params: { path: { declarationId: revised } } }),
    );
    return { form, draft: draftOf(found, form) };
  }
  const local = recall(`draft:${procedure}`);
  if (local?.edition === form.edition) return { form, draft: local };
  const { items } = await told(mine.GET("/declarations"));
  const kept = items.find(
    (each) => each.status === "draft" && each.procedure === procedure && each.edition === form.edition,
  );
  return {
    form,
    draft: kept
      ? draftOf(kept, form)
      : { edition: form.edition, answers: {}, purposes: [], step: 0, declaration: null },
  };
}

function draftOf(found: Declaration, form: ReadForm): Draft {
  return {
    edition: form.edition,
    answers: found.data,
    purposes: found.consent.purposes,
    step: 0,
    declaration: { id: found.id, version: found.version, submitted: found.status !== "draft" },
  };
}

type Body = { edition: string; procedure: string; consent: { version: string; purposes: string[] } } & Record<
  string,
  unknown
>;

/** Keep a new declaration, or revise the one that is there; a version that another send overtook is taken over. */
export async function deliver(body: Body, before: Draft["declaration"], button: string): Promise<Declaration> {
  if (before) {
    const path = { declarationId: before.id };
    const revise = (version: number) =>
      told(mine.PUT("/declarations/{declarationId}", { params: { path }, body: { ...body, version } }));
    try {
      return await revise(before.version);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code === "stale_version") return revise((problem.body.current as Declaration).version);
      if (problem.status !== 404) throw problem;
      // It was kept as long as a draft is kept, and is gone: what was typed is kept anew.
    }
  }
  const kept = await press(button, body, (key) =>
    told(mine.POST("/declarations", { params: { header: { "Idempotency-Key": key } }, body })),
  );
  if (kept === null) throw new Problem(0, "busy", "Đang gửi", "Tờ khai đang được gửi, vui lòng chờ.");
  return kept;
}
