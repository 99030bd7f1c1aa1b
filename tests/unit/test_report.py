"""What a report promises: the effects' own numbers, both languages alike, nothing fetched, nothing let in, no stubs."""
import csv
import math
import re
import string
from html.parser import HTMLParser

import numpy as np
import pytest
from comparisons import ARMS, comparison

from sim.lab.report import look, write_report
from sim.lab.report.amounts import fixed, interval, p_value, percent, places_of, plain, scale_of, shared_places
from sim.lab.report.content import title_of
from sim.lab.report.words import Words, kpi_names, table
from sim.metrics import DEFINITIONS
from sim.schema import ConfigError
from sim.summary import KPIS, LOG_KPIS

NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?")
EVIL = '"><img src=http://evil.example/x onerror=alert(1)>'


class Page(HTMLParser):
    """A page taken apart: tags with their attributes, sections' text, rows of each section's tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.sections, self.rows, self.here, self.cell = [], {}, {}, "", None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self.here = dict(attrs)["id"]
            self.sections[self.here], self.rows[self.here] = "", []
        elif tag == "tr":
            self.rows[self.here].append([])
        elif tag in ("td", "th"):
            self.cell = []
            self.rows[self.here][-1].append(self.cell)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None
        if tag == "section":
            self.here = ""

    def handle_data(self, data):
        self.sections[self.here] = self.sections.get(self.here, "") + data
        if self.cell is not None and data.strip():
            self.cell.append(data)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """One comparison of six arms as report in both languages."""
    folder = tmp_path_factory.mktemp("report")
    for lang in ("en", "zh"):
        write_report(comparison(6), folder / lang, lang)
    return folder


def page_of(folder):
    """A folder's page, taken apart."""
    return Page((folder / "report.html").read_text("utf-8"))


def number(text):
    """A number as written, and half a unit of its last digit."""
    found = NUMBER.search(text)[0]
    places = len(found.partition(".")[2])
    return float(found.replace(",", "").replace("−", "-")), 0.500001 * 10.0**-places


def says(text, value, scale=1.0):
    """Whether a cell says a value, to its last digit; the undefined is an en dash."""
    if not math.isfinite(value):
        return text == "–"
    shown, half = number(text)
    return abs(shown - scale * value) <= half


# ---- numbers

def effect_rows(page):
    """Cells by (metric's heading, arm)."""
    rows, heading = {}, ""
    for row in page.rows["effects"][1:]:
        if len(row) == 1:
            heading = row[0][0]
        else:
            rows[heading, row[0][0]] = row
    return rows


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_of_the_table_is_the_effects(written, lang):
    one, rows, words = comparison(6), effect_rows(page_of(written / lang)), Words(lang)
    assert len(rows) == len(one.effects) == 60
    for effect in one.effects:
        row = next(row for (heading, arm), row in rows.items()
                   if arm == effect.arm and heading.startswith(words.title(effect.metric)))
        scale = scale_of(effect.unit, words).factor
        for cell, value, by in ((row[5], effect.control, scale), (row[6], effect.treated, scale),
                                (row[1], effect.delta, scale), (row[2], effect.relative, 100),
                                (row[4], effect.better, 1), (row[8], effect.vrf, 1)):
            assert says(cell[0], value, by), (effect, cell)
        for cell, ends, by in ((row[1], (effect.low, effect.high), scale), (row[4], (effect.better_low,
                               effect.better_high), 1), (row[2], (effect.relative_low, effect.relative_high), 100)):
            if math.isfinite(ends[0]):
                assert all(says(text, end, by) for text, end in zip(cell[1].split(", "), ends, strict=True))
            else:
                assert cell == ["–"]
        assert says(row[3][0], effect.p_adjusted) or (row[3][0] == "< 0.001" and effect.p_adjusted < 0.0005)
        assert row[7] == [str(effect.n)]


