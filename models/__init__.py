from . import exchange, effects, documents
from . import res_company, res_config_settings
