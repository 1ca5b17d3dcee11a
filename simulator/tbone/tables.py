"""TB.One's field tables for what a channel may send, in documented order.

Nodes that only TB.One writes are left out, save DATE_CREATED: the official samples send it.
"""

from ..schema import read_schema

MESSAGES = read_schema("""
MESSAGES_LIST
  MESSAGE!+
    MESSAGE_TYPE!
    TB_ORDER_ID! id
    TB_ORDER_ITEM_ID id
    SKU 50
    CHANNEL_SIGN 12
    CHANNEL_ORDER_ID 50
    CHANNEL_ORDER_ITEM_ID 50
    CHANNEL_SKU 50
    QUANTITY! int
    CARRIER_PARCEL_TYPE 50
    IDCODE 50
    IDCODE_RETURN_PROPOSAL 50
    DEDUCTION price
    COMMENT
    RETURN_CAUSE 50
    RETURN_STATE 50
    SERVICE
    EST_SHIP_DATE date
    DATE_CREATED stamp
    DELIVERY_INFORMATION
""")

ADDRESS = """
    CHANNEL_NO 50
    TITLE 20
    FIRSTNAME! 50 blank
    LASTNAME! 50 blank
    NAME 100
    NAME_EXTENSION 100
    STREET_NO! 100
    STREET_EXTENSION 100
    ZIP! 10
    CITY! 50
    COUNTRY! 5 country
    PHONE_PRIVATE 50
    PHONE_OFFICE 50
    PHONE_MOBILE 50
    EMAIL 80
    BIRTHDAY date
    VAT_ID 20"""

ORDER = read_schema(f"""
ORDER
  ORDER_DATA!
    ORDER_DATE! date
    CHANNEL_SIGN 12
    CHANNEL_ID! 50
    CHANNEL_NO 50
    BILL_NO 50
    PAID paid
    APPROVED flag
    WITHDRAWN flag
    CUSTOMER_COMMENT
    ITEM_COUNT! id
    TOTAL_ITEM_AMOUNT! total @currency
    DATE_CREATED stamp
  SELL_TO{ADDRESS}
  SHIP_TO!{ADDRESS}
  SHIPMENT
    CARRIER_PARCEL_TYPE 50
    IDCODE_SHIP 30
    IDCODE_RETURN 30
    ROUTING_CODE 20
    PRICE price @currency
    IS_EXPRESS flag
  PAYMENT
    TYPE 50
    COSTS total @currency
    PAYMENT_TRANSACTION_ID 50
    PAYMENT_TRANSACTION_NR 50
    PAYMENT_TRANSACTION_NAME 100
    PAYMENT_DATA
    DIRECTDEBIT
      ACCOUNTNAME 50
      ACCOUNTNR 50
      BANKNAME 50
      BANKCODE 50
      IBAN 50
      BIC 20
  SERVICES
    SERVICE!+
      CODE!
      DESC! 100
      PRICE! total @currency
  ITEMS!
    ITEM!+
      CHANNEL_ID! 50
      SKU! 50
      CHANNEL_SKU 50
      EAN 13 int
      QUANTITY! id
      OPEN_QUANTITY int
      BILLING_TEXT 255
      TRANSFER_PRICE price @currency
      ITEM_PRICE! price @currency
      DELIVERY_TIME int
      DATE_CREATED stamp
      SERVICES
        SERVICE!+
          CODE!
          DESC! 100
          PRICE! total @currency
""")
