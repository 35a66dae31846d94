"""The query side of the embedding model: the same weights as int8 ONNX, without torch.

`python -m indexer.query_model MODEL_FOLDER POOLING LONGEST TARGET` derives the file; it needs
torch for half a minute and is run in a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable
from indexer.weights import ModelFiles

RECIPE = "int8-1"
# torch's older tracer lost .05 of cosine without a word, and int8 without per-channel
# scales .04: a derived file that does not agree with its source is not used.
LEAST_COSINE = 0.98
SAMPLES = (
    "How a regional bank cut its release cycle from weeks to days",
    "pricing",
    "Insurance; Norway; 2400 employees; the releases are carried by hand between teams, "
    "and everything must go live together at the end of the quarter.",
    "ISO-27001 Zertifizierung für Straßenverkehrsämter",
)


def place_of(model: ModelFiles, folder: Path) -> Path:
    """Where the derived file of these weights stands: another recipe is another name."""
    return folder / f"query-{model.sha256[:16]}-{RECIPE}.onnx"


def ensure_derived(model: ModelFiles, folder: Path) -> Path:
    """The derived file, made in another process where it is missing. Takes about 30 s once.

    Raises IndexUnavailable where that fails, with the last line the process wrote.
    """
    target = place_of(model, folder)
    if target.exists():
        return target
    if not model.pooling:
        raise IndexUnavailable(
            f"The embedding model {model.name} cannot serve queries: "
            "it is not a transformer with mean or cls pooling."
        )
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [str(model.path), model.pooling, str(model.longest), str(target)]
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "indexer.query_model", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not target.exists():
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise IndexUnavailable(f"The query model could not be derived: {reason}")
    return target


class QueryModel:
    """Embeds one text at a time on one thread; safe for many threads.

    One thread because a busy neighbour core makes two of them ten times slower at the tail.
    """

    def __init__(self, model: ModelFiles, onnx_file: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._pooling = model.pooling
        try:
            self._session = onnxruntime.InferenceSession(
                str(onnx_file), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(model.path / "tokenizer.json"))
        except Exception as problem:
            raise IndexUnavailable(
                "The query model is damaged; delete it and it is derived anew."
            ) from problem
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(model.longest)

    def embed(self, text: str) -> NDArray[np.float32]:
        """A unit vector of shape (dimension,)."""
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        mask = np.ones_like(ids)
        (tokens,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return pooled(tokens[0], self._pooling)


def pooled(tokens: NDArray[np.float32], pooling: str) -> NDArray[np.float32]:
    """(tokens, dimension) of an unpadded text to a unit vector (dimension,)."""
    vector = tokens[0] if pooling == "cls" else tokens.mean(axis=0)
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)


def derive(model_folder: Path, pooling: str, longest: int, target: Path) -> None:
    """Exports the weights, quantises them, checks the result against its source, renames it.

    Raises RuntimeError where the derived model disagrees with the source.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(1)
    source = AutoModel.from_pretrained(model_folder, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(model_folder)

    class Tokens(torch.nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = tokenizer(["a first text", "and a longer second one"], padding=True)
    inputs = (
        torch.tensor(example["input_ids"]),
        torch.tensor(example["attention_mask"]),
    )
    batch = torch.export.Dim("batch", min=1, max=256)
    length = torch.export.Dim("length", min=2, max=longest)
    whole = target.with_name(f".{target.name}.{os.getpid()}.whole")
    small = target.with_name(f".{target.name}.{os.getpid()}.small")
    try:
        torch.onnx.export(
            Tokens(source),
            inputs,
            str(whole),
            input_names=["input_ids", "attention_mask"],
            dynamo=True,
            dynamic_shapes={
                "input_ids": {0: batch, 1: length},
                "attention_mask": {0: batch, 1: length},
            },
            external_data=False,
            verbose=False,
        )
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
        _check(source, tokenizer, small, pooling, longest)
        small.replace(target)
    finally:
        whole.unlink(missing_ok=True)
        small.unlink(missing_ok=True)


def _check(source: Any, tokenizer: Any, derived: Path, pooling: str, longest: int) -> None:
    import onnxruntime
    import torch

    session = onnxruntime.InferenceSession(str(derived), providers=["CPUExecutionProvider"])
    for text in SAMPLES:
        encoded = tokenizer(text, truncation=True, max_length=longest, return_tensors="pt")
        ids, mask = encoded["input_ids"], encoded["attention_mask"]
        with torch.no_grad():
            tokens = source(input_ids=ids, attention_mask=mask).last_hidden_state[0].numpy()
        (found,) = session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
        cosine = float(pooled(tokens, pooling) @ pooled(found[0], pooling))
        if cosine < LEAST_COSINE:
            raise RuntimeError(f"the derived model has cosine {cosine:.3f} to its source")


if __name__ == "__main__":
    derive(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
