from . import fulfillment_import_file
