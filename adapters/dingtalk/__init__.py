"""DingTalk (钉钉) over HTTP callbacks: robot messages, event callbacks, template cards. Wire: dingtalk.md."""
