"""Finding and reading configuration files: every error names the file, line, key, value and range."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from exo_control.config_files import ConfigModel, config_path, load_config, load_yaml
from exo_control.errors import ConfigError


class Muscle(ConfigModel):
    name: str
    force_n: float = Field(gt=0, le=9000, description="maximum isometric force, N")


class Variant(ConfigModel):
    a: dict[str, float]
    b: float
    c: dict[str, float] | None


class Model(ConfigModel):
    mass_kg: float = Field(ge=30, le=150, description="body mass, kg")
    seed: int = 0
    muscles: list[Muscle] = Field(default_factory=list)
    offset: Muscle | None = None


GOOD = "mass_kg: 74.5\nmuscles:\n  - name: soleus\n    force_n: 3549\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "model.yaml"
    path.write_text(text)
    return path


def test_config_dir_variable_wins_over_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "install" / "share" / "exo" / "config"
    own = tmp_path / "own"
    for folder in (installed, own):
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text("x: 1\n")
    prefixes = os.pathsep.join(["/nowhere", str(tmp_path / "install")])
    monkeypatch.setenv("AMENT_PREFIX_PATH", prefixes)
    monkeypatch.delenv("EXO_CONFIG_DIR", raising=False)
    assert config_path("a.yaml") == installed / "a.yaml"
    assert config_path() == installed
    monkeypatch.setenv("EXO_CONFIG_DIR", str(own))
    assert config_path("a.yaml") == own / "a.yaml"


def test_a_file_that_is_nowhere_says_what_was_searched_and_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXO_CONFIG_DIR", raising=False)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"config/safety/x\.yaml.*share/exo/config.*\. \./env\.sh") as error:
        config_path("safety", "x.yaml")
    assert str(tmp_path) in str(error.value)
    monkeypatch.delenv("AMENT_PREFIX_PATH")
    with pytest.raises(ConfigError, match=r"AMENT_PREFIX_PATH are not set.*env\.sh"):
        config_path("safety", "x.yaml")


def test_a_good_file_is_read(tmp_path: Path) -> None:
    model = load_config(write(tmp_path, GOOD), Model)
    assert model.mass_kg == 74.5
    assert model.muscles[0].force_n == 3549.0


def test_a_power_of_ten_without_a_point_is_a_number(tmp_path: Path) -> None:
    assert load_yaml(write(tmp_path, "a: 1e-3\nb: -2E4\nc: 1e\n")) == {"a": 1e-3, "b": -2e4, "c": "1e"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mass_kg: 20\n", r"model\.yaml:1: mass_kg = 20: .*allowed: at least 30, at most 150; body mass, kg"),
        ("seed: 1\n", r"model\.yaml: key 'mass_kg' is missing \(allowed: at least 30"),
        ("mass_kg: 74\nmas: 1\n", r"model\.yaml:2: unknown key 'mas'; did you mean 'mass_kg'\? choices: mass_kg, mu"),
        ("mass_kg: yes\n", r"model\.yaml:1: mass_kg = True: .*number"),
        ('mass_kg: "74"\n', r"model\.yaml:1: mass_kg = '74': .*number"),
        ("mass_kg: .nan\n", r"model\.yaml:1: mass_kg = nan"),
        ("mass_kg: .inf\n", r"model\.yaml:1: mass_kg = inf"),
        ("mass_kg: 74\nseed: 1.5\n", r"model\.yaml:2: seed = 1\.5: .*integer"),
        (GOOD + "    force: 2\n", r"model\.yaml:5: unknown key 'muscles\.0\.force'; did you mean 'force_n'"),
        (GOOD.replace("3549", "-1"), r"model\.yaml:4: muscles\.0\.force_n = -1: .*above 0, at most 9000; maximum iso"),
        (GOOD.replace("    force_n: 3549\n", ""), r"model\.yaml:3: key 'muscles\.0\.force_n' is missing"),
        ("mass_kg: 74\noffset:\n  name: 3\n  force_n: 1\n", r"model\.yaml:3: offset\.name = 3"),
        ("mass_kg: 74\nmass_kg: 75\n", r"model\.yaml:2: key 'mass_kg' is given twice"),
        ("mass_kg: [74\n", r"model\.yaml:2: "),
        ("mass_kg: 74\n\tseed: 1\n", r"model\.yaml:2: "),
        ("? [a, b]\n: 1\n", r"model\.yaml:1: .*unhashable"),
        ("when: 2026-99-99\n", r"model\.yaml: month must be in"),
        ("mass_kg: \x07\n", r"model\.yaml: .*special characters"),
        ("- 1\n", r"model\.yaml: expected `key: value` lines at the top level, found a list"),
        ("", r"model\.yaml: expected .* found nothing"),
    ],
)
def test_a_bad_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, text), Model)


def test_all_problems_of_a_file_are_listed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(write(tmp_path, "mass_kg: 1\nseed: x\n"), Model)
    assert [line.split(": ")[0][-1] for line in str(error.value).splitlines()] == ["1", "2"]


def test_an_unreadable_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nope\.yaml: cannot read the file: No such file"):
        load_yaml(tmp_path / "nope.yaml")
    with pytest.raises(ConfigError, match="cannot read the file: Is a directory"):
        load_yaml(tmp_path)
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.yaml: not a text file in UTF-8"):
        load_yaml(path)


def test_a_variant_says_only_what_differs_from_its_base(tmp_path: Path) -> None:
    training = config_path("training", "warm_start.yaml")
    base, own = load_yaml(config_path("training", "improved.yaml")), load_yaml(training)
    (tmp_path / "base.yaml").write_text(yaml.safe_dump({"a": {"x": 1.0, "y": 2.0}, "b": 3.0, "c": None}))
    (tmp_path / "variant.yaml").write_text(yaml.safe_dump({"base": "base", "a": {"y": 5.0}, "c": {"z": 1.0}}))
    (tmp_path / "further.yaml").write_text(yaml.safe_dump({"base": "variant", "b": 4.0}))
    found = load_config(tmp_path / "further.yaml", Variant)
    assert found.model_dump() == {"a": {"x": 1.0, "y": 5.0}, "b": 4.0, "c": {"z": 1.0}}
    assert own["base"] == "improved" and set(own) < {"base", *base}


def test_what_is_wrong_in_a_variant_or_its_base_is_refused(tmp_path: Path) -> None:
    (tmp_path / "variant.yaml").write_text("base: nowhere\nb: 4.0\n")
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot read the file"):
        load_config(tmp_path / "variant.yaml", Variant)
    (tmp_path / "nowhere.yaml").write_text("base: variant\n")
    with pytest.raises(ConfigError, match="variant is based on this file itself"):
        load_config(tmp_path / "variant.yaml", Variant)
    (tmp_path / "nowhere.yaml").write_text("a: {x: 1.0}\nc: null\n")
    (tmp_path / "variant.yaml").write_text("base: nowhere\n\nb: four\n")
    with pytest.raises(ConfigError, match=r"variant\.yaml:3: b = 'four'"):
        load_config(tmp_path / "variant.yaml", Variant)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_config_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        load_config(path, Model)
    except ConfigError as error:
        assert "any.yaml" in str(error)


@given(
    st.dictionaries(
        st.sampled_from([*Model.model_fields, "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "force_n"]), inner),
            max_leaves=5,
        ),
    )
)
def test_any_values_are_read_or_refused_with_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "values.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    try:
        model = load_config(path, Model)
    except ConfigError as error:
        assert "values.yaml" in str(error)
    else:
        assert 30 <= model.mass_kg <= 150
