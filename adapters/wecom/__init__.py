"""WeCom (企业微信) self-built app: encrypted XML callbacks in, template cards out. Set-up: README.md here."""
