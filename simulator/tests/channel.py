"""A channel that talks to the stand-in over real HTTP, and what its tests share."""

import base64
import time
from decimal import Decimal

import requests
from lxml import etree

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


def rules(tbone):
    return [violation.rule for violation in tbone.violations]


def basic(tbone):
    token = base64.b64encode(f"{tbone.user}:{tbone.password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
    return result
