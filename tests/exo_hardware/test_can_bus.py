"""The bit rate of a socketcan interface, as ``ip`` shows it, against that of the device file."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exo_hardware.can_bus import open_bus
from exo_hardware.device_config import BusConfig
from exo_hardware.errors import HardwareError

CONFIG = BusConfig(interface="socketcan", channel="can77", bitrate=1_000_000)
NO_SUCH_INTERFACE = "cannot open socketcan channel can77: .*; list the interfaces with `ip link`"

FakeIp = Callable[..., None]


def link(info_data: dict[str, object]) -> str:
    """What ``ip -details -json link show`` prints, as far as it is read."""
    return json.dumps([{"ifname": "can77", "linkinfo": {"info_kind": "can", "info_data": info_data}}])


@pytest.fixture
def fake_ip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeIp:
    """Put an ``ip`` on the path that knows one question, and gives this answer and exit code."""

    def install(answer: str, code: int = 0) -> None:
        file = tmp_path / "ip"
        file.write_text(
            f"#!{sys.executable}\n"
            "import sys\n"
            f"if sys.argv[1:] != ['-details', '-json', 'link', 'show', {CONFIG.channel!r}]:\n"
            "    sys.exit(f'asked for {sys.argv[1:]}')\n"
            f"print({answer!r})\n"
            f"sys.exit({code})\n"
        )
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


def test_a_socketcan_interface_of_another_bit_rate_is_refused_with_both_ways_to_mend_it(fake_ip: FakeIp) -> None:
    fake_ip(link({"bittiming": {"bitrate": 500_000}}))
    with pytest.raises(HardwareError) as refusal:
        open_bus(CONFIG)
    text = str(refusal.value)
    assert "socketcan channel can77 runs at 500000 bit/s, the device file has bus.bitrate = 1000000" in text
    assert "correct the file, or: sudo ip link set can77 down" in text
    assert text.endswith("sudo ip link set can77 up type can bitrate 1000000")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(link({"bittiming": {"bitrate": 1_000_000}}), 0, id="the right bit rate"),
        pytest.param("", 1, id="no such interface"),
        pytest.param(link({}), 0, id="an interface without a bit rate, such as vcan"),
        pytest.param("[]", 0, id="nothing"),
        pytest.param("Object is unknown", 0, id="an ip that does not know JSON"),
    ],
)
def test_any_other_answer_leaves_it_to_opening_the_interface(fake_ip: FakeIp, answer: str, code: int) -> None:
    fake_ip(answer, code)
    with pytest.raises(HardwareError, match=NO_SUCH_INTERFACE):  # can77 is not there, whatever ip says
        open_bus(CONFIG)


def test_without_ip_it_is_left_to_opening_the_interface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HardwareError, match=NO_SUCH_INTERFACE):
        open_bus(CONFIG)
