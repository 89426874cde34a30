"use client";

import { CircleUserRound } from "lucide-react";
import { lazy } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import { useSession } from "@/lib/session/session-store";
import { MenuButton } from "./menu-button";

const loadMenu = () => import("./user-menu").then((module) => ({ default: module.UserMenu }));
const UserMenu = lazy(loadMenu);

export function UserButton() {
  const user = useSession((session) => session.user);
  if (!user) return <Skeleton className="mx-1 size-6 rounded-full" />;
  return (
    <MenuButton menu={UserMenu} onNear={() => void loadMenu().catch(() => undefined)} aria-label={`Account: ${user.name}`} title={user.name}>
      <CircleUserRound aria-hidden="true" />
    </MenuButton>
  );
}
