"""The switches of the simulated platform: what the documentation leaves open, and what benches turn off."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Rules:
    """How strict the platform is. Every default is the stricter reading (wecom.md §9, §10).

    `reply_timeout`, `verify_timeout` and `retry_intervals` are real seconds; the length of `retry_intervals` is the
    number of redeliveries. Everything else runs on the simulator's clock.
    """

    reply_timeout: float = 5.0
    verify_timeout: float = 1.0
    retry_intervals: tuple[float, ...] = (1.0, 1.0, 1.0)
    retry_on_status: bool = True
    """Whether an answer other than 200 counts as failed (§1.6: official pages disagree)."""
    member_limit: int | None = 30
    """Messages per member and minute; what is over is dropped silently. None turns it off (§5.1)."""
    webhook_limit: int | None = 20
    refuse_escapes: bool = True
    """Refuse bodies with `\\uXXXX` escapes: 40033 (§3)."""
    refuse_unknown_fields: bool = True
    """Refuse card fields the documentation does not know, so that a misspelt name is found: 40058."""
    duplicate_task_errcode: int = 42014
    hide_sensitive: bool = True
    """Keep mobile, e-mail, gender, avatar and address from directory reads (§3.9)."""
    contact_ids_only: bool = True
    """Contact events carry ids only, as for callbacks configured since 2022-08 (§2.4)."""
    passive_spends_code: bool = True
    """A passive card update uses up the click's response_code (§2.3 "usable once")."""
    late_answer_overwrites: bool = False
    """An API update made while the callback is still open is lost when the empty answer comes (§4.5, secondary)."""
    empty_vote_allowed: bool = False
    """Whether the client lets somebody submit a vote without a choice (not documented)."""
    root_visible: bool = True
    """Whether the app sees the root department, without which it may not make groups: 48002 (§3.5)."""
    allowed_ips: frozenset[str] | None = None
    """The trusted addresses; calls from others get 60020. None turns the check off."""
    secret_error_limit: int = 2000
    """Failed `gettoken` calls per hour before 45009."""
    parse_limit: int = 1024 * 1024
