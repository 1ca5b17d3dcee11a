"""The platform's own side of a script: accounts, orders and the queue of messages."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from .ledger import expect_account, find_strays
from .state import Account, Item, Message, Order, Platform, Shelf


class Desk:
    """Sets up and looks at the state of a platform; without `account` the first one is meant."""

    platform: Platform
    account: str
    channel: str

    def add_account(self, number: str, user: str, password: str, channels: dict[str, str]):
        """A further account; `channels` maps channel ids to channel signs."""
        account = Account(number, {user: password}, channels)
        return self.platform.accounts.setdefault(number, account)

    def add_order(
        self,
        key: str,
        items: Iterable[tuple],
        account: str | None = None,
        channel: str | None = None,
        tb_id: int | None = None,
        item_tb_ids: Iterable[int] | None = None,
    ) -> Order:
        """An order the platform has; items are (key, SKU, quantity) or (..., unit price)."""
        with self.platform.lock:
            ids = iter(item_tb_ids or self.platform.item_ids)
            book = self._book(account)
            order = Order(
                tb_id or next(self.platform.order_ids),
                key,
                channel or next(iter(book.channels)),
                book.number,
                [_make_item(next(ids), *item) for item in items],
            )
            return book.add_order(order)

    def find_order(self, key: str, account: str | None = None) -> Order | None:
        """The order with our key, also one that came in by POST orders/."""
        return self._book(account).find_order(key)

    def set_articles(self, *skus: str, account: str | None = None) -> None:
        """From now on only these SKUs can be ordered; without any: all."""
        self._book(account).articles = set(skus) or None

    def set_stock(
        self,
        sku: str,
        number: int | None,
        account: str | None = None,
        node: str = "A_NR",
        identifier: str = "key",
        **warehouses: int,
    ) -> None:
        """The number of an article that can still be sold, and by warehouse; None: no number."""
        shelf = Shelf(number, self._now(), warehouses, node, identifier)
        with self.platform.lock:
            self._book(account).stock[sku] = shelf

    def set_stock_many(self, numbers: Mapping[str, int], account: str | None = None) -> None:
        """The same for very many articles at once."""
        now = self._now()
        shelves = {sku: Shelf(number, now) for sku, number in numbers.items()}
        with self.platform.lock:
            self._book(account).stock.update(shelves)

    def find_item(self, key: str, account: str | None = None) -> Item:
        return self._book(account).items_by_key[key]

    def open_messages(self, account: str | None = None) -> list[Message]:
        """What waits for the channel, oldest first."""
        with self.platform.lock:
            book = self._book(account)
            return [m for channel in book.channels for m in book.waiting(channel)]

    def processed_ids(self, account: str | None = None) -> list[int]:
        """Ids flagged as processed, in the order of the calls; twice after a `reopen`."""
        return list(self._book(account).processed)

    def reopen(self, message: Message | int, account: str | None = None) -> None:
        """Let a processed message appear again."""
        with self.platform.lock:
            number = message if isinstance(message, int) else message.message_id
            self._book(account).reopen(number)

    def expected(self, account: str | None = None) -> dict[str, dict]:
        """By our key, what a client has to know of each order after taking in all messages."""
        with self.platform.lock:
            return expect_account(self._book(account))

    def strays(self, account: str | None = None) -> list[int]:
        """Ids of messages that belong to no order."""
        with self.platform.lock:
            return find_strays(self._book(account))

    def _now(self) -> int:
        return int(self.platform.clock.now())

    def _book(self, account: str | None) -> Account:
        return self.platform.accounts[account or self.account]


def _make_item(tb_id: int, key: str, sku: str, quantity: int, price: object = "10.00") -> Item:
    return Item(tb_id, key, sku, quantity, Decimal(str(price)))
