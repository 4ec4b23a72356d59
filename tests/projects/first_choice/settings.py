import os

USE_NUMPY = os.environ.get("FIRST_CHOICE_NUMPY") == "1"
