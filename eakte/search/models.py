def create_tables(x):
    pass
