import asyncio
import errno
import time

import aiohttp
import pytest
from aiohttp import web

from rollout.rehearsal.load import Load, why_lost
from rollout.rehearsal.process import free_port
from tests.rollout.rehearsal.answering import answering, reacting, until

TASKS = ("add 2 and 3", "what is new?")
ANSWER = b"HTTP/1.1 200 OK\r\nx-release: v1\r\ncontent-length: 2\r\n\r\n{}"


async def fine(_: web.Request) -> web.Response:
    return web.json_response({}, headers={"x-release": "v1"})


def test_every_request_is_answered_and_counted_under_its_release() -> None:
    async def scene() -> None:
        async with answering(fine) as url, Load(url, TASKS, 200) as load:
            await until(lambda: load.counts().answered >= 20)
            counts = await load.stop()
        assert counts.sent == counts.answered >= 20
        assert (counts.lost, counts.unanswered, counts.late) == (0, 0, 0)
        assert counts.releases["v1"].answered == counts.answered
        assert 0 <= time.time() - counts.releases["v1"].last_sent_at < 10

    asyncio.run(scene())


def test_users_and_tasks_are_mixed_and_the_same_seed_gives_the_same_order() -> None:
    seen: list[tuple[str, str]] = []

    async def remember(request: web.Request) -> web.Response:
        seen.append((request.headers["x-user-id"], (await request.json())["task"]))
        return await fine(request)

    async def scene() -> list[tuple[str, str]]:
        seen.clear()
        async with answering(remember) as url, Load(url, TASKS, 100, users=50, seed=7):
            await until(lambda: len(seen) >= 40)
        return sorted(seen[:20])

    first = asyncio.run(scene())
    assert {task for _, task in seen} == set(TASKS)
    assert 10 < len({user for user, _ in seen}) <= 50
    again = asyncio.run(scene())
    assert len(set(first) & set(again)) > 10  # the order of arrival is not deterministic


def test_a_5xx_with_a_release_is_its_error_and_one_without_is_lost() -> None:
    async def scene() -> None:
        numbers = iter(range(10_000))

        async def every_other(_: web.Request) -> web.Response:
            headers = {"x-release": "v2"} if next(numbers) % 2 else {}
            return web.Response(status=503, headers=headers)

        async with answering(every_other) as url, Load(url, TASKS, 200) as load:
            await until(lambda: load.counts().sent >= 20)
            counts = await load.stop()
        assert (counts.releases["v2"].answered, counts.releases["v2"].errors) == (counts.answered, counts.answered)
        assert counts.lost_by_kind == {"503 from the router": counts.lost}
        assert abs(counts.answered - counts.lost) <= 1

    asyncio.run(scene())


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async def scene() -> None:
        async def elsewhere(_: web.Request) -> web.Response:
            return web.Response(status=307, headers={"location": "/agent/run", "x-release": "v1"})

        async with answering(elsewhere) as url, Load(url, TASKS, 100) as load:
            await until(lambda: load.counts().answered >= 5)
            counts = await load.stop()
        assert (counts.answered, counts.lost) == (counts.sent, 0)

    asyncio.run(scene())


def test_if_nobody_listens_each_request_is_lost_as_refused() -> None:
    async def scene() -> None:
        async with Load(f"http://127.0.0.1:{free_port()}", TASKS, 100) as load:
            await until(lambda: load.counts().lost >= 5)
            counts = await load.stop()
        assert counts.lost_by_kind == {"connection refused": counts.sent}

    asyncio.run(scene())


def test_a_request_without_an_answer_in_time_is_lost_with_that_time() -> None:
    async def scene() -> None:
        async def silent(_: int, __: asyncio.StreamWriter) -> None:
            pass

        async with reacting(silent) as url, Load(url, TASKS, 20, timeout_seconds=0.2) as load:
            await until(lambda: load.counts().lost >= 2)
            counts = await load.stop()
        assert counts.lost_by_kind == {"no answer within 0.2 s": counts.sent}

    asyncio.run(scene())


