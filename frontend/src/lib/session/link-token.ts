const PREFIX = "#token=";

/** Take the one-time token out of the address of the sign-in page, so that it stays in no history and no copied link. */
export function takeLinkToken(): string | null {
  const { pathname, search, hash } = window.location;
  if (!/^\/sign-in\/?$/.test(pathname) || !hash.startsWith(PREFIX)) return null;
  window.history.replaceState(window.history.state, "", pathname + search);
  // The router listens only after the first effects have run, and would write the address it knows back.
  setTimeout(() => {
    if (window.location.pathname === pathname) window.history.replaceState(null, "", pathname + search);
  });
  const token = decodeURIComponent(hash.slice(PREFIX.length));
  return token === "" ? null : token;
}
