"""English: who one is: profile, binding, language."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "me.department": "Department",
    "me.manager": "Manager",
    "me.linked": "Linked",
    "me.language": "Language",
    "me.zone": "Time zone",
    "me.streak": "Streak",
    "me.weeks": "{n} weeks",
    "me.points": "Points",
    "platform.wecom": "WeCom",
    "platform.dingtalk": "DingTalk",
    "platform.feishu": "Feishu",
    "bind.button": "Link another account",
    "bind.title": "Link code",
    "bind.how": 'Send "/bind {code}" to me in your other messenger. Valid for {minutes} minutes, once. Keep it secret.',
    "bind.guest": 'Send "/bind" where you are already linked to get a 6-digit code, then reply "/bind 123456" here. '
    "Not linked anywhere? Ask your admin to import you.",
    "bind.wrong": "That code is wrong or has expired ({n} tries left).",
    "bind.locked": "Too many wrong codes. Please come back in 10 minutes.",
    "bind.already": 'This account is linked already. Send "/me" to see.',
    "bind.done": '✅ Linked, {name}! Try "/ci".',
    "bind.not_here": "Please don't post link codes in a group; send it to me directly.",
    "lang.title": "Language",
    "lang.ask": "Which language should your cards use?",
    "lang.zh-CN": "中文",
    "lang.en": "English",
    "lang.done": "All right, English from now on.",
}
