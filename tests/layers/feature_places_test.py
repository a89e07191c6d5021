"""Tests of seq2seq_keras.layers.feature_places, against loops."""

import keras
import numpy as np
import pytest

from seq2seq_keras.layers import JoinFeatures, PartFeatures

FIRST = 20  # the first id of a feature
UNKNOWN, END = 1, 3


def drawn(rows=30, length=9):
    """Sources as lists: their features and the rest, and as one padded array."""
    random = np.random.default_rng(0)
    token_ids, parts = np.zeros((rows, length), "int32"), []
    for row in range(rows):
        count = random.integers(0, 4)
        features = [*random.choice([*range(FIRST, 25), UNKNOWN], count)]
        # An unknown one at the end is taken for a token.
        features[-1:] = [random.integers(FIRST, 25)] * bool(features)
        rest = [*random.choice([*range(4, FIRST), UNKNOWN], random.integers(0, 5)), END]
        parts.append((features, rest))
        token_ids[row, : count + len(rest)] = [*features, *rest]
    return token_ids, parts


def test_features_and_the_rest_are_apart():
    token_ids, parts = drawn()
    for found, expected in zip(
        PartFeatures(FIRST)(token_ids), zip(*parts, strict=True), strict=True
    ):
        found = np.asarray(found)
        assert [row[row > 0].tolist() for row in found] == [list(x) for x in expected]
        assert found.shape[1] == max(map(len, expected))
        # Padding is on the right.
        assert ((found > 0) == (np.cumsum(found == 0, axis=1) == 0)).all()


@pytest.mark.parametrize("dim", [(), (2,)])
def test_what_is_joined_stands_where_it_stood(dim):
    token_ids, _ = drawn()
    features, rest = map(np.asarray, PartFeatures(FIRST)(token_ids))
    random = np.random.default_rng(1)
    of_features = random.normal(size=(*features.shape, *dim)).astype("float32")
    of_rest = random.normal(size=(*rest.shape, *dim)).astype("float32")
    both = JoinFeatures()(of_rest, features, token_ids, features=of_features)
    alone = JoinFeatures()(of_rest, features, token_ids)
    assert both.shape == alone.shape == (*token_ids.shape, *dim)
    for row, length in enumerate((token_ids > 0).sum(axis=1)):
        count = (features[row] > 0).sum()
        expected = [*of_features[row, :count], *of_rest[row, : length - count]]
        np.testing.assert_array_equal(both[row, :length], expected)
        np.testing.assert_array_equal(alone[row, count:length], expected[count:])
        np.testing.assert_array_equal(alone[row, :count], 0 * alone[row, :count])


def test_where_nothing_has_features_a_column_is_left():
    token_ids = np.array([[5, END, 0], [END, 0, 0]])
    features, rest = PartFeatures(FIRST)(token_ids)
    np.testing.assert_array_equal(features, [[0], [0]])
    np.testing.assert_array_equal(rest, token_ids[:, :2])
    joined = JoinFeatures()(rest, features, token_ids, features=features + 7)
    np.testing.assert_array_equal(joined, token_ids)


def test_config_round_trip():
    for layer in (PartFeatures(9, name="part"), JoinFeatures(name="join")):
        config = keras.saving.serialize_keras_object(layer)
        again = keras.saving.deserialize_keras_object(config)
        assert again.get_config() == layer.get_config()
