"""Driver and emulated drives in two processes, over udp_multicast: frames of the other arrive, own ones do not."""

import multiprocessing
import time

import numpy as np
import pytest

from exo_hardware.cubemars_driver import CubemarsDriver
from exo_hardware.cubemars_emulator import CubemarsEmulator
from exo_hardware.device_config import BusConfig, DeviceConfig
from exo_hardware.plant import HangingLegs

from .conftest import OFFSETS_RAD, make_calibration, make_device
from .multicast import multicast_works

BUS = BusConfig(interface="udp_multicast", channel="239.74.163.5", bitrate=1_000_000)


def serve(device: DeviceConfig, emulation, models) -> None:
    emulator = CubemarsEmulator(device, emulation, HangingLegs(weight_nm=0.0), OFFSETS_RAD, models=models)
    begin_s = time.monotonic()
    while True:
        emulator.wait_and_serve(0.01, begin_s)


@pytest.mark.skipif(not multicast_works(), reason="this machine has no multicast route")
def test_driver_and_drives_talk_from_process_to_process(ideal, models) -> None:
    device = make_device("standard", "none", reply_timeout_s=0.05, open_timeout_s=5.0, silent_after_s=0.1)
    device = device.model_copy(update={"bus": BUS})
    drives = multiprocessing.get_context("fork").Process(target=serve, args=(device, ideal, models), daemon=True)
    drives.start()
    try:
        with CubemarsDriver(device, make_calibration(device), models) as driver:
            for _ in range(5):
                driver.poll()
                state = driver.receive()
            assert state.position_rad == pytest.approx(np.zeros(2), abs=0.01)
            assert state.frames_received >= 10 and state.frames_refused == 0
    finally:
        drives.kill()
        drives.join()
