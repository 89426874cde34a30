/** One source that was considered on the way to an answer. */
export interface TraceStep {
  source: string;
  outcome: string;
  reason?: string | null;
  code?: string | null;
  milliseconds?: number | null;
}

/** Where a figure came from, as REST answers and live frames both say it. */
export interface Provenance {
  source: string;
  as_of: string;
  fetched_at: string;
  delay_class: string;
  unit: string;
  currency?: string | null;
  cached?: string | null;
  trace?: readonly TraceStep[];
  /** 0 to 1; only where several sources answered. */
  confidence?: number | null;
  dispersion_bp?: number | null;
}
