/** A form edition as GET /forms/{procedure} describes it, read for rendering: any edition, none by name. */
import type { Form } from "./api/client";

export type Condition = { field: string; isIn?: unknown[]; notIn?: unknown[]; underAge?: number; answered?: boolean };

export type FormField = {
  name: string;
  title: string;
  help: string | undefined;
  example: string | undefined;
  type: string;
  item: string | null;
  section: string;
  required: boolean;
  requiredWhen: Condition[];
  choices: string[];
  other: boolean; // one's own words are an answer too
  maxLength: number | undefined;
  fallback: unknown; // what counts where nothing is answered
  sensitive: boolean;
};

export type Section = { code: string; title: string; fields: FormField[] };
export type Purpose = { code: string; text: string; required: boolean };
export type ReadForm = {
  edition: string;
  title: string;
  source: string;
  sections: Section[];
  version: string;
  purposes: Purpose[];
};

type Schema = {
  title?: string;
  description?: string;
  examples?: string[];
  default?: unknown;
  enum?: string[];
  const?: unknown;
  maxLength?: number;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  "x-order"?: number;
  "x-item"?: string | null;
  "x-section"?: string;
  "x-type"?: string;
  "x-sensitive"?: boolean;
  "x-with"?: string;
  "x-required-when"?: Condition[];
  "x-sections"?: { code: string; title: string }[];
  "x-consent"?: Purpose[];
};

export function readForm(form: Form): ReadForm {
  const schema = form.schema as Schema;
  const properties = schema.properties ?? {};
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(properties)
    .filter(([, each]) => each["x-order"] !== undefined)
    .sort(([, a], [, b]) => (a["x-order"] ?? 0) - (b["x-order"] ?? 0))
    .map(([name, each]) => field(name, each, required.has(name)));
  const consent = properties.consent ?? {};
  return {
    edition: form.edition,
    title: form.title,
    source: form.source,
    sections: (schema["x-sections"] ?? [])
      .map((each) => ({ ...each, fields: fields.filter((one) => one.section === each.code) }))
      .filter((each) => each.fields.length > 0),
    version: String(consent.properties?.version?.const ?? ""),
    purposes: consent["x-consent"] ?? [],
  };
}

function field(name: string, schema: Schema, required: boolean): FormField {
  const listed = schema.enum ?? schema.items?.enum ?? schema.anyOf?.find((each) => each.enum)?.enum ?? [];
  return {
    name,
    title: schema.title ?? name,
    help: schema.description,
    example: schema.examples?.[0],
    type: schema["x-type"] ?? "text",
    item: schema["x-item"] ?? null,
    section: schema["x-section"] ?? "",
    required,
    requiredWhen: schema["x-required-when"] ?? [],
    choices: listed,
    other: listed.length > 0 && schema.anyOf !== undefined,
    maxLength: schema.maxLength ?? schema.anyOf?.find((each) => each.maxLength)?.maxLength,
    fallback: schema["x-with"] === undefined ? schema.default : undefined,
    sensitive: schema["x-sensitive"] ?? false,
  };
}

/** Whether the field must be answered, given the other answers on that day (yyyy-mm-dd). The server has the last word. */
export function isRequired(one: FormField, answers: Readonly<Record<string, unknown>>, today: string): boolean {
  return one.required || one.requiredWhen.some((each) => isMet(each, answers[each.field], today));
}

function isMet(when: Condition, answer: unknown, today: string): boolean {
  if (answer === undefined || answer === null || answer === "" || (Array.isArray(answer) && answer.length === 0))
    return false;
  if (when.underAge !== undefined) return typeof answer === "string" && age(answer, today) < when.underAge;
  if (when.isIn) return when.isIn.includes(answer);
  if (when.notIn) return !when.notIn.includes(answer);
  return when.answered === true;
}

/** Full years on a day, of a birth date as typed; infinite for what is no date. */
export function age(typed: string, today: string): number {
  const parts = typed.trim().includes("-") ? typed.trim().split("-") : typed.trim().split("/").reverse();
  const [year, month = "01", day = "01"] = parts;
  if (!year || !/^\d{4}$/.test(year)) return Number.POSITIVE_INFINITY;
  const birthday = `${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return Number(today.slice(0, 4)) - Number(year) - (today.slice(5) < birthday ? 1 : 0);
}

/** The answers without those left empty. */
export function answered(answers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    value === "" || value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(
    Object.entries(answers)
      .map(([name, value]): [string, unknown] => [
        name,
        typeof value === "object" && value !== null && !Array.isArray(value) ? answeredParts(value) : value,
      ])
      .filter(([, value]) => !isEmpty(value)),
  );
}

function answeredParts(address: object): object | null {
  const parts = Object.entries(address).filter(([, part]) => part !== "");
  return parts.length > 0 ? Object.fromEntries(parts) : null;
}
