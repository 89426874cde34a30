"use client";

import { useTheme } from "next-themes";
import { THEMES } from "@/components/theme/theme-choices";
import { Segments } from "@/components/ui/toggle-group";
import { usePreferences, type Density, type UpDown } from "@/lib/preferences/preferences";
import { Setting, SettingsSection } from "./settings-section";

const THEME_CHOICES = THEMES.map(({ value, label, icon: Icon }) => ({
  value,
  name: label,
  label: (
    <>
      <Icon aria-hidden="true" />
      <span className="max-sm:hidden">{label}</span>
    </>
  ),
}));

const UP_DOWN_CHOICES: readonly { value: UpDown; label: string }[] = [
  { value: "green-red", label: "Green and red" },
  { value: "blue-orange", label: "Blue and orange" },
];

const DENSITY_CHOICES: readonly { value: Density; label: string }[] = [
  { value: "comfortable", label: "Comfortable" },
  { value: "compact", label: "Compact" },
];

export function AppearanceSettings() {
  const { theme = "system", setTheme } = useTheme();
  const { upDown, density } = usePreferences();
  return (
    <SettingsSection id="appearance" title="Appearance" description="Kept in this browser.">
      <Setting label="Theme" hint="System follows your device.">
        <Segments label="Theme" value={theme} choices={THEME_CHOICES} onChoose={setTheme} />
      </Setting>
      <Setting label="Up and down" hint="Figures carry a sign as well, never colour alone.">
        <div className="flex flex-wrap items-center gap-3">
          <span className="text-table">
            <span className="text-up">+1.24</span> <span className="text-down">−0.86</span>
          </span>
          <Segments label="Up and down" value={upDown} choices={UP_DOWN_CHOICES} onChoose={(next) => usePreferences.setState({ upDown: next })} />
        </div>
      </Setting>
      <Setting label="Density" hint="The height of table rows.">
        <Segments label="Density" value={density} choices={DENSITY_CHOICES} onChoose={(next) => usePreferences.setState({ density: next })} />
      </Setting>
    </SettingsSection>
  );
}
