"""Until when what has to be done: an approver's time, making ready, collecting, disputing (§10.2)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.calendar import WorkCalendar
from domain.periods import instant_at, local_date
from domain.rewards.messages import OrderState

APPROVER_WORKDAYS = 3
DECISION_WORKDAYS = 7
DISPUTE_WORKDAYS = 3
REFUND_DAYS = 30
REVIEW_DAYS = 30
"""How long a voucher can be looked at again (R-CAT-02)."""
REMINDERS = (3, 1)
"""Days before the end of collection on which the owner is reminded."""

_MIDNIGHT = time(0)
_INSTANT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """The working days and the IANA zone deadlines are counted in."""

    calendar: WorkCalendar
    zone: str

    def due(self, state: OrderState, now: datetime, *, fulfil_days: int, pickup_days: int) -> datetime | None:
        """When a state entered now runs out; None for one that may last."""
        match state:
            case OrderState.PENDING_APPROVAL:
                return self.workdays(now, APPROVER_WORKDAYS)
            case OrderState.APPROVED:
                return self.workdays(now, fulfil_days)
            case OrderState.READY:
                return self.end_of_day(now, pickup_days)
            case OrderState.DISPUTED:
                return self.workdays(now, DISPUTE_WORKDAYS)
        return None

    def decided_by(self, now: datetime) -> datetime:
        """When an approval nobody decides about is refused."""
        return self.workdays(now, DECISION_WORKDAYS)

    def disputable_until(self, fulfilled_at: datetime) -> datetime:
        """Until when the owner can say it was not them."""
        return self.workdays(fulfilled_at, DISPUTE_WORKDAYS)

    def workdays(self, now: datetime, number: int) -> datetime:
        """The same time of day, so many workdays later (R-CAL-05)."""
        return self.calendar.add_workdays(now, number, self.zone)

    def end_of_day(self, now: datetime, days: int) -> datetime:
        """The last moment of the day so many calendar days later."""
        return instant_at(local_date(now, self.zone) + timedelta(days=days + 1), _MIDNIGHT, self.zone) - _INSTANT
