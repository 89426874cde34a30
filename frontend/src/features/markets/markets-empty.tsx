import { EmptyState } from "@/components/states/empty-state";
import { Button } from "@/components/ui/button";
import { type MarketTab, TAB_NAMES } from "./market-row";

interface MarketsEmptyProps {
  tab: MarketTab;
  filter: string;
  onClear: () => void;
}

/** Why the table has no rows, and what to do about it. */
export function MarketsEmpty({ tab, filter, onClear }: MarketsEmptyProps) {
  if (filter) {
    return (
      <EmptyState
        title={`Nothing matches “${filter}”`}
        reason={tab === "all" ? "No featured instrument has these words in its symbol or name." : `Nothing under ${TAB_NAMES[tab]} has these words in its symbol or name.`}
        action={<Button onClick={onClear}>Clear the filter</Button>}
      />
    );
  }
  if (tab === "movers") return <EmptyState title="No movers yet" reason="Movers are ranked once quotes with a change have arrived." />;
  return <EmptyState title={`No instruments under ${TAB_NAMES[tab]}`} reason="None of the sources in use lists one. Other tabs may have some." />;
}
