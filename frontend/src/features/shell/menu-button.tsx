"use client";

import { Suspense, useState, type ComponentProps, type ComponentType, type ReactElement } from "react";
import { Button } from "@/components/ui/button";

export interface MenuProps {
  /** The button that the menu hangs on. */
  trigger: ReactElement;
}

interface MenuButtonProps extends ComponentProps<"button"> {
  /** Loaded when the button is pressed for the first time; it opens at once. */
  menu: ComponentType<MenuProps>;
  /** Start loading before the press, when a pointer or the focus comes near. */
  onNear: () => void;
}

/** The button of a menu. Menus are no part of the first load: few who open a page open one. */
export function MenuButton({ menu: Menu, onNear, ...props }: MenuButtonProps) {
  const [isWanted, setWanted] = useState(false);
  const button = <Button variant="ghost" size="icon" {...props} />;
  if (isWanted) {
    return (
      <Suspense fallback={button}>
        <Menu trigger={button} />
      </Suspense>
    );
  }
  return <Button variant="ghost" size="icon" aria-haspopup="menu" aria-expanded={false} onPointerEnter={onNear} onFocus={onNear} onClick={() => setWanted(true)} {...props} />;
}
