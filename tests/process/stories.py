"""The orders that both sides know, and what the platform says about each of them."""

SHOP_ORDERS = 20
EVENT_ORDERS = 5  # of the shop whose platform tells events
ORDERS = 3  # of these have messages, where a test says nothing else
PAGE = 5  # messages, so that even a few of them come in several pages
ITEMS = (("MUG", 3), ("TEE", 2), ("LAMP", 2))
CARRIER = "DHL_STD_NATIONAL"
WORDS = 4  # messages about one order
MINUTE = 60


def order_key(number):
    return f"S{number:03}"


def order_ref(number):
    return 700000 + number


def tell(tbone, orders):
    """One parcel with two articles, of which one is short; one article is cancelled, one returns.

    :return: the ids of the messages, in the order in which they come.
    """
    return [word.message_id for number in range(orders) for word in _tell_one(tbone, number)]


def _tell_one(tbone, number):
    key = order_key(number)
    items = [(f"{key}-{sku}", sku, quantity) for sku, quantity in ITEMS]
    mug, tee, lamp = tbone.add_order(key, items, tb_id=order_ref(number)).items
    parcel = {"idcode": f"{key}-OUT", "carrier": CARRIER}
    return [
        tbone.ship(mug, 3, **parcel),
        tbone.ship(tee, 1, **parcel),
        tbone.cancel(lamp, 2),
        tbone.return_(mug, 1, idcode=f"{key}-BACK"),
    ]


def tell_events(acommerce, orders):
    """Each order is taken and leaves, all of it in one parcel; a minute passes.

    :return: the events, in the order in which they happened.
    """
    tell = (tell_taken, tell_left)
    events = [tell_one(acommerce, number) for number in range(orders) for tell_one in tell]
    acommerce.clock.advance(MINUTE)
    return events


def tell_taken(acommerce, number):
    key = order_key(number)
    return acommerce.report(acommerce.add_order(key, {f"{key}-F": ITEMS}), "NEW")


def tell_left(acommerce, number):
    key = order_key(number)
    parcel = {"shipment": f"{key}-F", "tracking": f"{key}-OUT"}
    return acommerce.report(acommerce.find_order(key), "IN_TRANSIT", "package", **parcel)
