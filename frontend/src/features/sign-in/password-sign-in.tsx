"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { toApiError } from "@/lib/api/api-error";
import { signInWithPassword } from "@/lib/api/auth";

export function PasswordSignIn() {
  const signIn = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) => signInWithPassword(name, password),
  });
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ name: String(form.get("name")).trim(), password: String(form.get("password")) });
  };
  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-4">
      {signIn.error && <Notice tone="error">{toApiError(signIn.error).message}</Notice>}
      <Field label="Name" name="name" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
      <Field label="Password" name="password" type="password" required autoComplete="current-password" />
      <Button type="submit" variant="primary" size="large" disabled={signIn.isPending}>
        {signIn.isPending ? "Signing in" : "Sign in"}
      </Button>
    </form>
  );
}
