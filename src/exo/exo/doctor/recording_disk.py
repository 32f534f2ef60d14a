"""Room for recordings, in the folder that the doctor is run in."""

from exo.doctor.finding import Finding, note, ok, problem
from exo.doctor.machine import Machine

BYTES_PER_HOUR = 1.2e9
"""Of a trial with emulated drives, recorded at 100 Hz (docs/safety/soak.md)."""

FEW_HOURS, MANY_HOURS = 0.1, 4.0


def check(machine: Machine) -> list[Finding]:
    """Return a finding about the folder of the trials."""
    trials = machine.folder / "trials"
    folder = trials if trials.is_dir() else machine.folder
    if not machine.writable(folder):
        return [problem("disk", f"{folder} cannot be written to", "ros2 launch exo sim.launch.py trial_dir:=~/trial")]
    free = machine.free_bytes(folder)
    hours = free / BYTES_PER_HOUR
    text = f"{free / 1e9:.1f} GB free in {folder}, enough for {hours:.1f} hours of recording"
    if hours < FEW_HOURS:
        return [problem("disk", text, "du -sh trials/*, and delete what you do not need")]
    if hours < MANY_HOURS:
        return [note("disk", text, "du -sh trials/*, and delete what you do not need")]
    return [ok("disk", text)]
