"""`greenroom train` and `greenroom evaluate` without the packages that they need."""

import click
import pytest

from service.commands.training import _installed


@pytest.mark.parametrize(
    ("module", "how"),
    [
        ("sklearn.linear_model", "pip install greenroom[train]"),
        ("onnxruntime", "greenroom[deep]"),
        ("torch", "pip install torch"),
    ],
)
def test_a_missing_package_is_named_with_the_way_to_install_it(module: str, how: str) -> None:
    with pytest.raises(click.ClickException, match="is not installed") as error, _installed():
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)
    assert how in error.value.message
