from . import fulfillment_enter_ref, fulfillment_hook, fulfillment_import_file
