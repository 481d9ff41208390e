import { type Declaration, mine, open, told } from "./api/client";
import { press } from "./api/press";
import { Problem } from "./api/problem";
import { type ReadForm, readForm } from "./form";
import { type Draft, recall } from "./saved";
import { phone, writtenDate } from "./words";

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
  if (local) return { form, draft: continued(local, form) };
  const { items } = await told(mine.GET("/declarations"));
  const kept = items.find((each) => each.status === "draft" && each.procedure === procedure);
  return { form, draft: kept ? draftOf(kept, form) : empty(form) };
}

function empty(form: ReadForm): Draft {
  return {
    edition: form.edition,
    version: form.version,
    answers: {},
    purposes: [],
    step: 0,
    declaration: null,
  };
}

/** A draft of this phone. Another edition takes over what it still asks for; other words of consent are asked anew. */
function continued(local: Draft, form: ReadForm): Draft {
  if (local.edition === form.edition && local.version === form.version) return local;
  const asked = new Set(form.sections.flatMap((each) => each.fields).map((each) => each.name));
  return {
    ...empty(form),
    answers: Object.fromEntries(Object.entries(local.answers).filter(([name]) => asked.has(name))),
    declaration: local.declaration,
  };
}

/** A declaration of the server, written as people write it. */
function draftOf(found: Declaration, form: ReadForm): Draft {
  const answers: Record<string, unknown> = {};
  for (const field of form.sections.flatMap((each) => each.fields)) {
    const answer = found.data[field.name];
    if (answer === undefined) continue;
    if (field.type === "phone" && typeof answer === "string") answers[field.name] = phone(answer);
    else if (field.type === "date-of-birth" && typeof answer === "string") answers[field.name] = writtenDate(answer);
    else answers[field.name] = answer;
  }
  return {
    ...empty(form),
    answers,
    purposes: found.consent.version === form.version ? found.consent.purposes : [],
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
