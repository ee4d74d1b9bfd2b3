"""Measures whichever ``linq`` its path leads to; prints one JSON object. Run by ``bench.sdk``, as a file.

worker.py import STATEMENT            seconds and peak MB of a statement in a fresh process
worker.py parse BASE_URL KEY          seconds for parsing one page of 100 chats, the best of many
worker.py list BASE_URL KEY HOW       seconds for all chats, 100 a page; HOW is sync, async or prefetch
"""

# Nothing else may be imported here: what is loaded before the clock starts is not measured.
import sys
import time

PARSES = 60


def measure_import(statement: str) -> dict[str, float]:
    started = time.perf_counter()
    exec(statement, {})  # noqa: S102 - it is one of bench.sdk's own
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "megabytes": peak_memory()}


def peak_memory() -> float:
    """MB. From the kernel's own file: what ``resource`` says includes the process that started this one."""
    with open("/proc/self/status", encoding="ascii") as lines:  # noqa: PTH123 - see above
        [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) / 1024


def measure_parse(base_url: str, key: str) -> dict[str, float]:
    from linq import LinqAPIV3  # noqa: PLC0415 - see above

    client = LinqAPIV3(api_key=key, base_url=base_url)
    times: list[float] = []
    for _ in range(PARSES):
        answer = client.chats.with_raw_response.list_chats(limit=100)
        started = time.perf_counter()
        page = answer.parse()
        times.append(time.perf_counter() - started)
        assert len(page.chats) == 100
        assert page.chats[99].handles[1].joined_at.tzinfo
        del page  # freed here, or the next round's clock would run while this page is torn down
    return {"seconds": min(times)}


def measure_list(base_url: str, key: str, how: str) -> dict[str, float]:
    from linq import LinqAPIV3  # noqa: PLC0415 - see above

    client = LinqAPIV3(api_key=key, base_url=base_url)
    client.chats.list_chats(limit=1)
    started, spent = time.perf_counter(), time.process_time()
    # The public client has no such parameter, so it may not see it.
    listed = client.chats.list_chats(limit=100, prefetch=1) if how == "prefetch" else client.chats.list_chats(limit=100)
    chats = sum(bool(chat.id) for chat in listed)
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - spent, "chats": chats}


def measure_async_list(base_url: str, key: str) -> dict[str, float]:
    import asyncio  # noqa: PLC0415 - see above

    from linq import AsyncLinqAPIV3  # noqa: PLC0415 - see above

    async def list_all() -> dict[str, float]:
        async with AsyncLinqAPIV3(api_key=key, base_url=base_url) as client:
            await client.chats.list_chats(limit=1)
            started, spent = time.perf_counter(), time.process_time()
            chats = 0
            async for chat in client.chats.list_chats(limit=100):
                chats += bool(chat.id)
            return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - spent, "chats": chats}

    return asyncio.run(list_all())


def main(what: str, *arguments: str) -> dict[str, float]:
    if what == "import":
        return measure_import(*arguments)
    if what == "parse":
        return measure_parse(*arguments)
    base_url, key, how = arguments
    return measure_async_list(base_url, key) if how == "async" else measure_list(base_url, key, how)


if __name__ == "__main__":
    result = main(*sys.argv[1:])
    print("{" + ", ".join(f'"{name}": {value}' for name, value in result.items()) + "}")
