import { type HTMLAttributes, type HTMLInputTypeAttribute, type ReactNode, useId } from "react";

/** What stands around an input: its label, help, the server's error and its doubt, all tied to it for who listens. */
export type Around = {
  label: string;
  help?: string | undefined;
  required?: boolean | undefined;
  error?: string | undefined;
  doubt?: string | undefined;
};

export function describedBy(id: string, { help, error, doubt }: Around): string | undefined {
  const all = [help && `${id}-help`, error && `${id}-error`, doubt && `${id}-doubt`].filter(Boolean);
  return all.length > 0 ? all.join(" ") : undefined;
}

export function Notes({ id, help, error, doubt }: Around & { id: string }) {
  return (
    <>
      {help && (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p className="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {doubt && (
        <p className="doubt" id={`${id}-doubt`}>
          {doubt}
        </p>
      )}
    </>
  );
}

export function Required({ show }: { show: boolean | undefined }) {
  return show ? <span className="required"> (bắt buộc)</span> : null;
}

type TextProps = Around & {
  id?: string;
  value: string;
  onChange: (value: string) => void;
  type?: HTMLInputTypeAttribute;
  inputMode?: HTMLAttributes<HTMLInputElement>["inputMode"];
  maxLength?: number | undefined;
  autoComplete?: string;
  rows?: number;
};

export function TextField({
  id: given,
  value,
  onChange,
  type = "text",
  inputMode,
  maxLength,
  rows,
  autoComplete,
  ...around
}: TextProps) {
  const made = useId();
  const id = given ?? made;
  const shared = {
    id,
    value,
    maxLength,
    "aria-describedby": describedBy(id, around),
    "aria-invalid": around.error ? true : undefined,
    "aria-required": around.required || undefined,
    autoComplete: autoComplete ?? "off",
    className: "input",
  } as const;
  return (
    <div className="field">
      <label htmlFor={id}>
        {around.label}
        <Required show={around.required} />
      </label>
      <Notes id={id} {...around} />
      {rows ? (
        <textarea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} type={type} inputMode={inputMode} onChange={(event) => onChange(event.target.value)} />
      )}
    </div>
  );
}

export function Choice({
  id: given,
  value,
  options,
  onChange,
  empty = "Chọn…",
  ...around
}: Around & {
  id?: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  empty?: string;
}) {
  const made = useId();
  const id = given ?? made;
  return (
    <div className="field">
      <label htmlFor={id}>
        {around.label}
        <Required show={around.required} />
      </label>
      <Notes id={id} {...around} />
      <select
        id={id}
        className="input"
        value={value}
        aria-describedby={describedBy(id, around)}
        aria-invalid={around.error ? true : undefined}
        aria-required={around.required || undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{empty}</option>
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A group of radio buttons or ticks, each a line as wide as the thumb's reach. */
export function Group({ id, children, ...around }: Around & { id: string; children: ReactNode }) {
  return (
    <fieldset className="field" id={id} tabIndex={-1} aria-describedby={describedBy(id, around)}>
      <legend>
        {around.label}
        <Required show={around.required} />
      </legend>
      <Notes id={id} {...around} />
      {children}
    </fieldset>
  );
}

export function Pick({
  name,
  label,
  checked,
  onChange,
}: {
  name: string;
  label: ReactNode;
  checked: boolean;
  onChange: () => void;
}) {
  return (
    <label className="pick">
      <input type="radio" name={name} checked={checked} onChange={onChange} />
      <span>{label}</span>
    </label>
  );
}

export function Tick({
  id,
  label,
  checked,
  onChange,
  error,
}: {
  id?: string;
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  error?: string | undefined;
}) {
  const made = useId();
  const own = id ?? made;
  return (
    <div className={error ? "field" : undefined}>
      <label className="pick">
        <input
          id={own}
          type="checkbox"
          checked={checked}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${own}-error` : undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{label}</span>
      </label>
      {error && (
        <p className="error" id={`${own}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
