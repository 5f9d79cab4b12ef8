"""Superset's settings for the comparison: its defaults, save what is named here."""

import os
from pathlib import Path

place = Path(os.environ["RIVAL_PLACE"])

SECRET_KEY = (place / "secret").read_text().strip()
SQLALCHEMY_DATABASE_URI = os.environ["RIVAL_META"]
DATA_DIR = str(place / "home")

# Off is Superset's default. On, its documentation prefers Redis; a file cache is shared by the workers
# in the same way and needs no other server.
if folder := os.environ.get("RIVAL_CACHE"):
    DATA_CACHE_CONFIG = {
        "CACHE_TYPE": "FileSystemCache",
        "CACHE_DIR": folder,
        "CACHE_DEFAULT_TIMEOUT": 3600,
        "CACHE_KEY_PREFIX": "rival_",
    }
