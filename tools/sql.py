"""Runs one statement and prints its first value.

Started with the Python of the virtual environment, which has psycopg2; libpq's variables say where.
"""

import sys

import psycopg2

connection = psycopg2.connect(dbname="postgres")
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute(sys.argv[1], sys.argv[2:])
    row = cursor.fetchone() if cursor.description else None
    print(row[0] if row and row[0] is not None else "")
connection.close()
