"use client";

import { useRef, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { toApiError } from "@/lib/api/api-error";
import { useSession } from "@/lib/session/session-store";
import { useChangePassword } from "./api/change-password";
import { SettingsSection } from "./settings-section";

const SHORTEST = 12;

/** Say what is wrong with a new password before the server has to; the server checks more. */
export function checkNewPassword(next: string, again: string): string | null {
  if (next.length < SHORTEST) return `Use at least ${SHORTEST} characters.`;
  return next === again ? null : "The two entries differ.";
}

export function PasswordSettings() {
  const user = useSession((session) => session.user);
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const change = useChangePassword(() => form.current?.reset());
  const hasPassword = user?.hasPassword ?? false;
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const next = String(data.get("next"));
    const found = checkNewPassword(next, String(data.get("again")));
    setProblem(found);
    if (!found) change.mutate({ current: hasPassword ? String(data.get("current")) : null, next });
  };
  return (
    <SettingsSection id="password" title="Password" description={hasPassword ? "Changing it signs out your other browsers." : "Set one to sign in without a link."}>
      <form ref={form} onSubmit={handleSubmit} className="flex max-w-sm flex-col gap-4 p-4">
        {change.error && <Notice tone="error">{toApiError(change.error).message}</Notice>}
        {change.isSuccess && <Notice tone="success">Your password is saved.</Notice>}
        <input type="text" name="username" autoComplete="username" defaultValue={user?.name} hidden readOnly />
        {hasPassword && <Field label="Current password" name="current" type="password" required autoComplete="current-password" />}
        <Field label="New password" name="next" type="password" required autoComplete="new-password" hint={`At least ${SHORTEST} characters.`} />
        <Field label="New password again" name="again" type="password" required autoComplete="new-password" error={problem} />
        <Button type="submit" variant="primary" className="self-start" disabled={change.isPending}>
          {hasPassword ? "Change password" : "Set password"}
        </Button>
      </form>
    </SettingsSection>
  );
}
