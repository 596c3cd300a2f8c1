"""The page's own files, read once, with the headers that keep everything foreign out."""

from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "page"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def read_page(folder: Path = FOLDER) -> dict[str, tuple[bytes, str]]:
    """Path on the server → bytes and content type; `/` is the page itself."""
    files = {
        f"/{path.relative_to(folder).as_posix()}": (path.read_bytes(), TYPES[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.suffix in TYPES
    }
    return {"/": files["/index.html"], **files}


def page_routes(files: dict[str, tuple[bytes, str]]) -> list[web.RouteDef]:
    """One GET route per file: nothing else of the disk can be asked for."""

    async def serve(request: web.Request) -> web.Response:
        body, content_type = files[request.path]
        return web.Response(body=body, headers={**SECURITY, "Content-Type": content_type, "Cache-Control": "no-cache"})

    return [web.get(path, serve) for path in files]
