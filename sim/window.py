"""A window on the social graph as a Mesa space: what SolaraViz's space component draws."""
from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from mesa.discrete_space import Network

SEED = 0  # of the layout only; a drawing decides nothing


def ego_space(
    model: Any, n: int = 300, center: int | None = None, relations: tuple[str, ...] = ("tie",),
) -> Network:
    """The n agents nearest to one user along `relations`, each seated in a cell of a network.

    Give it to SolaraViz as `model.space`. `center` is a user's row, by default of one with a typical number
    of ties; `relations` are those of the social graph (tie, follow, shop). Cells are numbered from 0 and hold
    one live view each; nodes of `space.G` keep `kind` and `row`. Raises ValueError in a world without users.
    """
    graph = model.world.graph
    middle = _typical(np.diff(graph.ties_ptr)) if center is None else center
    # Mesa looks positions up by node number, so the window is numbered anew.
    window = nx.convert_node_labels_to_integers(graph.to_networkx(center=middle, n=n, relations=relations))
    space = Network(window, random=model.random, layout=nx.spring_layout(window, seed=SEED))
    _seat(model, space)
    return space


def thin_lines(ax: Axes) -> None:
    """Draw the ties faintly, so that thousands leave the agents visible; a component's `post_process`."""
    for artist in ax.collections:
        if isinstance(artist, LineCollection):
            artist.set(linewidth=0.4, alpha=0.25, linestyle="solid")


def _typical(ties: np.ndarray) -> int:
    """The row of a user with the median number of ties among those who have any."""
    if len(ties) == 0:
        raise ValueError("no window on a world without users")
    by_ties = np.argsort(ties, kind="stable")
    return int(by_ties[(int((ties == 0).sum()) + len(ties) - 1) // 2])


def _seat(model: Any, space: Network) -> None:
    kinds = {"user": model.users, "creator": model.creators, "merchant": model.merchants}
    for cell in space:
        node = space.G.nodes[cell.coordinate]
        agent = kinds[node["kind"]][node["row"]]
        agent.cell = cell
        cell.add_agent(agent)
