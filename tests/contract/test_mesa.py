"""The Mesa contract: Mesa's own tools work on a model whose agents are rows of arrays.

Every test runs on the model of this package, as the fixture `toy_model` of conftest.py makes it, and on a
stand-in that has nothing but populations, a graph and a step.
"""
import io
from functools import partial
from types import SimpleNamespace

import mesa
import networkx as nx
import numpy as np
import pytest
from matplotlib.image import imread

from sim.agents import creator, merchant, user
from sim.agents.creator import Creator
from sim.agents.merchant import Merchant
from sim.agents.user import User
from sim.graph import SocialGraph
from sim.population import Everyone, Population, make_dtype
from sim.window import ego_space, thin_lines

WINDOW = 300
COLORS = {"users": "tab:blue", "creators": "tab:red", "merchants": "tab:green"}


def csr(targets):
    """Lists of targets, one a user, as `ptr` and `idx`."""
    ptr = np.cumsum([0, *map(len, targets)]).astype(np.int64)
    return ptr, np.array([t for row in targets for t in sorted(row)], np.int32)


def small_graph(users, creators, merchants, rng):
    """Clustered ties; everybody follows one creator and one shop."""
    ties = csr([list(row) for _, row in nx.powerlaw_cluster_graph(users, 3, 0.2, seed=1).adjacency()])
    follow = csr(rng.integers(0, creators, (users, 1)).tolist())
    shop = csr(rng.integers(0, merchants, (users, 1)).tolist())
    counts = [np.bincount(idx, minlength=size) for (_, idx), size in ((follow, creators), (shop, merchants))]
    return SocialGraph(*ties, *follow, *shop, *counts, np.zeros(6), np.array([200]))


class StandIn(mesa.Model):
    """A model of the shape the contract asks for; a step pays everybody a yuan."""

    def __init__(self, users=600, creators=20, merchants=12):
        super().__init__(rng=7)
        draw = partial(self.rng.integers, 0, 3)
        for kind, view, size, columns in (
            ("users", User, users, user.COLUMNS), ("creators", Creator, creators, creator.COLUMNS),
            ("merchants", Merchant, merchants, merchant.COLUMNS),
        ):
            rows = np.zeros(size, make_dtype(columns))
            rows["key"], rows["state"] = np.arange(size), draw(size)
            setattr(self, kind, Population(self, kind, rows, view))
        self.world = SimpleNamespace(graph=small_graph(users, creators, merchants, self.rng))

    @property
    def agents(self):
        return Everyone(self, [self.users, self.creators, self.merchants])

    @property
    def agents_by_type(self):
        return {population.view: population for population in self.agents.populations}

    @property
    def agent_types(self):
        return list(self.agents_by_type)

    def step(self):
        self.users.store["wallet"] += 100

    def step_row(self, kind, row):
        raise RuntimeError("no day is open: use model.step_by_agent(order)")


@pytest.fixture(params=["toy_model", "stand-in"])
def model(request):
    if request.param == "stand-in":
        return StandIn()
    try:
        return request.getfixturevalue("toy_model")
    except pytest.FixtureLookupError:
        pytest.skip("conftest.py has no toy_model yet")


def money(model):
    return model.users.agg("wallet", sum)


def least(model, column):
    return model.users.agg(column, min)


def share_above(model, fen):
    return float(np.mean(model.users.column("wallet") > fen))


@pytest.fixture
def collector(model):
    """Reporters of each sort that Mesa knows: function, name, function with arguments, partial."""
    return mesa.DataCollector(model_reporters={
        "money": money, "time": "time", "rich": [share_above, [model, 500]],
        "poorest": partial(least, column="wallet"),
        "states": lambda m: m.users.groupby("state").count(),
    })


def test_model_reporters_follow_the_columns_over_steps(model, collector):
    collector.collect(model)
    seen = [int(model.users.store["wallet"].sum())]
    for _ in range(3):
        model.step()
        collector.collect(model)
        seen.append(int(model.users.store["wallet"].sum()))
    frame = collector.get_model_vars_dataframe()
    assert frame["money"].tolist() == seen
    assert np.diff(frame["time"]).tolist() == [1, 1, 1]
    assert frame["rich"].iloc[-1] == share_above(model, 500)
    assert frame["poorest"].iloc[-1] == model.users.store["wallet"].min()
    assert all(sum(states.values()) == len(model.users) for states in frame["states"])


def test_agent_reporters_work_too(model):
    collector = mesa.DataCollector(agent_reporters={"key": "key"},
                                   agenttype_reporters={Creator: {"followers": lambda a: a.followers}})
    collector.collect(model)
    frame = collector.get_agent_vars_dataframe()
    assert frame["key"].tolist() == model.agents.get("key")
    assert frame.index.get_level_values("AgentID").is_unique
    followers = collector.get_agenttype_vars_dataframe(Creator)["followers"]
    assert followers.tolist() == model.creators.get("followers")


def test_the_model_lists_its_agents_as_mesa_does(model):
    assert {User, Creator, Merchant} <= set(model.agent_types)
    assert set(model.agents_by_type) == set(model.agent_types)
    assert list(model.agents_by_type[Creator]) == list(model.creators)
    assert isinstance(model.agents, mesa.agentset.AbstractAgentSet)
    assert all(isinstance(agent, mesa.Agent) and agent.model is model for agent in model.agents)


