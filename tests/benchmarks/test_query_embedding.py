"""A query's vector beside the same weights run on bare onnxruntime and tokenizers."""

import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tokenizers import Tokenizer

from indexer.embed import SentenceEmbedder
from indexer.query_model import place_of
from indexer.weights import find_model
from tests.benchmarks.machine import milliseconds, report
from tests.benchmarks.marketing import questions

pytestmark = pytest.mark.slow
WARM_UP = 20
QUERIES = 300


def test_a_query_costs_what_its_model_costs(real: SentenceEmbedder, derived_folder: Path) -> None:
    model = find_model(None, stamps=derived_folder / "models")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(place_of(model, derived_folder / "models")), options)
    tokenizer = Tokenizer.from_file(str(model.path / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.longest)

    def bare(text: str) -> np.ndarray:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        mean = session.run(None, inputs)[0][0].mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean))

    ours_s, bare_s = [], []
    for text in questions(WARM_UP + QUERIES, seed=31):
        begun = time.perf_counter()
        vector = real.query(text)
        between = time.perf_counter()
        same = bare(text)
        bare_s.append(time.perf_counter() - between)
        ours_s.append(between - begun)
        assert vector @ same > 0.9999
    ours, plain = milliseconds(ours_s[WARM_UP:]), milliseconds(bare_s[WARM_UP:])
    report(
        "a query's vector beside bare onnxruntime",
        f"{ours:.2f} ms against {plain:.2f} ms: {ours / plain:.2f} times",
    )
    assert ours / plain <= 1.3
