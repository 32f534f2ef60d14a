"""The bus between processes: whole frames in order, also the last ones of a driver that leaves, and of one bit rate."""

import can
import pytest

from exo_control.joints import JOINT_NAMES
from exo_hardware.cubemars_emulator import CubemarsEmulator
from exo_hardware.drive_injection import Injection
from exo_hardware.errors import HardwareError
from exo_hardware.local_bus import BUS_OFF_BIT, LocalBus, LocalBusHub, exists
from exo_hardware.plant import HangingLegs

LEFT = JOINT_NAMES[1]


@pytest.fixture
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.node.nodeid)[-80:]


@pytest.fixture
def hub(channel: str):
    made = LocalBusHub(channel, 1_000_000)
    yield made
    made.shutdown()


def frames(bus, count: int) -> list[can.Message]:
    return [message for _ in range(count) if (message := bus.recv(0.5)) is not None]


def test_frames_pass_both_ways_with_their_kind_and_the_drives_time_stamps(hub, channel: str) -> None:
    bus = LocalBus(channel, 1_000_000)
    bus.send(can.Message(arbitration_id=1, data=[1, 2], is_extended_id=False))
    bus.send(can.Message(arbitration_id=0x801, data=bytes(range(8)), is_extended_id=True))
    short, long = frames(hub, 2)
    assert (short.arbitration_id, bytes(short.data), short.is_extended_id) == (1, b"\1\2", False)
    assert (long.arbitration_id, bytes(long.data), long.is_extended_id) == (0x801, bytes(range(8)), True)
    assert 0.0 < short.timestamp <= long.timestamp
    hub.send(can.Message(timestamp=12.5, arbitration_id=0x2901, data=[7], is_extended_id=True))
    (answer,) = frames(bus, 1)
    assert (answer.timestamp, answer.arbitration_id, bytes(answer.data)) == (12.5, 0x2901, b"\7")
    assert bus.recv(0.0) is None
    bus.shutdown()


def test_the_last_frames_of_a_driver_that_leaves_with_answers_unread_arrive(hub, channel: str) -> None:
    bus = LocalBus(channel, 1_000_000)
    bus.send(can.Message(arbitration_id=1, data=[0]))
    assert len(frames(hub, 1)) == 1
    hub.send(can.Message(arbitration_id=1, data=[9]))
    for number in range(5):
        bus.send(can.Message(arbitration_id=1, data=[number]))
    bus.shutdown()
    assert [message.data[0] for message in frames(hub, 5)] == [0, 1, 2, 3, 4]
    assert hub.recv(0.0) is None
    again = LocalBus(channel, 1_000_000)
    again.send(can.Message(arbitration_id=1, data=[7]))
    assert frames(hub, 1)[0].data[0] == 7
    again.shutdown()


def test_a_driver_of_another_bit_rate_is_not_understood_and_goes_bus_off(hub, channel: str) -> None:
    bus = LocalBus(channel, 500_000)
    bus.send(can.Message(arbitration_id=1, data=[1]))
    assert hub.recv(0.05) is None
    hub.send(can.Message(arbitration_id=1, data=[2]))
    (error,) = frames(bus, 2)
    assert error.is_error_frame and error.arbitration_id & BUS_OFF_BIT
    bus.shutdown()


def test_drives_that_have_gone_are_an_error_for_sender_and_reader(channel: str) -> None:
    hub = LocalBusHub(channel, 1_000_000)
    bus = LocalBus(channel, 1_000_000)
    hub.shutdown()
    with pytest.raises(can.CanOperationError, match="emulated drives"):
        for _ in range(3):
            bus.send(can.Message(arbitration_id=1))
    with pytest.raises(can.CanOperationError, match="the emulated drives have gone"):
        bus.recv(0.1)
    bus.shutdown()


def test_a_channel_is_found_only_while_it_is_there_and_given_out_once(channel: str) -> None:
    assert not exists(channel)
    with pytest.raises(OSError):
        LocalBus(channel, 1_000_000)
    hub = LocalBusHub(channel, 1_000_000)
    assert exists(channel)
    with pytest.raises(HardwareError, match="it is in use; take another name"):
        LocalBusHub(channel, 1_000_000)
    hub.shutdown()
    assert not exists(channel)


def test_a_refused_identifier_cannot_be_sent_by_any_driver_until_it_is_taken_again(hub, channel: str) -> None:
    def refuses(bus: LocalBus, identifier: int) -> bool:
        hub.recv(0.0)  # let the hub see who has come
        assert bus.recv(0.0) is None
        try:
            bus.send(can.Message(arbitration_id=identifier))
        except can.CanOperationError as error:
            assert f"no buffer space for frame 0x{identifier:X}" in str(error)
            return True
        return False

    early = LocalBus(channel, 1_000_000)
    assert not refuses(early, 2)
    hub.refuse([2])
    late = LocalBus(channel, 1_000_000)
    assert refuses(early, 2) and refuses(late, 2)
    assert not refuses(early, 1) and not refuses(late, 1)
    hub.refuse([1])
    assert refuses(early, 1) and not refuses(early, 2)
    hub.refuse([])
    assert not refuses(early, 1) and not refuses(late, 1)
    early.shutdown()
    late.shutdown()


@pytest.mark.parametrize("kind", ["standard", "extended"])
def test_emulated_drives_on_a_local_bus_let_the_adapter_refuse_frames_to_one_of_them(
    make_rig, ideal, models, hub, channel: str, kind: str
) -> None:
    device = make_rig(kind).device
    emulator = CubemarsEmulator(device, ideal, HangingLegs(), models=models, bus=hub)
    bus = LocalBus(channel, 1_000_000)
    right, left = (drive.command_id for drive in emulator.drives)
    extended = kind == "extended"

    def sends(identifier: int) -> bool:
        emulator.serve()
        while bus.recv(0.0) is not None:
            pass
        try:
            bus.send(can.Message(arbitration_id=identifier, is_extended_id=extended))
        except can.CanOperationError:
            return False
        return True

    assert sends(right) and sends(left)
    emulator.bench.inject(Injection.REFUSED_SEND, LEFT)
    assert sends(right) and not sends(left)
    emulator.bench.heal(Injection.REFUSED_SEND, LEFT)
    assert sends(right) and sends(left)
    bus.shutdown()
