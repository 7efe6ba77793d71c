from lablib.pages.taking_away import (
    LIMIT as LIMIT,
    take_away as take_away,
)
