"""The embedding model: verified, derived once for queries, and never loaded where not needed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from contentlib.errors import IndexUnavailable
from indexer import query_model, weights
from indexer.embed import open_embedder
from indexer.weights import STAMPS, find_model

# processes, models and programs of their own
pytestmark = pytest.mark.slow

TEXTS = [
    "pricing",
    "How a regional bank cut its release cycle from weeks to days",
    "Case study: grocery chain moves store systems to continuous delivery",
    "ISO-27001, SOC 2 Type II and GDPR questions answered",
    "Who are we up against at the airline, and what do they say about us?",
    "Unsere Lösung für Straßenverkehrsämter in Baden-Württemberg",
    "Un témoignage client dans le secteur de l'énergie",
    "数据安全 白皮书",
    "Battlecard: why customers leave the incumbent",
    "net revenue retention " * 12,
    "The onboard computer of a small satellite was tested on the bench. " * 8,
    "A very long passage that goes beyond what the model reads at once. " * 40,
    "one-pager; security; procurement",
    "Q3 datasheet v2.1 (EMEA)",
    'He asked: "can it run on-premises, without a network?" It can.',
    "SAML",
    "a",
    "42",
    "CI/CD",
    "how long does onboarding take",
    "Do you have anything on cold chains for a pharmacy in Poland?",
    "customer story, manufacturing, less scrap",
    "objection: too expensive",
    "Why would a works council agree to this?",
    "compare us with the market leader on total cost of ownership over five years",
    "RFP answer: encryption at rest and in transit, key management, HSM",
    "subject: Re: Fwd: next steps after Tuesday's call",
    "The pilot ran for six weeks with forty people before it went to every plant.",
    "Downtime shrank from 31 hours a month to 40 minutes; the audit closed without a finding.",
    "Churn, upsell, cross-sell, ARR, NRR, CAC and what a board wants to see of them",
    "100 % of orders, 3.5 days faster, EUR 1,200 saved per truck",
    "jane.doe@example.com asked for the one with the blue cover",
    "Wie lange dauert die Einführung bei einem Mittelständler?",
    "Quel est le prix par utilisateur et par mois ?",
    "¿Tienen un caso de éxito en el sector público?",
    "Referanse fra et norsk forsikringsselskap",
    "Kundenzufriedenheit im Rechenzentrumsbetrieb",
    "Интеграция с бухгалтерией",
    "価格表を送ってください",
    "نشرة المنتج",
    "☎️ call notes 🙂 they liked the demo",
    "ROI model (spreadsheet), finance, CFO, payback < 12 months",
    "   spaces   and\ttabs\nand lines   ",
    "ALL CAPS HEADLINE ABOUT A MERGER",
    "implementation plan for a hospital group with twelve sites and three record systems",
    "security questionnaire: penetration tests, sub-processors, data residency, deletion",
    "Which of our customers would take a reference call this month?",
    "They signed with someone else because the trial needed a firewall change.",
    "brochure for a trade fair, German, printable, A4",
    "The meter is read every fifteen minutes and the bill is explained line by line. " * 3,
]
# Of these the model has hardly a token: an address, marks alone, a script it was not taught.
BARELY_READ = ["https://example.com/library/whitepaper?id=7", "?!", "ลูกค้าอ้างอิง"]


def tiny_model(folder: Path) -> Path:
    """The files of a model as far as finding one looks at them."""
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text('{"hidden_size": 8, "max_position_embeddings": 64}')
    (folder / "modules.json").write_text(
        '[{"path": "", "type": "a.Transformer"}, {"path": "1_Pooling", "type": "a.Pooling"}]'
    )
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    return folder


def test_the_packaged_model_is_found_verified_and_named_after_its_weights(model_folder):
    model = find_model(None, stamps=model_folder)
    assert model.sha256 == weights.DEFAULT_SHA256
    assert (model.dimension, model.longest, model.pooling) == (384, 256, "mean")
    assert model.model_id == "all-MiniLM-L6-v2@53aa51172d142c89"


def test_weights_are_read_once_and_again_when_they_change(tmp_path, monkeypatch):
    folder = tiny_model(tmp_path / "tiny")
    first = find_model(str(folder), stamps=tmp_path / "stamps")
    assert (tmp_path / "stamps" / STAMPS).exists()
    read = []
    real_digest = weights.hashlib.file_digest
    monkeypatch.setattr(
        weights.hashlib, "file_digest", lambda f, kind: read.append(1) or real_digest(f, kind)
    )
    assert find_model(str(folder), stamps=tmp_path / "stamps") == first
    assert read == []
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert find_model(str(folder), stamps=tmp_path / "stamps").sha256 != first.sha256
    assert read == [1]


def test_altered_weights_of_the_packaged_model_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "_packaged", lambda: tiny_model(tmp_path / "tiny"))
    with pytest.raises(IndexUnavailable, match="not the published ones"):
        find_model(None, stamps=tmp_path)


def test_a_damaged_stamp_only_costs_a_reading(tmp_path):
    folder = tiny_model(tmp_path / "tiny")
    (tmp_path / STAMPS).write_text("{")
    assert find_model(str(folder), stamps=tmp_path).dimension == 8
    (tmp_path / STAMPS).write_text('{"x": 1}')
    assert find_model(str(folder), stamps=tmp_path).dimension == 8


def test_a_model_that_is_neither_folder_nor_downloaded_is_refused_without_a_network(tmp_path):
    with pytest.raises(IndexUnavailable, match="neither a folder nor downloaded"):
        open_embedder(tmp_path, "nobody/has-this-model")


def test_a_folder_without_weights_or_config_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexUnavailable, match="no model weights"):
        open_embedder(tmp_path, str(tmp_path / "empty"))
    folder = tiny_model(tmp_path / "tiny")
    (folder / "config.json").unlink()
    with pytest.raises(IndexUnavailable, match=r"config\.json"):
        open_embedder(tmp_path, str(folder))


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ('{"pooling_mode_mean_tokens": true}', "mean"),
        ('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}', "cls"),
        ('{"pooling_mode_max_tokens": true}', ""),
        ('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}', ""),
    ],
)
def test_pooling_is_read_from_the_model(tmp_path, pooling, expected):
    folder = tiny_model(tmp_path / "tiny")
    (folder / "1_Pooling" / "config.json").write_text(pooling)
    assert find_model(str(folder), stamps=tmp_path).pooling == expected


def test_a_model_that_cannot_serve_queries_says_why(tmp_path):
    folder = tiny_model(tmp_path / "tiny")
    (folder / "modules.json").unlink()
    with pytest.raises(IndexUnavailable, match="cannot serve queries"):
        open_embedder(tmp_path, str(folder)).ensure_query_model()


def test_a_failed_derivation_gives_its_reason_and_leaves_nothing(tmp_path):
    folder = tiny_model(tmp_path / "tiny")
    embedder = open_embedder(tmp_path / "models", str(folder))
    with pytest.raises(IndexUnavailable, match=r"could not be derived: .+"):
        embedder.ensure_query_model()
    assert [path.name for path in (tmp_path / "models").iterdir()] == [STAMPS]


def test_a_query_before_the_query_model_is_there_is_refused_in_one_sentence(tmp_path):
    embedder = open_embedder(tmp_path)
    assert not embedder.has_query_model
    with pytest.raises(IndexUnavailable, match="not there yet"):
        embedder.query("a bank")


def test_a_damaged_query_model_is_refused_in_one_sentence(tmp_path):
    embedder = open_embedder(tmp_path)
    model = find_model(None, stamps=tmp_path)
    query_model.place_of(model, tmp_path).write_bytes(b"not a model")
    with pytest.raises(IndexUnavailable, match="damaged"):
        embedder.query("a bank")


def cosines_to_queries(real, texts):
    """What the query model makes of each text, beside what the reference makes of it."""
    queries = np.stack([real.query(text) for text in texts])
    return dict(zip(texts, (real.documents(texts) * queries).sum(axis=1).tolist(), strict=True))


@pytest.mark.slow
def test_the_query_model_agrees_with_the_reference(real):
    reference = real.documents(TEXTS)
    assert reference.dtype == np.float32
    assert reference.shape == (len(TEXTS), 384)
    assert np.linalg.norm(reference, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    cosines = cosines_to_queries(real, TEXTS)
    assert min(cosines.values()) >= 0.985, cosines
    assert min(cosines_to_queries(real, BARELY_READ).values()) >= 0.96


@pytest.mark.slow
def test_documents_come_in_the_order_given_whatever_their_lengths(real):
    forward = real.documents(TEXTS)
    backward = real.documents(TEXTS[::-1])
    assert np.allclose(forward, backward[::-1], atol=1e-5)
    assert real.documents([]).shape == (0, 384)


@pytest.mark.slow
def test_the_query_model_is_derived_once(real, model_folder):
    assert real.has_query_model
    place = query_model.place_of(find_model(None, stamps=model_folder), model_folder)
    before = place.stat().st_mtime_ns
    open_embedder(model_folder).ensure_query_model()
    assert place.stat().st_mtime_ns == before
    assert not [path for path in model_folder.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_searching_loads_neither_torch_nor_sentence_transformers(real, model_folder, tmp_path):
    from indexer.index import EmbeddedIndex
    from tests.indexer.hashing import an_asset

    EmbeddedIndex(tmp_path, real).replace([an_asset(1, "A bank", "Loans were approved faster.")])
    code = f"""
import sys
from array import array
from pathlib import Path
from contentlib.ports import Permitted
from indexer.embed import open_embedder
from indexer.index import EmbeddedIndex
assert not {{"torch", "sentence_transformers", "faiss", "tantivy"}} & set(sys.modules)
index = EmbeddedIndex(Path({str(tmp_path)!r}), open_embedder(Path({str(model_folder)!r})))
hits = index.search("credit", among=Permitted("all", array("q", [1])), limit=3)
assert [hit.asset_id for hit in hits] == [1]
heavy = {{"torch", "transformers", "sentence_transformers", "onnx"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
