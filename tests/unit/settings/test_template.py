"""The `embudo.yml` that `embudo init` writes."""

from __future__ import annotations

from pathlib import Path

from orchestration.quality.registry import default_limits
from orchestration.settings import commented_settings, load_settings
from orchestration.settings.gate_models import Limits
from orchestration.settings.project import CHECKOUT
from orchestration.settings.template import limit_text
from tests.unit.settings.factories import write


def test_the_commented_settings_load(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, commented_settings(default_limits())))
    assert settings.time_zone == "Europe/Madrid"
    assert settings.sources == {}


def test_the_commented_example_loads_once_uncommented(tmp_path: Path) -> None:
    head, _, example = commented_settings(default_limits()).partition("# sources:\n")
    lines = [line.removeprefix("# ") for line in example.splitlines() if line.startswith("#   ")]
    text = head + "sources:\n" + "\n".join(lines) + "\n"
    settings = load_settings(write(tmp_path, text))
    [selection] = settings.sources["crm"].streams["deals"]
    assert selection.columns["status"].map == {"Ganada": "won", "Perdida": "lost"}


def test_every_limit_stands_in_it_with_its_value_and_meaning() -> None:
    text = commented_settings(default_limits())
    for name, field in Limits.model_fields.items():
        assert f" {name}: {limit_text(default_limits()[name])} " in text
        assert f"# {field.description}" in text


def test_its_first_line_leads_editors_to_the_schema(tmp_path: Path) -> None:
    """Relative within the checkout, so that the file can be committed; absolute elsewhere."""
    inside = commented_settings(default_limits(), CHECKOUT / "examples").splitlines()[0]
    assert inside == "# yaml-language-server: $schema=../docs/embudo.schema.json"
    outside = commented_settings(default_limits(), tmp_path).splitlines()[0]
    assert outside.endswith(f"$schema={CHECKOUT}/docs/embudo.schema.json")
