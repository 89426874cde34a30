/** Where a reader goes after signing in. */
export const HOME = "/markets";

/** Build the address of the sign-in page that leads back to where the reader was. */
export function signInPath(from: string): string {
  return from === HOME || from === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(from)}`;
}

/** Read where to go after signing in: a path of this site only, whatever the address says. */
export function readReturnPath(search: string): string {
  const next = new URLSearchParams(search).get("next");
  if (!next) return HOME;
  try {
    const url = new URL(next, window.location.origin);
    if (url.origin !== window.location.origin || url.pathname === "/sign-in") return HOME;
    return url.pathname + url.search + url.hash;
  } catch {
    return HOME;
  }
}
