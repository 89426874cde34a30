import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api/client";
import { notePasswordSet } from "@/lib/session/session-store";

export interface PasswordChange {
  current: string | null;
  next: string;
}

/** Set a password, or change it with proof of the old one. */
export function useChangePassword(onDone: () => void) {
  return useMutation({
    mutationFn: ({ current, next }: PasswordChange) =>
      unwrap(api.POST("/api/auth/password", { body: { current_password: current, new_password: next } })),
    onSuccess: () => {
      notePasswordSet();
      onDone();
    },
  });
}
