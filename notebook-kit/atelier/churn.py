"""The features and the built-in statistics of the slot customer-churn/1, written from their definition
(docs/decisions/0001-built-in-churn-model.md) and independently of the SaaS's own code.

A purchase day is all purchases of one customer on one calendar day. An as-of date is inclusive: purchase days up to it
exist, later ones do not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

SCHEMA = "customer-churn/1"
HORIZON_DAYS = 90
FEATURES = [
    "recency_days",
    "tenure_days",
    "frequency",
    "value_total",
    "value_mean",
    "value_last",
    "quantity_mean",
    "purchases_30d",
    "purchases_90d",
    "purchases_365d",
    "gap_mean_days",
    "gap_max_days",
]
_ZERO_WITHOUT_PURCHASE = ["frequency", "value_total", "purchases_30d", "purchases_90d", "purchases_365d"]

Date = dt.date | str | pd.Timestamp


def purchase_days(purchases: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and day: `customer_id`, `day`, `value`, `quantity`, in order.

    `purchases` needs `customer_id`, `purchased_on`, `amount` and `quantity`; rows with a `deleted_at` do not count.
    """
    rows = purchases
    if "deleted_at" in rows:
        rows = rows[rows["deleted_at"].isna()]
    days = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "day": _calendar_day(rows["purchased_on"]),
            "value": rows["amount"].astype(float),
            "quantity": rows["quantity"].astype(float),
        }
    )
    return days.groupby(["customer_id", "day"], as_index=False, sort=True)[["value", "quantity"]].sum()


def features(days: pd.DataFrame, as_of: Date, customers: pd.Index | None = None) -> pd.DataFrame:
    """The features in the slot's order, one row per customer, indexed by `customer_id`.

    Without `customers` the rows are the customers who had bought by `as_of`; with it they are exactly those, the ones
    without a purchase included.
    """
    as_of = pd.Timestamp(as_of)
    known = days[days["day"] <= as_of].sort_values(["customer_id", "day"])
    age = (as_of - known["day"]).dt.days
    known = known.assign(
        age=age,
        gap=known.groupby("customer_id")["day"].diff().dt.days,
        in_30=age < 30,
        in_90=age < 90,
        in_365=age < 365,
    )
    by_customer = known.groupby("customer_id")
    table = pd.DataFrame(
        {
            "recency_days": by_customer["age"].min(),
            "tenure_days": by_customer["age"].max(),
            "frequency": by_customer.size() - 1,
            "value_total": by_customer["value"].sum(),
            "value_mean": by_customer["value"].mean(),
            "value_last": by_customer["value"].last(),
            "quantity_mean": by_customer["quantity"].mean(),
            "purchases_30d": by_customer["in_30"].sum(),
            "purchases_90d": by_customer["in_90"].sum(),
            "purchases_365d": by_customer["in_365"].sum(),
            "gap_mean_days": by_customer["gap"].mean(),
            "gap_max_days": by_customer["gap"].max(),
        }
    )
    if customers is not None:
        table = table.reindex(pd.Index(customers, name="customer_id"))
        table[_ZERO_WITHOUT_PURCHASE] = table[_ZERO_WITHOUT_PURCHASE].fillna(0)
    return table[FEATURES].astype(float)


def churned(days: pd.DataFrame, as_of: Date, customers: pd.Index) -> pd.Series:
    """True for each customer without a purchase day in the 90 days after `as_of`."""
    as_of = pd.Timestamp(as_of)
    after = days[(days["day"] > as_of) & (days["day"] <= as_of + pd.Timedelta(days=HORIZON_DAYS))]
    return pd.Series(~customers.isin(after["customer_id"]), index=customers, name="churned")


@dataclass(frozen=True)
class BuiltIn:
    """The negative binomial purchase model: gamma-distributed rates with shape `r` and rate `alpha`.

    `r` and `alpha` are None when rates do not differ measurably; then everybody buys at `mean_rate` per day.
    """

    mean_rate: float
    r: float | None
    alpha: float | None

    def probability(self, table: pd.DataFrame) -> pd.Series:
        """Probability of no purchase in the next 90 days, from `frequency` and `tenure_days`."""
        x = table["frequency"].fillna(0).astype(float)
        tenure = table["tenure_days"].fillna(0).astype(float)
        if self.r is None or self.alpha is None:
            return pd.Series(np.exp(-self.mean_rate * HORIZON_DAYS), index=table.index)
        clock = self.alpha + tenure
        return np.exp((self.r + x) * np.log(clock / (clock + HORIZON_DAYS)))


def fit_built_in(table: pd.DataFrame) -> BuiltIn | None:
    """Fits by moments over all customers who first bought before the as-of date; None where there is nothing to fit."""
    tenure = table["tenure_days"].fillna(0).astype(float)
    observed = tenure > 0
    exposure = tenure[observed].to_numpy()
    x = table.loc[observed, "frequency"].to_numpy(dtype=float)
    if exposure.sum() == 0 or x.sum() == 0:
        return None
    mean = x.sum() / exposure.sum()
    variance = (((x - mean * exposure) ** 2).sum() - mean * exposure.sum()) / (exposure**2).sum()
    if variance <= 0:
        return BuiltIn(mean, None, None)
    return BuiltIn(mean, mean**2 / variance, mean / variance)


def _calendar_day(moments: pd.Series) -> pd.Series:
    return pd.to_datetime(moments, utc=True).dt.tz_localize(None).dt.normalize()


def describe(purchases: pd.DataFrame, as_of: Date) -> dict:
    """Features and built-in probability of every customer in `purchases`, as plain values."""
    table = features(purchase_days(purchases), as_of, pd.Index(sorted(purchases["customer_id"].unique())))
    model = fit_built_in(table)
    probabilities = None if model is None else model.probability(table)
    rows = table.astype(object).where(table.notna(), None)
    return {
        "features": FEATURES,
        "customers": {
            customer: {
                "values": list(rows.loc[customer]),
                "probability": None if probabilities is None else float(probabilities[customer]),
            }
            for customer in rows.index
        },
    }

