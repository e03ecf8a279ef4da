import json
import unittest

import pandas as pd

from atelier import churn, models


def table(rows):
    return pd.DataFrame(rows, columns=churn.FEATURES, index=[f"c{index}" for index in range(len(rows))])


class SlotFormatTest(unittest.TestCase):
    def test_missing_numbers_are_null_and_columns_stand_in_the_slots_order(self):
        frame = table([[1.0] * 11 + [None], [2.0] * 12])
        request = json.loads(models.encode(frame[list(reversed(churn.FEATURES))]))
        self.assertEqual(request["schema"], "customer-churn/1")
        self.assertEqual(request["features"], churn.FEATURES)
        self.assertEqual(request["instances"], [[1.0] * 11 + [None], [2.0] * 12])

    def test_answers_follow_the_rows(self):
        scores = models.decode(b'{"predictions": [{"probability": 0.25}, {"probability": 1}]}', pd.Index(["a", "b"]))
        self.assertEqual(scores.to_dict(), {"a": 0.25, "b": 1.0})

    def test_a_broken_answer_names_the_row(self):
        with self.assertRaisesRegex(ValueError, "Row b got 1.5"):
            models.decode(b'{"predictions": [{"probability": 0.2}, {"probability": 1.5}]}', pd.Index(["a", "b"]))
        with self.assertRaisesRegex(ValueError, "Row a got nan"):
            models.decode(b'{"predictions": [{"probability": NaN}]}', pd.Index(["a"]))
        with self.assertRaisesRegex(ValueError, "2 rows were sent, 1 answers"):
            models.decode(b'{"predictions": [{"probability": 0.2}]}', pd.Index(["a", "b"]))


if __name__ == "__main__":
    unittest.main()
