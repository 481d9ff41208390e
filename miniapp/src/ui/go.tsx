import type { ReactNode } from "react";
import { useNavigate } from "react-router-dom";
import { Button } from "zmp-ui";

/** Where one can go; the chat's buttons lead to the same addresses. Nothing of a person stands in an address: what a screen is about travels as its state. */
export type Place =
  | "/"
  | "/co-quan"
  | "/thu-tuc"
  | "/khai"
  | "/to-khai"
  | "/dat-lich"
  | "/phieu-hen"
  | "/lich-hen"
  | "/hoi-dap"
  | "/du-lieu";

export type About = { bookingId?: string; declarationId?: string; moving?: string; afterwards?: Place };

export function useGo(): (to: Place, about?: About, replace?: boolean) => void {
  const navigate = useNavigate();
  return (to, about = {}, replace = false) => navigate(to, { state: about, replace });
}

/** A button that leads to another screen. */
export function Go({
  to,
  about,
  children,
  variant = "primary",
}: {
  to: Place;
  about?: About;
  children: ReactNode;
  variant?: "primary" | "secondary" | "tertiary";
}) {
  const go = useGo();
  return (
    <Button fullWidth variant={variant} onClick={() => go(to, about)}>
      {children}
    </Button>
  );
}
