import type { ReactNode } from "react";

interface SettingsSectionProps {
  id: string;
  title: string;
  description: string;
  children: ReactNode;
}

export function SettingsSection({ id, title, description, children }: SettingsSectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-16">
      <h2 id={`${id}-title`} className="text-section font-semibold">
        {title}
      </h2>
      <p className="mb-3 text-body text-muted">{description}</p>
      <div className="rounded-md border border-border bg-surface">{children}</div>
    </section>
  );
}

interface SettingProps {
  label: string;
  hint?: string;
  children: ReactNode;
}

export function Setting({ label, hint, children }: SettingProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-border px-4 py-3 last:border-b-0">
      <div className="min-w-40">
        <p className="font-medium">{label}</p>
        {hint && <p className="text-table text-muted">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
