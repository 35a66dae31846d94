import pytest

from indexer.embed import open_embedder


@pytest.fixture(scope="session")
def model_folder(derived_folder):
    """Where the query model is derived, once for all tests of a run."""
    folder = derived_folder / "models"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def real(model_folder):
    """The real embedding model, ready for documents and queries. Takes 20 s once."""
    embedder = open_embedder(model_folder)
    embedder.ensure_query_model()
    return embedder
