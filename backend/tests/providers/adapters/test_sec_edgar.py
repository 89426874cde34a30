import msgspec
import pytest

from financehub.errors import BadPayload, NotCovered
from financehub.market.filing import FilingsQuery
from financehub.providers.adapters.sec_edgar import PROVIDER
from financehub.providers.provider import Request

SUBMISSIONS = next(endpoint for endpoint in PROVIDER.endpoints if endpoint.name == "submissions")
QUERY = FilingsQuery("0001234567")
NAMES = ("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "form", "primaryDocument", "primaryDocDescription")
OLDER = msgspec.json.encode({name: [] for name in NAMES})


@pytest.mark.parametrize("symbol", ["AAPL", "", "12345678901", "123/../4", "٣٢١"])
def test_what_is_no_cik_is_not_covered(symbol: str) -> None:
    with pytest.raises(NotCovered, match="names issuers by CIK"):
        SUBMISSIONS.request(FilingsQuery(symbol))


def test_older_pages_are_asked_one_after_the_other() -> None:
    assert SUBMISSIONS.next_request is not None
    second = Request(path="/submissions/a-001.json", host="data", follow=("a-002.json", "a-003.json"))
    third = SUBMISSIONS.next_request(OLDER, QUERY, second)
    assert third == Request(path="/submissions/a-002.json", host="data", follow=("a-003.json",))
    fourth = SUBMISSIONS.next_request(OLDER, QUERY, third)
    assert fourth == Request(path="/submissions/a-003.json", host="data")
    assert SUBMISSIONS.next_request(OLDER, QUERY, fourth) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b.json", "", "x?y=1", "é.json"])
def test_a_page_that_leads_elsewhere_is_refused(name: str) -> None:
    assert SUBMISSIONS.next_request is not None
    body = msgspec.json.encode({"filings": {"recent": msgspec.json.decode(OLDER), "files": [{"name": name}]}})
    with pytest.raises(BadPayload, match="named a file"):
        SUBMISSIONS.next_request(body, QUERY, SUBMISSIONS.request(QUERY))
