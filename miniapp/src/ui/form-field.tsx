import { useState } from "react";
import { open, type Place, told } from "../api/client";
import type { FieldError } from "../api/problem";
import type { FormField } from "../form";
import { type Around, Choice, Group, Pick, TextField, Tick } from "./field";
import { Trouble } from "./notice";
import { useAnswer } from "./use-answer";

const OTHER = "\u0000other"; // no answer of a list begins so
const FEW = 4; // choices that stand side by side instead of in a list

export type Told = { errors: readonly FieldError[]; doubts: readonly FieldError[] };

type Props = {
  field: FormField;
  value: unknown;
  onChange: (value: unknown) => void;
  required: boolean;
  told: Told;
};

/** The id of a field's input: "residence.ward" of the server's errors is `f-residence-ward`. */
export function inputId(field: string): string {
  return `f-${field.replace(/\./g, "-")}`;
}

function message(all: readonly FieldError[], field: string): string | undefined {
  return all.find((each) => each.field === field)?.message;
}

/** One blank of any form edition, by its type. */
export function FormFieldInput(props: Props) {
  const { field, onChange, told: said } = props;
  const value = props.value ?? field.fallback;
  const text = typeof value === "string" ? value : "";
  const id = inputId(field.name);
  const around: Around = {
    label: field.title,
    // An example in the input itself would be cut off in large type, and gone with the first letter.
    help:
      [
        field.help,
        field.example && !field.help?.includes(field.example) ? `Ví dụ: ${field.example}.` : "",
        field.sensitive ? "Đây là dữ liệu nhạy cảm, được khoá riêng." : "",
      ]
        .filter(Boolean)
        .join(" ") || undefined,
    required: props.required,
    error: message(said.errors, field.name),
    doubt: message(said.doubts, field.name),
  };
  switch (field.type) {
    case "choice":
      return <ChoiceInput {...props} around={around} text={text} />;
    case "choices": {
      const chosen = Array.isArray(value) ? (value as string[]) : [];
      return (
        <Group id={id} {...around}>
          {field.choices.map((each) => (
            <Tick
              key={each}
              label={each}
              checked={chosen.includes(each)}
              onChange={(on) => onChange(on ? [...chosen, each] : chosen.filter((one) => one !== each))}
            />
          ))}
        </Group>
      );
    }
    case "address":
      return <AddressInput {...props} around={around} />;
    case "yes-no":
    case "agreement":
      return (
        <div className="field">
          {around.help && <p className="help">{around.help}</p>}
          <Tick
            id={id}
            label={
              <>
                {field.title}
                {props.required && <span className="required"> (bắt buộc)</span>}
              </>
            }
            checked={value === true}
            onChange={(on) => onChange(on)}
            error={around.error}
          />
          {around.doubt && <p className="doubt">{around.doubt}</p>}
        </div>
      );
    case "date-of-birth":
      return <TextField {...around} id={id} value={text} onChange={onChange} maxLength={10} />;
    case "personal-id":
    case "card-number":
      return <TextField {...around} id={id} value={text} onChange={onChange} inputMode="numeric" maxLength={20} />;
    case "phone":
      return <TextField {...around} id={id} value={text} onChange={onChange} type="tel" maxLength={20} />;
    default:
      return (
        <TextField
          {...around}
          id={id}
          value={text}
          onChange={onChange}
          maxLength={field.maxLength}
          {...((field.maxLength ?? 0) > 200 ? { rows: 3 } : {})}
        />
      );
  }
}

