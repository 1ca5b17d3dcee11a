-- a copy of the database never calls a production host, and holds no credentials
UPDATE fulfillment_account
   SET account_number = NULL,
       username = NULL,
       password = NULL,
       hook_token = NULL,
       hook_secret = NULL,
       hook_secret_old = NULL,
       folder_host = NULL,
       folder_user = NULL,
       folder_password = NULL,
       environment = 'test',
       host = CASE provider
           WHEN 'tbone' THEN 'https://reststaging.core.tradebyte.com'
           WHEN 'acommerce' THEN 'https://api.acommercedev.com'
           ELSE 'http://127.0.0.1'
       END,
       order_host = CASE provider
           WHEN 'acommerce' THEN 'https://fulfillment.api.acommercedev.com'
       END,
       state = 'draft';