def test_agents_are_selected_by_type_filter_and_number(model):
    assert model.agents.select(agent_type=User) is model.users
    awake = model.agents.select(lambda a: a.state > 0, agent_type=Creator)
    assert awake.rows.tolist() == np.flatnonzero(model.creators.column("state") > 0).tolist()
    assert list(model.agents.select(at_most=5)) == list(model.agents)[:5]


def test_agents_are_aggregated_and_grouped(model):
    size = len(model.agents)
    assert model.agents.agg("key", len) == size
    parity = model.agents.groupby(lambda agent: int(agent.key) % 2)
    assert parity.agg("key", len) == parity.count()
    kinds = model.agents.groupby("kind").count()
    assert kinds["users"] == len(model.users)
    assert sum(kinds.values()) == size
    by_state = model.users.groupby("state").agg("wallet", np.sum)
    assert sum(by_state.values()) == money(model)


def test_do_and_map_see_agents(model):
    before = money(model)
    model.users.do(lambda agent: setattr(agent, "wallet", agent.wallet + 1))
    assert money(model) == before + len(model.users)
    assert model.agents.map(lambda agent: agent.unique_id) == [agent.unique_id for agent in model.agents]
    model.agents.select(agent_type=User).shuffle_do(lambda agent, fen: setattr(agent, "wallet", fen), 3)
    assert money(model) == 3 * len(model.users)


def test_an_agent_acts_only_inside_a_day(model):
    with pytest.raises(RuntimeError, match="step_by_agent"):
        model.users.do("step")


def test_shuffling_draws_from_the_models_generator_only(model):
    before = model.users.store.copy()
    order = [agent.row for agent in model.users.shuffle()]
    assert sorted(order) == list(range(len(model.users)))
    assert (model.users.store == before).all()


# --- drawing
def test_the_window_seats_live_agents_around_a_user(model):
    space = ego_space(model, WINDOW)
    agents = list(space.agents)
    assert 1 < len(agents) <= WINDOW
    assert {agent.cell.coordinate for agent in agents} == set(range(len(agents)))
    assert all(isinstance(agent, User) and agent.cell.agents == [agent] for agent in agents)
    neighbours = {next(iter(cell.agents)).row for cell in agents[0].cell.neighborhood}
    ptr, idx = model.world.graph.rows("tie")
    assert neighbours <= set(idx[ptr[agents[0].row]:ptr[agents[0].row + 1]].tolist())
    agents[0].wallet = 12345
    assert model.users[agents[0].row].wallet == 12345


def test_the_window_is_the_same_every_time_and_can_show_all_kinds(model):
    again = [[agent.unique_id for agent in ego_space(model, 50, center=3).agents] for _ in range(2)]
    assert again[0] == again[1]
    everyone = ego_space(model, 10_000, relations=("tie", "follow", "shop"))
    assert {agent.kind for agent in everyone.agents} == {"users", "creators", "merchants"}


@pytest.fixture
def drawing():
    """Mesa's components, and a function that renders one and counts the coloured pixels of its pictures."""
    solara = pytest.importorskip("solara", reason="the extra 'solara' is not installed")
    import ipywidgets
    from mesa import visualization

    def coloured(element):
        _, rendered = solara.render(element, handle_error=False)
        pictures = [imread(io.BytesIO(image.value)) for image in rendered.find(ipywidgets.Image).widgets]
        rendered.close()
        return [int((np.ptp(picture[..., :3], axis=2) > 0.3).sum()) for picture in pictures]

    def portray(agent):
        return visualization.components.AgentPortrayalStyle(color=COLORS[agent.kind], size=20)

    return SimpleNamespace(
        solara=solara, viz=visualization, coloured=coloured, plot=visualization.make_plot_component("money"),
        space=visualization.make_space_component(portray, post_process=thin_lines))


@pytest.fixture
def drawn(model, collector):
    """A model that SolaraViz can show: it has a collector and a space."""
    collector.collect(model)
    model.datacollector, model.space = collector, ego_space(model, WINDOW)
    return model


def test_solara_plots_a_model_reporter(drawn, drawing):
    plot, page = drawing.plot
    assert page == 0
    assert drawing.coloured(plot(drawn)) == [0]  # one day makes no line
    for _ in range(2):
        drawn.step()
        drawn.datacollector.collect(drawn)
    (line,) = drawing.coloured(plot(drawn))
    assert line > 300


def test_solara_draws_the_window(drawn, drawing):
    (dots,) = drawing.coloured(drawing.space(drawn))
    assert dots > 10 * len(drawn.space.agents)


def test_a_whole_solara_page_shows_plot_and_window(drawn, drawing):
    @drawing.solara.component
    def page():
        drawing.viz.SolaraViz(drawn, components=[drawing.plot, (drawing.space, 0)])

    assert len(drawing.coloured(page())) == 2


def test_the_space_renderer_draws_the_window(drawn, drawing):
    renderer = drawing.viz.SpaceRenderer(drawn, backend="matplotlib")
    renderer.setup_agents(lambda a: drawing.viz.components.AgentPortrayalStyle(color=COLORS[a.kind]))
    renderer.render()
    dots = max(len(artist.get_offsets()) for artist in renderer.canvas.collections)
    assert dots == len(drawn.space.agents)
