"""What each job does; every one of them can run twice without harm."""

from collections.abc import Callable, Mapping, Sequence

from financehub import clock
from financehub.accounts import actions as account_actions
from financehub.assets import actions as asset_actions
from financehub.assets import queries as asset_queries
from financehub.errors import FinanceHubError
from financehub.market.instrument import AssetClass
from financehub.providers.provider import Dataset
from financehub.tasks import schedule
from financehub.tasks.job_runs import JobReport, prune_job_runs
from financehub.tasks.loop_bridge import LoopBridge

QUOTES_AT_ONCE = 10
SESSION_PAUSE_SECONDS = 20.0
"""Between batches of symbols that are asked for one by one: half of what a source allows per minute stays for those who look."""
QUOTES_LIMIT = 500


def build_jobs(bridge: LoopBridge) -> Mapping[str, Callable[[], JobReport]]:
    """Return the work of each scheduled job by its name."""
    return {
        schedule.REFRESH_CATALOGUE.name: lambda: refresh_catalogue(bridge),
        schedule.REFRESH_CRYPTO_QUOTES.name: lambda: refresh_quotes(bridge, [AssetClass.CRYPTO]),
        schedule.REFRESH_SESSION_QUOTES.name: lambda: refresh_session_quotes(bridge),
        schedule.PRUNE_SESSIONS.name: lambda: JobReport(changed=account_actions.prune_sessions()),
        schedule.PRUNE_JOB_RUNS.name: prune_job_runs,
    }


def refresh_catalogue(bridge: LoopBridge) -> JobReport:
    """Put in the starter instruments, then whatever each source lists.

    A source that fails does not stop the others; if it may answer later, the report says so and the slot runs again.
    """
    providers = {id_: source.provider for id_, source in bridge.orchestrator.sources.items()}
    reports = [_as_report("starter catalogue", asset_actions.seed_catalogue(providers))]
    for id_, provider in providers.items():
        if not provider.endpoints_for(Dataset.INSTRUMENTS):
            continue
        bridge.check()
        try:
            answer = bridge.ask(bridge.orchestrator.list_instruments(id_))
        except FinanceHubError as error:
            reason = f"{id_}: {error.message}"
            reports.append(JobReport(rejected=[reason], error=reason if error.retryable else ""))
            continue
        reports.append(_as_report(id_, asset_actions.save_listing(id_, answer.value)))
        bridge.forget_names()
    return _sum(reports)


def _as_report(source: str, listing: asset_actions.ListingReport) -> JobReport:
    rejected = [f"{source}: {name}: {reason}" for name, reason in listing.rejected]
    return JobReport(written=listing.created, changed=listing.updated, rejected=rejected)


def _sum(reports: Sequence[JobReport]) -> JobReport:
    return JobReport(
        written=sum(report.written for report in reports),
        changed=sum(report.changed for report in reports),
        rejected=[reason for report in reports for reason in report.rejected],
        error="; ".join(report.error for report in reports if report.error),
    )


def refresh_session_quotes(bridge: LoopBridge) -> JobReport:
    """Refresh what trades in New York, while it does."""
    if not schedule.is_new_york_session(clock.now()):
        return JobReport()
    return refresh_quotes(bridge, [AssetClass.EQUITY, AssetClass.ETF, AssetClass.INDEX], pause_seconds=SESSION_PAUSE_SECONDS)


def refresh_quotes(bridge: LoopBridge, asset_classes: Sequence[AssetClass], *, pause_seconds: float = 0.0) -> JobReport:
    """Ask for the featured instruments' quotes, so that whoever opens the terminal finds them fresh and stored.

    `written` counts quotes that came from a source just now, `rejected` the symbols that nobody had a quote of.
    """
    symbols = [
        instrument.symbol
        for asset_class in asset_classes
        for instrument in asset_queries.list_instruments(
            asset_class=asset_class, is_featured=True, limit=QUOTES_LIMIT
        ).instruments
    ]
    reports = []
    for start in range(0, len(symbols), QUOTES_AT_ONCE):
        if start:
            bridge.pause(pause_seconds)
        answer = bridge.ask(bridge.orchestrator.quotes(symbols[start : start + QUOTES_AT_ONCE]))
        fresh = sum(1 for each in answer.answers.values() if each.provenance.cached is None)
        rejected = [f"{symbol}: {error.message}" for symbol, error in answer.failures.items()]
        reports.append(JobReport(written=fresh, rejected=rejected))
    return _sum(reports)
