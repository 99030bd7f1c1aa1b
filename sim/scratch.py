"""Small arrays of a kernel's own, and arrays lent by a caller: neither has a count of its users.

An array made with `np.empty` lies on the heap, and every rule that it is handed to counts itself in and out, by locked
instructions for which threads wait on one another: together a sixth of a day. `scratch` lies on the stack of the
kernel that makes it, `lent` trusts whoever called the kernel to hold the array.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped,unused-ignore]
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


def _on_stack(kind: types.Array, n: int) -> Callable[..., Any]:
    """How `scratch` is compiled: room in the frame of the kernel that calls it, and an array around it."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        item = context.get_data_type(kind.dtype)
        room = cgutils.alloca_once(builder, ir.ArrayType(item, n))
        size = context.get_constant(types.intp, context.get_abi_sizeof(item))
        array = make_array(kind)(context, builder)
        populate_array(array, data=builder.bitcast(room, item.as_pointer()), strides=[size], itemsize=size,
                       shape=[context.get_constant(types.intp, n)], meminfo=None)
        return array._getvalue()

    return codegen


def _compiled() -> tuple[Any, Any]:
    """`scratch` and `lent` as kernels know them."""
    @intrinsic(prefer_literal=True)
    def scratch(context: Any, n: Any, dtype: Any) -> Any:
        kind = types.Array(dtype.dtype, 1, "C")
        return kind(n, dtype), _on_stack(kind, n.literal_value)

    @intrinsic
    def lent(context: Any, array: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            own = make_array(array)(context, builder, args[0])
            own.meminfo = cgutils.get_null_value(own.meminfo.type)
            return own._getvalue()

        return array(array), codegen

    return scratch, lent


PLAIN: dict[str, Callable[..., Any]] = {"scratch": np.empty, "lent": lambda array: array}
"""What takes their place where a rule runs as Python."""

config: Any = numba.config
scratch, lent = PLAIN.values() if config.DISABLE_JIT else _compiled()