def test_a_request_whose_answer_is_cut_short_is_lost_with_that_reason() -> None:
    async def scene() -> None:
        async def half(_: int, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nx-release: v1\r\ncontent-length: 20\r\n\r\n{")
            writer.close()

        async with reacting(half) as url, Load(url, TASKS, 50) as load:
            await until(lambda: load.counts().lost >= 3)
            counts = await load.stop()
        assert counts.lost_by_kind == {"answer cut short": counts.sent}

    asyncio.run(scene())


def test_a_post_on_a_kept_connection_that_closes_is_lost_and_never_sent_twice() -> None:
    received = 0

    async def first_answers_then_hangs_up(number: int, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received = number
        if number % 2:
            writer.write(ANSWER)
        else:
            writer.close()

    async def scene() -> None:
        # so slowly that each request finds the previous connection
        async with reacting(first_answers_then_hangs_up) as url, Load(url, TASKS, 20) as load:
            await until(lambda: load.counts().lost >= 4)
            counts = await load.stop()
        assert counts.lost_by_kind == {"connection closed before the answer": counts.lost}
        assert received == counts.sent == counts.answered + counts.lost

    asyncio.run(scene())


def test_stop_sends_nothing_more_and_waits_for_the_answers() -> None:
    async def scene() -> None:
        gate = asyncio.Event()

        async def behind_the_gate(request: web.Request) -> web.Response:
            await gate.wait()
            return await fine(request)

        async with answering(behind_the_gate) as url, Load(url, TASKS, 100) as load:
            await until(lambda: load.counts().sent >= 5)
            stopping = asyncio.create_task(load.stop())
            await asyncio.sleep(0.1)  # lets it start, and the pacer end
            sent = load.counts().sent
            assert load.counts().unanswered == sent
            gate.set()
            counts = await stopping
            assert (counts.sent, counts.answered, counts.unanswered) == (sent, sent, 0)
            assert await load.stop() == counts

    asyncio.run(scene())


def test_requests_abandoned_by_an_early_end_are_unanswered_and_not_lost() -> None:
    async def interrupted(load: Load) -> None:
        async with load:
            await until(lambda: load.counts().sent >= 3)
            raise KeyboardInterrupt

    async def scene() -> None:
        async def never(_: int, __: asyncio.StreamWriter) -> None:
            pass

        async with reacting(never) as url:
            load = Load(url, TASKS, 50)
            with pytest.raises(KeyboardInterrupt):
                await interrupted(load)
        counts = load.counts()
        assert (counts.lost, counts.unanswered) == (0, counts.sent)

    asyncio.run(scene())


def test_with_too_many_unanswered_requests_new_ones_are_late_and_not_sent() -> None:
    async def scene() -> None:
        async def silent(_: int, __: asyncio.StreamWriter) -> None:
            pass

        async with reacting(silent) as url, Load(url, TASKS, 200, at_most=3) as load:
            await until(lambda: load.counts().late >= 5)
            counts = await load.stop(wait_seconds=0)
        assert (counts.sent, counts.unanswered, counts.lost) == (3, 3, 0)

    asyncio.run(scene())


def test_time_in_which_the_load_could_not_send_is_made_up_for() -> None:
    async def scene() -> None:
        began = time.monotonic()
        async with answering(fine) as url, Load(url, TASKS, 100) as load:
            await until(lambda: load.counts().sent >= 1)
            time.sleep(2)  # noqa: ASYNC251 - a loop that is held up is what this is about
            due = int((time.monotonic() - began) * 100)
            for _ in range(10):  # turns of the loop, which take no time
                await asyncio.sleep(0)
            assert load.counts().sent >= due - 1

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), "no answer within 60 s"),
        (aiohttp.ServerTimeoutError(), "no answer within 60 s"),
        (aiohttp.ServerDisconnectedError(), "connection closed before the answer"),
        (aiohttp.ClientPayloadError(), "answer cut short"),
        (aiohttp.ClientOSError(errno.ECONNRESET, "reset"), "connection reset"),
        (aiohttp.ClientOSError(None, "Can not write request body for http://x"), "connection reset"),
        (BrokenPipeError(errno.EPIPE, "pipe"), "connection reset"),
        (ConnectionResetError(), "connection reset"),
        (OSError(errno.EMFILE, "Too many open files"), "OSError: [Errno 24] Too many open files"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_error_is_counted_by_its_kind(error: Exception, kind: str) -> None:
    assert why_lost(error, 60) == kind


def test_an_answer_is_right_if_it_has_status_200_and_the_check_says_so() -> None:
    numbers = iter(range(10_000))

    async def every_other(_: web.Request) -> web.Response:
        return web.json_response({}, status=502 if next(numbers) % 2 else 200, headers={"x-release": "v1"})

    async def scene() -> None:
        checked = dict[bytes, bytes]()

        def is_right(asked: bytes, answered: bytes) -> bool:
            checked[asked] = answered
            return b"add" in asked

        async with answering(every_other) as url, Load(url, TASKS, 200, is_right=is_right) as load:
            await until(lambda: load.counts().answered >= 40)
            await load.stop()
        assert {(each.status, each.is_right) for each in load.answers()} == {(200, True), (200, False), (502, False)}
        assert set(checked.values()) == {b"{}"}

    asyncio.run(scene())


def test_without_a_check_each_answer_with_status_200_is_right() -> None:
    async def scene() -> None:
        async with answering(fine) as url, Load(url, TASKS, 200) as load:
            await until(lambda: load.counts().answered >= 5)
            await load.stop()
        assert all(each.is_right for each in load.answers())

    asyncio.run(scene())
