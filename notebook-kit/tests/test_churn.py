import math
import unittest

import pandas as pd

from atelier import churn


def purchases(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "purchased_on", "amount", "quantity"])
    frame["purchased_on"] = pd.to_datetime(frame["purchased_on"])
    return frame


class FeaturesTest(unittest.TestCase):
    def setUp(self):
        self.days = churn.purchase_days(
            purchases(
                ("a", "1998-01-01", 10, 1),
                ("a", "1998-01-01", 5, 2),
                ("a", "1998-01-11", 20, 1),
                ("a", "1998-03-02", 30, 4),
                ("a", "1998-04-02", 99, 9),
                ("b", "1998-04-01", 7, 1),
                ("c", "1998-05-01", 7, 1),
            )
        )
        self.table = churn.features(self.days, "1998-04-01", pd.Index(["a", "b", "c"]))

    def test_several_purchases_on_a_day_are_one_purchase_day(self):
        self.assertEqual(self.table.loc["a", "frequency"], 2)
        self.assertEqual(self.table.loc["a", "value_total"], 65)
        self.assertAlmostEqual(self.table.loc["a", "quantity_mean"], 8 / 3)

    def test_the_as_of_day_exists_and_the_day_after_does_not(self):
        self.assertEqual(self.table.loc["b", "recency_days"], 0)
        self.assertEqual(self.table.loc["a", "recency_days"], 30)
        self.assertEqual(self.table.loc["a", "value_last"], 30)

    def test_windows_leave_out_their_first_day(self):
        # 1998-03-02 is exactly 30 days before, 1998-01-01 exactly 90.
        self.assertEqual(self.table.loc["a", "purchases_30d"], 0)
        self.assertEqual(self.table.loc["a", "purchases_90d"], 2)
        self.assertEqual(self.table.loc["a", "purchases_365d"], 3)

    def test_gaps_are_between_consecutive_purchase_days(self):
        self.assertEqual(self.table.loc["a", "gap_max_days"], 50)
        self.assertEqual(self.table.loc["a", "gap_mean_days"], 30)
        self.assertTrue(math.isnan(self.table.loc["b", "gap_mean_days"]))

    def test_a_customer_without_a_purchase_counts_zero_and_knows_no_days(self):
        row = self.table.loc["c"]
        self.assertEqual([row["frequency"], row["value_total"], row["purchases_365d"]], [0, 0, 0])
        self.assertTrue(row[["recency_days", "tenure_days", "value_mean", "value_last", "quantity_mean"]].isna().all())

    def test_columns_stand_in_the_order_of_the_slot(self):
        self.assertEqual(list(self.table.columns), churn.FEATURES)

    def test_deleted_purchases_do_not_count(self):
        frame = purchases(("a", "1998-01-01", 1, 1), ("a", "1998-01-05", 1, 1))
        frame["deleted_at"] = [None, pd.Timestamp("1998-02-01")]
        self.assertEqual(churn.features(churn.purchase_days(frame), "1998-04-01").loc["a", "frequency"], 0)

    def test_outcome_looks_at_the_ninety_days_after(self):
        outcome = churn.churned(self.days, "1998-04-01", pd.Index(["a", "b"]))
        self.assertEqual(outcome.to_dict(), {"a": False, "b": True})
        at_the_edge = churn.purchase_days(purchases(("d", "1998-04-01", 1, 1), ("d", "1998-06-30", 1, 1)))
        self.assertFalse(churn.churned(at_the_edge, "1998-04-01", pd.Index(["d"]))["d"])
        only_later = churn.purchase_days(purchases(("d", "1998-04-01", 1, 1), ("d", "1998-07-01", 1, 1)))
        self.assertTrue(churn.churned(only_later, "1998-04-01", pd.Index(["d"]))["d"])


class BuiltInTest(unittest.TestCase):
    def test_moments_of_a_table_worked_out_by_hand(self):
        # Σx = 10, ΣT = 400, m = 0.025: everybody is expected to buy 2.5 times. The last customer has no exposure.
        table = pd.DataFrame({"frequency": [3.0, 7.0, 0.0, 0.0, 0.0], "tenure_days": [100.0, 100.0, 100.0, 100.0, 0.0]})
        mean, variance = 0.025, (0.5**2 + 4.5**2 + 2.5**2 + 2.5**2 - 10) / 4e4
        model = churn.fit_built_in(table)
        self.assertAlmostEqual(model.alpha, mean / variance)
        self.assertAlmostEqual(model.r, mean**2 / variance)
        expected = ((model.alpha + 100) / (model.alpha + 190)) ** (model.r + 3)
        self.assertAlmostEqual(model.probability(table)[0], expected)

    def test_equal_rates_give_everybody_the_same_answer(self):
        table = pd.DataFrame({"frequency": [1.0, 1.0], "tenure_days": [100.0, 100.0]})
        model = churn.fit_built_in(table)
        self.assertIsNone(model.alpha)
        self.assertAlmostEqual(model.probability(table)[1], math.exp(-0.9))

    def test_nothing_to_fit_gives_no_model(self):
        self.assertIsNone(churn.fit_built_in(pd.DataFrame({"frequency": [0.0], "tenure_days": [10.0]})))
        self.assertIsNone(churn.fit_built_in(pd.DataFrame({"frequency": [0.0], "tenure_days": [0.0]})))

    def test_a_customer_who_never_bought_is_judged_by_the_prior(self):
        model = churn.BuiltIn(0.01, 0.5, 50.0)
        table = pd.DataFrame({"frequency": [0.0], "tenure_days": [None]}, dtype=float)
        self.assertAlmostEqual(model.probability(table)[0], (50 / 140) ** 0.5)


if __name__ == "__main__":
    unittest.main()
