"""The demo, the command line, and what is written about the stand-in."""

import ast
import doctest
import json
import sys
from pathlib import Path

import pytest
from channel import Client, act, look, rules, served, write_order

import simulator
from simulator import FAULTS, TBOneSimulator, schema
from simulator.acommerce.faults import FAULTS as ACOMMERCE_FAULTS
from simulator.tbone import demo


def send_orders(client):
    """What Odoo sends when the quotations of the demo are confirmed."""
    for row in demo.list_orders():
        body = write_order(row["key"], row["items"])
        assert "<TB_ID>" in client.call("POST", "orders/", body=body).text


class TestDemo:
    def test_each_order_that_comes_in_is_reported_on(self, tbone, client):
        demo.play(tbone)
        assert (len(client.ids()), len(tbone.strays())) == (1, 1)
        send_orders(client)
        expected = tbone.expected()
        assert set(expected) == set(demo.ORDERS)
        assert expected["DEMO-1001"]["items"]["DEMO-1001-3"]["returned"] == 1
        assert len(expected["DEMO-1007"]["attention"]) == len(expected["DEMO-1007"]["unknown"]) == 1
        assert expected["DEMO-1008"]["payment"] == "SHORTFALL"
        assert len(tbone.strays()) == 1
        assert len(client.ids()) == len(demo.STEPS)
        assert rules(tbone) == []

    def test_an_order_of_ones_own_leaves_at_once(self, tbone, client):
        demo.play(tbone)
        item = {"key": "S1-1", "sku": "FC-MUG", "quantity": 2, "price": "9.90"}
        client.call("POST", "orders/", body=write_order("S1", [item]))
        assert tbone.expected()["S1"]["items"]["S1-1"]["shipped"] == 2


class TestCommandLine:
    @pytest.fixture
    def base(self):
        with served("--backlog", "10") as base:
            yield base

    def test_control(self, base):
        assert look(base, "summary")["open"] == 11
        with Client(TBOneSimulator, url=base) as client:
            send_orders(client)
        assert look(base, "summary")["open"] == len(demo.STEPS) + 10
        account = look(base, "state")["accounts"][0]
        assert account["orders"]["DEMO-1005"]["items"]["DEMO-1005-1"]["shipped"] == 2
        assert "ORDER_ACKNOWLEDGE" in [m["message_type"] for m in account["messages"]]
        assert act(base, "fault", call="messages", name="truncated", cut=9)[0] == 200
        assert look(base, "summary")["faults_waiting"] == ["truncated"]
        status, message = act(base, "ship", item="DEMO-1005-1", quantity=3, idcode="LATE")
        assert (status, message["idcode"]) == (200, "LATE")
        assert act(base, "ship", item="DEMO-1005-1", quantity=3)[0] == 400
        assert act(base, "payment", order="DEMO-9999", state="PAID")[0] == 400
        assert act(base, "message", xml="<MESSAGE/>")[0] == 200
        assert act(base, "order", key="N1", items=[["N1-1", "CUP", 1]])[1]["tb_id"]
        assert act(base, "settings", rejection_status=400)[0] == 200
        assert act(base, "settings", lock=1)[0] == 400
        assert act(base, "nonsense")[0] == 404
        assert act(base, "stock_many", numbers={"CUP": 3, "PLATE": 4})[0] == 200
        assert json.dumps(look(base, "expected")["DEMO-1004"])
        assert look(base, "violations") == []
        assert len(look(base, "calls")) == len(demo.ORDERS)
        act(base, "reset")
        assert look(base, "summary")["open"] == 11


def test_examples_in_the_schema_module():
    assert doctest.testmod(schema).failed == 0


def test_the_simulator_is_independent():
    for path in Path(simulator.__file__).parent.rglob("*.py"):
        if path.parent.name == "tests":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            roots = {name.partition(".")[0] for name in names}
            extra = {"paramiko"} if path.name == "sftp_server.py" else {"lxml"}
            assert roots <= {*sys.stdlib_module_names, *extra}, path


@pytest.mark.parametrize("faults", [FAULTS, ACOMMERCE_FAULTS], ids=["tbone", "acommerce"])
def test_fault_names_are_documented(faults):
    text = (Path(simulator.__file__).parent / "README.md").read_text()
    assert [name for name in faults if f"`{name}`" not in text] == []
