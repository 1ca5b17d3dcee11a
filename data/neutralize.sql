-- a copy of the database never calls a production host, and holds no credentials
UPDATE fulfillment_account
   SET account_number = NULL,
       username = NULL,
       password = NULL,
       environment = 'test',
       host = 'https://reststaging.core.tradebyte.com',
       state = 'draft';
