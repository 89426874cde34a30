import { SearchX } from "lucide-react";
import { EmptyState } from "@/components/states/empty-state";
import { ButtonLink } from "@/components/ui/button-link";
import { toApiError } from "@/lib/api/api-error";

/** Read the suggestions of a refusal, whatever the list is called. */
export function suggestionsOf(error: unknown): string[] {
  const { suggestions } = toApiError(error).facts;
  return Array.isArray(suggestions) ? suggestions : [];
}

/** A symbol that nobody knows, and those that come close. */
export function UnknownAsset({ symbol, error }: { symbol: string; error: unknown }) {
  const suggestions = suggestionsOf(error);
  return (
    <div className="grid min-h-[60dvh] place-items-center">
      <h1 className="sr-only">{symbol}</h1>
      <EmptyState
        icon={<SearchX aria-hidden="true" />}
        title={`There is no instrument called ${symbol}`}
        reason={suggestions.length > 0 ? "These come close:" : "Check the spelling, or search for its name with Ctrl-K."}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            {suggestions.map((name) => (
              <ButtonLink key={name} href={`/assets/${encodeURIComponent(name)}`}>
                {name}
              </ButtonLink>
            ))}
            <ButtonLink href="/markets" variant={suggestions.length > 0 ? "ghost" : "primary"}>
              All markets
            </ButtonLink>
          </div>
        }
      />
    </div>
  );
}
