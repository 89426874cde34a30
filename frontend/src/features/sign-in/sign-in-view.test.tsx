import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { setAccess } from "@/lib/api/access";
import { ApiError } from "@/lib/api/api-error";
import { useSession } from "@/lib/session/session-store";
import { renderInApp, SIGNED_IN } from "@/testing/render";
import { SignInView } from "./sign-in-view";

const router = { replace: vi.fn() };
vi.mock("next/navigation", () => ({ useRouter: () => router }));

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  router.replace.mockClear();
  window.history.replaceState(null, "", "/sign-in?next=%2Fsettings");
  setAccess(null);
  useSession.setState({ status: "signed-out", user: null, error: null, linkError: null });
});
afterEach(() => {
  setAccess(null);
  server.resetHandlers();
});
afterAll(() => server.close());

it("waits while the session is unknown, and goes back once there is one", () => {
  useSession.setState({ status: "unknown" });
  renderInApp(<SignInView />);
  expect(screen.getByText("Signing you in.")).toBeInTheDocument();
  act(() => setAccess({ ...SIGNED_IN }));
  expect(router.replace).toHaveBeenCalledWith("/settings");
});

it("signs in by name and password, and says why not", async () => {
  server.use(
    http.post("http://127.0.0.1:8000/api/auth/sign-in", async ({ request }) => {
      const body = await request.json();
      expect(body).toMatchObject({ name: "owner" });
      if ((body as { password: string }).password !== "right")
        return HttpResponse.json({ code: "unauthenticated", message: "The name or the password is wrong.", facts: {}, request_id: "r" }, { status: 401 });
      return HttpResponse.json({
        access_token: "t",
        expires_at: new Date(Date.now() + 900_000).toISOString(),
        user: { id: 1, name: "owner", is_owner: true, has_password: true },
      });
    }),
  );
  renderInApp(<SignInView />);
  await userEvent.type(screen.getByLabelText("Name"), " owner ");
  await userEvent.type(screen.getByLabelText("Password"), "wrong");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The name or the password is wrong.");
  await userEvent.clear(screen.getByLabelText("Password"));
  await userEvent.type(screen.getByLabelText("Password"), "right{Enter}");
  await waitFor(() => expect(router.replace).toHaveBeenCalledWith("/settings"));
});

it("explains a link that was used or has expired, and how to get another", () => {
  useSession.setState({ linkError: new ApiError("used", "unauthenticated", 401) });
  renderInApp(<SignInView />);
  const problem = screen.getByRole("alert");
  expect(problem).toHaveTextContent("This sign-in link does not work any more");
  expect(problem).toHaveTextContent("financehub link");
});

it("keeps a link that the server may not have seen", () => {
  useSession.setState({ linkError: new ApiError("It is away.", "unreachable", 0) });
  renderInApp(<SignInView />);
  expect(screen.getByRole("alert")).toHaveTextContent("The sign-in link could not be checked");
});

it("says that the server is away", () => {
  useSession.setState({ status: "unreachable", error: new ApiError("It is away.", "unreachable", 0) });
  renderInApp(<SignInView />);
  expect(screen.getByRole("alert")).toHaveTextContent("The sign-in could not be shown");
});
