import type { Declaration, HoldRequest } from "../api/client";
import { Group, Pick } from "../ui/field";
import { phone, writtenDate } from "../words";

export type Applicant = HoldRequest["applicant"];
export type Typed = { declarationId: string | null; applicant: Applicant };
export const NOBODY: Applicant = { fullName: "", personalId: "", dateOfBirth: "", phone: "" };

export function applicantOf({ data }: Declaration): Applicant {
  const text = (name: string) => (typeof data[name] === "string" ? (data[name] as string) : "");
  return {
    fullName: text("fullName"),
    personalId: text("personalId"),
    dateOfBirth: writtenDate(text("dateOfBirth")),
    phone: phone(text("phone")),
  };
}

/** Whose card: a declaration that was submitted, or somebody without one. */
export function FromDeclaration({
  usable,
  chosen,
  onChoose,
}: {
  usable: readonly Declaration[];
  chosen: string | null;
  onChoose: (declaration: Declaration | null) => void;
}) {
  if (usable.length === 0) return null;
  return (
    <Group id="declaration" label="Lấy thông tin từ">
      {usable.map((each) => (
        <Pick
          key={each.id}
          name="declaration"
          label={`Tờ khai của ${String(each.data.fullName ?? "")}`}
          checked={chosen === each.id}
          onChange={() => onChoose(each)}
        />
      ))}
      <Pick
        name="declaration"
        label="Người khác, chưa có tờ khai"
        checked={chosen === null}
        onChange={() => onChoose(null)}
      />
    </Group>
  );
}
