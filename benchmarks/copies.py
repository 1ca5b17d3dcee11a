"""Many orders from few: the rows of confirmed orders, copied in the database.

Odoo needs a tenth of a second for an order, so that the orders of a long backlog would take hours.
A copy has all that Odoo made of its pattern but notes and followers, with ids, numbers and
reservations of its own. Every side that is compared sells copies.
"""

ENTITIES = {  # table: which of its rows belong to the pattern's orders
    "sale_order": "id = ANY(%(orders)s)",
    "sale_order_line": "order_id = ANY(%(orders)s)",
    "stock_picking": "sale_id = ANY(%(orders)s)",
    "stock_move": "sale_line_id IN (SELECT old FROM copy_sale_order_line)",
    "stock_move_line": "move_id IN (SELECT old FROM copy_stock_move)",
    "stock_reference": """id IN (
        SELECT reference_id FROM stock_reference_sale_rel WHERE sale_id = ANY(%(orders)s)
    )""",
}
OTHERS = ("stock_quant", "fulfillment_message", "fulfillment_acknowledgement")
RELATIONS = ("stock_reference_sale_rel", "stock_reference_move_rel")
CHANGED = {  # what must not stand twice; the orders get theirs below
    ("sale_order", "fulfillment_key"): "NULL",
    ("sale_order", "fulfillment_ref"): "NULL",
    ("stock_picking", "name"): "pattern.name || '-' || copy.new",
}


def copy_orders(env, orders, told: list) -> list[int]:
    """Copies of confirmed orders, one for each that was told; their ids in that order.

    :param told: what the platform knows, in the order of the pattern, again and again.
    """
    env.flush_all()
    times = len(told) // len(orders)
    for table, scope in ENTITIES.items():
        _number_copies(env.cr, table, scope, orders.ids, times)
    _ensure_complete(env.cr)
    for table in (*ENTITIES, *RELATIONS):
        _insert_copies(env.cr, table)
    ids = _name_copies(env.cr, orders.ids, told)
    env.cr.execute(RESERVE)
    for table in ENTITIES:
        env.cr.execute(f"DROP TABLE copy_{table}")
    env.invalidate_all()
    return ids


def analyze(env) -> None:
    """What autovacuum does after a while: without it the planner takes big tables for small."""
    for table in (*ENTITIES, *RELATIONS, *OTHERS):
        env.cr.execute(f"ANALYZE {table}")
    env.cr.commit()


def _number_copies(cr, table: str, scope: str, orders: list[int], times: int) -> None:
    """Make the table that says which new id each copy of an old row gets."""
    cr.execute(
        f"""
        CREATE TEMPORARY TABLE copy_{table} AS
        SELECT id AS old, number, nextval('{table}_id_seq')::int AS new
        FROM (
            SELECT id, number FROM {table}, generate_series(1, %(times)s) number
            WHERE {scope} ORDER BY number, id
        ) in_turn
        """,
        {"orders": orders, "times": times},
    )
    cr.execute(f"CREATE INDEX ON copy_{table} (old, number)")
    cr.execute(f"ANALYZE copy_{table}")


def _ensure_complete(cr) -> None:
    """Whatever else refers to the pattern would be missing in its copies."""
    for table, column, target in _list_references(cr):
        if table in ENTITIES or table in RELATIONS:
            continue
        cr.execute(
            f"SELECT 1 FROM {table} WHERE {column} IN (SELECT old FROM copy_{target}) LIMIT 1"
        )
        if cr.fetchone():
            raise AssertionError(f"{table}.{column} refers to an order that is copied without it")


def _list_references(cr) -> list[tuple[str, str, str]]:
    """(table, column, copied table it refers to) of the whole database."""
    cr.execute(
        """
        SELECT con.conrelid::regclass::text, attribute.attname, target.relname
        FROM pg_constraint con
        JOIN pg_class target ON target.oid = con.confrelid
        JOIN pg_attribute attribute
            ON attribute.attrelid = con.conrelid AND attribute.attnum = con.conkey[1]
        WHERE con.contype = 'f' AND target.relname = ANY(%s)
        """,
        [list(ENTITIES)],
    )
    return cr.fetchall()


def _insert_copies(cr, table: str) -> None:
    """Copy rows; what refers to a copied row refers to its copy."""
    found = {column: target for name, column, target in _list_references(cr) if name == table}
    cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in cr.fetchall()]
    if "id" in names:
        driver, joins = f"copy_{table} copy ON copy.old = pattern.id", []
    else:
        name, other = next(iter(found.items()))
        driver, joins = f"copy_{other} copy ON copy.old = pattern.{name}", []
    values = []
    for name in names:
        value = CHANGED.get((table, name), f"pattern.{name}")
        if name == "id":
            value = "copy.new"
        elif name in found:
            joins.append(
                f"LEFT JOIN copy_{found[name]} to_{name}"
                f" ON to_{name}.old = pattern.{name} AND to_{name}.number = copy.number"
            )
            value = f"to_{name}.new"
        values.append(value)
    cr.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {table} pattern JOIN {driver} {' '.join(joins)} ORDER BY copy.new"
    )


def _name_copies(cr, pattern: list[int], told: list) -> list[int]:
    """Give the orders the names by which the platform knows them; their ids in this order."""
    cr.execute(
        "SELECT new FROM copy_sale_order ORDER BY number, array_position(%s, old)", [pattern]
    )
    ids = [new for (new,) in cr.fetchall()]
    cr.execute_values(
        "UPDATE sale_order SET name = told.key FROM (VALUES %s) told (id, key)"
        " WHERE sale_order.id = told.id",
        [(id_, order.channel_id) for id_, order in zip(ids, told, strict=True)],
    )
    return ids


def link_copies(cr, ids: list[int], told: list) -> None:
    """Give orders and their lines the keys and ids of the platform."""
    cr.execute_values(
        "UPDATE sale_order SET fulfillment_key = name, fulfillment_ref = told.ref"
        " FROM (VALUES %s) told (id, ref) WHERE sale_order.id = told.id",
        [(id_, str(order.tb_id)) for id_, order in zip(ids, told, strict=True)],
    )
    cr.execute(
        """
        UPDATE sale_order_line line
        SET fulfillment_key = sale.name || substring(line.fulfillment_key from '-[0-9]+$')
        FROM sale_order sale
        WHERE line.order_id = sale.id AND sale.id = ANY(%s)
        """,
        [ids],
    )


RESERVE = """
    UPDATE stock_quant quant SET reserved_quantity = quant.reserved_quantity + taken.quantity
    FROM (
        SELECT line.product_id, line.location_id, sum(line.quantity_product_uom) AS quantity
        FROM stock_move_line line JOIN copy_stock_move_line copy ON copy.new = line.id
        GROUP BY 1, 2
    ) taken
    WHERE quant.product_id = taken.product_id AND quant.location_id = taken.location_id
"""