def test_both_languages_hold_the_same_numbers(written):
    pages = [page_of(written / lang) for lang in ("en", "zh")]
    for part in ("effects", "guardrails", "assumed", "setup", "verdict"):
        found = [[NUMBER.findall(" ".join(cell)) for row in page.rows[part] for cell in row[1:]] for page in pages]
        assert found[0] == found[1]
    sentences = [sorted(NUMBER.findall(page.sections["verdict"].replace("95\u00a0%", ""))) for page in pages]
    assert sentences[0] == sentences[1] and len(sentences[0]) > 30


def test_markdown_holds_the_pages_numbers(written):
    page = page_of(written / "en")
    text = (written / "en" / "report.md").read_text("utf-8").replace("\\", "")
    for row in effect_rows(page).values():
        assert f"| {' | '.join(' '.join(cell) for cell in row)} |".replace("\u00a0", " ") in text


def test_a_figures_csv_reads_back_as_its_table(written):
    one = comparison(6)
    with (written / "en" / "figures" / "slopes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    values = [float(row["value"]) for row in rows if row["arm"] == "store_diversion"]
    assert values == one.pairs["gmv_net"][one.arms.index("store_diversion")].tolist()
    names = {path.stem for path in (written / "en" / "figures").glob("*.png")}
    assert names == {path.stem for path in (written / "en" / "figures").glob("*.csv")} and len(names) == 9
    en, zh = ((written / lang / "figures" / "forest.csv").read_bytes() for lang in ("en", "zh"))
    assert en == zh


# ---- the page alone

def test_the_page_fetches_nothing_and_is_small(written):
    page = page_of(written / "en")
    for tag, attrs in page.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            value = attrs.get(name) or ""
            assert value.startswith(("#", "data:image/png;base64,")) or not value, (tag, value[:50])
        assert tag not in {"script", "link", "iframe", "object", "base"}
    policy = [attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    style = (written / "en" / "report.html").read_text("utf-8").split("</style>")[0]
    assert "url(" not in style and "@import" not in style


@pytest.mark.slow
def test_even_six_arms_with_ten_curves_stay_below_five_megabytes(tmp_path):
    one = comparison(6)
    curves = [type(curve)(**vars(curve) | {"metric": metric}) for metric in {effect.metric for effect in one.effects}
              for curve in one.curves if curve.metric == "gmv_net"]
    write_report(comparison(6, curves=tuple(curves)), tmp_path)
    assert (tmp_path / "report.html").stat().st_size < 5e6


def test_every_picture_has_words_and_every_entry_of_the_contents_a_place(written):
    page = page_of(written / "zh")
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(pictures) == 9 and all(len(attrs["alt"]) > 20 for attrs in pictures)
    assert "subsidy" in pictures[0]["alt"]
    links = [attrs["href"][1:] for tag, attrs in page.tags if tag == "a"]
    assert links == list(filter(None, page.sections)) and len(links) == len(set(links))
    assert dict(page.tags[0][1]) == {"lang": "zh-Hans"}


def test_the_notice_comes_first(written):
    for lang, words in (("en", "Evidence about this model, not a forecast."), ("zh", "不是对现实的预测")):
        head = page_of(written / lang).sections[""]
        assert words in head and head.index(words) < head.index("settled sales", head.index(words))
        assert words in (written / lang / "report.md").read_text("utf-8").split("\n", 1)[0]


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_report(comparison(1, metrics=3), tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_what_people_typed_is_shown_and_never_obeyed(tmp_path):
    names = {ARMS[0]: EVIL, ARMS[1]: "a|b `c` *d*"}
    one = comparison(2, metrics=4)
    effects = tuple(type(item)(**vars(item) | {"arm": names[item.arm]}) for item in one.effects)
    question = "<script>alert(1)</script> & 5 < 6?"
    typed = {"arms": ("baseline", *names.values()), "effects": effects, "curves": (), "money": {}, "traffic": {},
             "question": question, "verdict": EVIL, "methods": EVIL, "command": f"icsim {EVIL}", "failures": (EVIL,),
             "guardrails": ((EVIL, EVIL, True),), "assumed": ((EVIL, 1.0, EVIL),),
             "manifest": {EVIL: EVIL, "arms": {EVIL: [EVIL]}}}
    write_report(type(one)(**vars(one) | typed), tmp_path)
    page = page_of(tmp_path)
    assert not {"script"} & {tag for tag, _ in page.tags}
    assert all(attrs["src"].startswith("data:") and "onerror" not in attrs for tag, attrs in page.tags if tag == "img")
    assert question in page.sections[""] and EVIL in page.sections["verdict"] and EVIL in page.sections["arms"]
    text = (tmp_path / "report.md").read_text("utf-8")
    outside = "".join(text.split("```")[::2])
    assert not re.search(r"(?<!\\)<(?!a id=|/a>)", outside)
    tables = re.findall(r"(?:^\|.*\n)+", outside, re.MULTILINE)
    assert all(len({len(re.findall(r"(?<!\\)\|", line)) for line in lines.splitlines()}) == 1 for lines in tables)


# ---- what is not there

def test_what_is_not_known_is_left_out(tmp_path):
    bare = comparison(1, curves=(), pairs={}, money={}, traffic={}, convergence={}, guardrails=(), assumed=(),
                      methods="", command="", manifest={}, stop_reason="")
    write_report(bare, tmp_path)
    page = page_of(tmp_path)
    assert set(page.sections) == {"", "setup", "arms", "verdict", "effects", "forest", "metrics"}
    assert not re.search(r"\b(nan|inf|None)\b", (tmp_path / "report.md").read_text("utf-8"))


def test_the_pattern_card_comes_with_its_data(tmp_path):
    card = [{"id": "P4 orders in 30 days", "role": "calibrated", "value": 2.9, "low": 2.5, "high": 3.5, "inside": True},
            {"id": "P9", "role": "emergent", "value": None, "low": 0.1, "high": 0.2, "inside": False}]
    write_report(comparison(1, metrics=2, manifest={"patterns": card}), tmp_path)
    rows = page_of(tmp_path).rows["patterns"][1:]
    assert rows == [[["P4 orders in 30 days"], ["calibrated"], ["2.9"], ["2.5 … 3.5"], ["✓ inside"]],
                    [["P9"], ["emergent"], ["–"], ["0.1 … 0.2"], ["✗ outside"]]]


def test_returns_stand_beside_what_a_dashboard_shows(tmp_path):
    told = {"arm": "subsidy", "spend": 9_400.0, "roi_incremental": 0.62, "roi_incremental_low": 0.41,
            "roi_incremental_high": 0.83, "roi_attributed": 11.2, "roi_attributed_low": 10.9,
            "roi_attributed_high": 11.5, "cac": 31.5, "cac_low": 20.0, "cac_high": 50.0, "payback_day": None}
    write_report(comparison(1, metrics=2, manifest={"returns": [told]}), tmp_path)
    assert page_of(tmp_path).rows["returns"][1] == [["subsidy"], ["+9,400"], ["0.62", "[0.41, 0.83]"],
                                                    ["11.20", "[10.90, 11.50]"],
                                                    ["31.5", "[20.0, 50.0]"], ["–"], ["–"]]


def test_a_question_known_only_by_its_key_is_put_into_words():
    assert title_of(comparison(2, question="ab" * 32), Words("en")) == (
        "What do subsidy and self_broadcast_support do to net GMV, against baseline?")
    assert title_of(comparison(2, question="Who pays?"), Words("zh")) == "Who pays?"


def test_failed_worlds_come_first(tmp_path):
    write_report(comparison(1, metrics=2, failures=("subsidy-3: MemoryError",)), tmp_path)
    page = page_of(tmp_path)
    assert list(page.sections)[1] == "failed_items" and "subsidy-3: MemoryError" in page.sections["failed_items"]


def test_without_a_chinese_font_figures_speak_english_and_the_page_says_so_once(tmp_path, monkeypatch):
    monkeypatch.setattr(look, "chinese_font", lambda: "")
    write_report(comparison(1, metrics=2), tmp_path, "zh")
    page = page_of(tmp_path)
    whole = "".join(page.sections.values())
    assert whole.count("没有可用的中文字体") == 1
    assert next(attrs for tag, attrs in page.tags if tag == "img")["alt"].startswith("Forest plot.")


def test_an_unknown_language_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigError, match="lang=fr: must be one of en, zh"):
        write_report(comparison(1), tmp_path / "out", "fr")
    assert not (tmp_path / "out").exists()


# ---- words and amounts

def test_every_word_is_there_in_both_languages_with_the_same_gaps():
    for key, texts in table("text").items():
        gaps = [{name for _, name, _, _ in string.Formatter().parse(texts[lang]) if name} for lang in ("en", "zh")]
        if key[0].isalpha():
            assert set(texts) == {"en", "zh"} and gaps[0] == gaps[1], key
    for part in ("units", "per", "flags", "methods"):
        assert all(set(texts) == {"en", "zh"} for texts in table(part).values())


def test_every_key_figure_has_a_name_and_every_definition_a_translation():
    kpis = [kpi.name for _, group in KPIS for kpi in group] + [kpi.name for kpi in LOG_KPIS]
    for name in kpis:
        english = table("metrics")[name].get("en") or kpi_names()[name]
        assert Words("en").metric(name) == english and not english.startswith(" ") and table("metrics")[name]["zh"]
    compared = set(DEFINITIONS) & (set(table("metrics")) | {"gmv_<venue>"})
    assert compared <= set(table("definitions"))


@pytest.mark.parametrize(("name", "english", "chinese"), [
    ("gmv_net_total", "net GMV, total", "净 GMV（结算口径），合计"), ("subsidy_total", "subsidies", "补贴总额"),
    ("subsidy_total_total", "subsidies, total", "补贴总额，合计"),
    ("subsidy_second", "subsidies of second", "补贴：second"),
    ("my_own_thing", "my own thing", "my own thing")])
def test_metrics_have_names_people_use(name, english, chinese):
    assert (Words("en").metric(name), Words("zh").metric(name)) == (english, chinese)


def test_units_and_flags_are_told_in_the_language():
    assert [Words(lang).unit("yuan/day") for lang in ("en", "zh")] == ["yuan a day", "元/天"]
    assert Words("zh").flag("undefined in 2 of 12 worlds") == "12 个世界中有 2 个无定义"
    assert Words("en").flag("skewed differences (-1.3), too many ties for the bootstrap") == (
        "skewed differences (−1.3), too many ties for the bootstrap")
    assert Words("en").unit("furlongs") == "furlongs" and Words("zh").flag("odd") == "odd"
    assert Words("en").definition("gmv_net_total")[1] == DEFINITIONS["gmv_net"][1]
    assert Words("zh").definition("gmv_live")[0] == "元"


def test_numbers_are_written_with_the_digits_their_interval_supports():
    assert [places_of(-w, w, 1.0) for w in (3_000, 30, 3, 0.3, 0.03)] == [0, 0, 1, 2, 3]
    assert shared_places([(-3, 3, 0), (-0.001, 0.001, 0), (np.nan, np.nan, np.nan)]) == 2
    assert fixed(-1234.56, 1, True) == "−1,234.6" and fixed(-0.001, 2, True) == "0.00" and fixed(5, 0, True) == "+5"
    assert fixed(math.nan, 2) == fixed(math.inf, 2) == percent(math.nan) == plain(math.nan) == "–"
    assert interval(math.nan, math.nan, 1) == "–" and interval(-1, 2, 1, True) == "[−1.0, +2.0]"
    assert [p_value(p) for p in (0.2, 0.00049, 0.0, math.nan)] == ["0.200", "< 0.001", "< 0.001", "–"]
    assert [plain(x) for x in (0.35, 1e6, 0.0, 12345.678, 1e-7)] == ["0.35", "1,000,000", "0", "12,346", "1e−07"]
