"""A model in shares: each process holds a part of every matrix, and gathers a block to use it.

Where data is parallel only, every device holds all weights, their gradients and both moments of the
optimizer, 16 bytes a weight. Here each of n devices holds an n-th of them and, for as long as it
computes with it, one block (Rajbhandari et al. 2020, "ZeRO", stage 3). It is torch's `fully_shard`,
which Accelerate calls FSDP2: `accelerate launch --config_file clusters/sharded.yaml` asks for it.
"""

import os
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh

from lablib.training.config import Config


def is_wanted() -> bool:
    """Whether Accelerate was told to shard, and there are several processes to do so.

    >>> is_wanted()
    False
    """
    told = os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true"
    return told and int(os.environ.get("WORLD_SIZE", "1")) > 1


def check(config: Config) -> None:
    """Refuse what does not go together with shares.

    Raises:
        ValueError: with a sentence.

    >>> check(Config(compile=True))
    Traceback (most recent call last):
    ...
    ValueError: A sharded run cannot be compiled: take compile=False.
    """
    if os.environ.get("FSDP_VERSION", "2") != "2":
        raise ValueError("Runs are sharded by FSDP2: write fsdp_version: 2 into Accelerate's file.")
    if config.compile:
        raise ValueError("A sharded run cannot be compiled: take compile=False.")
    if config.precision == "fp16":
        raise ValueError("A sharded run cannot take precision='fp16': take 'bf16' or 'fp32'.")


def shard(objective: nn.Module, device: torch.device) -> DeviceMesh:
    """Leave each process its share of a model, on its device; the processes that share it.

    Inside `forward` of the whole, and nowhere else, the weights are there in one piece.

    Args:
        objective: on the CPU, the same in every process.
    """
    from accelerate import FullyShardedDataParallelPlugin
    from torch.distributed.fsdp import fully_shard

    told = FullyShardedDataParallelPlugin()  # what Accelerate's file says
    mesh = init_device_mesh(device.type, (int(os.environ["WORLD_SIZE"]),))
    offload = told.cpu_offload
    for block in list(_outermost_blocks(objective)):
        fully_shard(
            block, mesh=mesh, offload_policy=offload,
            reshard_after_forward=told.reshard_after_forward,
        )  # fmt: skip
    fully_shard(objective, mesh=mesh, offload_policy=offload)
    return mesh


def _outermost_blocks(model: nn.Module) -> Iterator[nn.Module]:
    """The blocks of a model, of an encoder and a decoder both; not the lists inside a block.

    >>> inner = nn.ModuleList([nn.ModuleList([nn.Linear(1, 1)]), nn.Linear(2, 2)])
    >>> [type(block).__name__ for block in _outermost_blocks(nn.Sequential(inner))]
    ['ModuleList', 'Linear']
    """
    for part in model.children():
        yield from part if isinstance(part, nn.ModuleList) else _outermost_blocks(part)


def whole(tensor: Tensor) -> Tensor:
    """A tensor in one piece, put together from the shares of all processes, which all call this."""
    from torch.distributed.tensor import DTensor

    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def share(tensor: Tensor, mesh: DeviceMesh) -> Tensor:
    """What this process keeps of a tensor that every process has; a scalar stays as it is."""
    from torch.distributed.tensor import Shard, distribute_tensor

    if tensor.ndim == 0:
        return tensor
    # From its own copy: nothing has to be sent.
    return distribute_tensor(tensor, mesh, [Shard(0)], src_data_rank=None)


def empty_share(size: torch.Size, dtype: torch.dtype, mesh: DeviceMesh | None) -> Tensor:
    """Room for a process's share of a tensor; for all of it where there is no mesh, or one number.

    >>> empty_share(torch.Size([2]), torch.float32, None)
    tensor([0., 0.])
    """
    from torch.distributed import tensor

    if mesh is None or not size:
        return torch.zeros(size, dtype=dtype)
    return tensor.zeros(size, dtype=dtype, device_mesh=mesh, placements=[tensor.Shard(0)])
