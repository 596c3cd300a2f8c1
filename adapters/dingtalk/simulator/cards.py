"""The card store: instances, whose variables each person sees, and how updates change them (dingtalk.md §3.2–3.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.dingtalk.simulator.refusal import refuse
from adapters.dingtalk.simulator.template import Drawn, Template, drawn, problem

Json = dict[str, Any]
Params = dict[str, str]

ID_LIMIT = 100
KEY_LIMIT = 100
TOTAL_LIMIT = 100 * 1024


@dataclass(slots=True)
class Instance:
    """One card. `glimpse` is the public data a callback's answer painted for one clicker only, until the next PUT."""

    out_track_id: str
    template: Template
    callback_type: str
    route_key: str
    public: Params
    private: dict[str, Params]
    spaces: Json
    glimpse: dict[str, Params] = field(default_factory=dict)
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    toasts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    version: int = 0

    def merged(self, person: str) -> Params:
        """What the person's client draws from: private wins over public (§3.9)."""
        return {**self.glimpse.get(person, self.public), **self.private.get(person, {})}

    def drawn(self, person: str) -> Drawn:
        """The card as the person sees it; of a template that is not ours only the raw values are known."""
        params = self.merged(person)
        if self.template.variables is None:
            return Drawn("\n".join(value for value in params.values() if value), (), (), [], {})
        return drawn(params, self.drafts.get(person, {}))

    def version_for(self, person: str) -> int:
        return self.version + self.versions.get(person, 0)

    def update(self, public: Params | None, private: Mapping[str, Params], by_key: bool, private_by_key: bool) -> None:
        """A PUT: merged by key, or the whole map replaced (§3.3). Everybody sees the public map again."""
        checked_public = self.public if public is None else {**(self.public if by_key else {}), **public}
        checked = dict(self.private)
        for user, params in private.items():
            checked[user] = {**(checked.get(user, {}) if private_by_key else {}), **params}
        check(self.template, checked_public, checked)
        self.public, self.private = checked_public, checked
        self.glimpse.clear()
        self.version += 1

    def answer(self, clicker: str, body: Json) -> None:
        """Apply a callback's answer (§3.6): private data stays, `cardData` is a glimpse for the clicker."""
        options = body.get("cardUpdateOptions") or {}
        public = param_map(body.get("cardData"))
        mine = param_map(body.get("userPrivateData"))
        seen, private = dict(self.glimpse.get(clicker, self.public)), dict(self.private.get(clicker, {}))
        if public is not None:
            seen = {**(seen if options.get("updateCardDataByKey") else {}), **public}
        if mine is not None:
            private = {**(private if options.get("updatePrivateDataByKey") else {}), **mine}
        check(self.template, seen, {clicker: private})
        if public is not None:
            self.glimpse[clicker] = seen
        if mine is not None:
            self.private[clicker] = private
        if public is not None or mine is not None:
            self.versions[clicker] = self.versions.get(clicker, 0) + 1


@dataclass(slots=True)
class CardStore:
    """All templates of the console and all card instances."""

    templates: dict[str, Template] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)

    def create(self, body: Json) -> Instance:
        """A new instance from a create call. Raises `Refusal` with the documented `param.*` codes (§3.2)."""
        track = out_track_id(body)
        template = self._template(body)
        public = param_map(body.get("cardData"))
        if public is None:
            raise refuse("param.cardPublicDataEmpty")
        private = private_maps(body)
        check(template, public, private)
        if body.get("callbackType") == "HTTP" and not body.get("callbackRouteKey"):
            raise refuse("param.invalid", message="callbackRouteKey is required for HTTP")
        if track in self.instances:
            raise refuse("param.cardAlreadyExist")
        spaces = {key: value for key, value in body.items() if key.endswith("OpenSpaceModel")}
        kind, route = str(body.get("callbackType", "")), str(body.get("callbackRouteKey", ""))
        instance = Instance(track, template, kind, route, public, private, spaces)
        self.instances[track] = instance
        return instance

    def get(self, body: Json) -> Instance:
        """The instance a call names. Raises `Refusal`: `param.outTrackIdEmpty`, `param.cardNotExist`."""
        track = out_track_id(body)
        if track not in self.instances:
            raise refuse("param.cardNotExist")
        return self.instances[track]

    def _template(self, body: Json) -> Template:
        template_id = body.get("cardTemplateId")
        if not isinstance(template_id, str) or not template_id:
            raise refuse("param.cardTemplateIdEmpty")
        template = self.templates.get(template_id)
        if template is None:
            raise refuse("param.templateNotExist")
        if not template.published:
            raise refuse("param.templateUnpublished")
        return template


def out_track_id(body: Json) -> str:
    track = body.get("outTrackId")
    if not isinstance(track, str) or not track:
        raise refuse("param.outTrackIdEmpty")
    if len(track) > ID_LIMIT:
        raise refuse("param.invalid", message="outTrackId is too long")
    return track


def param_map(holder: Any) -> Params | None:
    """The `cardParamMap` of a cardData-like object, or None. Raises `Refusal` for non-strings (§3.3)."""
    if holder is None:
        return None
    values = holder.get("cardParamMap") if isinstance(holder, dict) else None
    if not isinstance(values, dict):
        raise refuse("param.invalid", message="cardParamMap must be a map")
    for key, value in values.items():
        if not isinstance(value, str):
            raise refuse("param.invalid", message=f"{key} must be a string")
        if len(key.encode()) > KEY_LIMIT:
            raise refuse("param.invalid", message="a key is too long")
    return dict(values)


def private_maps(body: Json) -> dict[str, Params]:
    holder = body.get("privateData") or {}
    if not isinstance(holder, dict):
        raise refuse("param.invalid", message="privateData must be a map")
    return {user: param_map(part) or {} for user, part in holder.items()}


def check(template: Template, public: Params, private: Mapping[str, Params]) -> None:
    """Raises `Refusal` for variables the template has not, or values it cannot draw, for any viewer."""
    maps = [public, *private.values()]
    if sum(len(key.encode()) + len(value.encode()) for each in maps for key, value in each.items()) > TOTAL_LIMIT:
        raise refuse("param.invalid", message="the card data is too large")
    if template.variables is None:
        return
    for each in maps:
        if unknown := set(each) - template.variables:
            raise refuse("param.invalid", message=f"not variables of the template: {sorted(unknown)}")
    for viewer in [{}, *private.values()]:
        if wrong := problem({**public, **viewer}):
            raise refuse("param.invalid", message=wrong)
