"""Where a messenger's client finds a catalogue picture: at our own door."""

from urllib.parse import quote


def picture_url(public_url: str, name: str) -> str:
    """The web address of the picture called `name`; `public_url` is the bot's own, without a slash at its end."""
    return f"{public_url}/pictures/{quote(name, safe='')}.png"
