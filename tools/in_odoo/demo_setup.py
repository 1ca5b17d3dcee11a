"""Connects the demo account with the stand-in platform, in the Odoo shell, before the server
starts: enters the host, and presses "Test Connection" as a person would.
"""

import os

account = env.ref("fulfillment_connector.demo_account")
account.host = os.environ["SIMULATOR_URL"]
answer = account.action_test_connection()
env.cr.commit()
print(f"    {account.name} at {account.host}: {answer['params']['message']}")
