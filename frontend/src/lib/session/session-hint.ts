const KEY = "financehub.session";

/** Say whether asking for a session makes sense: a browser that never signed in would only be refused. */
export function mayHoldSession(): boolean {
  try {
    return window.localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

/** Note whether this browser is signed in. The session itself is a cookie that no script can read. */
export function noteSession(isSignedIn: boolean): void {
  try {
    if (isSignedIn) window.localStorage.setItem(KEY, "1");
    else window.localStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden; then the server is asked each time.
  }
}
