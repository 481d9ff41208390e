/** The time of the API, as old phones often show another one: every answer about a citizen brings it. */

let ahead = 0;

/** Milliseconds since 1970, by the API's clock once it was heard. */
export function now(): number {
  return Date.now() + ahead;
}

/** Take the time from an answer that no cache kept. */
export function hear(response: Response): void {
  const told = Date.parse(response.headers.get("date") ?? "");
  // The header has whole seconds: half a second is the least wrong guess at the rest.
  if (!Number.isNaN(told)) ahead = told + 500 - Date.now();
}
