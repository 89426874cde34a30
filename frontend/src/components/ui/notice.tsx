import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/class-names";

interface NoticeProps {
  tone: "error" | "success";
  children: ReactNode;
  className?: string;
}

/** A sentence about what just happened: what, why, and what to do. */
export function Notice({ tone, children, className }: NoticeProps) {
  const Icon = tone === "error" ? CircleAlert : CircleCheck;
  return (
    <div
      role={tone === "error" ? "alert" : "status"}
      className={cn(
        "flex gap-2.5 rounded-md px-3 py-2.5 text-body [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0",
        tone === "error" ? "bg-error-soft text-error" : "bg-up-soft text-up",
        className,
      )}
    >
      <Icon aria-hidden="true" />
      <div className="min-w-0 wrap-anywhere">{children}</div>
    </div>
  );
}
