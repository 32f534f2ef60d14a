"""SCONE's own walker (Examples3, H0918 with two states, on OpenSim 4), with actuators of an exoskeleton at its hips."""

import os
import shutil
from pathlib import Path

from exo_scone.exo_actuators import EXO_PEAK_NM
from exo_scone.finder import SconeInstall
from exo_scone.scenario import SconeFiles

PARTS = {
    "model.osim": "models/H0918v3.osim",
    "start.zml": "init/InitStateH0918Gait10ActA.zml",
    "controller.scone": "controllers/H0918RS2v3.scone",
    "walker.par": "init/H0918GaitRS2Osim4.par",
}
"""Names that the copies get, and where the files are in Examples3."""

EXAMPLES_VARIABLE = "SCONE_EXAMPLES"
"""Names the folder Examples3 of SCONE where it is at none of the usual places."""

MODEL = """ModelOpenSim4 {
	model_file = model.osim
	state_init_file = start.zml
	initialize_activations_from_controller = 1
	initial_state_offset = 0~0.01<-0.5,0.5>
	initial_state_offset_exclude = "*_tx/*;*_ty/*;*/speed"
	initial_load = 1
	fixed_control_step_size = 0.005
	CompositeController {
		<< controller.scone >>
	}
	EffortMeasure {
		measure_type = Wang2012
		use_cost_of_transport = 1
	}
}
"""


def examples_folder(found: SconeInstall) -> Path | None:
    """Return the folder Examples3 of an installed SCONE, or None where it is not found."""
    folders = [os.environ.get(EXAMPLES_VARIABLE, "")]
    homes = [os.environ.get("SCONE_PATH", ""), str(Path(found.folder or "").parent), "~/SCONE", "~/Documents/SCONE"]
    for home in filter(None, homes):
        folders += [f"{home}/scenarios/Examples3", f"{home}/Examples3"]
    paths = (Path(folder).expanduser() for folder in folders if folder)
    return next((path for path in paths if all((path / part).is_file() for part in PARTS.values())), None)


def write_reference_walker(examples: Path, folder: Path) -> SconeFiles:
    """Copy the walker's files, its controller in a composite and its hips with actuators."""
    for name, part in PARTS.items():
        shutil.copyfile(examples / part, folder / name)
    osim = (folder / "model.osim").read_text()
    end = osim.rindex("</objects>", 0, osim.index("</ForceSet>"))
    actuators = "".join(
        f'<CoordinateActuator name="exo_hip_{side}"><isDisabled>false</isDisabled><min_control>-1</min_control>'
        f"<max_control>1</max_control><coordinate>hip_flexion_{side}</coordinate>"
        f"<optimal_force>{EXO_PEAK_NM:g}</optimal_force></CoordinateActuator>\n"
        for side in "rl"
    )
    (folder / "model.osim").write_text(osim[:end] + actuators + osim[end:])
    (folder / "walker.scone").write_text(MODEL)
    return SconeFiles(folder / "walker.scone", folder / "walker.par")
