// The page's own words in two languages. What messengers show is not translated here: it comes with the payload.

const WORDS = {
  "zh-CN": {
    title: "演练场", clock: "模拟时间", plus2h: "+2 小时", plus1d: "+1 天", plus1w: "+1 周", wire: "线上报文",
    messengers: "三个办公软件", wecom: "企业微信", dingtalk: "钉钉", feishu: "飞书", other: "EN", otherLabel: "Switch to English",
    person: "以谁的身份", findPerson: "搜索姓名或部门", nobody: "没有找到", people: "人员", direct: "单聊", chats: "会话",
    messages: "消息", type: "输入消息", placeholder: "发消息给 Bida…", placeholderGroup: "在群里 @Bida…", send: "发送", quick: "快捷输入", menu: "应用菜单",
    empty: "还没有消息", emptyHint: "点一下「打卡」试试", you: "我", bot: "Bida", recalled: "此消息已被撤回", working: "处理中…",
    notHeard: "平台不会把这条消息送给机器人", noAnswer: "机器人没有应答", refused: "客户端不允许这样操作：{why}", failed: "没有送达，请稍后再试",
    choose: "请选择", more: "更多操作", cancel: "取消", confirm: "确定", changed: "卡片已更新", newMessage: "{who}：{text}",
    offline: "与演练场的连接断开，正在重连…", callback: "最近一次回调", call: "最近一次接口调用", request: "请求", response: "应答",
    none: "还没有", masked: "密钥已打码", toLatest: "看最新消息", picture: "图片", required: "必填", moved: "时间前进到 {now}", typed: "已选 {n} 项",
    wecomDetails: "查看详情", openChat: "打开会话", message: "{who}的消息", card: "卡片：{title}",
  },
  en: {
    title: "Playground", clock: "Simulated time", plus2h: "+2 h", plus1d: "+1 day", plus1w: "+1 week", wire: "Wire",
    messengers: "Three messengers", wecom: "WeCom", dingtalk: "DingTalk", feishu: "Feishu", other: "中文", otherLabel: "切换到中文",
    person: "Acting as", findPerson: "Search name or department", nobody: "Nobody found", people: "People", direct: "Direct", chats: "Chats",
    messages: "Messages", type: "Type a message", placeholder: "Message Bida…", placeholderGroup: "@Bida in the group…", send: "Send", quick: "Quick input", menu: "App menu",
    empty: "No messages yet", emptyHint: "Try 打卡 below", you: "Me", bot: "Bida", recalled: "This message was recalled", working: "Working…",
    notHeard: "The platform does not pass this message to the bot", noAnswer: "The bot did not answer", refused: "The client does not allow this: {why}", failed: "Not delivered, please try again",
    choose: "Please choose", more: "More actions", cancel: "Cancel", confirm: "OK", changed: "The card has changed", newMessage: "{who}: {text}",
    offline: "Connection to the playground lost, reconnecting…", callback: "Last callback", call: "Last API call", request: "Request", response: "Response",
    none: "None yet", masked: "secrets masked", toLatest: "Latest messages", picture: "Picture", required: "required", moved: "Time moved on to {now}", typed: "{n} chosen",
    wecomDetails: "Details", openChat: "Open chat", message: "Message from {who}", card: "Card: {title}",
  },
};

const KEY = "bida.language";
const listeners = new Set();
let current = stored();

function stored() {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh-CN";
  } catch {
    return "zh-CN";
  }
}

/** A word of the page in the current language, `{name}` filled in. */
export function word(key, values = {}) {
  const text = WORDS[current][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function language() {
  return current;
}

export function switchLanguage() {
  current = current === "en" ? "zh-CN" : "en";
  try {
    localStorage.setItem(KEY, current);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
  translate(document);
  for (const heard of listeners) heard();
}

/** Call back whenever the language changes. */
export function onLanguage(heard) {
  listeners.add(heard);
}

/** Fill in every element that names its word: `data-word` its text, `data-label` its accessible name. */
export function translate(root) {
  document.documentElement.lang = current;
  document.title = `Bida ${word("title")}`;
  for (const found of root.querySelectorAll("[data-word]")) found.textContent = word(found.dataset.word);
  for (const found of root.querySelectorAll("[data-label]")) found.setAttribute("aria-label", word(found.dataset.label));
  for (const found of root.querySelectorAll("[data-hint]")) found.setAttribute("placeholder", word(found.dataset.hint));
}

const ZONE = { timeZone: "Asia/Shanghai" };

/** An instant as the company's people write it: `2月13日 周五 10:05`. `more`: parts to add to the date. */
export function moment(at, more = {}) {
  const part = (options) => new Intl.DateTimeFormat(current, { ...ZONE, ...options }).format(at);
  const day = part({ month: current === "en" ? "short" : "long", day: "numeric", ...more });
  const weekday = part({ weekday: "short" });
  const time = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return current === "en" ? `${weekday}, ${day} ${time}` : `${day} ${weekday} ${time}`;
}
