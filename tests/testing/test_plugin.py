"""The plugin in a separate run of pytest, with warnings as errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

STRICT = ("-W", "error", "-p", "no:cacheprovider", "-p", "trunkline.testing.plugin")
PARALLEL = ("-p", "xdist.plugin", "-n", "2")


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads only the named plugins, which is faster. test_docs loads every installed plugin, including ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_each_test_has_its_own_service_even_in_parallel(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("number", range(12))
        def test_alone(trunkline, tmp_path, number):
            assert trunkline.client.chats.list_chats().chats == []
            made = trunkline.chats(number)
            assert list(trunkline.client.chats.list_chats(limit=5)) == made[::-1]
            assert list(tmp_path.iterdir()) == []

        def test_passes_with_a_fault_that_did_not_occur(trunkline):
            trunkline.faults.rate_limit(2)
            trunkline.client.chats.list_chats()
            trunkline.faults.drop()

        def test_passes_after_clear(trunkline):
            trunkline.faults.rate_limit(2)
            trunkline.faults.clear()

        def test_fails_by_itself(trunkline):
            trunkline.faults.drop()
            assert False
    """)

    result = pytester.runpytest_subprocess(*STRICT, *PARALLEL)

    result.assert_outcomes(passed=14, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*faults that did not occur: cut; *"])


def test_tests_that_are_coroutines(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        pytestmark = pytest.mark.anyio

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.fixture
        async def latest(trunkline):
            trunkline.chats(2)
            return (await trunkline.async_client.chats.list_chats()).chats[0]

        @pytest.mark.parametrize("turn", range(2))
        async def test_pages(trunkline, latest, turn):
            trunkline.faults.error()
            chats = [chat async for chat in trunkline.async_client.chats.list_chats(limit=1)]
            assert chats == trunkline.client.chats.list_chats().chats
            assert chats[0] == latest
    """)
    pytester.runpytest_subprocess(*STRICT, "-p", "anyio.pytest_plugin").assert_outcomes(passed=2)


def test_no_thread_and_no_file_is_left(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import threading
        from pathlib import Path

        def pytest_sessionfinish(session):
            assert threading.enumerate() == [threading.main_thread()]
            opened = [Path(f"/proc/self/fd/{fd.name}") for fd in Path("/proc/self/fd").glob("*")]
            assert not [fd for fd in opened if fd.exists() and "trunkline.db" in str(fd.readlink())]
    """)
    pytester.makepyfile("""
        def test_passes(trunkline):
            trunkline.chat()

        def test_fails(trunkline):
            trunkline.chat()
            assert False
    """)
    result = pytester.runpytest_subprocess(*STRICT, "--basetemp=kept")

    result.assert_outcomes(passed=1, failed=1)
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert list((pytester.path / "kept").rglob("*.db*")) == []


def test_a_run_without_the_fixture_loads_next_to_nothing(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import json, sys
        from pathlib import Path

        def pytest_sessionfinish(session):
            Path("loaded.json").write_text(json.dumps(sorted(sys.modules)))
    """)
    pytester.makepyfile("def test_passes(): pass")

    pytester.runpytest_subprocess(*STRICT).assert_outcomes(passed=1)

    loaded = json.loads(Path(pytester.path, "loaded.json").read_text("utf-8"))
    ours = [name for name in loaded if name.split(".")[0] in {"trunkline", "linq"}]
    assert ours == ["trunkline", "trunkline.testing", "trunkline.testing.plugin"]
    assert [name for name in ("asyncio", "httpx2", "litestar", "msgspec", "pydantic") if name in loaded] == []


def test_the_service_runs_without_pytest() -> None:
    code = "import trunkline.main, trunkline.cli, sys; assert 'pytest' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
