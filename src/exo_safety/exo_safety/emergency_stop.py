"""The software emergency stop: pressed unless it keeps saying that it is not."""

import math

from exo_safety.watchdog import Watchdog


class EmergencyStop:
    """Follows the heartbeat of an emergency stop, normally closed as a wire would be.

    It counts as pressed when a heartbeat says so and when none has come for the time-out: a switch that died, or a
    network that broke, stops the device. Where two beat at once, the pressed one wins: what it says counts for the
    time-out, whatever the other says. The limiter's fault is the latch. It does not replace a switch that cuts the
    power of the drives.
    """

    def __init__(self, timeout_s: float) -> None:
        """Create a stop that counts as pressed until the first heartbeat."""
        self._heartbeat = Watchdog(timeout_s)
        self._closed = False
        self._pressed_s = -math.inf

    def beat(self, closed: bool, now_s: float) -> None:
        """Take a heartbeat: ``closed`` is false while the switch is pressed."""
        self._closed = closed
        if not closed:
            self._pressed_s = now_s
        self._heartbeat.feed(now_s)

    def expect(self, now_s: float) -> None:
        """Allow for the next heartbeat the whole time-out from now on, since nobody listened meanwhile."""
        self._heartbeat.feed(now_s)

    def problem(self, now_s: float) -> str | None:
        """Return why the device must stop, or None."""
        age_s = self._heartbeat.age_s(now_s)
        if age_s >= self._heartbeat.timeout_s:
            return f"no heartbeat of the emergency stop for {age_s:.3f} s, limit {self._heartbeat.timeout_s:g} s"
        pressed = not self._closed or now_s - self._pressed_s < self._heartbeat.timeout_s
        return "the emergency stop is pressed" if pressed else None
