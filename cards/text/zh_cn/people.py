"""Simplified Chinese: who one is: profile, binding, language."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "me.department": "部门",
    "me.manager": "上级",
    "me.linked": "已关联",
    "me.language": "语言",
    "me.zone": "时区",
    "me.streak": "连续打卡",
    "me.weeks": "{n} 周",
    "me.points": "可用积分",
    "platform.wecom": "企业微信",
    "platform.dingtalk": "钉钉",
    "platform.feishu": "飞书",
    "bind.button": "关联其他账号",
    "bind.title": "关联码",
    "bind.how": "在另一个聊天工具里把「/bind {code}」发给我。{minutes} 分钟内有效，只能用一次，请不要转发。",
    "bind.guest": "请在已经关联的聊天工具里发送「/bind」取得 6 位关联码，再到这里回复「/bind 123456」。"
    "都没有关联过？请联系管理员导入你的工号。",
    "bind.wrong": "关联码不对或已过期，还可再试 {n} 次。",
    "bind.locked": "试错太多次了，请 10 分钟后再来。",
    "bind.already": "这个账号已经关联过了，发送「/me」查看。",
    "bind.done": "✅ 关联成功，{name}！发送「打卡」试试。",
    "bind.not_here": "请不要在群里发关联码，私聊发给我就好。",
    "lang.title": "语言",
    "lang.ask": "之后的卡片用哪种语言？",
    "lang.zh-CN": "中文",
    "lang.en": "English",
    "lang.done": "好的，之后用中文。",
}
