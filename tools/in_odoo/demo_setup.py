"""Does what a person would, in the Odoo shell, before the server starts: enters the hosts of the
stand-ins in the demo accounts, presses "Test Connection", has web hooks sent here, and confirms the
quotations.
"""

import os

env["ir.config_parameter"].set_param("web.base.url", os.environ["ODOO_URL"])
tbone = env.ref("fulfillment_connector.demo_account")
acommerce = env.ref("fulfillment_connector.demo_acommerce")
tbone.host = os.environ["SIMULATOR_URL"]
acommerce.host = acommerce.order_host = os.environ["ACOMMERCE_URL"]
for account in (tbone, acommerce):
    answer = account.action_test_connection()
    print(f"    {account.name} at {account.host}: {answer['params']['message']}")
answer = acommerce.action_register_hook()
print(f"    {acommerce.name}: {answer['params']['message']}")
orders = env["sale.order"].search([("fulfillment_account_id", "in", (tbone + acommerce).ids)])
orders.action_confirm()
env.cr.commit()
print(f"    {len(orders)} orders confirmed: the server will send them")
