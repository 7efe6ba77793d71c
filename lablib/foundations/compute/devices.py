"""What training takes on a device: time, energy, money."""

from dataclasses import dataclass

from lablib.numbers import require_above, require_count, require_number
from lablib.training.flops import PEAKS


@dataclass(frozen=True)
class Device:
    """An accelerator, as its data sheet has it.

    Attributes:
        name: as it stands in the table of speeds, `training.flops.PEAKS`.
        gigabytes: of memory.
        watts: what it may draw.
        price: about what renting one costs, in dollars an hour; prices change, so set your own.
    """

    name: str
    gigabytes: float
    watts: float
    price: float

    @property
    def flops(self) -> float:
        """Most operations a second, dense matrix products in 16 bits.

        >>> DEVICES["A100"].flops
        312000000000000.0
        """
        return PEAKS[self.name][0] * 1e12


DEVICES = {
    device.name: device
    for device in (
        Device("T4", 16, 70, 0.4),
        Device("V100", 32, 300, 1.0),
        Device("RTX 4090", 24, 450, 0.5),
        Device("A100", 80, 400, 1.5),
        Device("H100", 80, 700, 2.5),
        Device("H200", 141, 700, 3.0),
    )
}
"""Devices with the figures of their makers' data sheets (SXM forms of V100, A100, H100, H200)."""

DAY, HOUR = 86_400, 3600


@dataclass(frozen=True)
class TrainingCost:
    """What a training takes.

    Attributes:
        seconds: from start to end.
        kilowatt_hours: drawn by the devices alone, at full power.
        dollars: for the devices' hours.
    """

    seconds: float
    kilowatt_hours: float
    dollars: float


def training_bill(
    flops: float,
    device: Device,
    devices: int = 1,
    utilisation: float = 0.4,
    price: float | None = None,
) -> TrainingCost:
    """What so many operations take on so many devices.

    Args:
        utilisation: the share of a device's most that is reached (MFU); 0.3 to 0.5 is usual.
        price: dollars an hour for a device; None for its own.

    Raises:
        ValueError: for no device, or a utilisation that is not above 0 and at most 1.

    Example: an hour of a device at half its speed.
        >>> training_bill(989e12 * 1800, DEVICES["H100"], utilisation=0.5)
        TrainingCost(seconds=3600.0, kilowatt_hours=0.7, dollars=2.5)
    """
    says = "Take one device or more, and a utilisation above 0 and up to 1."
    require_count("devices", devices, says=says)
    require_above("utilisation", utilisation, most=1, says=says)
    rate = device.price if price is None else price
    require_number(flops=flops, price=rate)
    seconds = flops / (device.flops * devices * utilisation)
    hours = devices * seconds / HOUR
    return TrainingCost(seconds, hours * device.watts / 1000, hours * rate)
