"""All tables in one place, for migrations and tests."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import domain.delivery.model
import domain.goals.model
import domain.people.model
import domain.points.model
import domain.recognition.model
import domain.rewards.counter_model
import domain.rewards.model
import domain.starter.model

METADATA: MetaData = SQLModel.metadata

__all__ = ["METADATA", "domain"]
