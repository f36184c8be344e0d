class WhooshIndex:
    pass
