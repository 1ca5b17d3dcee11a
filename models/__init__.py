from . import exchange, platforms, effects, documents
from . import fulfillment_account_fetch
from . import res_company, res_config_settings, res_config_settings_workers
