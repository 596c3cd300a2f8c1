"""`bida doctor`: every fault at once, before people find them."""

import asyncio
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from adapters.errors import OutboundError
from bot.database import UnknownDatabase, open_engine
from bot.settings import BadSettings, Company, Configuration, ConnectionSettings, load
from domain.clock import SystemClock
from domain.migrations import HEAD, current_revision

Say = Callable[[str], None]


async def examine(say: Say) -> list[str]:
    """Check settings, database and each messenger's token; says what is well, returns what is not."""
    try:
        configuration = load()
    except BadSettings as error:
        return error.faults
    faults = _database(configuration, say)
    checks = [
        _messenger(configuration, company, one, say)
        for company in configuration.companies
        for one in company.connections
    ]
    if not checks:
        faults.append("no messenger is configured")
    if not configuration.settings.public_url:
        faults.append("BIDA_PUBLIC_URL is missing: the messengers cannot be told where to call back")
    for found in await asyncio.gather(*checks):
        faults += found
    return faults


def _database(configuration: Configuration, say: Say) -> list[str]:
    try:
        engine = open_engine(configuration.settings.database_url)
        with engine.connect() as connection:
            revision = current_revision(connection)
    except (SQLAlchemyError, UnknownDatabase, OSError) as error:
        return [f"database: does not answer ({str(getattr(error, 'orig', None) or error).splitlines()[0]})"]
    if revision != HEAD:
        return [f"database: is at revision {revision or 'none'}, not {HEAD}: run bida migrate"]
    say(f"database: at revision {HEAD}")
    return []


async def _messenger(
    configuration: Configuration, company: Company, section: ConnectionSettings, say: Say
) -> list[str]:
    adapter = section.messenger.build()(
        section.section, name=section.name, clock=SystemClock(), public_url=configuration.settings.public_url
    )
    try:
        async with asyncio.timeout(15):
            say(f"{section.name}: {await adapter.check()}")
    except (OutboundError, TimeoutError) as error:
        return [f"{section.name} ({company.key}): {error or 'no answer within 15 s'}"]
    finally:
        await adapter.stop()
    return []
