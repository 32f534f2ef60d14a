"""The C header compiles without a warning, allocates nothing and computes what ONNX Runtime does."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from exo_control.errors import PolicyError  # noqa: E402
from exo_control.policy_manifest import TrainingRecord  # noqa: E402
from exo_control.registry import make_policy  # noqa: E402
from exo_learning.actor_weights import ActorWeights  # noqa: E402
from exo_learning.compiled_policy import CompiledPolicy, c_compiler  # noqa: E402
from exo_learning.export_c import c_header, export_c  # noqa: E402
from exo_learning.export_onnx import export_onnx  # noqa: E402

from .networks import LIMIT_NM, MANIFEST, make_networks, policy_torques, trajectory  # noqa: E402

if c_compiler() is None:
    pytest.fail("no C compiler: install gcc, as the README asks for", pytrace=False)

LIBRARY_FUNCTIONS = {"expf", "tanhf", "memset", "memcpy"}  # of math.h, and what a compiler may put in for loops


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one policy as ONNX file and as header."""
    path = tmp_path_factory.mktemp("policy")
    export_onnx(*make_networks(), MANIFEST, path / "actor.onnx")
    export_c(*make_networks(), MANIFEST, path / "exo_policy.h")
    return path


@pytest.fixture(scope="module")
def compiled(folder: Path) -> CompiledPolicy:
    return CompiledPolicy(folder / "exo_policy.h", folder)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_it_gives_the_torques_of_onnx_runtime(folder: Path, compiled: CompiledPolicy, seed: int) -> None:
    position, velocity = trajectory(seed, ticks=50)
    compiled.reset()
    expected = policy_torques(make_policy(str(folder / "actor.onnx")), position, velocity)
    assert np.ptp(expected) > 0.1 * LIMIT_NM
    np.testing.assert_allclose(policy_torques(compiled, position, velocity), expected, rtol=0.0, atol=1e-5 * LIMIT_NM)


@pytest.mark.parametrize(("hidden", "mlp"), [(1, 1), (7, 3)])
def test_networks_of_other_sizes(tmp_path: Path, hidden: int, mlp: int) -> None:
    networks = make_networks(1, hidden, mlp)
    export_onnx(*networks, MANIFEST, tmp_path / "actor.onnx")
    export_c(*networks, MANIFEST, tmp_path / "exo_policy.h")
    position, velocity = trajectory(0, ticks=30)
    expected = policy_torques(make_policy(str(tmp_path / "actor.onnx")), position, velocity)
    torques = policy_torques(CompiledPolicy(tmp_path / "exo_policy.h", tmp_path), position, velocity)
    np.testing.assert_allclose(torques, expected, rtol=0.0, atol=1e-5 * LIMIT_NM)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000), ticks_before=st.integers(0, 25))
def test_after_a_reset_it_is_as_fresh(compiled: CompiledPolicy, seed: int, ticks_before: int) -> None:
    position, velocity = trajectory(seed, ticks=15)
    compiled.reset()
    fresh = compiled.torques(position, velocity)
    compiled.torques(*trajectory(seed + 1, ticks=ticks_before))
    compiled.reset()
    np.testing.assert_array_equal(compiled.torques(position, velocity), fresh)


def test_without_a_reset_the_past_counts(compiled: CompiledPolicy) -> None:
    position, velocity = trajectory(0, ticks=15)
    compiled.reset()
    fresh = compiled.torques(position, velocity)
    assert np.abs(compiled.torques(position, velocity) - fresh).max() > 0.01


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("of", ["position", "velocity"])
def test_a_reading_that_is_not_finite_gives_no_torque_and_does_not_enter_the_history(
    compiled: CompiledPolicy, value: float, of: str
) -> None:
    position, velocity = trajectory(0, ticks=12)
    compiled.reset()
    expected = compiled.torques(position, velocity)
    compiled.reset()
    compiled.torques(position[:6], velocity[:6])
    bad = {"position": position[6].copy(), "velocity": velocity[6].copy()}
    bad[of][1] = value
    with pytest.raises(PolicyError, match="status 1"):
        compiled.torque(bad["position"], bad["velocity"], 0.0)
    assert compiled.torques(bad["position"][None], bad["velocity"][None]).tolist() == [[0.0, 0.0]]
    np.testing.assert_array_equal(compiled.torques(position[6:], velocity[6:]), expected[6:])


@pytest.mark.parametrize("optimisation", ["-O0", "-O2", "-Os"])
def test_it_needs_nothing_but_math_functions(folder: Path, tmp_path: Path, optimisation: str) -> None:
    source = tmp_path / "main.c"
    source.write_text(
        f'#include "{folder / "exo_policy.h"}"\n'
        "exo_policy_state state;\n"
        "int run(float *x) { exo_policy_reset(&state); return exo_policy_tick(&state, x, x + 2, x + 4); }\n"
    )
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wdouble-promotion", "-Wshadow"]
    compiler, nm = c_compiler(), shutil.which("nm")
    assert compiler and nm
    subprocess.run([compiler, *flags, optimisation, "-c", source, "-o", tmp_path / "main.o"], check=True)
    symbols = subprocess.run([nm, "-u", tmp_path / "main.o"], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"\bU (\w+)", symbols)) - {"_GLOBAL_OFFSET_TABLE_", "__stack_chk_fail"}
    assert "tanhf" in needed
    assert needed <= LIBRARY_FUNCTIONS


def test_two_policies_states_do_not_mix(folder: Path, tmp_path: Path) -> None:
    """Each state is a policy of its own: nothing is kept in the header's static data."""
    text = (folder / "exo_policy.h").read_text()
    assert re.findall(r"^static (?!const float |inline )", text, flags=re.MULTILINE) == []


def test_weights_read_back_as_they_were(folder: Path) -> None:
    weights = ActorWeights.of(*make_networks())
    text = (folder / "exo_policy.h").read_text()
    for name, expected in (("recurrent_weights", weights.recurrent_weights.T), ("mean", weights.mean)):
        body = re.search(rf"exo_policy_{name}[\[\]\d]+ = (.+?);", text, flags=re.DOTALL)
        assert body
        values = np.array(re.findall(r"[-+.\de]+(?=f)", body[1]), dtype=np.float32)
        np.testing.assert_array_equal(values, expected.ravel())


def test_comments_tell_origin_joints_and_units() -> None:
    training = TrainingRecord(
        config="paper*/", config_sha256="ab12", seed=7, gaits=["two_state"], git_sha="cd34", versions={}
    )
    text = c_header(
        ActorWeights.of(*make_networks(hidden=2, mlp=2)), MANIFEST.model_copy(update={"training": training})
    )
    comment = text[: text.index("*/")]
    assert "@" not in text
    for words in ("paper* /", "ab12", "seed 7", "two_state", "cd34", "[0] right_hip_flexion", "[1] left_hip_flexion"):
        assert words in comment
    assert "rad/s" in text and "torques, Nm" in text


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PolicyError, match=r"file/exo_policy\.h: cannot write the header"):
        export_c(*make_networks(hidden=2, mlp=2), MANIFEST, tmp_path / "file" / "exo_policy.h")


def test_a_header_that_does_not_compile_is_refused_with_the_compilers_words(tmp_path: Path) -> None:
    (tmp_path / "bad.h").write_text("int x = ;")
    with pytest.raises(PolicyError, match="expected expression"):
        CompiledPolicy(tmp_path / "bad.h", tmp_path)
