"use client";

import { useEffect } from "react";
import { AppearanceSettings } from "./appearance-settings";
import { PasswordSettings } from "./password-settings";
import { SessionSettings } from "./session-settings";

/** What a person can set about how the terminal looks and who may use their account. */
export function SettingsView() {
  // The sections are drawn after the browser looked for the one that the address names.
  useEffect(() => {
    if (window.location.hash) document.getElementById(window.location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-8 px-4 py-6 sm:px-6">
      <h1 className="text-page font-semibold tracking-tight">Settings</h1>
      <AppearanceSettings />
      <PasswordSettings />
      <SessionSettings />
    </div>
  );
}