function ChoiceInput({ field, onChange, around, text }: Props & { around: Around; text: string }) {
  const own = text !== "" && !field.choices.includes(text);
  const [other, setOther] = useState(own);
  const id = inputId(field.name);
  if (field.choices.length <= FEW && !field.other) {
    return (
      <Group id={id} {...around}>
        {field.choices.map((each) => (
          <Pick key={each} name={field.name} label={each} checked={text === each} onChange={() => onChange(each)} />
        ))}
      </Group>
    );
  }
  const options = field.choices.map((each) => ({ value: each, label: each }));
  const ownWords = other || own;
  return (
    <>
      <Choice
        {...around}
        id={id}
        value={ownWords ? OTHER : text}
        options={field.other ? [...options, { value: OTHER, label: "Khác (tự ghi)" }] : options}
        onChange={(chosen) => {
          setOther(chosen === OTHER);
          onChange(chosen === OTHER ? "" : chosen);
        }}
      />
      {ownWords && (
        <TextField label={`${field.title}: tự ghi`} value={text} onChange={onChange} maxLength={field.maxLength} />
      )}
    </>
  );
}

type Address = { province?: string; ward?: string; street?: string; oldText?: string };

const NOWHERE: Address = {};

function AddressInput({ field, value, onChange, told: said, around }: Props & { around: Around }) {
  const [inOneLine, setInOneLine] = useState(typeof value === "string" && value !== "");
  const address = typeof value === "object" && value !== null ? (value as Address) : NOWHERE;
  const id = inputId(field.name);
  const part = (name: keyof Address) => ({
    id: inputId(`${field.name}.${name}`),
    error: message(said.errors, `${field.name}.${name}`),
    doubt: message(said.doubts, `${field.name}.${name}`),
  });
  const set = (change: Address) => onChange({ ...address, ...change });
  return (
    <Group id={id} {...around}>
      {inOneLine ? (
        <TextField
          label="Địa chỉ ghi liền"
          value={typeof value === "string" ? value : ""}
          onChange={onChange}
          maxLength={field.maxLength}
          rows={2}
        />
      ) : (
        <>
          <Places
            {...part("province")}
            label="Tỉnh, thành phố"
            value={address.province ?? ""}
            province={null}
            onChange={(province) => set({ province, ward: "" })}
          />
          <Places
            {...part("ward")}
            label="Xã, phường, đặc khu"
            value={address.ward ?? ""}
            province={address.province ?? ""}
            onChange={(ward) => set({ ward })}
          />
          <TextField
            {...part("street")}
            label="Số nhà, đường, thôn, tổ"
            value={address.street ?? ""}
            onChange={(street) => set({ street })}
          />
          <TextField
            {...part("oldText")}
            label="Địa chỉ cũ (trước 01/07/2025), nếu có"
            value={address.oldText ?? ""}
            onChange={(oldText) => set({ oldText })}
          />
        </>
      )}
      <Tick
        label="Ghi liền địa chỉ trong một dòng"
        checked={inOneLine}
        onChange={(on) => {
          setInOneLine(on);
          onChange(on ? "" : {});
        }}
      />
    </Group>
  );
}

/** Provinces, or with `province` the wards of one. */
function Places({
  province,
  ...choice
}: {
  id: string;
  label: string;
  value: string;
  error: string | undefined;
  doubt: string | undefined;
  province: string | null;
  onChange: (code: string) => void;
}) {
  const found = useAnswer<Place[]>(() => places(province), province ?? "all");
  return (
    <>
      <Choice
        {...choice}
        options={(found.data ?? []).map((each) => ({ value: each.code, label: each.name }))}
        empty={province === "" ? "Chọn tỉnh, thành phố trước" : found.loading ? "Đang tải…" : "Chọn…"}
      />
      {found.problem && <Trouble problem={found.problem} again={found.again} />}
    </>
  );
}

const known = new Map<string, Place[]>();

async function places(province: string | null): Promise<Place[]> {
  if (province === "") return [];
  const name = province ?? "";
  const before = known.get(name);
  if (before) return before;
  const { items } =
    province === null
      ? await told(open.GET("/provinces"))
      : await told(open.GET("/provinces/{code}/wards", { params: { path: { code: province } } }));
  known.set(name, items);
  return items;
}
