"""How fast known devices are, and how much a training takes."""

import pytest

from lablib.training import flops


@pytest.mark.parametrize(
    ("name", "precision", "tera"),
    [
        ("NVIDIA H100 80GB HBM3", "bf16", 989),
        ("NVIDIA H200", "fp32", 67),
        ("NVIDIA A100-SXM4-40GB", "bf16", 312),
        ("NVIDIA A100 80GB PCIe", "tf32", 156),
        ("NVIDIA L4", "bf16", 121),
        ("NVIDIA L40S", "bf16", 362),
        ("Tesla T4", "fp16", 65),
        ("Tesla T4", "bf16", None),
        ("Tesla V100-SXM2-16GB", "fp16", 125),
        ("NVIDIA GeForce RTX 3080 Ti", "bf16", 68.2),
        ("NVIDIA GeForce RTX 5090", "bf16", 210),
        ("AMD Instinct MI300X", "bf16", 1307),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "bf16", None),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "bf16", None),
        ("cpu", "fp32", None),
    ],
)
def test_known_devices(name, precision, tera):
    assert flops.known_peak(name, precision) == (tera and tera * 1e12)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="A precision is one of"):
        flops.peak_flops("cpu", "int8")


def test_flops_are_counted_as_palm_does():
    assert flops.flops_per_token(100, 2, 3, 5, 7) == 6 * 100 + 12 * 2 * 3 * 5 * 7
    assert flops.flops_per_token(100, 2, 3, 5, 7, trained=10) == 4 * 100 + 2 * 10 + 2520
