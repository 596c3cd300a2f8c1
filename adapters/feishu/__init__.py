"""The Feishu (飞书) connection over HTTP callbacks."""
