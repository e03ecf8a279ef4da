"""`python -m atelier purchases.csv 1998-06-30`: churn features and built-in probabilities of a file, as JSON.

The file has the columns customer_id, purchased_on, amount and quantity.
"""

import json
import sys

import pandas as pd

from . import churn

if __name__ == "__main__":
    file, as_of = sys.argv[1:]
    json.dump(churn.describe(pd.read_csv(file, dtype={"customer_id": str}), as_of), sys.stdout)
