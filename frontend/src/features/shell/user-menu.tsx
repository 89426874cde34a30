"use client";

import { Keyboard, LogOut, MonitorSmartphone, Settings } from "lucide-react";
import { useRouter } from "next/navigation";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { signOut } from "@/lib/api/auth";
import { useSession } from "@/lib/session/session-store";
import { useCommands } from "./command-context";
import type { MenuProps } from "./menu-button";

export function UserMenu({ trigger }: MenuProps) {
  const user = useSession((session) => session.user);
  const router = useRouter();
  const { openHelp } = useCommands();
  if (!user) return null;
  return (
    <DropdownMenu modal={false} defaultOpen>
      <DropdownMenuTrigger asChild>{trigger}</DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel>
          <span className="block max-w-48 truncate font-medium text-foreground">{user.name}</span>
          {user.isOwner ? "Owner of this installation" : "Member"}
        </DropdownMenuLabel>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => router.push("/settings")}>
          <Settings aria-hidden="true" />
          Settings
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => router.push("/settings#sessions")}>
          <MonitorSmartphone aria-hidden="true" />
          Sessions
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={openHelp}>
          <Keyboard aria-hidden="true" />
          Keyboard
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        {/* Even when the server does not answer, this browser forgets its token: the session gate takes over. */}
        <DropdownMenuItem onSelect={() => void signOut().catch(() => undefined)}>
          <LogOut aria-hidden="true" />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
