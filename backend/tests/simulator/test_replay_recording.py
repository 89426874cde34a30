import gzip
from pathlib import Path

import pytest
from small_recording import FRAMES, START_NS, lines, write

from financehub.errors import BadRecording
from financehub.simulator.replay_recording import load_recording


@pytest.mark.parametrize("name", ["small.txt", "small.txt.gz"])
def test_a_recording_is_read_plain_or_zipped(tmp_path: Path, name: str) -> None:
    recording = load_recording(write(tmp_path, lines(), name))
    assert (len(recording.frames), len(recording.trades), len(recording.changes), len(recording.snapshots)) == (8, 3, 4, 1)
    assert recording.start_ns == START_NS
    assert recording.end_ns == START_NS + 71_000_000_000
    assert recording.frames[0].stream == "abcusdt@depth@100ms"
    assert recording.frames[0].data == FRAMES[0][1].partition('"data":')[2][:-1].encode()


def test_the_older_layout_has_a_header_and_seconds(tmp_path: Path) -> None:
    text = f"wss://example/stream <-> 1633998511.159679\n1633998512.0633569: {FRAMES[0][1]}\n1633998513: {FRAMES[2][1]}\n"
    recording = load_recording(write(tmp_path, text.encode()))
    assert [frame.time_ns for frame in recording.frames] == [1_633_998_512_063_356_900, 1_633_998_513_000_000_000]


def test_answers_to_commands_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    extra = f'{START_NS} {{"result":null,"id":1}}\n\n'.encode()
    assert len(load_recording(write(tmp_path, extra + lines())).frames) == 8


def test_small_steps_back_are_the_recorders(tmp_path: Path) -> None:
    recording = load_recording(write(tmp_path, lines([(1.0, FRAMES[0][1]), (0.2, FRAMES[2][1])])))
    assert [frame.time_ns - START_NS for frame in recording.frames] == [1_000_000_000, 1_000_000_000]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no frames"),
        (b"wss://example <-> 1\n", "holds no frames"),
        (b"hello\n", "line 1 does not begin with a time"),
        (lines() + b"17x {}\n", "line 10 does not begin with a time"),
        (lines() + b'1700000099000000000 {"stream":"a@trade","data":{', "line 10 is not a recorded frame"),
        (lines() + b"1700000099000000000 [1]\n", "line 10 is not a recorded frame"),
        (lines() + b'1700000099000000000 {"stream":"a@trade","data":{"s":"A"}}\n', "line 10 is not a recorded frame"),
        (lines() + b"1700000099000000000 {\xff}\n", "line 10 is not a recorded frame"),
        (lines([*FRAMES, (5.0, FRAMES[0][1])]), r"line 10 runs 66\.0 s backwards"),
    ],
)
def test_what_cannot_be_replayed_is_refused_by_line(tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(BadRecording, match=complaint) as refused:
        load_recording(write(tmp_path, content))
    assert refused.value.facts["path"] == "small.txt"


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(lines())
    for broken in (whole[:-12], whole[:40], whole[:20] + b"\0\0\0\0\0\0" + whole[26:]):
        path = tmp_path / "broken.gz"
        path.write_bytes(broken)
        with pytest.raises(BadRecording, match=r"broken\.gz: line \d+ "):
            load_recording(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"nothing\.txt cannot be read: No such file"):
        load_recording(tmp_path / "nothing.txt")
    with pytest.raises(BadRecording, match="cannot be read"):
        load_recording(tmp_path)
