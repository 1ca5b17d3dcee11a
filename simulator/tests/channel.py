"""Clients that talk to the stand-ins over real HTTP, and what their tests share."""

import base64
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from decimal import Decimal

import requests
from lxml import etree

from simulator.acommerce import AcommerceSimulator

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<ORDER>
  <ORDER_DATA>
    <ORDER_DATE>2031-02-03</ORDER_DATE>
    <CHANNEL_SIGN>fcsh</CHANNEL_SIGN>
    <CHANNEL_ID>S00077</CHANNEL_ID>
    <APPROVED>1</APPROVED>
    <ITEM_COUNT>2</ITEM_COUNT>
    <TOTAL_ITEM_AMOUNT currency="EUR">28.47</TOTAL_ITEM_AMOUNT>
  </ORDER_DATA>
  <SHIP_TO>
    <FIRSTNAME>Ada</FIRSTNAME><LASTNAME>Example</LASTNAME>
    <STREET_NO>Am Hafen 3</STREET_NO><ZIP>20457</ZIP><CITY>Hamburg</CITY><COUNTRY>DE</COUNTRY>
  </SHIP_TO>
  <SHIPMENT><PRICE currency="EUR">4.90</PRICE></SHIPMENT>
  <ITEMS>
    <ITEM><CHANNEL_ID>S00077-1</CHANNEL_ID><SKU>CUP</SKU><QUANTITY>2</QUANTITY>
      <ITEM_PRICE currency="EUR">9.49</ITEM_PRICE></ITEM>
    <ITEM><CHANNEL_ID>S00077-2</CHANNEL_ID><SKU>PLATE</SKU><QUANTITY>1</QUANTITY>
      <ITEM_PRICE currency="EUR">9.49</ITEM_PRICE></ITEM>
  </ITEMS>
</ORDER>"""


ITEM = (
    "<ITEM><CHANNEL_ID>{key}</CHANNEL_ID><SKU>{sku}</SKU><QUANTITY>{quantity}</QUANTITY>"
    "<ITEM_PRICE>{price}</ITEM_PRICE></ITEM>"
)


def write_order(key, items):
    """ORDER with another key and items, each a dict with key, sku, quantity and price."""
    head = ORDER.partition("  <ITEMS>")[0]
    total = sum(item["quantity"] * Decimal(item["price"]) for item in items)
    head = head.replace("S00077", key).replace("COUNT>2", f"COUNT>{len(items)}")
    head = head.replace("28.47", str(total))
    lines = "".join(ITEM.format(**item) for item in items)
    return f"{head}<ITEMS>{lines}</ITEMS></ORDER>".encode()


class Client(requests.Session):
    """A channel that knows how to write its URLs."""

    def __init__(self, tbone, **changes):
        super().__init__()
        self.auth = (changes.get("user", tbone.user), changes.get("password", tbone.password))
        self.root = f"{changes.get('url', tbone.url)}/{changes.get('account', tbone.account)}/"
        self.channel = changes.get("channel", tbone.channel)

    def call(self, method, path, timeout=5, body=None, **query):
        query = {"channel": self.channel} | query
        return self.request(method, self.root + path, params=query, data=body, timeout=timeout)

    def page(self, timeout=5, **query):
        return self.call("GET", "messages/", timeout, **query)

    def processed(self, message, timeout=5):
        number = getattr(message, "message_id", message)
        return self.call("POST", f"messages/{number}/processed", timeout)

    def ids(self, **query):
        return [
            int(n)
            for n in etree.fromstring(self.page(**query).content).xpath("//MESSAGE_ID/text()")
        ]


class Partner(requests.Session):
    """A client of aCommerce: it has a token, and knows how an order looks."""

    def __init__(self, url):
        super().__init__()
        self.root = url
        login = {"username": AcommerceSimulator.user, "apiKey": AcommerceSimulator.api_key}
        body = {"auth": {"apiKeyCredentials": login}}
        token = self.post(f"{url}/identity/token", json=body, timeout=5).json()["token"]
        self.headers["X-Subject-Token"] = token["token_id"]

    def call(self, method, path, body=None, **query):
        address = f"{self.root}/channel/{AcommerceSimulator.channel}/{path}"
        return self.request(method, address, json=body, params=query, timeout=5)

    def put_order(self, key, items):
        """Items are (SKU, quantity)."""
        address = dict.fromkeys(("addressee", "address1", "postalCode", "country", "phone"), "1")
        lines = [
            {"partnerId": AcommerceSimulator.partner, "itemId": sku, "qty": pieces, "subTotal": 9.5}
            for sku, pieces in items
        ]
        order = {
            "orderCreatedTime": "2026-02-03T04:05:06Z",
            "customerInfo": address,
            "orderShipmentInfo": address,
            "paymentType": "NON_COD",
            "shippingType": "NEXT_DAY",
            "grossTotal": 9.5 * len(lines),
            "currUnit": "THB",
            "orderItems": lines,
        }
        return self.call("PUT", f"order/{key}", order)

    def poll(self):
        """By order, its complete history."""
        return {
            record["orderId"]: record for record in self.call("GET", "sales-order-status").json()
        }

    def hook(self, url, secret):
        """Ask to be called."""
        body = {"name": "test", "url": url, "requestMethod": "POST", "secret": secret}
        return self.call(
            "POST", "hooks", {**body, "eventType": ["SALES_ORDER_STATUS_V3"], "active": True}
        )


@contextmanager
def served(*options):
    """The command `python -m simulator` on a free port, ended as by Ctrl-C: its address."""
    command = [sys.executable, "-m", "simulator", "--port", "0", "--scenario", "demo", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert "ready" in process.stdout.readline()
        yield process.stdout.readline().split()[1]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        process.stdout.close()


def act(base, action, **values):
    """One call of the side door: status and answer."""
    answer = requests.post(f"{base}/_control/{action}", json=values, timeout=5)
    return answer.status_code, answer.json()


def look(base, name):
    """One of the books of the side door."""
    return requests.get(f"{base}/_control/{name}", timeout=5).json()


def rules(stand_in):
    return [violation.rule for violation in stand_in.violations]


def basic(tbone):
    token = base64.b64encode(f"{tbone.user}:{tbone.password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
    return result
