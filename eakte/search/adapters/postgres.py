class PostgresIndex:
    pass
