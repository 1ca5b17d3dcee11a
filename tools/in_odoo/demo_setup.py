"""Does what a person would, in the Odoo shell, before the server starts: enters the stand-in's host
in the demo account, presses "Test Connection", and confirms the quotations.
"""

import os

account = env.ref("fulfillment_connector.demo_account")
account.host = os.environ["SIMULATOR_URL"]
answer = account.action_test_connection()
orders = env["sale.order"].search([("fulfillment_account_id", "=", account.id)])
orders.action_confirm()
env.cr.commit()
print(f"    {account.name} at {account.host}: {answer['params']['message']}")
print(f"    {len(orders)} orders confirmed: the server will send them")
