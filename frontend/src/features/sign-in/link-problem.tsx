import { Notice } from "@/components/ui/notice";
import type { ApiError } from "@/lib/api/api-error";

/** Says why a one-time link did not work, and how to get another. */
export function LinkProblem({ error }: { error: ApiError }) {
  const isRefused = error.status >= 400 && error.status < 500 && error.status !== 429;
  return (
    <Notice tone="error">
      <p className="font-medium">{isRefused ? "This sign-in link does not work any more" : "The sign-in link could not be checked"}</p>
      {isRefused ? (
        <p>
          A link works once and for a short time: this one was used, has expired or is incomplete. Run <code className="font-mono">financehub link</code> on the
          machine that runs FinanceHub and open the new link.
        </p>
      ) : (
        <p>{error.message} The link was not used up if the server did not see it: open it again.</p>
      )}
    </Notice>
  );
}
