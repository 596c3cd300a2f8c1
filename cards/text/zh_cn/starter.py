"""Simplified Chinese: first contact and the starter kit (flow 5.8)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "help.privacy": "我保存什么、保存多久、谁能看到",
    "go.privacy": "隐私说明",
    "pv.title": "先说清楚：你的数据",
    "pv.notice": "我会保存：目标、打卡、感谢、积分。谁能看到、保存多久：点「查看」。你可以随时导出自己的数据。",
    "pv.view": "查看",
    "pv.details": "隐私说明",
    "pv.purpose": "用途",
    "pv.purpose.short": "跟进目标、感谢同事、兑换积分",
    "pv.purpose.long": "只用于目标跟进、同事之间的感谢和积分兑换。"
    "不做自动的人事决定，不读群聊记录，只处理你发给我的命令。",
    "pv.data": "内容",
    "pv.data.short": "目标、打卡、感谢、积分、订单",
    "pv.data.long": "姓名、工号、部门、上级和聊天账号（来自公司名册）；你的目标、打卡、感谢、积分流水、兑换订单；"
    "你的语言、时区、上次使用的聊天工具。",
    "pv.keep": "期限",
    "pv.keep.short": "内容 36 个月，积分流水 10 年以上",
    "pv.keep.long": "你发来的原话：处理完 1 天后清空。我发出的消息：7 天后清空正文，90 天后删除记录。"
    "打卡、感谢、订单：36 个月。积分流水：公司使用期间（至少 10 年），离职后不再显示姓名。",
    "pv.seen": "可见",
    "pv.seen.short": "公开目标同事可见，积分仅本人",
    "pv.seen.long": "目标和打卡按目标的可见范围：公开的全体同事，部门的本部门，私密的你和上级。公开感谢：全体同事。"
    "积分余额和流水：只有你自己。私下的感谢：你和对方。订单：你和办理的同事。管理员查看私人内容须写明原因，并会告知你。",
    "pv.rights": "你的权利",
    "pv.rights.long": "你可以查看、更正、导出自己的数据，离职后可以要求删除；找下面的联系人即可。",
    "pv.contact": "联系",
    "pv.contact.unnamed": "公司的必达管理员",
    "pv.version": "说明第 {n} 版。内容有变时我会再发给你。",
}
