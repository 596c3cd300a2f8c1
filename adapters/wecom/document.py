"""XML from strangers: parsed by defusedxml with every document type declaration refused (wecom.md §6.2)."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.errors import Malformed


def read(body: bytes | str) -> Element:
    """The root element. Raises `Malformed` for anything that is not one well-formed document without a DTD."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("xml") from error
    return root


def fields(root: Element) -> dict[str, str]:
    """Tag → text of the direct children; of a repeated tag the first counts."""
    found: dict[str, str] = {}
    for child in root:
        found.setdefault(child.tag, child.text or "")
    return found
