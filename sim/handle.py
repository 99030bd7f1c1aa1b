"""How kernels receive the world's tables: as one pointer to a directory of arrays.

Passing some forty arrays by value made every call of a rule copy and count references of all of them. A kernel now
receives the address of the directory; `t.users` reads address and shape from it and gives a borrowed array. The
`Tables` object that a caller holds keeps the arrays alive.
"""

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import make_array, populate_array

from sim.tables import ENTRY, LAYOUT, Tables


class TablesType(types.Type):
    """The type of `t` in every rule."""

    def __init__(self) -> None:
        super().__init__(name="Tables")


TABLES = TablesType()
ARRAYS = {name: types.Array(numba.from_dtype(dtype), ndim, "C", aligned=True)
          for name, (dtype, ndim) in LAYOUT.items()}
PLACES = {name: place for place, name in enumerate(LAYOUT)}


@typeof_impl.register(Tables)
def _type_of_tables(value: Tables, context: Any) -> TablesType:
    """Every `Tables` has the same type."""
    return TABLES


@register_model(TablesType)
class TablesModel(models.PrimitiveModel):
    """In machine code, a pointer to the directory's int64 words."""

    def __init__(self, dmm: Any, fe_type: TablesType) -> None:
        super().__init__(dmm, fe_type, ir.IntType(64).as_pointer())


@unbox(TablesType)
def _read_address(kind: TablesType, value: Any, c: Any) -> NativeValue:
    """Take the directory's address out of the Python object."""
    held = c.pyapi.object_getattr_string(value, "address")
    address = c.pyapi.long_as_longlong(held)
    c.pyapi.decref(held)
    pointer = c.builder.inttoptr(address, ir.IntType(64).as_pointer())
    return NativeValue(pointer, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_getattr
class TablesAttributes(AttributeTemplate):
    """Which arrays `t` has."""

    key = TablesType

    def generic_resolve(self, typ: TablesType, attr: str) -> Any:  # type: ignore[override]
        """The array type behind a name."""
        return ARRAYS.get(attr)


@lower_getattr_generic(TablesType)
def _borrow(context: Any, builder: Any, typ: TablesType, value: Any, attr: str) -> Any:
    """Load address and shape of one array from the directory; no reference is counted."""
    kind = ARRAYS[attr]
    words = [builder.load(cgutils.gep_inbounds(builder, value, PLACES[attr] * ENTRY + k)) for k in range(1 + kind.ndim)]
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    array = make_array(kind)(context, builder)
    data = builder.inttoptr(words[0], array.data.type)
    strides = _strides(context, builder, words[1:], size)
    populate_array(array, data=data, shape=words[1:], strides=strides, itemsize=context.get_constant(types.intp, size),
                   meminfo=None)
    return array._getvalue()


def _strides(context: Any, builder: Any, shape: list[Any], size: int) -> list[Any]:
    """Strides of a C-contiguous array, in bytes."""
    strides = [context.get_constant(types.intp, size)]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    return strides
