"use client";

import { EmptyState } from "@/components/states/empty-state";
import { ErrorState } from "@/components/states/error-state";
import { LoadingState } from "@/components/states/loading-state";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { toApiError } from "@/lib/api/api-error";
import type { components } from "@/lib/api/schema";
import { formatAge, timeTitle } from "@/lib/format/time";
import { useWallNow } from "@/lib/use-wall-now";
import { useRevokeSession, useSessions } from "./api/sessions";
import { SettingsSection } from "./settings-section";
import { nameUserAgent } from "./user-agent";

type Session = components["schemas"]["SessionBody"];

export function SessionSettings() {
  const revoke = useRevokeSession();
  return (
    <SettingsSection id="sessions" title="Sessions" description="Browsers that are signed in to your account.">
      {revoke.error && (
        <Notice tone="error" className="m-4">
          The session could not be ended. {toApiError(revoke.error).message}
        </Notice>
      )}
      <SessionList onRevoke={(id) => revoke.mutate(id)} revoking={revoke.isPending ? revoke.variables : null} />
    </SettingsSection>
  );
}

function SessionList({ onRevoke, revoking }: { onRevoke: (id: string) => void; revoking: string | null }) {
  const { data, error, isPending, refetch } = useSessions();
  if (isPending) return <LoadingState what="Sessions" rows={3} />;
  if (error) return <ErrorState what="Your sessions" error={error} onRetry={() => void refetch()} />;
  if (data.length === 0) return <EmptyState title="No session is open" reason="This browser's own session has just ended." />;
  return (
    <ul>
      {data.map((session) => (
        <SessionRow key={session.id} session={session} isRevoking={revoking === session.id} onRevoke={() => onRevoke(session.id)} />
      ))}
    </ul>
  );
}

function SessionRow({ session, isRevoking, onRevoke }: { session: Session; isRevoking: boolean; onRevoke: () => void }) {
  const now = useWallNow();
  const name = nameUserAgent(session.user_agent);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-border px-4 py-3 last:border-b-0">
      <div className="min-w-0">
        <p className="flex items-center gap-2 font-medium">
          <span className="truncate" title={session.user_agent}>
            {name}
          </span>
          {session.is_current && <Badge tone="accent">This browser</Badge>}
        </p>
        <p className="text-table text-muted">
          {session.ip} · used <time dateTime={session.last_used_at} title={timeTitle(session.last_used_at)}>{formatAge(session.last_used_at, now)}</time> · signed in{" "}
          <time dateTime={session.created_at} title={timeTitle(session.created_at)}>{formatAge(session.created_at, now)}</time>
        </p>
      </div>
      {!session.is_current && (
        <Button variant="danger" size="small" disabled={isRevoking} aria-label={`Sign out ${name}, ${session.ip}`} onClick={onRevoke}>
          Sign out
        </Button>
      )}
    </li>
  );
}
