export type FactValue = string | number | boolean | null | string[];
export type Facts = Record<string, FactValue>;

interface ErrorBody {
  code: string;
  message: string;
  facts?: Facts;
  request_id?: string;
}

/** A refusal by the server, or its silence. `code` is the contract; `status` is 0 when nothing answered. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly facts: Facts = {},
    readonly requestId: string | null = null,
  ) {
    super(message);
  }

  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== "object" || body === null) return false;
  const { code, message } = body as Partial<ErrorBody>;
  return typeof code === "string" && typeof message === "string";
}

/** Read the server's error body; a proxy's page or nothing at all still becomes a sentence. */
export function readApiError(body: unknown, response: Response): ApiError {
  const requestId = response.headers.get("X-Request-ID");
  if (isErrorBody(body)) {
    return new ApiError(body.message, body.code, response.status, body.facts ?? {}, body.request_id ?? requestId);
  }
  return new ApiError(`The server answered ${response.status} without saying why.`, `http_${response.status}`, response.status, {}, requestId);
}

/** Say why no answer came. An abort by the caller is not a failure and is thrown on as it is. */
export function readNetworkFailure(cause: unknown): unknown {
  if (cause instanceof ApiError) return cause;
  const name = cause instanceof Error ? cause.name : "";
  if (name === "AbortError") return cause;
  if (name === "TimeoutError") {
    return new ApiError("The FinanceHub server did not answer in time. Try again in a moment.", "timed_out", 0);
  }
  return new ApiError("The FinanceHub server cannot be reached. Check that it is running.", "unreachable", 0);
}

/** Turn whatever was thrown into an ApiError, for faces that explain errors. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error && error.message ? error.message : "Something went wrong in this page.";
  return new ApiError(message, "page_error", 0);
}
