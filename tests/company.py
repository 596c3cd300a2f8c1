"""A small company for stories: Ann leads Bob and Cai; each is on all three messengers; goals of 2026-Q1."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine, update

from adapters.registry import MESSENGERS
from adapters.simulation import Resident
from bot.app import workspace_id
from bot.playground.rig import Rig
from bot.units import Turn
from domain.columns import table_of
from domain.goals.importing import import_goals
from domain.people.importing import import_people
from domain.people.model import Person
from domain.unit_of_work import Prepared, UnitOfWork

T = TypeVar("T")

PEOPLE = """employee_no,name,email,mobile,department,manager_no,roles,store,locale,timezone,wecom,dingtalk,feishu
E1,安然,,,运营部,,,,zh-CN,,ann,user_ann,ou_ann
E2,白博,,,运营部,E1,,,zh-CN,,bob,user_bob,ou_bob
E3,Cai Green,,,运营部,E1,,,en,,cai,user_cai,ou_cai
"""
GOALS = """objective_key,level,title,owner_no,parent_key,due,kr_title,kr_type,start,target,current,unit,weight
C1,company,客户满意度第一,E1,,2026-03-31,NPS,number,7.2,8.3,7.6,,100
B1,individual,按时交付,E2,C1,2026-03-31,交付准时率,percentage,90,98,94,%,100
A1,individual,带好团队,E1,C1,2026-03-31,响应时间,number,6,2,3,小时,100
G1,individual,Grow abroad,E3,C1,2026-03-31,New clients,number,0,40,12,,40
G1,individual,Grow abroad,E3,C1,2026-03-31,Revenue,currency,0,500000,120000,,30
G1,individual,Grow abroad,E3,C1,2026-03-31,Launched,boolean,no,yes,no,,20
G1,individual,Grow abroad,E3,C1,2026-03-31,Defects,keep_max,,3,,,10
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's user id on one messenger."""

    messenger: str
    user_id: str


KNOW_US = update(table_of(Person)).values(notice_version=99)
"""Everybody there is has had their first contact: what they say is answered, and nothing else (R-PRV-07)."""


def account(messenger: str, who: str) -> str:
    """`who` is ann, bob or cai; the user id on a messenger."""
    return {"wecom": who, "dingtalk": f"user_{who}", "feishu": f"ou_{who}"}[messenger]


def residents(messenger: str) -> list[Resident]:
    names = {"ann": "安然", "bob": "白博", "cai": "Cai Green"}
    return [
        Resident(user_id=account(messenger, who), name=name, department="运营部", employee_no=f"E{number}")
        for number, (who, name) in enumerate(names.items(), 1)
    ]


def seed(engine: Engine, rig: Rig, people: str = PEOPLE, goals: str = GOALS, *, newcomers: bool = False) -> None:
    """Import the company into a migrated database, with the tenants of the rig's apps. `newcomers`: nobody has had
    their first contact yet."""
    tenants = {one.messenger.name: one.tenant for one in rig.bot.configuration.companies[0].connections}
    fold = {name: messenger.fold_user_id for name, messenger in MESSENGERS.items()}

    def fill(uow: UnitOfWork) -> None:
        for report in (import_people(uow, people, tenants=tenants, fold=fold), import_goals(uow, goals)):
            assert not report.problems, report.problems
        if not newcomers:
            uow.change(KNOW_US)

    in_unit(engine, rig, fill)


def in_unit(engine: Engine, rig: Rig, act: Callable[[UnitOfWork], T]) -> T:
    """Do something in one unit of work of the company's, at the rig's time, behind the running bot's back."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        begun = connection.begin() if sqlite else None
        turn = Turn(connection, rig.clock, Prepared(), savepoint=sqlite)
        with turn.unit(workspace_id("main")) as uow:
            result = act(uow)
            uow.commit()
        if begun is not None:
            begun.commit()
    return result


def populate(rig: Rig) -> None:
    """Put everybody into the simulated directories."""
    rig.populate({name: residents(name) for name in rig.simulators})
    for name, simulator in rig.simulators.items():
        simulator.add_group(
            "cidTeam==" if name == "dingtalk" else "oc_team", "运营部", [one.user_id for one in residents(name)]
        )
