"""Chips, architectures and workloads from a file: read, used, and refused like those that ship."""

import math

import pytest

from capacity import ARCHITECTURES, CHIPS, FITTED, Deployment, InputError
from capacity.custom import load
from capacity.measurements import read

GOOD = """
[[chip]]
name = "next-year"
flops = {fp4 = 30e15, fp8 = 10e15, bf16 = 5e15}
bandwidth = 20e12
memory = 288e9
chips_per_system = 144
power = 2500
capital = 120_000
rental = 8.0
link = 1.8e12
source = "a test"
aliases = ["NY1"]

[[architecture]]
name = "mine"
total = 300e9
active = 20e9
layers = 60
full_attention_layers = 15
hidden = 5120
context = 131072
source = "a test"
attention = {kind = "gqa", query_heads = 64, kv_heads = 8, head_dim = 128}
other_layers = [{count = 45, attention = {kind = "linear", state_heads = 32, key_dim = 128, value_dim = 128}}]
experts = {count = 256, chosen = 8, share = 0.97}
aliases = ["Mine-300B"]

[[workload]]
name = "mail"
input = 2000
output = 300
speed = 20
window = "inf"
source = "a test"
"""


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_what_a_file_adds_is_used_like_what_ships(tmp_path):
    known = load(written(tmp_path, GOOD))
    assert set(known.chips) == {*CHIPS, "next-year"}
    assert set(known.architectures) == {*ARCHITECTURES, "mine"}
    assert known.architectures["mine"].blocks[1].count == 45
    assert known.workloads["mail"].window == math.inf
    point = Deployment(known.chips["next-year"], known.architectures["mine"], FITTED).operate(known.workloads["mail"])
    assert point.throughput_tok_s > 0
    assert "next-year" not in CHIPS, "what ships is not changed"
    (tmp_path / "rows.csv").write_text(
        "model,system,precision,mode,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms\n"
        "Mine-300B,ny1,fp8,agg,1024,1024,16,4,100,12\n"
    )
    rows = read(tmp_path / "rows.csv", known.chips, known.architectures)
    assert rows.frame[["architecture", "chip"]].to_numpy().tolist() == [["mine", "next-year"]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bandwidth = 20e12", "bandwidth = -1", "chip 1: chip 'next-year': bandwidth is -1, but must be above 0"),
        ("bandwidth = 20e12", "bandwith = 20e12", "chip 1: there is no 'bandwith' (did you mean 'bandwidth'?)"),
        ("bandwidth = 20e12", "", "chip 1: 'bandwidth' is missing"),
        ("bandwidth = 20e12", "bandwidth = 'fast'", "bandwidth is 'fast', but must be a number"),
        ('source = "a test"\naliases = ["NY1"]', "", "chip 1: 'source' is missing"),
        ('["NY1"]', '["H100"]', "chip 'next-year': alias 'H100' already means h100"),
        ('["NY1"]', '"NY1"', "aliases is 'NY1', but must be a list of texts"),
        ('name = "next-year"', 'name = "h100"', "chip 'h100' is already known; give it another name"),
        ('name = "next-year"', "name = 3", "'name' must be a text"),
        ("bf16 = 5e15", "int8 = 5e15", "flops must give 'bf16'"),
        ("[[chip]]", "[[chps]]", "'chps' is none of chips, architectures, workloads, chip, architecture, workl"),
        ("[[chip]]", "[[chips]]", "'chips' must be tables by name, written [chips.my-name]"),
        ("chips_per_system = 144", "chips_per_system = 1.5", "chips_per_system is 1.5, but must be a whole number"),
        ("[[chip]]", "[chip]", "'chip' must be a list of tables, written [[chip]]"),
        ('kind = "gqa"', 'kind = ["gqa"]', "kind is ['gqa'], but must be one of gqa, mla, linear"),
        ('kind = "gqa"', 'kind = "gka"', "kind is 'gka', but must be one of gqa, mla, linear (did you mean 'gqa'?)"),
        ("query_heads = 64", "query_heads = -4", "attention: GQA: query_heads is -4, but must be at least 1"),
        ("layers = 60", "layers = 1.5", "architecture 'mine': layers is 1.5, but must be a whole number"),
        ("count = 45", "count = 46", "61 layers have attention, but there are 60 layers"),
        ("chosen = 8", "chosen = 800", "experts: chosen is 800"),
        ("experts = {count", "experts = 3 #", "experts is 3, but must be a table"),
        ('window = "inf"', 'window = "x"', "workload: window is 'x', but must be a number"),
        ("output = 300", "output = 0", "workload 1: workload: output is 0"),
        ("[[workload]]", "[[workload", "is not TOML"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path, old, new, message):
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


NAMED = (
    GOOD.replace('[[chip]]\nname = "next-year"', "[chips.next-year]")
    .replace('[[architecture]]\nname = "mine"', "[architectures.mine]")
    .replace('[[workload]]\nname = "mail"', "[workloads.mail]")
)


def test_tables_by_name_are_the_same_as_lists(tmp_path):
    listed, named = load(written(tmp_path, GOOD)), load(written(tmp_path, NAMED))
    for kind in ("chips", "architectures", "workloads"):
        assert list(getattr(named, kind)) == list(getattr(listed, kind))
        assert list(getattr(named, kind).values()) == list(getattr(listed, kind).values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bandwidth = 20e12", "bandwidth = -1", "chips.next-year: bandwidth is -1, but must be above 0"),
        ("memory = 288e9", "", "chips.next-year: 'memory' is missing"),
        ("[chips.next-year]", "[chips.h100]", "chip 'h100' is already known; give it another name"),
        ("memory = 288e9", 'memory = 288e9\nname = "other"', "name is 'other', but the table is called 'next-year'"),
        ("[chips.next-year]", "[chips]", "'chips' must be tables by name, written [chips.my-name]"),
        (
            "[workloads.mail]",
            '[[workload]]\nname = "mail"\ninput = 1\noutput = 1\nsource = "x"\n[workloads.mail]',
            "workload 'mail' is there twice",
        ),
        ("layers = 60", "layers = 1.5", "architectures.mine: layers is 1.5, but must be a whole number"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(tmp_path, old, new, message):
    assert old in NAMED
    path = written(tmp_path, NAMED.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load(tmp_path / "nothing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not UTF-8"):
        load(tmp_path / "binary.toml")
    with pytest.raises(InputError, match="is a folder"):
        load(tmp_path)
