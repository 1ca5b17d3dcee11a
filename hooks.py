"""What happens once, when the add-on is installed."""

from odoo.tools.sql import column_exists, create_column

# Stored computed fields of tables that may be large. Where the column is there, Odoo does not
# compute a value for each old record: an old order has no account, so it has no state either.
COLUMNS = {
    "sale_order": {"fulfillment_account_id": "int4", "fulfillment_state": "varchar"},
}


def pre_init_hook(env):
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            if not column_exists(env.cr, table, name):
                create_column(env.cr, table, name, kind)
