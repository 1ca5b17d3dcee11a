from . import fulfillment_enter_ref, fulfillment_import_file
