"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { HOME } from "@/lib/session/return-path";

export default function HomePage() {
  const router = useRouter();
  useEffect(() => router.replace(HOME), [router]);
  return null;
}
