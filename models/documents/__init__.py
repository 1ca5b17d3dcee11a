from . import (
    fulfillment_account,
    fulfillment_carrier_map,
    fulfillment_message,
    fulfillment_parcel,
    fulfillment_return_state,
    sale_order,
    sale_order_line,
    sale_order_screen,
    stock_picking,
)
